import { type Attributes, fillText } from './attributes.ts'
import { type Condition, type Evaluation, evaluate, type Lookup, testsOf } from './condition.ts'
import { type RepFilter, type WantedReps, wantedReps } from './rep-filter.ts'

/** Where a route sends a lead: to a pool of reps, to a nurture track, or out with a reason. */
export type Destination = { pool: string } | { nurture: string } | { disqualify: string }

/** The same as the config writes it: `reps` says which of the pool a lead is for. */
type RouteTarget = { pool: string; reps?: RepFilter | undefined } | Exclude<Destination, { pool: string }>

/** One route of `config/routing.yaml`. The last has no condition. `rescore` is milliseconds. */
export interface Route {
  name: string
  when?: Condition | undefined
  to: RouteTarget
  handoff?: string | undefined
  rescore?: number | undefined
  /** A random share (0–1) of its leads goes to sales all the same, so that it can be seen what the rules miss. */
  sample?: Sample | undefined
  /** Nothing is done by it: what would have been is reported. */
  observe?: true | undefined
}

/** Where the sample of a route goes. */
export interface Sample {
  share: number
  to: { pool: string; reps?: RepFilter | undefined }
  handoff: string
}

/** The routing rules. */
export interface RoutingConfig {
  routes: Route[]
  /** Who owns a contact keeps it, whatever the pool. */
  keepOwner: boolean
  /** Whether the owner of a lead's company gets it: of any pool, of the route's pool or its fallback, or not for that reason. */
  companyOwner: 'any-pool' | 'same-pool' | 'never'
  /** Attributes that sales needs to know; of a list inside, one. */
  requiredForSales: (string | string[])[]
  /** Whether a lead that lacks some of it goes to sales, or waits before; absent: it goes. */
  missing?: 'flag' | 'hold'
  /** What an owner who is cleared in HubSpot means: the next rep of the pool, or that the lead rests. */
  ownerCleared: 'back-to-pool' | 'rest'
  /** So long after a company's last lead its leads go to one rep, in milliseconds; null: never. */
  oneRepPerCompany: number | null
  prefer: 'open' | 'any'
  /** Who gets the lead of an owner who is away: a stand-in, while they stay its owner, or a new owner. */
  cover: 'stand-in' | 'new-owner'
  /** What becomes of the open leads of a rep who has left. */
  leavers: 'hand-on' | 'keep'
  /** The reasons of a disqualified lead for which its rep gets the turn back. */
  credit: string[]
  /** Nobody of whom one of these is true is in a nurture track. The reason may name an attribute in braces. */
  noMail: { reason: string; when: Condition }[]
  /** Who gets the daily report of what was only observed, and at how many minutes after midnight of which zone. */
  observe?: { channel: string; minutes: number; timeZone: string } | undefined
  /** What is known of a nurture track: the subscription in HubSpot by which its mails go out. */
  tracks?: Record<string, { subscription: string }> | undefined
}

/** Where a lead goes and why: the conditions of every route up to the one that matched. */
export interface RouteDecision {
  route: string
  to: Destination
  /** What the lead wants of a rep of the pool. */
  reps?: WantedReps
  handoff?: string
  rescore?: number
  /** It was drawn for the sample of its route, of which this is the share: its rules alone would not have sent it to sales. */
  sampled?: { share: number }
  /** With which probability such a lead goes where this one does; absent: always. */
  probability?: number
  observe?: true
  considered: { route: string; evaluation: Evaluation }[]
}

/** First match wins. Throws when no route matches, which a checked config cannot reach: its last route has no condition. */
export function chooseRoute(routes: readonly Route[], lookup: Lookup): RouteDecision {
  const considered: RouteDecision['considered'] = []
  for (const route of routes) {
    const evaluation: Evaluation = route.when ? evaluate(route.when, lookup) : { truth: 'true', checks: [] }
    if (!lookup.brief) considered.push({ route: route.name, evaluation })
    if (evaluation.truth !== 'true') continue
    const decision: RouteDecision = { route: route.name, to: fill(route.to, lookup), considered }
    const reps = 'pool' in route.to ? wantedReps(route.to.reps, lookup) : undefined
    if (reps) decision.reps = reps
    if (route.handoff !== undefined) decision.handoff = route.handoff
    if (route.rescore !== undefined) decision.rescore = route.rescore
    if (route.observe) decision.observe = true
    return decision
  }
  throw new Error('no route matched: the last route of routing.yaml must have no condition')
}

/** The longest time, in milliseconds, that any of these conditions looks back at signals; 0 when none is limited. */
export function longestWithin(routes: readonly Pick<Route, 'when'>[]): number {
  const tests = routes.flatMap(({ when }) => (when ? testsOf(when) : []))
  return Math.max(0, ...tests.map(({ test }) => test.within ?? 0))
}

/** What sales needs and is unknown, in the order of the config: `company.size or company.revenue` where one of them is enough. */
export function missingForSales(required: RoutingConfig['requiredForSales'], attributes: Attributes): string[] {
  const isKnown = (name: string) => name === 'score' || attributes[name] !== undefined
  return required.map((one) => [one].flat()).flatMap((names) => (names.some(isKnown) ? [] : [names.join(EITHER)]))
}

/** Between the attributes of which one is missing. */
export const EITHER = ' or '

function fill(to: RouteTarget, lookup: Lookup): Destination {
  if ('pool' in to) return { pool: to.pool }
  return 'disqualify' in to ? { disqualify: fillText(to.disqualify, lookup) } : to
}
