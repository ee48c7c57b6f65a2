import type { Attributes, AttributeValue, Signal } from './attributes.ts'
import type { Check, Lookup } from './condition.ts'
import { type EngagementConfig, type EngagementResult, scoreEngagement } from './engagement.ts'
import { type FitConfig, type FitResult, scoreFit } from './fit.ts'
import { type IcpConfig, type IcpResult, matchIcp, testsBehind } from './icp.ts'
import { clamp } from './rounding.ts'
import { dropOf, sumOf } from './signal-values.ts'
import { titleBehind, withTitle } from './titles.ts'

/** The bands from coldest to hottest. */
export const BANDS = ['low', 'medium', 'high', 'hot'] as const
export type Band = (typeof BANDS)[number]

/** What people expect of the leads of a band: at least this share (0–1) of them comes to that. */
export interface BandPromise {
  outcome: PromisedOutcome
  atLeast: number
}

/** What a band can promise: that sales takes a lead on, and the stages that it reaches in HubSpot. */
export const PROMISED_OUTCOMES = ['accepted', 'sql', 'opportunity', 'customer'] as const
export type PromisedOutcome = (typeof PROMISED_OUTCOMES)[number]

/**
 * Everything that turns a lead into a score (`config/scoring.yaml`): each band's number is its lowest total. `base` is what
 * every lead has. `promises` is kept for reports.
 */
export interface ScoringConfig {
  base?: number | undefined
  fit: FitConfig
  engagement: EngagementConfig
  bands: Record<Band, number>
  mql: { score: number; fit: number; engagement: number }
  promises?: Partial<Record<Band, BandPromise>> | undefined
}

/** A lead's score at one instant with everything that explains it. `total` is 0–100; `base` is absent when there is none. */
export interface LeadScore {
  base?: number
  icp: IcpResult
  fit: FitResult
  engagement: EngagementResult
  total: number
  band: Band
  /** The shared definition of a marketing-qualified lead: total, fit and engagement all reach their minimum. */
  mql: boolean
}

/** Scores a lead at `now` (epoch milliseconds). Pure: the same input gives the same score. `brief`: without what explains it. */
export function scoreLead(
  config: { icp: IcpConfig; scoring: ScoringConfig },
  attributes: Attributes,
  signals: readonly Signal[],
  now: number,
  brief = false,
): LeadScore {
  const icp = brief ? briefIcp(config.icp, attributes) : matchIcp(config.icp, factLookup(attributes))
  const { fit: fitRules, engagement: engagementRules } = config.scoring
  const fit = brief ? briefFit(fitRules, attributes, icp) : scoreFit(fitRules, icpLookup(attributes, icp))
  const engagement = (brief ? briefEngagement : scoreEngagement)(engagementRules, signals, now)
  const { mql, base } = config.scoring
  const total = totalOf(config.scoring, fit.points, engagement.points)
  return {
    ...(base ? { base } : {}),
    icp,
    fit,
    engagement,
    total,
    band: bandOf(config.scoring.bands, total),
    mql: total >= mql.score && fit.points >= mql.fit && engagement.points >= mql.engagement,
  }
}

// In brief a lead is asked about twice, by two configs, of which most parts are the same: the second time costs nothing.
const briefIcp = remembersLast((icp: IcpConfig, attributes: Attributes) => matchIcp(icp, factLookup(attributes, true)))
const briefFit = remembersLast((fit: FitConfig, attributes: Attributes, icp: IcpResult) =>
  scoreFit(fit, briefKnown(attributes, icp)),
)
const briefKnown = remembersLast((attributes: Attributes, icp: IcpResult) => icpLookup(attributes, icp, true))
const briefEngagement = remembersLast(scoreEngagement)

function remembersLast<Known extends unknown[], T>(compute: (...known: Known) => T): (...known: Known) => T {
  let last: { known: Known; result: T } | undefined
  return (...known) => {
    if (!last?.known.every((one, index) => one === known[index])) last = { known, result: compute(...known) }
    return last.result
  }
}

/** Total = clamp(base + fit + engagement, 0, 100). */
export function totalOf({ base = 0 }: Pick<ScoringConfig, 'base'>, fit: number, engagement: number): number {
  return clamp(base + fit + engagement, 0, 100)
}

/** The hottest band whose minimum the total reaches. */
export function bandOf(bands: Record<Band, number>, total: number): Band {
  return BANDS.findLast((band) => total >= bands[band]) ?? 'low'
}

/** Reads the attributes that came from outside, and what the job title says. */
export function factLookup(attributes: Attributes, brief = false): Lookup {
  const given: Lookup = (name) => attributes[name]?.value
  return withTitle(brief ? Object.assign(given, BRIEF) : given)
}

const BRIEF = { brief: true } as const

/** Reads facts, and what the ideal customer profile says of them; a test on what it derives is explained by the fact. */
export function icpLookup(attributes: Attributes, icp: IcpResult, brief = false): Lookup {
  const values = new Map<string, AttributeValue>()
  for (const name in attributes) {
    const value = attributes[name]?.value
    if (value !== undefined) values.set(name, value)
  }
  for (const name in icp.derived) {
    const value = icp.derived[name]?.value
    if (value !== undefined) values.set(name, value)
  }
  // The profile's word stands over that of an attribute of the same name.
  if (icp.tier !== undefined) values.set('icp.tier', icp.tier)
  if (icp.persona !== undefined) values.set('persona', icp.persona)
  if (icp.negative !== undefined) values.set('icp.negative', icp.negative)
  const title = withTitle((name) => values.get(name))
  const lookup: Lookup = (name) => values.get(name) ?? title(name)
  if (brief) return Object.assign(lookup, BRIEF)
  return Object.assign(lookup, {
    behind: (check: Check) => {
      const derived = icp.derived[check.attribute]
      return derived ? testsBehind(derived, check, lookup) : titleBehind(check, lookup)
    },
  })
}

/**
 * Reads everything: facts, profile, score, band, signals (`signals.<type>`: their count, sum or drop), and what stands beside the
 * score (`beside`, such as the stage).
 */
export function fullLookup(
  attributes: Attributes,
  signals: readonly Signal[],
  score: LeadScore,
  now: number,
  beside: Readonly<Record<string, AttributeValue | undefined>> = {},
  brief = false,
): Lookup {
  const known = brief ? briefKnown(attributes, score.icp) : icpLookup(attributes, score.icp)
  const results: Record<string, AttributeValue | undefined> = {
    ...beside,
    score: score.total,
    'score.fit': score.fit.points,
    'score.engagement': score.engagement.points,
    band: score.band,
  }
  const lookup: Lookup = (name, test = {}) => {
    if (!name.startsWith('signals.')) return results[name] ?? known(name)
    const type = name.slice('signals.'.length)
    const { within, sum, dropsBy, over } = test
    const own = signals.filter((signal) => signal.type === type && (within === undefined || now - signal.at <= within))
    if (sum) return sumOf(own)
    return dropsBy === undefined || over === undefined ? own.length : dropOf(own, over, now)
  }
  return Object.assign(lookup, brief ? BRIEF : { behind: known.behind })
}
