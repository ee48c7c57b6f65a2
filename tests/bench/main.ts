import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import closeWithGrace from 'close-with-grace'
import { startBenchRedis } from './redis.ts'
import { type Bench, measure, type Size } from './row.ts'
import { calibration, calibrationTruth } from './rows/calibrate.ts'
import { calls } from './rows/calls.ts'
import { crowd } from './rows/crowd.ts'
import { fold, memoryOfFact } from './rows/facts.ts'
import { latency } from './rows/latency.ts'
import { leads } from './rows/leads.ts'
import { listing } from './rows/lists.ts'
import { memoryOfDecision, memoryOfHandoff, memoryOfLead } from './rows/memory.ts'
import { formWithoutWebhooks, newWithoutWebhooks } from './rows/poll.ts'
import { report, reportBeside } from './rows/reports.ts'
import { rescore } from './rows/rescore.ts'
import { rungs } from './rows/rungs.ts'
import { scoring } from './rows/scoring.ts'
import { bytesOfLead, commandsOfLead } from './rows/traffic.ts'
import { webhooks } from './rows/webhooks.ts'
import { whatIf, whatIfBeside, whatIfMillion } from './rows/what-if.ts'
import { type Outcome, tableOf } from './table.ts'

/*
 * `npm run bench`: one table, each figure beside its ceiling of the same run. Options: `--quick` for some ten minutes,
 * `--only <row>` (as often as you like) for some rows, `--tiny` only to see that everything runs.
 */

const ROWS = [
  ...[webhooks, leads, calls, scoring, latency, crowd, rungs, commandsOfLead, bytesOfLead],
  ...[formWithoutWebhooks, newWithoutWebhooks],
  ...[memoryOfLead, memoryOfHandoff, memoryOfDecision, memoryOfFact, fold, rescore, listing],
  ...[calibration, calibrationTruth],
  ...[report, reportBeside],
  ...[whatIf, whatIfMillion, whatIfBeside],
]
const RUNS: Record<Size, number> = { full: 5, quick: 3, tiny: 1 }

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    tiny: { type: 'boolean', default: false },
    only: { type: 'string', multiple: true, default: [] },
  },
})
const unknown = values.only.filter((name) => !ROWS.some((row) => row.name === name))
if (unknown.length > 0) {
  console.error(`There is no row ${unknown.join(', ')}; there are ${ROWS.map((row) => row.name).join(', ')}.`)
  process.exit(2)
}
const size: Size = values.tiny ? 'tiny' : values.quick ? 'quick' : 'full'
const rows = ROWS.filter((row) =>
  values.only.length === 0 ? size === 'full' || !row.long : values.only.includes(row.name),
)
const leftOut = values.only.length === 0 ? ROWS.filter((row) => !rows.includes(row)).map(({ name }) => name) : []

const started = performance.now()
const redis = await startBenchRedis()
closeWithGrace({ delay: 10_000, logger: false }, () => redis.stop())
const bench: Bench = { redis, pick: (sizes) => sizes[size], say: (text) => console.error(text) }

const outcomes: Outcome[] = []
for (const row of rows) {
  const since = performance.now()
  bench.say(row.what)
  try {
    outcomes.push({ row, result: await measure(row, bench, row.runs?.[size] ?? RUNS[size]) })
  } catch (error) {
    bench.say(String((error as Error).stack))
    outcomes.push({ row, failure: (error as Error).message })
  }
  bench.say(`  ${((performance.now() - since) / 1_000).toFixed(1)} s`)
}
await redis.stop()
const seconds = ((performance.now() - started) / 1_000).toFixed(0)
const runs = RUNS[size] === 1 ? 'one run' : `the middle one of ${RUNS[size]} runs`
console.log(
  `Baton's benchmarks: ${runs}, ${seconds} s, Node ${process.version}, ${availableParallelism()} processors\n`,
)
for (const line of tableOf(outcomes)) console.log(line)
if (leftOut.length > 0) console.log(`\nLeft out, for it takes minutes: ${leftOut.join(', ')}. Ask for it by --only.`)
process.exit(outcomes.some((outcome) => 'failure' in outcome) ? 1 : 0)
