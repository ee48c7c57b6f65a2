import type { Lookup } from './condition.ts'
import { wantedReps } from './rep-filter.ts'
import type { Route, RouteDecision } from './routing.ts'

/*
 * A route may send a random share of its leads to sales all the same: without them nobody ever learns what its rules miss. Who
 * is drawn follows from the lead's id and the route's name alone, so a lead is drawn again whenever it stands there, and two
 * routes draw different ones. A larger share keeps those whom a smaller one drew.
 */

/** Whether a share (0–1) of a route's leads holds this one. */
export function isDrawn({ name, sample }: Pick<Route, 'name' | 'sample'>, leadId: string): boolean {
  if (!sample) return false
  return shareOf(`${name}\n${leadId}`) < sample.share
}

/**
 * Where a text lies between 0 and 1, the same each time: FNV-1a with the last steps of Murmur3, so that ids that follow each other
 * lie anywhere.
 */
export function shareOf(text: string): number {
  let hash = 0x811c9dc5
  for (const letter of text) hash = Math.imul(hash ^ (letter.codePointAt(0) ?? 0), 0x01000193)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32
}

/** Where a lead goes whose route draws samples: to sales if it is drawn. Either way the decision says how likely that was. */
export function withSample(
  routes: readonly Route[],
  decision: RouteDecision,
  leadId: string | undefined,
  lookup: Lookup,
): RouteDecision {
  const route = routes.find(({ name }) => name === decision.route)
  if (!route?.sample || leadId === undefined) return decision
  const { share, to, handoff } = route.sample
  if (!isDrawn(route, leadId)) return { ...decision, probability: 1 - share }
  const { rescore: _, ...drawn } = decision
  const reps = wantedReps(to.reps, lookup)
  return {
    ...drawn,
    to: { pool: to.pool },
    ...(reps ? { reps } : {}),
    handoff,
    sampled: { share },
    probability: share,
  }
}
