import { setImmediate as turn } from 'node:timers/promises'
import { type Fact, writeFacts } from '../../src/facts/fact.ts'
import type { BenchStore } from './store.ts'

type Part = Omit<Fact, 'at' | 'lead' | 'config'>
/** What one commit notes, so many hours after the lead came. */
type Step = [hours: number, parts: Part[]]

const SOURCES = ['ORGANIC_SEARCH', 'PAID_SEARCH', 'REFERRALS', 'EMAIL_MARKETING', 'DIRECT_TRAFFIC', 'SOCIAL_MEDIA']
const REPS = ['ae-1', 'ae-2', 'sdr-1', 'sdr-2', 'sdr-3']
const CONTENT = ['Request a demo', '/pricing', '/guides/routing', 'Webinar: speed to lead', '/compare']

/** The stories of leads: one that buys, one that sales rejects, one whose answer is taken back, and three that stay in nurture. */
function storiesOf(lead: number): Step[][] {
  const source = SOURCES[lead % SOURCES.length] ?? ''
  const content = CONTENT[lead % CONTENT.length] ?? ''
  const rep = REPS[lead % REPS.length] ?? ''
  const account = `account${String(lead % 40_000).padStart(5, '0')}`
  const sales = { handoff: '1', kind: 'mql-to-sales', pool: 'sdr', route: 'mql', rep }
  const minutes = (lead * 7) % 300
  const came: Part[] = [
    { type: 'seen', source, content, account, route: 'medium', stage: 'lead' },
    { type: 'signal', rule: 'content_downloaded', content, account, value: 10 },
    { type: 'scored', value: 44, reason: 'medium', route: 'medium' },
    { type: 'routed', source, content, route: 'medium', reason: 'nurture weekly', value: lead % 50 },
    { type: 'enrichment', source: 'hubspot-company', reason: 'matched' },
  ]
  const handed: Step[] = [
    [0, came],
    [
      30,
      [
        { type: 'signal', rule: 'demo_requested', content, account, value: 20 },
        { type: 'scored', value: 65, reason: 'high', route: 'mql' },
        { type: 'routed', source, content, route: 'mql', reason: 'pool sdr', value: 3 },
        { type: 'stage', stage: 'mql', reason: 'lead' },
        { type: 'assigned', ...sales, source, account, reason: 'rotation', value: 3 },
      ],
    ],
    [30, [{ type: 'told', ...sales, value: 3.4, reason: 'pool-alert' }]],
    [30, [{ type: 'told', ...sales, value: 3.6, reason: 'rep-alert' }]],
  ]
  const answered: Part = { type: 'answered', ...sales, value: minutes, reason: 'contacted' }
  const quiet: Step[] = [
    [0, came],
    [70 * 24, [{ type: 'scored', value: 27, reason: 'low', route: 'low' }]],
    [70 * 24, [{ type: 'routed', source, route: 'low', reason: 'nurture newsletter' }]],
    [75 * 24, [{ type: 'triggered', rule: 'still-relevant', reason: 'fired', account }]],
  ]
  return [
    [
      ...handed,
      [31, [answered]],
      [
        80,
        [
          { type: 'stage', stage: 'sql', reason: 'mql' },
          { type: 'outcome', stage: 'salesqualifiedlead', source },
          { type: 'accepted', ...sales, source, reason: 'qualified' },
        ],
      ],
      [
        200,
        [
          { type: 'stage', stage: 'opportunity', reason: 'sql' },
          { type: 'outcome', stage: 'opportunity', source },
        ],
      ],
      [200, [{ type: 'deal', deal: `deal${lead}`, stage: 'qualified', amount: '12000', value: 0, reason: 'open' }]],
      [
        900,
        [
          { type: 'deal', deal: `deal${lead}`, stage: 'closedwon', amount: '12000', value: 29, reason: 'won' },
          { type: 'stage', stage: 'customer', reason: 'opportunity' },
          { type: 'outcome', stage: 'customer', source },
        ],
      ],
    ],
    [
      ...handed,
      [
        31,
        [
          { type: 'breached', ...sales },
          { type: 'reminded', ...sales },
        ],
      ],
      [32, [{ type: 'reassigned', ...sales, rep: 'sdr-3' }]],
      [33, [answered]],
      [
        50,
        [
          { type: 'rejected', ...sales, source, reason: 'not-a-fit' },
          { type: 'stage', stage: 'recycled', reason: 'mql' },
        ],
      ],
    ],
    [
      ...handed,
      [31, [answered]],
      [32, [{ type: 'undone', ...sales }]],
      [33, [{ type: 'breached', ...sales }]],
      [
        34,
        [
          { ...answered, reason: 'seen-in-hubspot' },
          { type: 'corrected', ...sales, reason: 'breached' },
        ],
      ],
    ],
    quiet,
    quiet,
    [...quiet, [80 * 24, [{ type: 'archived', rule: 'silent', reason: 'trigger' }]]],
  ]
}

const HOUR = 60 * 60_000
const MONTHS_13 = 395 * 24 * HOUR
const AT_ONCE = 500

/**
 * Writes the facts of so many leads that came evenly over 13 months until an instant, as commits would have: in the order in which they
 * happened, each in its lead's partition. Resolves with how many facts.
 */
export async function fillFactYear({ store }: BenchStore, leads: number, now: number): Promise<number> {
  const streams = new Map<string, { at: number; lead: number; parts: Part[] }[]>()
  for (let lead = 0; lead < leads; lead++) {
    const stories = storiesOf(lead)
    const came = now - MONTHS_13 + Math.floor((lead * MONTHS_13) / leads)
    const key = store.keys.facts(String(401_000_000_000 + lead))
    const entries = streams.get(key) ?? []
    streams.set(key, entries)
    for (const [hours, parts] of stories[lead % stories.length] ?? []) {
      const at = came + hours * HOUR
      if (at < now) entries.push({ at, lead, parts })
    }
    // Connections that wait for an answer meanwhile are not to take Redis for dead.
    if (lead % AT_ONCE === 0) await turn()
  }
  let count = 0
  for (const [key, entries] of streams) {
    entries.sort((a, b) => a.at - b.at)
    for (let from = 0; from < entries.length; from += AT_ONCE) {
      const pipeline = store.redis.pipeline()
      for (const [number, { at, lead, parts }] of entries.slice(from, from + AT_ONCE).entries()) {
        const about = { at, lead: `lead${String(lead).padStart(6, '0')}`, config: '3f89796daa69' }
        const text = writeFacts(parts.map((part) => ({ ...part, ...about })))
        pipeline.xadd(key, `${at}-${from + number}`, 'f', text)
        count += parts.length
      }
      await pipeline.exec()
    }
  }
  return count
}
