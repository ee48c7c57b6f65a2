import type { NextConfig } from '../leads/change.ts'
import type { Check, Evaluation } from '../rules/condition.ts'
import type { FitContribution } from '../rules/fit.ts'
import type { LeadScore } from '../rules/score.ts'
import { checkedValue, testText } from '../rules/why.ts'
import { duration } from '../rules/words.ts'
import { attributeWords } from './attribute-words.ts'
import { signalWords } from './did.ts'
import { clean } from './texts.ts'

/*
 * Why a lead has its score, in words that a rep understands: what counted, each thing once, and what would have.
 */

/** The rules that words are made from. */
export type WordedRules = Pick<NextConfig, 'scoring' | 'signals'>

/** Something that counted, or would have. Its words are not escaped. */
export interface Reason {
  words: string
  points: number
}

const LONGEST = 100
// What shows no more in one decimal.
const NOTHING = 0.05

/** What of the fit counted, the strongest first. */
export function fitReasons(rules: WordedRules, score: LeadScore): Reason[] {
  const fired = score.fit.contributions.filter(({ points }) => points !== 0)
  return strongest(
    fired.map((one) => ({ words: labelOf(rules, one) ?? foundWords(one.explain()), points: one.points })),
  )
}

/** What of the engagement counted, the strongest first; `now`: when it was scored. */
export function engagementReasons({ signals }: WordedRules, score: LeadScore, now: number): Reason[] {
  const { contributions, inactivity } = score.engagement
  const kinds = Map.groupBy(
    contributions.filter(({ reason }) => reason === 'counted' || reason.startsWith('over ')),
    ({ signal }) => signal.type,
  )
  const did = [...kinds].map(([type, all]) => ({
    words: signalWords(signals, type, all.length),
    points: all.reduce((sum, { points }) => sum + points, 0),
  }))
  // Engagement does not fall below 0, so inactivity takes away no more than there was.
  const gained = Math.max(
    0,
    did.reduce((sum, { points }) => sum + points, 0),
  )
  const idle = inactivity && {
    words: `did nothing for ${duration(now - inactivity.since)}`,
    points: Math.max(inactivity.points, -gained),
  }
  return strongest([...did, ...(idle ? [idle] : [])])
}

/** The strongest reasons of all. */
export function topReasons(rules: WordedRules, score: LeadScore, now: number, count: number): Reason[] {
  return strongest([...fitReasons(rules, score), ...engagementReasons(rules, score, now)]).slice(0, count)
}

/** What did not count and would have added the most, as far as there is room for it. */
export function missedReasons(rules: WordedRules, score: LeadScore, count: number): Reason[] {
  const { fit, engagement } = rules.scoring
  const { contributions } = score.fit
  const roomInFit = fit.max - contributions.reduce((sum, { points }) => sum + points, 0)
  const ofFit = contributions
    .filter((one) => one.points === 0 && one.worth > 0 && !contributions.some((other) => isInsteadOf(other, one)))
    .map((one) => ({
      words: labelOf(rules, one) ?? wantedWords(one.explain()),
      points: Math.min(one.worth, roomInFit),
    }))
  const seen = new Map(score.engagement.contributions.map(({ signal, points }) => [signal.type, points] as const))
  const counted = new Set(
    score.engagement.contributions.flatMap(({ signal, points }) => (points > NOTHING ? signal.type : [])),
  )
  const ofEngagement = Object.entries(engagement.signals).flatMap(([type, { points, by }]) => {
    if (typeof points !== 'number' || counted.has(type) || by === 'sales' || rules.signals[type]?.by === 'sales')
      return []
    const words = `${signalWords(rules.signals, type)}${seen.has(type) ? ' (too long ago)' : ''}`
    return [{ words, points: Math.min(points, engagement.max - score.engagement.exact) }]
  })
  return strongest([...ofFit, ...ofEngagement].filter(({ points }) => points > 0)).slice(0, count)
}

// A rule about the same facts has counted, and is worth as much: the one excludes the other, as two tiers do.
function isInsteadOf(other: FitContribution, one: FitContribution): boolean {
  const facts = new Set(other.explain().checks.map(({ attribute }) => attribute))
  const isSame = one.explain().checks.every(({ attribute }) => facts.has(attribute))
  return isSame && other.points >= one.worth
}

function labelOf({ scoring }: WordedRules, { rule }: FitContribution): string | undefined {
  return scoring.fit.rules.find(({ id }) => id === rule)?.label
}

// The facts that decided: `company size is 240`.
function foundWords(evaluation: Evaluation): string {
  const words = decisive(evaluation).map(({ attribute, test, value }) => {
    const name = attributeWords(attribute)
    if (value === undefined) return `${name} is not known`
    return value === true ? name : `${name} is ${checkedValue(attribute, test, value)}`
  })
  return listed(words)
}

// What was wanted, and what there is: `company size between 51 and 500 (it is 30)`.
function wantedWords(evaluation: Evaluation): string {
  const words = decisive(evaluation).map(({ attribute, test, value }) => {
    const wanted = test.is === true ? '' : ` ${clean(testText(test, attribute), 60)}`
    const found = value === undefined ? 'not known' : `it is ${clean(checkedValue(attribute, test, value), 40)}`
    return `${attributeWords(attribute)}${wanted} (${found})`
  })
  return listed(words)
}

// A rule with `not` counts because of a test that does not hold, and the other way round.
function decisive({ truth, checks }: Evaluation): Check[] {
  const all = checks.filter((check) => check.truth === truth)
  return all.length > 0 ? all : checks
}

function listed(words: string[]): string {
  return clean([...new Set(words)].join(', '), LONGEST) || 'every lead'
}

function strongest(reasons: Reason[]): Reason[] {
  return reasons
    .filter(({ points }) => Math.abs(points) >= NOTHING)
    .sort((a, b) => Math.abs(b.points) - Math.abs(a.points))
}
