import { testsOf } from '../rules/condition.ts'
import type { Route } from '../rules/routing.ts'
import { BANDS, type Band, bandOf, type ScoringConfig } from '../rules/score.ts'
import type { ScoreParts } from './inputs.ts'
import { fitLogistic } from './logistic.ts'
import { type Judged, sumOf } from './ranking.ts'

/** Leads of a group and the share of them with the outcome, null without any; both count by weight. */
export interface Group {
  leads: number
  converted: number | null
}

/** What a gate lets through: the MQL as a whole, or one of its parts. */
export interface Gate {
  gate: string
  least: number
  passes: number
}

/** A least score that a route asks for, and the one at which as many leads get through by the proposed scores. */
export interface RouteThreshold {
  route: string
  part: keyof ScoreParts
  least: number
  then: number
}

/** The thresholds that a config has for scores. */
export type Thresholds = Pick<ScoringConfig, 'bands' | 'mql'>

/** How leads converted by band, from the coldest. */
export function byBand(bands: Record<Band, number>, totals: readonly number[], judged: Judged): Record<Band, Group> {
  const names = totals.map((total) => bandOf(bands, total))
  const groups = BANDS.map((band) => [band, groupOf(judged, (at) => names[at] === band)])
  return Object.fromEntries(groups)
}

/** The bands that convert worse than a colder one, as pairs. A band with fewer leads than that says nothing. */
export function inversionsOf(groups: Record<Band, Group>, least = 10): { colder: Band; hotter: Band }[] {
  const telling = BANDS.filter((band) => groups[band].leads >= least)
  return telling.slice(1).flatMap((hotter, index) => {
    const colder = telling[index] ?? hotter
    return (groups[hotter].converted ?? 0) < (groups[colder].converted ?? 0) ? [{ colder, hotter }] : []
  })
}

/** What scores say beside what came: tenths of the leads from the least likely up. `said` is what was learnt from other leads. */
export function reliability(
  learnt: { totals: readonly number[]; outcomes: readonly boolean[] },
  totals: readonly number[],
  judged: Judged,
): { said: number; came: number; leads: number }[] {
  const fit = fitLogistic(
    learnt.totals.map((total) => ({ at: [0], of: [total] })),
    learnt.outcomes,
    { columns: 1, penalty: [1e-6] },
  )
  const [base = 0, slope = 0] = fit.coefficients
  const said = totals.map((total) => 1 / (1 + Math.exp(-base - slope * total)))
  const order = totals.map((_, at) => at).sort((a, b) => (said[a] ?? 0) - (said[b] ?? 0))
  const groups = Array.from({ length: 10 }, (_, tenth) =>
    order.slice(Math.round((tenth * order.length) / 10), Math.round(((tenth + 1) * order.length) / 10)),
  )
  return groups
    .filter((group) => group.length > 0)
    .map((group) => {
      const weight = sumOf(group.map((at) => judged.weights[at] ?? 0))
      const mean = (of: (at: number) => number) => sumOf(group.map((at) => of(at) * (judged.weights[at] ?? 0))) / weight
      return {
        leads: group.length,
        said: mean((at) => said[at] ?? 0),
        came: mean((at) => (judged.outcomes[at] ? 1 : 0)),
      }
    })
}

/** What of all leads gets through the gates. */
export function gatesOf({ mql }: Thresholds, scores: readonly ScoreParts[]): Gate[] {
  const passes = (gate: string, least: number, does: (score: ScoreParts) => boolean) => {
    return { gate, least, passes: scores.filter(does).length }
  }
  return [
    passes('mql', mql.score, (score) => isMql(mql, score)),
    passes('mql.score', mql.score, ({ total }) => total >= mql.score),
    passes('mql.fit', mql.fit, ({ fit }) => fit >= mql.fit),
    passes('mql.engagement', mql.engagement, ({ engagement }) => engagement >= mql.engagement),
  ]
}

const PARTS: Record<string, keyof ScoreParts> = { score: 'total', 'score.fit': 'fit', 'score.engagement': 'engagement' }

/** The least scores that routes ask for. */
export function routeScores(routes: readonly Route[]): Omit<RouteThreshold, 'then'>[] {
  return routes.flatMap(({ name, when }) =>
    (when ? testsOf(when) : []).flatMap(({ attribute, test: { atLeast } }) => {
      const part = PARTS[attribute]
      return part && atLeast !== undefined ? [{ route: name, part, least: atLeast }] : []
    }),
  )
}

/** The same thresholds for the proposed scores. */
export function routesThen(
  asked: readonly Omit<RouteThreshold, 'then'>[],
  now: readonly ScoreParts[],
  proposed: readonly ScoreParts[],
): RouteThreshold[] {
  return asked.map((one) => {
    const through = now.filter((score) => score[one.part] >= one.least).length
    return {
      ...one,
      then:
        thresholdFor(
          proposed.map((score) => score[one.part]),
          through,
        ) ?? one.least,
    }
  })
}

/** The thresholds at which as many leads get through by the proposed scores as do by the present ones. */
export function sameVolume(
  { bands, mql }: Thresholds,
  now: readonly ScoreParts[],
  proposed: readonly ScoreParts[],
): Thresholds {
  const like = (least: number, of: (score: ScoreParts) => number) =>
    thresholdFor(proposed.map(of), now.filter((score) => of(score) >= least).length) ?? least
  const total = (score: ScoreParts) => score.total
  const medium = Math.max(1, like(bands.medium, total))
  const high = Math.max(medium + 1, like(bands.high, total))
  const hot = Math.max(high + 1, like(bands.hot, total))
  const [fit, engagement] = [like(mql.fit, (one) => one.fit), like(mql.engagement, (one) => one.engagement)]
  // The parts overlap otherwise than before: the score makes up for it, so that as many are MQLs in the end.
  const mqls = now.filter((one) => isMql(mql, one)).length
  const able = proposed.filter((one) => one.fit >= fit && one.engagement >= engagement)
  return {
    // Bands have to rise, and to end at 100.
    bands: hot <= 100 ? { low: 0, medium, high, hot } : bands,
    mql: { score: thresholdFor(able.map(total), mqls) ?? like(mql.score, total), fit, engagement },
  }
}

function isMql(mql: ScoringConfig['mql'], { total, fit, engagement }: ScoreParts): boolean {
  return total >= mql.score && fit >= mql.fit && engagement >= mql.engagement
}

/** The whole score that comes nearest to letting so many leads through; null when it would have to be above them all. */
export function thresholdFor(scores: readonly number[], wanted: number): number | null {
  if (wanted === 0) return null
  const ordered = scores.toSorted((a, b) => b - a)
  const at = ordered[Math.min(wanted, ordered.length) - 1]
  if (at === undefined) return null
  const above = ordered.filter((score) => score > at)
  const through = ordered.filter((score) => score >= at).length
  const next = above.at(-1)
  return next !== undefined && wanted - above.length < through - wanted ? next : at
}

function groupOf({ outcomes, weights }: Judged, has: (at: number) => boolean): Group {
  const own = outcomes.map((_, at) => at).filter(has)
  const leads = sumOf(own.map((at) => weights[at] ?? 0))
  const converted = sumOf(own.map((at) => (outcomes[at] ? (weights[at] ?? 0) : 0)))
  return { leads, converted: leads > 0 ? converted / leads : null }
}
