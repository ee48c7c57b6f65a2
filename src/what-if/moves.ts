import type { Decision } from '../leads/decision.ts'
import type { LeadScore } from '../rules/score.ts'

/** A rule that gives a lead other points than before, and by how many. */
export interface Moved {
  rule: string
  points: number
}

/**
 * Which rules move a lead: those that give it other points, the strongest first; what is cut off by a maximum is one of them. Where
 * the points are the same, what else decides otherwise: the bands, the profile, the routes.
 */
export function movesOf(was: Decision, becomes: Decision): Moved[] {
  const moved = [
    ...differences('fit', pointsOfFit(was.score), pointsOfFit(becomes.score)),
    ...differences('signal', pointsOfSignals(was.score), pointsOfSignals(becomes.score)),
  ].filter(({ points }) => Math.abs(points) >= 0.05)
  moved.sort((a, b) => Math.abs(b.points) - Math.abs(a.points) || (a.rule < b.rule ? -1 : 1))
  const limited = limits(was.score, becomes.score)
  if (moved.length + limited.length > 0) return [...moved, ...limited]
  if (profileOf(was) !== profileOf(becomes)) return [{ rule: 'icp.yaml: the profile', points: 0 }]
  if (was.score.band !== becomes.score.band) return [{ rule: 'scoring.yaml: the bands', points: 0 }]
  return destinationOf(was) === destinationOf(becomes) ? [] : [{ rule: 'routing.yaml: the routes', points: 0 }]
}

/** Where a decision sends a lead, in short: `pool ae`, `nurture newsletter`, `disqualify`. */
export function destinationOf({ route, action }: Pick<Decision, 'route' | 'action'>): string {
  const to =
    'pool' in route.to ? `pool ${route.to.pool}` : 'nurture' in route.to ? `nurture ${route.to.nurture}` : 'out'
  return `${route.route} ${to} ${action}`
}

// What the rules add up to and what comes out of it differ where a maximum or a minimum cuts.
function limits(was: LeadScore, becomes: LeadScore): Moved[] {
  const cutOfFit = (score: LeadScore) => score.fit.points - sum(Object.values(pointsOfFit(score)))
  const cutOfEngagement = (score: LeadScore) => score.engagement.points - sum(Object.values(pointsOfSignals(score)))
  return [
    { rule: 'scoring.yaml: fit.max', points: Math.round(cutOfFit(becomes) - cutOfFit(was)) },
    { rule: 'scoring.yaml: engagement.max', points: Math.round(cutOfEngagement(becomes) - cutOfEngagement(was)) },
  ].filter(({ points }) => points !== 0)
}

type Points = Record<string, number>

function pointsOfFit({ fit }: LeadScore): Points {
  const points: Points = {}
  for (const one of fit.contributions) if (one.points !== 0) points[one.rule] = one.points
  return points
}

function pointsOfSignals({ engagement }: LeadScore): Points {
  const points: Points = {}
  for (const { signal, points: added } of engagement.contributions)
    if (added !== 0) points[signal.type] = (points[signal.type] ?? 0) + added
  if (engagement.inactivity) points.inactivity = engagement.inactivity.points
  return points
}

function differences(kind: string, before: Points, after: Points): Moved[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)])
  return [...names].map((name) => ({ rule: `${kind} ${name}`, points: (after[name] ?? 0) - (before[name] ?? 0) }))
}

function profileOf({ score: { icp } }: Decision): string {
  return `${icp.tier}|${icp.persona}|${icp.negative}`
}

function sum(numbers: number[]): number {
  return numbers.reduce((total, one) => total + one, 0)
}
