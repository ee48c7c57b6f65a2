import { readFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { type Command, InvalidArgumentError, Option } from 'commander'
import { routeScores } from '../calibrate/bands.ts'
import { type Calibration, calibrate } from '../calibrate/calibrate.ts'
import { type Story, storyOf, TARGETS, type Target } from '../calibrate/cases.ts'
import { inputsOf } from '../calibrate/inputs.ts'
import { unreadOf } from '../calibrate/reads.ts'
import { calibrationText } from '../calibrate/text.ts'
import type { Config } from '../config/config.ts'
import { diffScoring } from '../config/edit-scoring.ts'
import { loadConfig } from '../config/load.ts'
import { firstOf } from '../facts/first.ts'
import { createClock } from '../platform/clock.ts'
import { createLogger } from '../platform/log.ts'
import type { RedisConnection } from '../platform/redis.ts'
import { createFactStreams } from '../store/facts.ts'
import { readKeptLeads } from '../store/kept-leads.ts'
import { createStore } from '../store/partitions.ts'
import { createPastDecisions } from '../store/past-decisions.ts'
import { prefixHere, redisOfService } from './service-redis.ts'

const HELP = `
It learns from what became of the leads that sales worked, each as it was when it went to sales, and proposes points for
scoring.yaml as a diff with a comment for each change. Nothing is applied: review it, try it with what-if, merge it.
It exits with 0, with 2 when a single input tells the outcome by itself, with 3 when there is not enough data, else with 1.

Examples:
  npm run baton -- calibrate                                what the data say of the config in force
  npm run baton -- calibrate --outcome customer --since 2026-05-01
  npm run baton -- calibrate --format md > calibrate.md && git apply calibrate.md
  npm run baton -- calibrate config-next --json`

interface CalibrateOptions {
  outcome: Target
  since?: number
  allow: string[]
  acceptSelection?: boolean
  format: 'text' | 'md'
  json?: boolean
}

/** `calibrate`: what outcomes say of the points in scoring.yaml. */
export function addCalibrate(program: Command): void {
  program
    .command('calibrate')
    .argument('[dir]', 'the config directory', process.env.CONFIG_DIR || './config')
    .addOption(
      new Option('--outcome <outcome>', 'what is learnt: a lead that came so far, or further')
        .choices(TARGETS)
        .default('sql'),
    )
    .option('--since <date>', 'only leads that were decided from that day on, such as 2026-05-01', dayIn)
    .option('--allow <rule>', 'a rule that may tell the outcome by itself; as often as you like', also, [])
    .option('--accept-selection', 'learn without a random sample, from leads alone that the present rules chose')
    .addOption(
      new Option('--format <format>', 'text for a terminal, md for a pull request')
        .choices(['text', 'md'])
        .default('text'),
    )
    .option('--json', 'print everything as JSON')
    .description('what outcomes say of the points in scoring.yaml, as a diff; reads the Redis of the running service')
    .addHelpText('after', HELP)
    .action(async (directory: string, options: CalibrateOptions) => {
      const redis = await redisOfService()
      try {
        const clock = await createClock({ redis, log: createLogger('silent') })
        const config = await loadConfig(directory, clock.now())
        expectRules(config, options.allow)
        const stories = await readStories(redis, config, options)
        const report = calibrate(questionOf(config, options, stories, clock.now()), stories)
        const file = join(directory, 'scoring.yaml')
        const { diff, byHand } = diffScoring(nameIn(file), await readFile(file, 'utf8'), report.proposals)
        if (options.json) console.log(JSON.stringify({ config: config.version, ...report, byHand, diff }, null, 2))
        else
          console.log(
            [
              calibrationText(report, options.format),
              ...nextSteps(report, byHand).map((line) => (options.format === 'md' ? `- ${line}` : line)),
              ...shown(diff, options.format),
            ].join('\n'),
          )
        process.exitCode = exitCodeOf(report)
      } finally {
        redis.disconnect()
      }
    })
}

async function readStories(
  redis: RedisConnection,
  config: Config,
  { outcome, since = 0 }: CalibrateOptions,
): Promise<Story[]> {
  const store = createStore({ redis, prefix: prefixHere() })
  // Only this one is no outcome that a lead's record keeps.
  const accepted =
    outcome === 'accepted' ? await firstOf(createFactStreams(store).since(0), 'accepted') : new Map<string, number>()
  const [all, inputs] = [await createPastDecisions(store).count(), inputsOf(config.scoring)]
  const stories: Story[] = []
  let [read, told] = [0, 0]
  for await (const portion of readKeptLeads(store)) {
    for (const { lead, decisions } of portion) {
      const kept = { outcomes: lead.outcomes, acceptedAt: accepted.get(lead.pseudonym), decisions }
      const story = storyOf(config, inputs, kept, outcome, since)
      if (story) stories.push(story)
    }
    read += portion.length
    if (read - told < 10_000) continue
    told = read
    console.error(`${read} of ${all} leads read`)
  }
  return stories
}

function questionOf(
  config: Config,
  { outcome, allow, acceptSelection = false }: CalibrateOptions,
  stories: Story[],
  now: number,
) {
  const { scoring } = config
  return {
    ...{ scoring, inputs: inputsOf(scoring), target: outcome, now, allowed: allow, acceptSelection },
    ...{ capacity: capacityOf(config), routes: routeScores(config.routing.routes), unread: unreadOf(config, stories) },
  }
}

// How many leads the pools of sales take in a day; null: they say no limit.
function capacityOf({ routing, team }: Config): number | null {
  const pools = new Set(routing.routes.flatMap(({ to }) => ('pool' in to ? [to.pool] : [])))
  const caps = [...pools].map((name) => {
    const { caps, members = [] } = team.pools[name] ?? {}
    return (caps?.perDay ?? Number.POSITIVE_INFINITY) * members.filter(({ rep }) => team.reps[rep]?.active).length
  })
  const sum = caps.reduce((total, cap) => total + cap, 0)
  return Number.isFinite(sum) && sum > 0 ? sum : null
}

function expectRules({ scoring }: Config, allowed: readonly string[]): void {
  const names = inputsOf(scoring).map(({ name }) => name)
  const strange = allowed.find((name) => !names.includes(name))
  if (strange !== undefined) throw new Error(`--allow: there is no rule or signal ${strange} in scoring.yaml.`)
}

// What else a person has to look at before such a change is merged.
function nextSteps({ proposals, thresholds }: Calibration, byHand: readonly { why: string }[]): string[] {
  if (proposals.length === 0) return []
  const routes = (thresholds?.routes ?? []).filter(({ least, then }) => least !== then)
  const told = routes.map(({ route, part, least, then }) => {
    return `${route} ${part === 'total' ? 'score' : `score.${part}`} ${least} → ${then}`
  })
  return [
    ...(told.length > 0
      ? [
          `Routes stay as they are; as many leads as now would get through at: ${told.join(', ')} (routing.yaml, by hand).`,
        ]
      : []),
    'Scores that routing-cases.yaml expects may change, too: config check says which.',
    ...(byHand.length > 0
      ? [`By hand, for an alias or anchor shares the number: ${byHand.map(({ why }) => why).join('; ')}.`]
      : []),
  ]
}

function shown(diff: string, format: CalibrateOptions['format']): string[] {
  if (diff === '') return []
  return ['', format === 'md' ? `\`\`\`diff\n${diff}\`\`\`` : diff.trimEnd()]
}

// As `git apply` and `patch -p1` want it in this folder; of a file elsewhere the name alone, for `patch -d`.
function nameIn(file: string): string {
  const name = relative('.', file)
  return name.startsWith('..') ? 'scoring.yaml' : name.replaceAll('\\', '/')
}

function exitCodeOf({ refusal }: Calibration): number {
  if (!refusal) return 0
  return refusal.why === 'telling' ? 2 : 3
}

function dayIn(text: string): number {
  const at = Date.parse(text)
  if (!/^\d{4}-\d{2}-\d{2}/.test(text) || Number.isNaN(at))
    throw new InvalidArgumentError('It must be a date such as 2026-05-01.')
  return at
}

function also(value: string, before: string[]): string[] {
  return [...before, value]
}
