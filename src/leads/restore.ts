import { byAge, type Handoff, holderOf, isHeld } from '../handoffs/handoff.ts'
import type { Signal } from '../rules/attributes.ts'
import { STAGE_NAMES, STAGES, type Stage } from '../rules/stages.ts'
import type { LeadState, NextConfig } from './change.ts'
import { ADOPTED } from './decision.ts'
import type { LeadRecord, StandingRoute } from './lead.ts'
import { Because } from './marks.ts'
import { type KnownHandoffs, type KnownSignals, mirroredContacts, readHandoffs, readSignals } from './mirror.ts'
import { type Contact, type Properties, type PropertyHistory, readInstant } from './observe.ts'
import { afterObserving } from './observed.ts'
import { ownOwner } from './owners.ts'
import { ARCHIVED_ROUTE, PERSONS_ROUTE, type Shown, type WrittenProperty } from './properties.ts'
import { handoffShown, signalsShown } from './restore-unmirrored.ts'
import { countersOf } from './signal-rules.ts'

/*
 * A lead that Baton no longer knows, because its Redis was emptied, is rebuilt from what stands in HubSpot: signals and
 * handoffs from their mirrors, the rest from Baton's other properties. So nothing is overwritten with less than was known.
 */

const CLOCKS_APART = 60_000

/**
 * The state of a lead as HubSpot shows it, when Baton knows nothing of it and did once; else the state as it is. `merging`
 * are contacts that it takes in: what HubSpot carried over from one of those is known better from Baton's own record.
 * `history` are the values that properties had, once they were asked for.
 */
export function restored(
  config: NextConfig,
  state: LeadState,
  contact: Contact,
  merging: readonly LeadState[] = [],
  history?: PropertyHistory,
): LeadState {
  const shown = shownBy(config, contact.properties)
  const scoredAt = readInstant(shown.scoredAt)
  if (state.lead) return state
  // What HubSpot shows was live, and so is known better than what was only observed.
  if (scoredAt === undefined) return state.before ? { ...state, lead: afterObserving(state.before) } : state
  const speaksOf = mirroredContacts(shown.signals, shown.handoffs)
  const others = speaksOf.filter((id) => id !== contact.id)
  const mergedIds = [...mergedBefore(contact), ...merging.map(({ id }) => id)]
  // What is carried of a contact that is not part of this one is a copy, as an export and an import make.
  if (others.some((id) => !mergedIds.includes(id))) return state
  const known = merging.filter(({ lead }) => lead !== null).map(({ id }) => id)
  if (known.length > 0 && (!speaksOf.includes(contact.id) || others.some((id) => known.includes(id)))) return state
  const told = readSignals(shown.signals)
  const signals = told?.signals ?? signalsShown(config, contact, shown, scoredAt)
  const mirrored = readHandoffs(shown.handoffs, contact.id) ?? handoffShown(config, contact, shown, scoredAt)
  const lead = recordOf(config, state, contact, shown, { signals, told, known: mirrored, scoredAt, history })
  return {
    ...state,
    lead,
    handoffs: Object.fromEntries(mirrored.handoffs.map((handoff) => [handoff.id, handoff])),
    written: writtenBy(config, lead, shown, mirrored.handoffs),
  }
}

function mergedBefore({ properties }: Contact): string[] {
  return (properties.hs_merged_object_ids ?? '').split(';').map((id) => id.trim())
}

function shownBy({ hubspot }: NextConfig, properties: Properties): Shown {
  const values = Object.entries(hubspot.properties).flatMap(([key, name]) => {
    const value = properties[name]
    return value ? [[key, value] as const] : []
  })
  return Object.fromEntries(values)
}

function recordOf(
  config: NextConfig,
  state: LeadState,
  contact: Contact,
  shown: Shown,
  {
    signals,
    told,
    known,
    scoredAt,
    history,
  }: {
    signals: Signal[]
    told: KnownSignals | null
    known: KnownHandoffs
    scoredAt: number
    history: PropertyHistory | undefined
  },
): LeadRecord {
  const owner = contact.properties.hubspot_owner_id
  const inOrder = known.handoffs.toSorted(byAge)
  const rejected = shown.route === PERSONS_ROUTE ? rejectionShown(config, contact, shown, inOrder, scoredAt) : undefined
  const stage = stageShown(config, shown, scoredAt, history)
  const answered = inOrder.find(({ byRoute, answered }) => byRoute && answered)?.answered
  return {
    v: 2,
    id: contact.id,
    pseudonym: state.freshPseudonym,
    createdAt: contact.createdAt,
    ...(told?.knownSince === undefined ? {} : { knownSince: told.knownSince }),
    ...(told?.fired ? { fired: told.fired } : {}),
    ...(told?.tracks ? { tracks: told.tracks } : {}),
    attributes: {},
    // Whose owner changed since is told by its history.
    properties: owner ? { hubspot_owner_id: owner } : {},
    company: null,
    readBy: null,
    counters: countersThen(config, contact.properties, signals, scoredAt, history),
    signals,
    pages: {},
    enrichment: {},
    missing: [],
    needsReview: shown.needsReview === 'true',
    score: scoreShown(config, shown, scoredAt),
    route: routeShown(
      config,
      shown,
      inOrder.findLast(({ byRoute }) => byRoute),
      told?.tracks?.enrolled?.track,
      scoredAt,
    ),
    wakeAt: null,
    handoffs: Object.fromEntries(inOrder.map(({ kind, id }) => [kind, id])),
    handoffCount: known.count,
    ...(known.ended ? { ended: known.ended } : {}),
    ...(rejected ? { rejected } : {}),
    ...(shown.route === ARCHIVED_ROUTE ? { archived: archivedShown(shown, scoredAt) } : {}),
    ...(shown.route === ADOPTED.name ? { adopted: { at: scoredAt, band: shown.band ?? 'low' } } : {}),
    ...(stage ? { stage } : {}),
    // Whom marketing took back after a person's word is recycled.
    ...(stage?.name === 'recycled' && rejected
      ? {
          stageGiven: {
            name: stage.name,
            by: { what: 'handoff', name: PERSONS_ROUTE },
            at: Math.max(stage.since, rejected.at + 1),
          },
        }
      : {}),
    outcomes: answered ? { answered: { at: answered.at, minutes: answered.minutes } } : {},
    configVersion: shown.configVersion ?? '',
    // No rules have scored it in this memory.
    rulesVersion: 0,
    decisions: 0,
  }
}

/** The stage that stands there, since when its own history says so. */
function stageShown(
  { hubspot }: NextConfig,
  shown: Shown,
  scoredAt: number,
  history: PropertyHistory | undefined,
): LeadRecord['stage'] {
  const name = STAGE_NAMES.find((one) => one === shown.stage)
  const latest = history?.[hubspot.properties.stage]?.[0]
  return name && { name, since: latest?.value === name ? latest.at : scoredAt }
}

function scoreShown({ scoring }: NextConfig, shown: Shown, at: number): LeadRecord['score'] {
  const [total, fit, engagement] = [shown.score, shown.fitScore, shown.engagementScore].map((text) => Number(text ?? 0))
  const { mql } = scoring
  return {
    total: total ?? 0,
    fit: fit ?? 0,
    engagement: engagement ?? 0,
    band: shown.band ?? 'low',
    mql: isOurs(shown) && (total ?? 0) >= mql.score && (fit ?? 0) >= mql.fit && (engagement ?? 0) >= mql.engagement,
    at,
    reasons: [],
    ...(shown.icpTier ? { tier: Number(shown.icpTier) } : {}),
  }
}

// Of a lead that is out, or was only adopted, Baton writes no stage.
function isOurs({ disqualifiedReason, route }: Shown): boolean {
  return disqualifiedReason === undefined && route !== ADOPTED.name
}

/** The counters as they stood when Baton last scored: what is dated later, and not known, is still to be seen. */
function countersThen(
  { hubspot }: NextConfig,
  properties: Properties,
  signals: readonly Signal[],
  scoredAt: number,
  history: PropertyHistory | undefined,
): LeadRecord['counters'] {
  const counters = countersOf(hubspot, properties, null)
  const known = new Set(signals.map(({ at }) => at))
  // By a clock that is a little ahead a signal was noted as of the moment of scoring.
  const isKnown = (at: number) => known.has(at) || (at - scoredAt < CLOCKS_APART && known.has(scoredAt))
  const late = hubspot.signals.filter((rule) => {
    const at = rule.at ? readInstant(properties[rule.at]) : undefined
    return at !== undefined && at > scoredAt && !isKnown(at)
  })
  // How many there were since then its history says; as long as nobody has asked for that, there may be several.
  const since = (at: string) => (history?.[at] ?? []).filter(({ value }) => (readInstant(value) ?? 0) > scoredAt).length
  for (const { rises, changes, at = '' } of late) {
    counters[at] = String(scoredAt)
    const steps = history ? Math.max(1, since(at)) : 2
    if (rises !== undefined) counters[rises] = String(Math.max(0, Number(properties[rises] ?? 0) - steps))
    else if (changes !== undefined && changes !== at) counters[changes] = null
  }
  return counters
}

function routeShown(
  config: NextConfig,
  shown: Shown,
  sales: Handoff | undefined,
  enrolled: string | undefined,
  scoredAt: number,
): StandingRoute {
  const name = shown.route ?? ''
  const reason = shown.routeReason ?? ''
  const byConfig = config.routing.routes.find((route) => route.name === name)?.to
  const pool = byConfig && 'pool' in byConfig ? byConfig.pool : sales?.pool
  // The track that a rule enrolled in covers the one of the route.
  if (shown.nurtureTrack && shown.nurtureTrack === enrolled && byConfig && !('disqualify' in byConfig))
    return { name, to: byConfig, reason, at: scoredAt }
  if (shown.nurtureTrack) return { name, to: { nurture: shown.nurtureTrack }, reason, at: scoredAt }
  if (shown.disqualifiedReason && name !== PERSONS_ROUTE)
    return { name, to: { disqualify: shown.disqualifiedReason }, reason, at: scoredAt }
  // Of one that rests by a person's word its track is not known: it stands for no workflow.
  return { name, to: pool && name !== PERSONS_ROUTE ? { pool } : { nurture: '' }, reason, at: scoredAt }
}

// The rule that said so stands in the reason.
function archivedShown({ routeReason = '' }: Shown, at: number): NonNullable<LeadRecord['archived']> {
  const [, what, name = ARCHIVED_ROUTE] = /^archived by (trigger|handoff|list) ([^:]+)/.exec(routeReason) ?? []
  return { by: Because.parse({ what: what ?? 'trigger', name }), at }
}

function rejectionShown(
  { hubspot }: NextConfig,
  { properties }: Contact,
  shown: Shown,
  inOrder: readonly Handoff[],
  scoredAt: number,
): NonNullable<LeadRecord['rejected']> {
  const end = inOrder.findLast(({ ended }) => ended?.how === 'disqualified')?.ended
  const rule = hubspot.disqualified.find(({ changes, to }) => to.includes(properties[changes] ?? ''))
  const status = rule ? { status: properties[rule.changes] ?? '' } : {}
  return { by: end?.by ?? 'HubSpot', reason: shown.disqualifiedReason ?? '', at: end?.at ?? scoredAt, ...status }
}

/** What HubSpot has; of owner and stage what Baton wrote last, so that another value is somebody's choice. */
function writtenBy(
  { hubspot, team }: NextConfig,
  { score, stage, properties }: LeadRecord,
  shown: Shown,
  handoffs: readonly Handoff[],
): Record<string, string> {
  const own = Object.entries(hubspot.properties).map(([key, name]) => [name, shown[key as WrittenProperty] ?? ''])
  const sales = handoffs.find((handoff) => handoff.byRoute && isHeld(handoff))
  const holder = sales && holderOf(sales)
  // Where none is shown HubSpot may not have taken it; that somebody cleared it is told by its history.
  const owner = properties.hubspot_owner_id && holder && ownOwner({ team }, { written: {} }, holder)
  return {
    ...Object.fromEntries(own),
    ...(owner ? { hubspot_owner_id: owner } : {}),
    ...lifecycleWritten(stage?.name, score.mql),
  }
}

// A stage beside the way does not say what was written before.
function lifecycleWritten(stage: Stage | undefined, mql: boolean): Record<string, string> {
  const word = stage === undefined ? mql && STAGES.mql : STAGES[stage]
  return word ? { lifecyclestage: word } : {}
}
