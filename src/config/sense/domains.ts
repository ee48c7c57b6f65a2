import { ATTRIBUTE_NAMES, type AttributeValue } from '../../rules/attributes.ts'
import { HANDOFF_STATES } from '../../rules/circumstances.ts'
import { STAGE_NAMES } from '../../rules/stages.ts'
import { TITLE_VALUES } from '../../rules/title-words.ts'
import type { Config } from '../config.ts'
import { nurtureTracks } from '../config.ts'
import type { Range, Reach } from './score-range.ts'

/**
 * What an attribute can be, as far as the config says: one of certain values, a number between two ends, a text, or anything. `several`: it may
 * have several values at once; `mayBeUnknown`: there may be leads of which it is not known.
 */
export interface Domain {
  kind: 'closed' | 'number' | 'text' | 'anything'
  values: readonly AttributeValue[]
  range: Range
  whole: boolean
  several: boolean
  mayBeUnknown: boolean
}

const ANY: Range = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]
const FROM_ZERO: Range = [0, Number.POSITIVE_INFINITY]
const ANYTHING: Domain = {
  kind: 'anything',
  values: [],
  range: ANY,
  whole: false,
  several: true,
  mayBeUnknown: true,
}
const BOOLEANS = ['email.free', 'company.belowMinimum', 'returning', 'archived', 'withSales', 'answered']
// Of these there is one at a time; another text with ; in it may be several choices.
const SINGLE = ['email', 'email.domain', 'country', 'language', 'leadSource', 'lifecycleStage', 'leadStatus']
// What a source may give as a date or a number as well.
const LOOSE = /^touch\..*\.at$/

const closed = (values: readonly AttributeValue[], more: Partial<Domain> = {}): Domain => ({
  ...ANYTHING,
  kind: 'closed',
  values: [...new Set(values)],
  several: false,
  ...more,
})
const number = (range: Range, more: Partial<Domain> = {}): Domain => ({
  ...ANYTHING,
  kind: 'number',
  range,
  several: false,
  ...more,
})

/** What every attribute can be under a config; `reach` is what its rules can score. */
export function domainsOf(config: Config, reach: Reach): (attribute: string) => Domain {
  const { icp } = config
  const scored = (range: Range) => number(range, { whole: true, mayBeUnknown: false })
  const known: Record<string, Domain> = {
    ...Object.fromEntries(ATTRIBUTE_NAMES.facts.map((name) => [name, { ...ANYTHING, kind: 'text' }])),
    ...Object.fromEntries(SINGLE.map((name) => [name, { ...ANYTHING, kind: 'text', several: false }])),
    ...Object.fromEntries(
      Object.entries(TITLE_VALUES).map(([name, values]) => [name, closed(values, { several: true })]),
    ),
    junk: { ...ANYTHING, kind: 'text' },
    ...Object.fromEntries(BOOLEANS.map((name) => [name, closed([true, false])])),
    'company.size': number(FROM_ZERO),
    'company.revenue': number(ANY),
    'company.techStack': { ...ANYTHING, kind: 'text' },
    'email.bouncesInARow': number(FROM_ZERO, { whole: true }),
    'icp.tier': closed(icp.tiers.map(({ tier }) => tier)),
    'icp.sizeTier': closed(icp.tiers.flatMap(({ tier, size }) => (size ? [tier] : []))),
    'icp.industryTier': closed(icp.tiers.flatMap(({ tier, industries }) => (industries ? [tier] : []))),
    persona: closed(icp.personas.map(({ name }) => name)),
    'icp.negative': closed(icp.negative.map(({ reason }) => reason)),
    region: closed(Object.keys(icp.regions ?? {}), { several: true }),
    stage: closed(STAGE_NAMES),
    route: closed(config.routing.routes.map(({ name }) => name)),
    track: closed(nurtureTracks(config)),
    band: closed(Object.keys(config.scoring.bands), { mayBeUnknown: false }),
    score: scored(reach.score),
    'score.fit': scored(reach.fit),
    'score.engagement': scored(reach.engagement),
    quiet: number(FROM_ZERO),
  }
  return (attribute) => {
    if (attribute.startsWith('signals.')) return number(FROM_ZERO, { whole: true, mayBeUnknown: false })
    if (attribute.startsWith('handoff.')) return closed(HANDOFF_STATES)
    if (LOOSE.test(attribute)) return ANYTHING
    return Object.hasOwn(known, attribute) ? (known[attribute] ?? ANYTHING) : ANYTHING
  }
}

/** The values that come with signals, and by how many per cent they fell. */
export const OF_SIGNALS = {
  sum: number(ANY),
  dropsBy: number([Number.NEGATIVE_INFINITY, 100]),
} as const
