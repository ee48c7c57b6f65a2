import { endHandoff, type Handoff } from '../handoffs/handoff.ts'
import type { Signal } from '../rules/attributes.ts'
import type { Gathered, LeadState, NextConfig } from './change.ts'
import { answersAfterRead } from './forms.ts'
import type { LeadRecord } from './lead.ts'
import { unitedFired, unitedTracks } from './marks.ts'
import type { Properties } from './observe.ts'
import { MERGED_IDS } from './reading.ts'
import { furthest } from './stages.ts'
import { salesHandoff } from './standing.ts'
import { nextNumber } from './tell.ts'

/*
 * Contacts that became one. The survivor inherits handoffs with their clocks, holders, messages and answers; signals
 * are united by what they are, so that none is counted twice or lost.
 */

/** The survivor's state with what was merged into it, measured from here on by the values that HubSpot has merged. */
export function united(
  config: Pick<NextConfig, 'hubspot'>,
  survivor: LeadState,
  { contact, merging }: Pick<Gathered, 'contact' | 'merging'>,
  now: number,
): LeadState {
  if (!merging) return survivor
  return measuredAnew(config, unite(survivor, merging, now), survivor, merging, contact.properties)
}

/** The survivor's state with everything that the others bring along. Those that it has taken in already change nothing. */
export function unite(survivor: LeadState, others: readonly LeadState[], now: number): LeadState {
  let state = survivor
  for (const other of others) {
    if (state.lead?.merged?.includes(other.id)) continue
    state = takeIn(state, other)
  }
  return withRoute({ ...state, handoffs: oneOfEach(state.handoffs, now) }, others)
}

// Whose handoff goes on, or was the last to end, has gone where this lead stands now.
function withRoute(state: LeadState, others: readonly LeadState[]): LeadState {
  const { lead } = state
  if (!lead) return state
  const sales = salesHandoff(Object.values(state.handoffs))
  const whose = others.find(({ lead: other, handoffs }) =>
    sales ? sales.formerly?.some((id) => handoffs[id]) : other?.ended && other.ended === lead.ended,
  )
  return whose?.lead ? { ...state, lead: { ...lead, route: whose.lead.route } } : state
}

function takeIn(state: LeadState, other: LeadState): LeadState {
  const base = state.lead ?? (other.lead && asOwn(other.lead, state.id))
  const inbox = [...state.inbox, ...other.inbox.filter((item) => item.kind === 'signal')]
  // HubSpot holds the values of either; what is known to be written starts anew.
  if (!base) return { ...state, inbox, written: {} }
  let count = base.handoffCount
  const renamed = new Map(Object.keys(other.handoffs).map((id) => [id, `${state.id}-${++count}`]))
  const moved = Object.values(other.handoffs).map(
    (handoff): Handoff => ({
      ...handoff,
      id: renamed.get(handoff.id) ?? handoff.id,
      leadId: state.id,
      formerly: [...(handoff.formerly ?? []), handoff.id],
    }),
  )
  const told = toldOfBoth(base, other.lead, renamed)
  const messages = Object.entries(other.messages).map(([ref, message]) => [
    ref,
    { ...message, handoffId: renamed.get(message.handoffId) ?? told.ids.get(message.handoffId) ?? message.handoffId },
  ])
  const kinds = Object.entries(other.lead?.handoffs ?? {}).map(([kind, id]) => [kind, renamed.get(id) ?? id])
  const lead: LeadRecord = {
    ...base,
    signals: unitedSignals(state.lead?.signals ?? [], other.lead?.signals ?? [], other.id, sawMerged(state, other.id)),
    enrichment: { ...other.lead?.enrichment, ...base.enrichment },
    handoffs: { ...Object.fromEntries(kinds), ...(state.lead?.handoffs ?? {}) },
    handoffCount: count,
    ...(told.all ? { told: told.all } : {}),
    outcomes: { ...other.lead?.outcomes, ...base.outcomes },
    ...(other.lead?.overruledStatus === undefined
      ? {}
      : { overruledStatus: base.overruledStatus ?? other.lead.overruledStatus }),
    merged: [...(base.merged ?? []), ...(other.lead?.merged ?? []), other.id],
    ...unitedFired(state.lead?.fired, other.lead?.fired),
    ...unitedTracks(state.lead?.tracks, other.lead?.tracks),
    ...knownEarlier(state.lead, other.lead),
    ...answersOf(state, other),
    ...furthestStage(state.lead?.stage, other.lead?.stage),
    ...newest('ended', base, other.lead),
    ...newest('rejected', base, other.lead),
    ...newest('returning', base, other.lead),
    ...toOpenOfBoth(state.lead, other.lead),
  }
  return {
    ...state,
    lead,
    inbox,
    handoffs: { ...state.handoffs, ...Object.fromEntries(moved.map((handoff) => [handoff.id, handoff])) },
    messages: { ...state.messages, ...Object.fromEntries(messages) },
    written: {},
  }
}

// What people were told of either: their messages go on, under ids of the survivor.
function toldOfBoth(base: LeadRecord, other: LeadRecord | null, renamed: ReadonlyMap<string, string>) {
  let count = nextNumber(base.told ?? {}) - 1
  const ids = new Map(Object.keys(other?.told ?? {}).map((id) => [id, `${base.id}-told-${++count}`]))
  const moved = Object.entries(other?.told ?? {}).map(([id, one]) => [
    ids.get(id) ?? id,
    one.within === undefined ? one : { ...one, within: renamed.get(one.within) ?? one.within },
  ])
  return { ids, all: base.told || ids.size > 0 ? { ...base.told, ...Object.fromEntries(moved) } : undefined }
}

// What the other contact had counted, or had as its status, is neither an answer nor a word about this one.
function measuredAnew(
  { hubspot }: Pick<NextConfig, 'hubspot'>,
  state: LeadState,
  survivor: LeadState,
  others: readonly LeadState[],
  values: Properties,
): LeadState {
  if (!state.lead) return state
  const contacts = [...(survivor.lead ? [survivor] : []), ...others]
  const handoffs = Object.entries(state.handoffs).map(([id, handoff]) => {
    const own = others.find((other) => handoff.formerly?.some((old) => other.handoffs[old])) ?? survivor
    const rest = contacts.filter((one) => one !== own)
    return [
      id,
      handoff.state === 'ended' ? handoff : { ...handoff, baseline: baselineOf(hubspot, handoff, own, rest, values) },
    ]
  })
  const counters = { ...state.lead.counters }
  for (const { changes } of hubspot.disqualified) {
    const value = values[changes] ?? null
    if (contacts.some(({ lead }) => lead && lead.counters[changes] === value)) counters[changes] = value
  }
  return { ...state, lead: { ...state.lead, counters }, handoffs: Object.fromEntries(handoffs) }
}

function baselineOf(
  { responses }: Pick<NextConfig['hubspot'], 'responses'>,
  { baseline }: Handoff,
  own: LeadState,
  rest: readonly LeadState[],
  values: Properties,
): Handoff['baseline'] {
  const anew = { ...baseline }
  for (const { rises, changes } of responses) {
    const name = rises ?? changes ?? ''
    if (!Object.hasOwn(baseline, name)) continue
    const had = own.lead?.properties[name] ?? null
    const value = values[name] ?? null
    if (rises === undefined) {
      if (value !== had && rest.some(({ lead }) => lead && (lead.properties[name] ?? null) === value))
        anew[name] = value
      continue
    }
    // HubSpot adds up both counts; what it adds beyond what the others are known to have had came about since.
    const added = Number(value ?? 0) - Number(had ?? baseline[name] ?? 0)
    const others = rest.reduce((sum, { lead }) => sum + (lead ? Number(lead.properties[name] ?? 0) : added), 0)
    anew[name] = String(Number(baseline[name] ?? 0) + Math.min(added, others))
  }
  return anew
}

// A survivor that Baton does not know yet begins as the contact that it was, with a history of its own.
function asOwn(lead: LeadRecord, id: string): LeadRecord {
  const { merged: _, mergedInto: __, missingSince: ___, told: ____, ...rest } = lead
  return { ...rest, id, decisions: 0, handoffs: {}, handoffCount: 0 }
}

/** The signals without those that were heard when one of the others had them: what they started goes on, or is over. */
export function withoutHeard(signals: readonly Signal[], others: readonly LeadState[] = []): readonly Signal[] {
  const heard = new Set(
    others.flatMap(({ lead }) => lead?.signals.filter(({ decision }) => decision !== undefined).map(what) ?? []),
  )
  return signals.filter((signal) => !heard.has(what(signal)))
}

function what({ type, at, detail }: Signal): string {
  return JSON.stringify([type, at, detail])
}

// A step of a counter that HubSpot did not date has the time at which it was read: another contact's is another step.
function isUndated({ id }: Signal): boolean {
  return /^(?!api-)\w+-\d{1,9}(-[a-z]\w*)?$/.test(id)
}

// The survivor's last look was after HubSpot merged them: its counters were the sums of both already.
function sawMerged({ lead }: LeadState, id: string): boolean {
  return (lead?.counters[MERGED_IDS] ?? '').split(';').includes(id)
}

function unitedSignals(own: readonly Signal[], brought: readonly Signal[], from: string, isCounted: boolean): Signal[] {
  const known = new Set(own.map(what))
  const ids = new Set(own.map(({ id }) => id))
  const more = brought
    .filter((signal) => (isUndated(signal) ? !(isCounted && ids.has(signal.id)) : !known.has(what(signal))))
    // Decisions of the other lead say nothing of this one, and HubSpot's counters gave both the same ids.
    .map(({ decision: _, ...signal }) => (ids.has(signal.id) ? { ...signal, id: `${signal.id}~${from}` } : signal))
  return [...own, ...more]
}

function knownEarlier(...leads: (LeadRecord | null)[]): Pick<LeadRecord, 'knownSince'> {
  const known = leads.flatMap((lead) => lead?.knownSince ?? [])
  return known.length > 0 ? { knownSince: Math.min(...known) } : {}
}

// What HubSpot had of them is merged there; what it lacked is written to the contact that lives on.
function answersOf(state: LeadState, other: LeadState): Pick<LeadRecord, 'answers'> {
  const [own, theirs] = [state, other].map((one) => answersAfterRead(one.lead, one.written))
  return own || theirs ? { answers: { ...theirs, ...own } } : {}
}

// Somebody wants them by a click, whichever contact it was about.
function toOpenOfBoth(...leads: (LeadRecord | null)[]): Pick<LeadRecord, 'toOpen'> {
  const toOpen = leads.flatMap((lead) => lead?.toOpen ?? [])
  return toOpen.length > 0 ? { toOpen } : {}
}

// As HubSpot does with its own.
function furthestStage(...[own, other]: LeadRecord['stage'][]): Pick<LeadRecord, 'stage'> {
  const stage = own && other ? (furthest(own.name, other.name) === own.name ? own : other) : (own ?? other)
  return stage ? { stage } : {}
}

function newest<K extends 'ended' | 'rejected' | 'returning'>(
  name: K,
  a: LeadRecord,
  b: LeadRecord | null,
): Partial<LeadRecord> {
  const [mine, other] = [a[name], b?.[name]]
  const value = !mine || (other && other.at > mine.at) ? other : mine
  return value ? ({ [name]: value } as Partial<LeadRecord>) : {}
}

// Sales has a lead once, and of other kinds there is one at a time: what has come furthest goes on, then what began first.
function oneOfEach(handoffs: LeadState['handoffs'], now: number): LeadState['handoffs'] {
  const order = { answered: 0, open: 1, waiting: 2, ended: 3 }
  const live = Object.values(handoffs)
    .filter(({ state }) => state !== 'ended')
    .sort((a, b) => order[a.state] - order[b.state] || a.startedAt - b.startedAt)
  const alike = Map.groupBy(live, ({ byRoute, kind, about }) => (byRoute ? 'sales' : `kind ${kind} ${about ?? ''}`))
  const over = [...alike.values()].flatMap(([, ...others]) =>
    others.map((handoff) => endHandoff(handoff, { at: now, how: 'merged' }) ?? handoff),
  )
  return { ...handoffs, ...Object.fromEntries(over.map((handoff) => [handoff.id, handoff])) }
}
