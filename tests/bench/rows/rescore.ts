import { join } from 'node:path'
import type { Config } from '../../../src/config/config.ts'
import { loadConfig } from '../../../src/config/load.ts'
import { createLogger } from '../../../src/platform/log.ts'
import { createMetrics } from '../../../src/platform/metrics.ts'
import { createRescoreLeads } from '../../../src/work/rescore-leads.ts'
import { facts, leadRecord } from '../../support/records.ts'
import type { Row } from '../row.ts'
import { madeUpSignal } from '../signals.ts'
import { openStore } from '../store.ts'

const ROOT = join(import.meta.dirname, '..', '..', '..')
const BATCH = 500
const SIGNALS = 20

/** How long it takes to score all leads again after a change of weights. */
export const rescore: Row = {
  name: 'rescore',
  what: 'leads scored again after a change of weights',
  unit: 's',
  how: `Leads in nurture with ${SIGNALS} signals each, in batches of ${BATCH}, without the pauses that the service makes for other work: each scored, decided, and committed with its line of history. Writing the new scores to HubSpot comes after it and is left out. Ceiling: the same leads found and read in the same batches, decoded.`,
  aim: { of: 'ratio', is: '<=', value: 2 },

  async open(bench) {
    await bench.redis.clear()
    const count = bench.pick({ full: 100_000, quick: 3_000, tiny: 100 })
    const store = await openStore(bench.redis)
    const weights = await twoConfigs()
    let current = weights[0]
    let toMainJob = 0
    const rescoring = createRescoreLeads({
      config: () => current,
      clock: { now: Date.now },
      store: store.store,
      leads: store.leads,
      metrics: createMetrics(),
      log: createLogger('silent'),
      kick: (jobs) => {
        toMainJob += jobs.filter((job) => job.name === 'process-lead').length
      },
    })
    await fill(store, count, current)

    async function baton(): Promise<number> {
      current = current === weights[0] ? weights[1] : weights[0]
      await rescoring.announce(current)
      toMainJob = 0
      const start = performance.now()
      while ((await rescoring.rescoreBatch(BATCH)) > 0);
      const seconds = (performance.now() - start) / 1_000
      if (toMainJob > 0) throw new Error(`${toMainJob} leads went through the main job instead`)
      return seconds
    }

    async function ceiling(): Promise<number> {
      const ids = await store.leads.scoredByOtherRules(-1, count * 2)
      if (ids.length !== count) throw new Error(`${ids.length} of ${count} leads found`)
      const start = performance.now()
      for (let from = 0; from < count; from += BATCH) {
        await store.leads.scoredByOtherRules(-1, BATCH)
        const found = await store.leads.readMany(ids.slice(from, from + BATCH))
        if (found.some(({ record }) => record === null)) throw new Error('a lead is not there')
      }
      return (performance.now() - start) / 1_000
    }

    await ceiling()
    return {
      baton,
      ceiling,
      notes: () => [`${count} leads`],
      close: () => store.close(),
    }
  },
}

/** The config that ships, and one with other weights; neither sends these leads anywhere else. */
async function twoConfigs(): Promise<[Config, Config]> {
  const config = await loadConfig(join(ROOT, 'config'), Date.now())
  const changed = structuredClone(config)
  changed.scoring.engagement.signals.email_opened = { points: 4 }
  return [config, { ...changed, version: 'other-weights', scoringVersion: config.scoringVersion + 1 }]
}

async function fill(store: Awaited<ReturnType<typeof openStore>>, count: number, config: Config): Promise<void> {
  const now = Date.now()
  for (let from = 0; from < count; from += BATCH) {
    const some = Array.from({ length: Math.min(BATCH, count - from) }, (_, index) =>
      leadRecord({
        id: String(403_000_000_000 + from + index),
        attributes: facts({
          email: 'dana@company.example',
          'email.domain': 'company.example',
          'email.free': false,
          firstName: 'Dana',
          lastName: 'Ruiz',
          jobTitle: 'Engineer',
          'company.name': 'Company',
          'company.size': 900,
          'company.industry': 'retail',
        }),
        signals: Array.from({ length: SIGNALS }, (_, index) => {
          const { id, type, page } = madeUpSignal(index)
          return { id: `api-${id}`, type, at: now - index * 3_600_000, detail: page, decision: 1 }
        }),
        handoffs: 0,
        route: { name: 'medium', to: { nurture: 'signal-based' }, reason: 'medium', at: now },
        configVersion: config.version,
        scoringVersion: config.scoringVersion,
      }),
    )
    await Promise.all(some.map((record) => store.store.commit([], store.leads.writes.lead(record, 1, now))))
  }
}
