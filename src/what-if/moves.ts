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
  const fit = movesIn('fit', was.score.fit, becomes.score.fit, pointsOfFit)
  const engagement = movesIn('engagement', was.score.engagement, becomes.score.engagement, pointsOfSignals)
  const moved = [...fit.moved, ...engagement.moved].filter(({ points }) => Math.abs(points) >= 0.05)
  moved.sort((a, b) => Math.abs(b.points) - Math.abs(a.points) || (a.rule < b.rule ? -1 : 1))
  const limited = [...fit.limited, ...engagement.limited]
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

// What a signal is called comes from outside: `constructor` is a name like any other.
type Points = ReadonlyMap<string, number>

const KINDS = { fit: 'fit', engagement: 'signal' } as const
const NONE = { moved: [], limited: [] }

function movesIn<Part extends { points: number }>(
  part: keyof typeof KINDS,
  was: Part,
  becomes: Part,
  pointsOf: (part: Part) => Points,
): { moved: Moved[]; limited: Moved[] } {
  if (was === becomes) return NONE
  const [before, after] = [pointsOf(was), pointsOf(becomes)]
  const names = new Set([...before.keys(), ...after.keys()])
  // What the rules add up to and what comes out of it differ where a maximum or a minimum cuts.
  const cut = Math.round(becomes.points - sum(after) - (was.points - sum(before)))
  return {
    moved: [...names].map((name) => ({
      rule: `${KINDS[part]} ${name}`,
      points: (after.get(name) ?? 0) - (before.get(name) ?? 0),
    })),
    limited: cut === 0 ? [] : [{ rule: `scoring.yaml: ${part}.max`, points: cut }],
  }
}

function pointsOfFit({ contributions }: LeadScore['fit']): Points {
  const points = new Map<string, number>()
  for (const one of contributions) if (one.points !== 0) points.set(one.rule, one.points)
  return points
}

function pointsOfSignals({ contributions, inactivity }: LeadScore['engagement']): Points {
  const points = new Map<string, number>()
  for (const { signal, points: added } of contributions)
    if (added !== 0) points.set(signal.type, (points.get(signal.type) ?? 0) + added)
  if (inactivity) points.set('inactivity', inactivity.points)
  return points
}

function profileOf({ score: { icp } }: Decision): string {
  return `${icp.tier}|${icp.persona}|${icp.negative}`
}

function sum(points: Points): number {
  let total = 0
  for (const one of points.values()) total += one
  return total
}
