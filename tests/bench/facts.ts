import { randomBytes } from 'node:crypto'
import { type Fact, writeFacts } from '../../src/facts/fact.ts'
import type { BenchStore } from './store.ts'

type Part = Omit<Fact, 'at' | 'lead' | 'config'>

const SALES = { handoff: '1', kind: 'mql-to-sales', pool: 'sdr', route: 'mql' }
const TAKEN_IN: Part[] = [
  { type: 'seen', source: 'ORGANIC_SEARCH', content: 'Request a demo', route: 'mql' },
  { type: 'scored', value: 65, reason: 'high', route: 'mql' },
  { type: 'routed', source: 'ORGANIC_SEARCH', content: 'Request a demo', route: 'mql', reason: 'pool sdr' },
  { type: 'enrichment', source: 'hubspot-company', reason: 'matched' },
]

// A year of three leads, as the facts that one commit each appends: one that sales takes, one that comes to nothing, and
// one that stays in nurture.
const COMMITS: Part[][] = [
  [...TAKEN_IN, { type: 'assigned', ...SALES, rep: 'sdr-1', reason: 'rotation', value: 3 }],
  [{ type: 'told', ...SALES, value: 3.4, reason: 'pool-alert' }],
  [{ type: 'told', ...SALES, rep: 'sdr-1', value: 3.6, reason: 'rep-alert' }],
  [{ type: 'answered', ...SALES, rep: 'sdr-1', value: 41, reason: 'contacted' }],
  [
    { type: 'stage', stage: 'salesqualifiedlead', reason: 'marketingqualifiedlead' },
    { type: 'outcome', stage: 'salesqualifiedlead', source: 'ORGANIC_SEARCH' },
    { type: 'accepted', ...SALES, rep: 'sdr-1', reason: 'qualified' },
  ],
  [
    { type: 'stage', stage: 'opportunity', reason: 'salesqualifiedlead' },
    { type: 'outcome', stage: 'opportunity', source: 'ORGANIC_SEARCH' },
  ],
  [...TAKEN_IN, { type: 'assigned', ...SALES, rep: 'sdr-2', reason: 'rotation', value: 4 }],
  [{ type: 'told', ...SALES, value: 4.1, reason: 'pool-alert' }],
  [{ type: 'told', ...SALES, rep: 'sdr-2', value: 4.3, reason: 'rep-alert' }],
  [
    { type: 'breached', ...SALES, rep: 'sdr-2' },
    { type: 'reminded', ...SALES, rep: 'sdr-2' },
  ],
  [{ type: 'reassigned', ...SALES, rep: 'sdr-3' }],
  [{ type: 'told', ...SALES, rep: 'sdr-3', value: 7_203.5, reason: 'rep-alert' }],
  [{ type: 'answered', ...SALES, rep: 'sdr-3', value: 133, reason: 'seen-in-hubspot' }],
  [{ type: 'rejected', ...SALES, rep: 'sdr-3', reason: 'rejected' }],
  TAKEN_IN,
  [{ type: 'scored', value: 44, reason: 'medium', route: 'medium' }],
  [
    { type: 'scored', value: 27, reason: 'low', route: 'low' },
    { type: 'routed', source: 'ORGANIC_SEARCH', route: 'low', reason: 'nurture newsletter' },
  ],
]

const DAY = 24 * 60 * 60_000
const APART = (365 * DAY) / 1_500_000
const AT_ONCE = 2_000

/** A week in milliseconds. */
export const WEEK = 7 * DAY

/**
 * Writes made-up facts into the streams, 1.5 million a year, evenly over the time from an instant until another. Resolves
 * with the instants of all.
 */
export async function fillFacts({ store }: BenchStore, from: number, to: number): Promise<number[]> {
  const instants: number[] = []
  let pipeline = store.redis.pipeline()
  for (let entry = 0, at = from; at < to; entry++) {
    const parts = COMMITS[entry % COMMITS.length] ?? []
    const instant = Math.floor(at)
    const about = { at: instant, lead: randomBytes(7).toString('base64url'), config: '3f89796daa69' }
    const text = writeFacts(parts.map((part) => ({ ...part, ...about })))
    pipeline.xadd(store.keys.facts(about.lead), `${instant}-${entry}`, 'f', text)
    for (const _ of parts) instants.push(instant)
    at += APART * parts.length
    if (entry % AT_ONCE === AT_ONCE - 1) {
      await pipeline.exec()
      pipeline = store.redis.pipeline()
    }
  }
  await pipeline.exec()
  return instants
}
