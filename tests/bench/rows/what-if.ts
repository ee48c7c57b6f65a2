import { join } from 'node:path'
import type { Config } from '../../../src/config/config.ts'
import { loadConfig } from '../../../src/config/load.ts'
import { decide } from '../../../src/leads/decision.ts'
import type { KeptDecision } from '../../../src/leads/history.ts'
import { connectRedis } from '../../../src/platform/redis.ts'
import { createConfigs } from '../../../src/store/configs.ts'
import { createLeads } from '../../../src/store/leads.ts'
import { createStore } from '../../../src/store/partitions.ts'
import { createPastDecisions } from '../../../src/store/past-decisions.ts'
import { runWhatIf } from '../../../src/work/what-if.ts'
import { facts, leadRecord } from '../../support/records.ts'
import { openBeside, PER_SECOND } from '../beside.ts'
import type { Bench, Row } from '../row.ts'
import { SECRETS } from '../secrets.ts'
import { madeUpSignal } from '../signals.ts'
import { type BenchStore, openStore } from '../store.ts'

const ROOT = join(import.meta.dirname, '..', '..', '..')
const AT_ONCE = 500
const SIGNALS = 8
const DAY = 24 * 60 * 60_000
const HOW = `Leads with ${SIGNALS} signals and one routing decision or two, spread over 90 days; a third go to sales. Each decision is made again by the config that made it and by one with other weights, and all that went to sales are given out twice. One process, one Redis.`

const WHAT_IF: Pick<Row, 'unit' | 'aim'> = { unit: '/s', aim: { of: 'figure', is: '>=', value: 10_000 } }

/** How fast a what-if goes through the leads. */
export const whatIf: Row = {
  name: 'what-if',
  what: 'leads computed again under another config',
  how: HOW,
  ...WHAT_IF,
  open: (bench) => open(bench, bench.pick({ full: 100_000, quick: 10_000, tiny: 100 })),
}

/** The same with a million, for the memory that it takes. */
export const whatIfMillion: Row = {
  name: 'what-if-million',
  what: 'the same for a million leads',
  how: HOW,
  ...WHAT_IF,
  runs: { full: 1, quick: 1 },
  long: true,
  open: (bench) => open(bench, bench.pick({ full: 1_000_000, quick: 1_000_000, tiny: 100 })),
}

async function open(bench: Bench, count: number) {
  await bench.redis.clear()
  const store = await openStore(bench.redis)
  const [before, after] = await twoConfigs()
  await fill(store, count, before)
  // As the command line connects.
  const connection = await connectRedis([bench.redis.url], 'request', () => undefined)
  const reading = createStore({ redis: connection, prefix: 'baton' })
  const parts = {
    past: createPastDecisions(reading),
    leads: createLeads(reading),
    configs: createConfigs(reading),
    readProperties: null,
  }
  let note = ''
  const run = async () => {
    globalThis.gc?.()
    let [most, portions] = [0, 0]
    const start = performance.now()
    const before = process.cpuUsage()
    const result = await runWhatIf(parts, after, {}, () => {
      // Asking costs as much as some leads.
      if (portions++ % 20 === 0) most = Math.max(most, process.memoryUsage.rss())
    })
    const seconds = (performance.now() - start) / 1_000
    const { user, system } = process.cpuUsage(before)
    if (result.leads.compared !== count) throw new Error(`${result.leads.compared} of ${count} leads were compared`)
    note = `${count} leads, ${result.decisions.found} decisions, ${result.sales.before} → ${result.sales.after} to sales: ${seconds.toFixed(1)} s, ${((user + system) / count).toFixed(0)} µs of processor a lead, at most ${Math.round(most / 2 ** 20)} MiB`
    return count / seconds
  }
  return {
    baton: run,
    notes: () => [note],
    async close() {
      connection.disconnect()
      await store.close()
    },
  }
}

/** What a what-if costs everybody else. */
export const whatIfBeside: Row = {
  name: 'what-if-beside',
  what: 'webhook to Slack while a what-if runs, p99 against without',
  unit: 'ms',
  how: `The row of webhook to Slack at ${PER_SECOND} leads/s, while POST /v1/what-if computes the stored leads again and again; ceiling: the same without it. API and worker in one process.`,
  aim: { of: 'ratio', is: '<=', value: 1.1 },

  async open(bench) {
    const [before] = await twoConfigs()
    const files = await configTexts()
    return openBeside(bench, {
      fill: (store) => fill(store, bench.pick({ full: 20_000, quick: 5_000, tiny: 50 }), before),
      async ask(address) {
        const response = await fetch(`${address}/v1/what-if`, {
          method: 'POST',
          headers: { authorization: `Bearer ${SECRETS.api}`, 'content-type': 'application/json' },
          body: JSON.stringify({ files, offline: true, sample: 100_000 }),
        })
        if (response.status !== 200) throw new Error(`what-if: ${response.status} ${await response.text()}`)
      },
      note: (asked) => `${asked} what-ifs meanwhile`,
    })
  },
}

async function configTexts(): Promise<Record<string, string>> {
  const { readdir, readFile } = await import('node:fs/promises')
  const names = (await readdir(join(ROOT, 'config'))).filter((name) => name.endsWith('.yaml'))
  const texts = await Promise.all(names.map(async (name) => [name, await readFile(join(ROOT, 'config', name), 'utf8')]))
  return Object.fromEntries(texts)
}

async function twoConfigs(): Promise<[Config, Config]> {
  const config = await loadConfig(join(ROOT, 'config'), Date.now())
  const changed = structuredClone(config)
  changed.scoring.engagement.signals.pricing_page_viewed = { points: 8 }
  return [config, { ...changed, version: 'other-weights' }]
}

/** Leads as the service leaves them, with what it keeps of their decisions. */
async function fill(store: BenchStore, count: number, config: Config): Promise<void> {
  const now = Date.now()
  await createConfigs(store.store).keep(config)
  const attributesOf = (isFit: boolean) =>
    facts({
      email: 'dana@company.example',
      'email.domain': 'company.example',
      'email.free': false,
      firstName: 'Dana',
      lastName: 'Ruiz',
      jobTitle: isFit ? 'VP Marketing' : 'Engineer',
      'company.name': 'Company',
      'company.size': isFit ? 240 : 900,
      'company.industry': isFit ? 'computer software' : 'retail',
    })
  for (let from = 0; from < count; from += AT_ONCE) {
    const some = Array.from({ length: Math.min(AT_ONCE, count - from) }, (_, index) => from + index)
    await Promise.all(
      some.map(async (index) => {
        const at = now - (index % 90) * DAY - (index % 997) * 60_000
        const attributes = attributesOf(index % 3 === 0)
        const signals = Array.from({ length: SIGNALS }, (_, number) => {
          const { id, type, page } = madeUpSignal(number)
          return { id: `api-${id}`, type, at: at - number * 3_600_000, detail: page }
        })
        const kept = [
          decision(config, { attributes, signals }, 1, at, false),
          ...(index % 2 === 0 ? [decision(config, { attributes, signals }, 2, at + DAY, index % 3 === 0)] : []),
        ]
        const last = kept.at(-1)
        if (!last) return
        const record = leadRecord({
          id: String(404_000_000_000 + index),
          attributes,
          signals: signals.map((signal) => ({ ...signal, decision: 1 })),
          handoffs: {},
          handoffCount: 0,
          readBy: config.version,
          route: { name: last.route, to: last.to, reason: last.route, at },
          configVersion: config.version,
          rulesVersion: config.rulesVersion,
        })
        await store.put(record, [], kept)
      }),
    )
  }
}

function decision(
  config: Config,
  lead: Pick<KeptDecision, 'attributes' | 'signals'>,
  number: number,
  at: number,
  withSales: boolean,
): KeptDecision {
  const standing = { withSales, rejected: false }
  const { score, route, action } = decide(config, lead, standing, at)
  return {
    ...lead,
    ...{ at, number, config: config.version, route: route.route, to: route.to, action, standing },
    ...{ score: score.total, fit: score.fit.points, engagement: score.engagement.points, band: score.band },
    rep: action === 'assign' ? 'ae-1' : null,
    probability: 1,
  }
}
