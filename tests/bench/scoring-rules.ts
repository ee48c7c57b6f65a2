import type { NestedCondition, RuleProperties, TopLevelCondition } from 'json-rules-engine'
import type { Attributes, Signal } from '../../src/rules/attributes.ts'
import type { Condition } from '../../src/rules/condition.ts'
import type { ScoringConfig } from '../../src/rules/score.ts'

/** The same made-up rules twice: as Baton's config has them, and as a user of json-rules-engine would write them. */

const DAY = 24 * 60 * 60_000
const WINDOW = 180 * DAY
const INDUSTRIES = ['internet', 'retail', 'biotechnology', 'insurance', 'computer software', 'logistics']
const COUNTRIES = ['spain', 'germany', 'france', 'japan', 'brazil', 'canada', 'kenya']
const SOURCES = ['organic_search', 'paid_search', 'email_marketing', 'referrals', 'direct_traffic']
const TYPES = ['visit', 'pricing', 'download', 'webinar', 'demo', 'trial', 'opened', 'clicked']

interface Pair {
  when: Condition
  conditions: TopLevelCondition
}

const some = (list: string[], from: number) => [0, 1, 2].map((step) => list[(from + step) % list.length] ?? '')
const between = (from: number, to: number): NestedCondition[] => [
  { fact: 'company.size', operator: 'greaterThanInclusive', value: from },
  { fact: 'company.size', operator: 'lessThanInclusive', value: to },
]

// Six shapes in turn, each with other values.
const SHAPES: ((index: number) => Pair)[] = [
  (index) => ({
    when: { kind: 'test', attribute: 'company.size', test: { between: [index * 20, index * 20 + 150] } },
    conditions: { all: between(index * 20, index * 20 + 150) },
  }),
  (index) => ({
    when: { kind: 'test', attribute: 'company.industry', test: { in: some(INDUSTRIES, index) } },
    conditions: { all: [{ fact: 'company.industry', operator: 'in', value: some(INDUSTRIES, index) }] },
  }),
  (index) => ({
    when: { kind: 'test', attribute: 'company.revenue', test: { atLeast: index * 100_000 } },
    conditions: { all: [{ fact: 'company.revenue', operator: 'greaterThanInclusive', value: index * 100_000 }] },
  }),
  (index) => ({
    when: { kind: 'test', attribute: 'leadSource', test: { is: SOURCES[index % SOURCES.length] ?? '' } },
    conditions: { all: [{ fact: 'leadSource', operator: 'equal', value: SOURCES[index % SOURCES.length] }] },
  }),
  (index) => ({
    when: {
      kind: 'any',
      of: [
        { kind: 'test', attribute: 'country', test: { in: some(COUNTRIES, index) } },
        { kind: 'test', attribute: 'company.size', test: { atLeast: 400 } },
      ],
    },
    conditions: {
      any: [
        { fact: 'country', operator: 'in', value: some(COUNTRIES, index) },
        { fact: 'company.size', operator: 'greaterThanInclusive', value: 400 },
      ],
    },
  }),
  (index) => ({
    when: {
      kind: 'all',
      of: [
        { kind: 'test', attribute: 'company.size', test: { between: [10, 500] } },
        { kind: 'test', attribute: 'company.industry', test: { in: some(INDUSTRIES, index + 1) } },
      ],
    },
    conditions: {
      all: [...between(10, 500), { fact: 'company.industry', operator: 'in', value: some(INDUSTRIES, index + 1) }],
    },
  }),
]

const PAIRS = Array.from({ length: 30 }, (_, index) => {
  const { when, conditions } = (SHAPES[index % SHAPES.length] as (index: number) => Pair)(index)
  return { id: `rule-${index}`, points: index % 7 === 6 ? -5 : 1 + (index % 5), when, conditions }
})

const ENGAGEMENT = Object.fromEntries(
  TYPES.map((type, index) => [type, { points: 2 + index, halfLife: (20 + index * 5) * DAY }]),
)

/** What Baton is given: 30 fit rules, 8 kinds of signals that fade. The maxima are out of reach, so that sums compare. */
export const CONFIG = {
  icp: { tiers: [], minimumCompanySize: 0, personas: [], negative: [] },
  scoring: {
    fit: { max: 1_000, rules: PAIRS.map(({ id, points, when }) => ({ id, points, when })) },
    engagement: { max: 10_000, window: WINDOW, signals: ENGAGEMENT },
    bands: { low: 0, medium: 31, high: 61, hot: 81 },
    mql: { score: 61, fit: 30, engagement: 31 },
  } satisfies ScoringConfig,
}

/** The 30 fit rules for json-rules-engine. */
export const FIT_RULES: RuleProperties[] = PAIRS.map(({ id, points, conditions }) => ({
  name: id,
  conditions,
  event: { type: 'fit', params: { rule: id, points } },
}))

/** One rule for each kind of signal, for json-rules-engine: how many there are, and what they are worth by now, are given to it. */
export const SIGNAL_RULES: RuleProperties[] = TYPES.map((type) => ({
  name: type,
  conditions: { all: [{ fact: `${type}.count`, operator: 'greaterThanInclusive', value: 1 }] },
  event: { type: 'signal', params: { type, points: { fact: `${type}.points` } } },
}))

/** A lead as json-rules-engine is given it: its attributes, and of each kind of signal the count and the points. */
export function factsOf({ attributes, signals }: MadeUpLead, now: number): Record<string, unknown> {
  const facts: Record<string, unknown> = {}
  for (const [name, { value }] of Object.entries(attributes)) facts[name] = value
  for (const type of TYPES) {
    const ages = signals.flatMap((signal) =>
      signal.type === type && now - signal.at <= WINDOW ? [now - signal.at] : [],
    )
    facts[`${type}.count`] = ages.length
    facts[`${type}.points`] = ages.reduce((sum, age) => sum + faded(type, age), 0)
  }
  return facts
}

/** A made-up lead. */
export interface MadeUpLead {
  attributes: Attributes
  signals: Signal[]
}

function faded(type: string, age: number): number {
  const rule = ENGAGEMENT[type]
  return rule ? rule.points * 2 ** (-age / rule.halfLife) : 0
}

/** Made-up leads with 50 signals each, in order of time as records keep them; every third one's revenue is unknown. */
export function madeUpLeads(count: number, now: number): MadeUpLead[] {
  const pick = (list: string[], index: number) => list[index % list.length] ?? ''
  return Array.from({ length: count }, (_, lead) => {
    const values: Record<string, string | number> = {
      firstName: 'Dana',
      lastName: `Ruiz ${lead}`,
      jobTitle: 'VP Marketing',
      country: pick(COUNTRIES, lead * 3),
      leadSource: pick(SOURCES, lead),
      'company.size': (lead * 37) % 600,
      'company.industry': pick(INDUSTRIES, lead * 5),
      ...(lead % 3 === 0 ? {} : { 'company.revenue': (lead * 131_071) % 3_000_000 }),
    }
    return {
      attributes: Object.fromEntries(
        Object.entries(values).map(([name, value]) => [name, { value, source: `hubspot:${name}` }]),
      ),
      signals: Array.from({ length: 50 }, (_, index) => ({
        id: `signal-${lead}-${index}`,
        type: pick(TYPES, lead + index),
        at: now - ((index * 7 + lead) % 200) * DAY,
      })).sort((a, b) => a.at - b.at),
    }
  })
}
