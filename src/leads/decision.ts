import type { Attributes, AttributeValue, Signal } from '../rules/attributes.ts'
import { valuesOf } from '../rules/circumstances.ts'
import type { IcpConfig } from '../rules/icp.ts'
import { chooseRoute, missingForSales, type RouteDecision, type RoutingConfig } from '../rules/routing.ts'
import { withSample } from '../rules/sample.ts'
import { BANDS, type Band, fullLookup, type LeadScore, type ScoringConfig, scoreLead } from '../rules/score.ts'
import { scoreAhead } from '../rules/score-ahead.ts'
import type { Stage } from '../rules/stages.ts'
import { holdsNextAt } from '../rules/triggers.ts'
import { plain, signed } from '../rules/words.ts'
import type { LeadRecord, StandingRoute } from './lead.ts'

/**
 * What happens to the lead now: `assign` looks for a rep; `stay-with-sales` updates a lead that sales has, whatever its
 * route would be; `stay-rejected` respects a person's word; `stay-in-nurture` leaves a lead that nobody reached alone
 * until it does something new, `stay-adopted` one that was there before Baton came, `stay-archived` one that was archived,
 * `stay-observed` one whose route only observes; `nurture` and `disqualify` need no rep.
 */
export const ACTIONS = [
  'assign',
  'stay-with-sales',
  'stay-rejected',
  'stay-in-nurture',
  'stay-adopted',
  'stay-archived',
  'stay-observed',
  'nurture',
  'disqualify',
] as const
export type Action = (typeof ACTIONS)[number]

/**
 * What stands for a lead and has to be respected: sales has it (`comesBack`: and a route to sales calls for a rep again,
 * because the lead has come back), a person rejected it, or nobody reached it and it rests, recycled in the track `restsIn`. `adopted`: it was there before
 * Baton came, and has done nothing since; a higher band than `band` is news. `stage`: the one that the lead is in before the
 * score counts, `keeps` when that makes no MQL of it; `returning`: it has raised its hand after it was out or recycled.
 */
export interface Standing {
  withSales: boolean
  comesBack?: boolean | undefined
  rejected: boolean
  resting?: boolean | undefined
  restsIn?: string | undefined
  adopted?: { band: string } | undefined
  /** Nothing is done about it until it does something new. */
  archived?: boolean | undefined
  stage?: { name: Stage; keeps?: true | undefined } | undefined
  returning?: true | undefined
  /** Since when the lead is quiet, in epoch milliseconds: where a route asks about it. */
  quietSince?: number | undefined
}

/**
 * A decision with everything that explains it. `wakeAt`: when the lead is looked at without an event; `fadesAt`: when its score
 * is to be computed again, from what is known, because it moves by itself. Both are epoch milliseconds.
 */
export interface Decision {
  score: LeadScore
  route: RouteDecision
  action: Action
  /** The track in which a recycled lead rests. */
  restsIn?: string | undefined
  missing: string[]
  wakeAt: number | null
  fadesAt: number | null
}

/** The rules that a decision is made by. */
export interface DecisionConfig {
  icp: IcpConfig
  scoring: ScoringConfig
  routing: RoutingConfig
}

/**
 * Scores and routes a lead at `now` (epoch milliseconds). What stands for it is respected. Without its id it is drawn for no
 * sample. `brief`: only what is decided, for one of the past that is compared with another. Nothing explains it, nothing is said to
 * be missing, and it does not look ahead.
 */
export function decide(
  config: DecisionConfig,
  lead: { id?: string | undefined; attributes: Attributes; signals: readonly Signal[] },
  standing: Standing,
  now: number,
  brief = false,
): Decision {
  const score = scoreLead(config, lead.attributes, lead.signals, now, brief)
  const lookup = fullLookup(lead.attributes, lead.signals, score, now, besideScore(standing, score, now), brief)
  const { routes } = config.routing
  const route = withSample(routes, chooseRoute(routes, lookup), lead.id, lookup)
  const action = actionOf(route, standing, score.band)
  const decided = {
    ...{ score, route, action },
    ...(action === 'stay-in-nurture' && standing.restsIn ? { restsIn: standing.restsIn } : {}),
  }
  if (brief) return { ...decided, missing: [], wakeAt: null, fadesAt: null }
  const ahead = scoreAhead(config.scoring, score.fit.points, lead.signals, now)
  const routeSays =
    route.rescore !== undefined && action !== 'stay-with-sales' && action !== 'stay-adopted'
      ? now + route.rescore
      : null
  return {
    ...decided,
    missing: missingForSales(config.routing.requiredForSales, lead.attributes),
    wakeAt: earliest(earliest(ahead.bandChange, routeSays), silenceGrows(config, standing, now)),
    fadesAt: ahead.refresh,
  }
}

/** When a silence has lasted as long as some route asks about; null: no route does. */
function silenceGrows({ routing }: DecisionConfig, { quietSince }: Standing, now: number): number | null {
  if (quietSince === undefined) return null
  const instants = routing.routes.flatMap(({ when }) =>
    when ? holdsNextAt(when, { quietSince, signals: [] }, now) : [],
  )
  return instants.reduce<number | null>((first, at) => earliest(first, at), null)
}

/** What routes can ask about beside facts, signals and score. */
export function besideScore(
  standing: Standing,
  score: Pick<LeadScore, 'mql'>,
  now: number,
): Record<string, AttributeValue | undefined> {
  return { ...standingAttributes(standing, score), ...valuesOf({ quietSince: standing.quietSince }, now) }
}

/** What conditions can ask about of what stands for a lead. A lead that qualifies by its score is an MQL already. */
export function standingAttributes(
  { stage, adopted, returning }: Standing,
  { mql }: Pick<LeadScore, 'mql'>,
): { stage: Stage | undefined; returning: boolean } {
  const rises = mql && !adopted && !stage?.keeps && (stage?.name === 'subscriber' || stage?.name === 'lead')
  return { stage: rises ? 'mql' : stage?.name, returning: returning ?? false }
}

/** Where a contact stands that was there before Baton came. */
export const ADOPTED = {
  name: 'adopted',
  to: { nurture: '' },
  reason: 'known before Baton came: left alone until it does something new',
} as const satisfies Omit<StandingRoute, 'at'>

// Where a lead stands whose route only observes, and that stood nowhere before.
const OBSERVED = { name: 'observed', to: { nurture: '' } }

// Where a lead stands that was SQL or opportunity and went back.
const RECYCLED = { name: 'recycled', reason: 'back to nurture, until it does something new' }

/** The route to keep on the record: what stands for a lead that stays where it is, else what was decided. */
export function standingRoute(decision: Decision, previous: StandingRoute | undefined, now: number): StandingRoute {
  const { action, restsIn } = decision
  if (restsIn && !(previous && 'nurture' in previous.to && previous.to.nurture))
    return { ...RECYCLED, to: { nurture: restsIn }, at: now }
  if (action.startsWith('stay-') && previous) return previous
  if (action === 'stay-adopted') return { ...ADOPTED, at: now }
  const { route } = decision
  if (action === 'stay-observed') return { ...OBSERVED, reason: `the route ${route.route} only observes`, at: now }
  const same = previous?.name === route.route && JSON.stringify(previous.to) === JSON.stringify(route.to)
  return {
    name: route.route,
    to: route.to,
    reason: reasonFor(decision),
    at: same ? previous.at : now,
    ...(route.sampled ? { sampled: route.sampled } : {}),
  }
}

/** The strongest reasons for a score as short texts, such as `+20 demo requested`, strongest first. */
export function topReasons(score: LeadScore, count: number): string[] {
  const totals = new Map<string, { points: number; times: number }>()
  for (const { rule, points } of score.fit.contributions)
    if (points !== 0) totals.set(plain(rule), { points, times: 1 })
  for (const { signal, points } of score.engagement.contributions) {
    if (points === 0) continue
    const sum = totals.get(plain(signal.type)) ?? { points: 0, times: 0 }
    totals.set(plain(signal.type), { points: sum.points + points, times: sum.times + 1 })
  }
  const { inactivity, contributions } = score.engagement
  if (inactivity) {
    // Engagement does not fall below 0, so inactivity takes away no more than there was.
    const gained = contributions.reduce((sum, { points }) => sum + points, 0)
    totals.set('inactivity', { points: Math.max(inactivity.points, -Math.max(0, gained)), times: 1 })
  }
  return [...totals]
    .filter(([, { points }]) => Math.abs(points) >= 0.05)
    .sort(([, a], [, b]) => Math.abs(b.points) - Math.abs(a.points))
    .slice(0, count)
    .map(([name, { points, times }]) => `${signed(points)} ${name}${times > 1 ? ` (${times}×)` : ''}`)
}

/** Folds a decision into the few numbers that the record keeps. */
export function scoreSummary(score: LeadScore, now: number): LeadRecord['score'] {
  const summary: LeadRecord['score'] = {
    total: score.total,
    fit: score.fit.points,
    engagement: score.engagement.points,
    band: score.band,
    mql: score.mql,
    at: now,
    reasons: topReasons(score, 3),
  }
  if (score.base !== undefined) summary.base = score.base
  if (score.icp.tier !== undefined) summary.tier = score.icp.tier
  return summary
}

function actionOf(route: RouteDecision, standing: Standing, band: Band): Action {
  const isForSales = 'pool' in route.to
  if (standing.archived) return 'stay-archived'
  if (standing.withSales && !(isForSales && standing.comesBack)) return 'stay-with-sales'
  if (standing.rejected) return 'stay-rejected'
  if (standing.resting) return 'stay-in-nurture'
  if (standing.adopted && !hasRisen(standing.adopted.band, band)) return 'stay-adopted'
  if (route.observe) return 'stay-observed'
  if (isForSales) return 'assign'
  return 'disqualify' in route.to ? 'disqualify' : 'nurture'
}

function hasRisen(from: string, to: Band): boolean {
  return BANDS.indexOf(to) > (BANDS as readonly string[]).indexOf(from)
}

/** Why a lead goes where a decision sends it, in the words that the CRM shows. */
export function reasonFor({ route, score }: Decision): string {
  if ('disqualify' in route.to) return route.to.disqualify
  const base = score.base === undefined ? '' : `base ${score.base}, `
  return `${route.route}: score ${score.total} (${base}fit ${score.fit.points}, engagement ${score.engagement.points})`
}

function earliest(a: number | null, b: number | null): number | null {
  if (a === null || b === null) return a ?? b
  return Math.min(a, b)
}
