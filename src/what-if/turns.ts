import type { Config } from '../config/config.ts'
import type { Handoff } from '../handoffs/handoff.ts'
import type { Duration } from '../handoffs/kinds.ts'
import { roundsFor } from '../handoffs/segments.ts'
import { poolChain, type Team } from '../handoffs/team.ts'
import { preferencesFor, requestFor } from '../leads/assign.ts'
import { type Decision, standingAttributes } from '../leads/decision.ts'
import type { LeadRecord } from '../leads/lead.ts'
import { holds, type Lookup } from '../rules/condition.ts'
import type { WantedReps } from '../rules/rep-filter.ts'
import { fullLookup } from '../rules/score.ts'
import type { Compared } from './compare.ts'
import type { Wanted } from './rotation.ts'
import type { Arrival } from './workday.ts'

const WORKING_DAY = 8 * 60 * 60_000

/** A decision by which a rep gets a lead, under the old rules, the other ones, or both. Instants are epoch milliseconds. */
export interface SalesTurn {
  at: number
  before: (Wanted & Pick<Arrival, 'within'>) | null
  after: (Wanted & Pick<Arrival, 'within'>) | null
  /** Who really got it. */
  rep: string | null
  /** How long a rep had it; null: nobody knows. */
  lasts: number | null
}

/** The decisions of a lead that look for a rep, with whom they ask for. */
export function turnsOf(
  compared: readonly Compared[],
  configs: { before: (version: string) => Config; after: Config },
  record: LeadRecord,
  handoffs: readonly Handoff[],
): SalesTurn[] {
  const ofSales = handoffs.filter(({ byRoute }) => byRoute).toSorted((a, b) => a.startedAt - b.startedAt)
  return compared.flatMap(({ past, was, becomes }): SalesTurn[] => {
    if (was.action !== 'assign' && becomes.action !== 'assign') return []
    const handoff = was.action === 'assign' ? ofSales.find(({ startedAt }) => startedAt >= past.at) : undefined
    const before = configs.before(past.config)
    const wantedBy = (config: Config, decision: Decision) =>
      decision.action === 'assign' ? wanted(config, decision, past, record, { handoff, ofSales }) : null
    const old = wantedBy(before, was)
    const other = was === becomes ? old : wantedBy(configs.after, becomes)
    const after = old && other && isSame(old, other) ? old : other
    return [{ at: past.at, before: old, after, rep: past.rep, lasts: handoff ? lastingOf(handoff) : null }]
  })
}

function wanted(
  config: Config,
  { route, score }: Decision,
  past: Compared['past'],
  record: LeadRecord,
  { handoff, ofSales }: { handoff: Handoff | undefined; ofSales: readonly Handoff[] },
): NonNullable<SalesTurn['before']> | null {
  if (!('pool' in route.to)) return null
  const { pool } = route.to
  const { at, signals, attributes, standing } = past
  const contact = {
    id: record.id,
    createdAt: record.createdAt,
    properties: ownedThen(config, record, handoff, ofSales),
  }
  const preferences = preferencesFor(config, { contact, company: record.company, account: null }, pool, false, at)
  const rounds = sharedRounds(config.team, pool, route.reps, () =>
    fullLookup(attributes, signals, score, at, standingAttributes(standing, score), true),
  )
  const {
    assignmentId: _,
    hadIt: __,
    ...request
  } = requestFor(config, {
    assignmentId: '',
    hadIt: [],
    pool,
    ...preferences,
    ...rounds,
  })
  const kind = config.handoffs.kinds[route.handoff ?? '']
  return { team: config.team, request, within: kind ? { ms: lengthOf(kind.respondWithin), hours: kind.hours } : null }
}

type Rounds = ReturnType<typeof roundsFor>

// They follow from the pool, what is wanted of a rep, and whose own conditions hold: a few for all leads, where one for each would
// be most of what is kept.
const rounds = new WeakMap<Team, Map<string, Rounds>>()

function sharedRounds(team: Team, pool: string, wanted: WantedReps | undefined, lookup: () => Lookup): Rounds {
  const conditions = poolChain(team, pool).flatMap((name) =>
    team.pools[name]?.members.flatMap(({ when }) => when ?? []),
  )
  const read = conditions.length > 0 ? lookup() : undefined
  const held = conditions.map((when) => Number(when !== undefined && read !== undefined && holds(when, read)))
  const key = JSON.stringify([pool, wanted, held])
  const known = rounds.get(team) ?? new Map<string, Rounds>()
  rounds.set(team, known)
  const found = known.get(key) ?? roundsFor(team, pool, wanted, () => read ?? lookup())
  known.set(key, found)
  return found
}

// Whom Baton itself made the owner was not there before it.
function ownedThen(
  { team }: Config,
  { properties }: LeadRecord,
  handoff: Handoff | undefined,
  ofSales: readonly Handoff[],
): LeadRecord['properties'] {
  const first = handoff?.holders[0]
  const { hubspot_owner_id: _, ...ownerless } = properties
  if (first?.how === 'kept-owner' || first?.how === 'meeting-host') {
    const owner = team.reps[first.rep]?.hubspotOwnerId
    return owner === undefined ? ownerless : { ...ownerless, hubspot_owner_id: owner }
  }
  return ofSales.some(({ holders }) => holders[0] && holders[0].how !== 'kept-owner') ? ownerless : properties
}

// Most ask for the same twice, and all are kept until the end.
function isSame(one: NonNullable<SalesTurn['before']>, other: NonNullable<SalesTurn['before']>): boolean {
  if (one.team !== other.team || one.request.rounds !== other.request.rounds) return false
  const parts = ({ request: { rounds: _, ...request }, within }: typeof one) => JSON.stringify([request, within])
  return parts(one) === parts(other)
}

function lastingOf({ startedAt, ended }: Handoff): number {
  return ended ? Math.max(0, ended.at - startedAt) : Number.POSITIVE_INFINITY
}

function lengthOf(duration: Duration): number {
  return 'ms' in duration ? duration.ms : duration.businessDays * WORKING_DAY
}
