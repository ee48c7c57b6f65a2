import type { KeptDecision } from '../leads/history.ts'
import type { EngagementConfig } from '../rules/engagement.ts'
import { scoreEngagement } from '../rules/engagement.ts'
import { scoreFit } from '../rules/fit.ts'
import { type IcpConfig, matchIcp } from '../rules/icp.ts'
import { clamp, roundHalfUp } from '../rules/rounding.ts'
import { factLookup, icpLookup, type ScoringConfig, totalOf } from '../rules/score.ts'
import type { Points } from '../rules/signal-points.ts'
import type { Row } from './logistic.ts'

/** The rules that calibration judges. */
export interface JudgedRules {
  icp: IcpConfig
  scoring: ScoringConfig
}

/**
 * Something whose points the config says: a fit rule, a signal, inactivity. A lead has so many units of it (a rule that fired: 1;
 * a signal that has lost half: ½), and its points are the points of one unit.
 */
export interface ScoreInput {
  name: string
  part: 'fit' | 'engagement'
  points: number
  /** What the config takes. */
  least: number
  most: number
  /** Where its points stand in scoring.yaml. */
  path: readonly (string | number)[]
  /** Why it is not judged. */
  held?: string
  /** Why its points cannot be moved as one number; it is judged by how many times its points it is worth. */
  byHand?: string
}

/** A score as it comes of units and points. */
export interface ScoreParts {
  fit: number
  engagement: number
  total: number
}

/** Everything whose points a config says, in the order in which it stands there. */
export function inputsOf({ fit, engagement }: ScoringConfig): ScoreInput[] {
  const { inactivity } = engagement
  return [
    ...fit.rules.map(
      ({ id, points }, index): ScoreInput => ({
        ...{ name: id, part: 'fit', points, least: -100, most: 100 },
        path: ['fit', 'rules', index, 'points'],
      }),
    ),
    ...Object.entries(engagement.signals).map(
      ([type, { points, by }]): ScoreInput => ({
        ...{ name: type, part: 'engagement', least: -100, most: 100 },
        ...movable(points, ['engagement', 'signals', type, 'points']),
        ...(by === 'sales' ? { held: 'act of sales' } : {}),
      }),
    ),
    ...(inactivity
      ? [
          {
            ...({ name: 'inactivity', part: 'engagement', points: inactivity.points, least: -100, most: 0 } as const),
            path: ['engagement', 'inactivity', 'points'],
          },
        ]
      : []),
  ]
}

// Steps, and an amount with an end, are not so many times one number.
function movable(points: Points, path: string[]): Pick<ScoreInput, 'points' | 'path' | 'byHand'> {
  if (typeof points === 'number') return { points, path }
  if ('of' in points && points.atMost === undefined && points.of !== 0)
    return { points: points.of, path: [...path, 'of'] }
  return { points: 1, path, byHand: 'steps' in points ? 'goes by steps' : 'has an end' }
}

/**
 * How many units of each input a decision had, as of its own time: the row of the fit. `unknown`: the fit rules that could not be
 * told; the config gives nothing for them, so they count as not fired.
 */
export function rowOf(
  rules: JudgedRules,
  inputs: readonly ScoreInput[],
  decision: Pick<KeptDecision, 'at' | 'attributes' | 'signals'>,
): { row: Row; unknown: number[] } {
  const { attributes, signals, at: now } = decision
  const units = new Map<string, number>()
  const add = (name: string, some: number) => units.set(name, (units.get(name) ?? 0) + some)
  const lookup = icpLookup(attributes, matchIcp(rules.icp, factLookup(attributes)))
  const unknown: number[] = []
  for (const [column, { rule, truth }] of scoreFit(rules.scoring.fit, lookup).contributions.entries()) {
    if (truth === 'true') add(`fit ${rule}`, 1)
    if (truth === 'unknown') unknown.push(column)
  }
  const engagement = scoreEngagement(inUnits(rules.scoring.engagement), signals, now)
  for (const { signal, points } of engagement.contributions) {
    const rule = rules.scoring.engagement.signals[signal.type]
    // An act of our own people, whatever the rules of today say of its kind.
    if (points !== 0 && (signal.by !== 'sales' || rule?.by === 'sales'))
      add(`engagement ${signal.type}`, points / unitOf(rule?.points))
  }
  if (engagement.inactivity) add('engagement inactivity', engagement.inactivity.periods)
  const held = inputs.flatMap(({ part, name }, at) => {
    const of = units.get(`${part} ${name}`) ?? 0
    return of === 0 ? [] : [{ at, of }]
  })
  return { row: { at: held.map(({ at }) => at), of: held.map(({ of }) => of) }, unknown }
}

/** The score of a row with these points: the same as the rules with these points give. */
export function scoreOf(
  scoring: ScoringConfig,
  inputs: readonly ScoreInput[],
  points: readonly number[],
  { at, of }: Row,
): ScoreParts {
  const { fit, engagement } = scoring
  const sums = { fit: 0, engagement: 0 }
  for (const [index, column] of at.entries()) {
    const input = inputs[column]
    if (input) sums[input.part] += (of[index] ?? 0) * (points[column] ?? 0)
  }
  const parts = {
    fit: roundHalfUp(Math.min(fit.max, sums.fit)),
    engagement: roundHalfUp(clamp(sums.engagement, 0, engagement.max)),
  }
  return { ...parts, total: totalOf(scoring, parts.fit, parts.engagement) }
}

const inUnit = new WeakMap<EngagementConfig, EngagementConfig>()

// What is left of a contribution in units: a signal of one number is scored with one point.
function unitOf(points: Points | undefined): number {
  const isPer = points !== undefined && typeof points !== 'number' && 'of' in points
  return isPer && points.atMost === undefined && points.of !== 0 ? points.of : 1
}

// The same rules with one point for each signal that is worth one number.
function inUnits(config: EngagementConfig): EngagementConfig {
  const known = inUnit.get(config)
  if (known) return known
  const signals = Object.entries(config.signals).map(([type, rule]) => [
    type,
    typeof rule.points === 'number' ? { ...rule, points: 1 } : rule,
  ])
  const made = { ...config, signals: Object.fromEntries(signals) }
  inUnit.set(config, made)
  return made
}
