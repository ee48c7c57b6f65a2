import { endHandoff, type Handoff, holderOf } from '../handoffs/handoff.ts'
import { hotAlert, repAlert, startPosts, waitingPost } from '../handoffs/posts.ts'
import { plain } from '../rules/words.ts'
import { type Reserved, repWithOwner, takeUp } from './assign.ts'
import type { Choice, Gathered, LeadState, Next, NextConfig, RepRequest } from './change.ts'
import { type Decision, decide, type Standing } from './decision.ts'
import { type Draft, draftOf } from './draft.ts'
import { decisionEntry, isRouting, keptDecision } from './history.ts'
import type { LeadRecord } from './lead.ts'
import { unite } from './merge.ts'
import { afterPeople, liveHandoffs, type PersonsWord, personalDisqualification, takenOut } from './people.ts'
import { type LeadReading, readingOf, withoutOverruled } from './reading.ts'
import { decidedRecord, withOutcome } from './record.ts'
import { raisedHandSince, salesHandoff, standingOf } from './standing.ts'

/**
 * A contact was read: what people did meanwhile, then score, route and action, then the handoffs that follow. Everything
 * that came in for the lead is dealt with by it.
 */
export function onContact(
  config: NextConfig,
  given: LeadState,
  gathered: Gathered,
  reserved: Reserved,
  now: number,
): Next {
  const state = gathered.merging ? unite(given, gathered.merging, now) : given
  const previous = state.lead
  const draft = draftOf(config, state)
  for (const handoff of Object.values(state.handoffs)) {
    if (given.handoffs[handoff.id] !== handoff) draft.put(handoff)
  }
  const word = personalDisqualification(config, state, gathered)
  const outcomes = followPeople(config, state, gathered, word, draft, now)
  const { reading, rejected, overruledStatus } = personsWord(config, previous, readingOf(config, state, gathered, now))
  const ended = stillEnded(config, gathered, lastEnding(draft, state) ?? previous?.ended)
  const { standing, decision } = word
    ? decideAfterWord(config, reading, now)
    : decideBy(config, reading, standingOf(config, { ended, rejected }, draft.handoffs(), reading.signals), now)

  const sales = toSales(config, state, gathered, decision, draft, reserved, now)
  if (sales && 'wanted' in sales) return sales
  const others = bySignals(config, state, gathered, reading, draft, reserved, now)
  if ('wanted' in others) return others
  const begun = [...(sales?.anew ? [sales.handoff] : []), ...others.begun]

  const record = decidedRecord(
    previous,
    reading,
    decision,
    {
      pseudonym: state.freshPseudonym,
      begun,
      waiting: draft.handoffs().some((handoff) => handoff.state === 'waiting'),
      rejected: word ? wordOf(decision, word, now) : rejected,
      overruledStatus,
      ended: word ? undefined : ended,
      outcomes,
      version: config.version,
      rulesVersion: config.rulesVersion,
    },
    now,
  )
  const choice = sales?.choice
  if (record.decisions !== (previous?.decisions ?? 0))
    draft.note(decisionEntry(previous, record, decision, standing, choice))
  draft.post(...postsFor(state, record, draft, begun))
  return draft.change(record, {
    inboxDone: true,
    decision: { route: decision.route.route, action: decision.action, standing, full: decision },
    ...(isRouting(previous, record, decision)
      ? { kept: keptDecision(record, decision, standing, choice?.rep ?? null) }
      : {}),
    ...(gathered.merging ? { messages: state.messages, written: state.written } : {}),
  })
}

// What people did: clocks that they stopped, owners whom they changed, and a word that ends everything.
function followPeople(
  config: NextConfig,
  state: LeadState,
  gathered: Gathered,
  word: PersonsWord | undefined,
  draft: Draft,
  now: number,
): LeadRecord['outcomes'] {
  let outcomes = state.lead?.outcomes ?? {}
  for (const handoff of liveHandoffs(state)) {
    const after = word
      ? (takenOut(config, handoff, word.reason ?? 'unqualified', now) ?? handoff)
      : afterPeople(config, state, handoff, gathered, now)
    if (after === handoff) continue
    draft.put(after)
    if (after.answered && !handoff.answered) {
      draft.note({ at: now, what: 'seen-in-hubspot' })
      if (after.byRoute) outcomes = withOutcome(outcomes, 'answered', { at: now, minutes: after.answered.minutes })
    }
    if (after.holders.length > handoff.holders.length) {
      draft.note({ at: now, what: 'owner-changed', reason: holderOf(after)?.rep ?? '' })
      if (after.state === 'open') draft.post(repAlert(after))
    }
    if (after.ended?.how === 'taken-over') draft.note({ at: now, what: 'taken-over' })
  }
  return word ? withOutcome(outcomes, 'disqualified', { at: now, reason: choiceOf(word) }) : outcomes
}

// A person's word stands until they take it back, or the lead raises its hand; a status that they set in HubSpot counts as
// unknown from then on.
function personsWord(config: NextConfig, previous: LeadRecord | null, reading: LeadReading) {
  const { rejected } = previous ?? {}
  const status = reading.attributes.leadStatus?.value ?? previous?.overruledStatus
  const stillOverruled = previous?.overruledStatus === status ? previous?.overruledStatus : undefined
  const takenBack = rejected?.status !== undefined && rejected.status !== status
  if (takenBack) return { reading, rejected: undefined, overruledStatus: undefined }
  if (!rejected || !raisedHandSince(config, reading.signals, rejected.at))
    return { reading, rejected, overruledStatus: stillOverruled }
  const overruledStatus = rejected.status ?? stillOverruled
  const attributes = withoutOverruled({ overruledStatus }, reading.attributes)
  return { reading: { ...reading, attributes }, rejected: undefined, overruledStatus }
}

function decideBy(config: NextConfig, reading: LeadReading, standing: Standing, now: number) {
  return { standing, decision: decide(config, reading, standing, now) }
}

// Where the rules say no as well, their route and reason stand; else the person's word alone.
function decideAfterWord(config: NextConfig, reading: LeadReading, now: number) {
  const free = decideBy(config, reading, { withSales: false, rejected: false }, now)
  return free.decision.action === 'disqualify'
    ? free
    : decideBy(config, reading, { withSales: false, rejected: true }, now)
}

function wordOf(decision: Decision, word: PersonsWord, now: number): LeadRecord['rejected'] {
  const byRules = 'disqualify' in decision.route.to ? decision.route.to.disqualify : undefined
  const reason = word.reason ?? byRules ?? plain(choiceOf(word))
  return { by: 'HubSpot', reason, choice: choiceOf(word), at: now, status: word.status }
}

function choiceOf({ status }: PersonsWord): string {
  return status.toLowerCase().replaceAll('_', '-')
}

// How the handoff with sales has just ended, for what stands afterwards.
function lastEnding(draft: Draft, state: LeadState): LeadRecord['ended'] {
  const ended = draft
    .handoffs()
    .find(({ id, byRoute, ended }) => byRoute && ended !== undefined && state.handoffs[id]?.state !== 'ended')?.ended
  return ended && { how: ended.how, at: ended.at }
}

// Somebody who is not in team.yaml has the lead only as long as they are its owner.
function stillEnded(config: NextConfig, { contact }: Gathered, ended: LeadRecord['ended']): LeadRecord['ended'] {
  const owner = contact.properties.hubspot_owner_id
  const isOurs = !owner || repWithOwner(config, owner) !== undefined
  return ended?.how === 'taken-over' && isOurs ? undefined : ended
}

interface ToSales {
  handoff: Handoff
  choice: Choice
  /** It began, or somebody took it at last; one that goes on waiting is no news. */
  anew: boolean
}

/** The handoff that the decision calls for. One that waits is taken up, goes on waiting, or is released. */
function toSales(
  config: NextConfig,
  state: LeadState,
  { contact }: Gathered,
  decision: Decision,
  draft: Draft,
  reserved: Reserved,
  now: number,
): ToSales | { wanted: RepRequest } | undefined {
  const { to, route, handoff: kind } = decision.route
  const live = salesHandoff(draft.handoffs())
  if (decision.action !== 'assign' || !('pool' in to) || kind === undefined) {
    if (live?.state === 'waiting') draft.put(endHandoff(live, { at: now, how: 'released' }) ?? live)
    return undefined
  }
  const id = live?.id ?? nextId(state, draft)
  const back = state.lead?.ended !== undefined || state.lead?.rejected !== undefined
  const order = { id, kind, byRoute: true, route, pool: to.pool }
  const taken = takeUp(config, contact, order, reserved, now, config.routing.keepOwner || back)
  if ('wanted' in taken) return taken
  const same = live?.state === 'waiting' && taken.handoff.state === 'waiting' && live.kind === kind
  if (same && live.pool === to.pool) return { ...taken, handoff: live, anew: false }
  draft.put(taken.handoff)
  return { ...taken, anew: true }
}

/** The handoffs that new signals start, beside whatever else the lead has: one of a kind at a time. */
function bySignals(
  config: NextConfig,
  state: LeadState,
  { contact }: Gathered,
  reading: LeadReading,
  draft: Draft,
  reserved: Reserved,
  now: number,
): { begun: Handoff[] } | { wanted: RepRequest } {
  const begun: Handoff[] = []
  const fresh = new Set(reading.signals.filter(({ decision }) => decision === undefined).map(({ type }) => type))
  for (const [kind, { start }] of Object.entries(config.handoffs.kinds)) {
    if (start === 'route') continue
    const live = draft.handoffs().find((handoff) => handoff.kind === kind && handoff.state !== 'ended')
    const wanted = live ? live.state === 'waiting' : fresh.has(start.signal)
    if (!wanted) continue
    const order = {
      id: live?.id ?? nextId(state, draft),
      kind,
      byRoute: false,
      route: start.signal,
      pool: start.pool,
    }
    const taken = takeUp(config, contact, order, reserved, now, false)
    if ('wanted' in taken) return taken
    if (live && taken.handoff.state === 'waiting') continue
    draft.put(taken.handoff)
    begun.push(taken.handoff)
  }
  return { begun }
}

/** The id of the next handoff: those that this change has begun count as well. */
function nextId(state: LeadState, draft: Draft): string {
  const begun = draft.handoffs().filter(({ id }) => !state.handoffs[id]).length
  return `${state.id}-${(state.lead?.handoffCount ?? 0) + begun + 1}`
}

function postsFor(state: LeadState, record: LeadRecord, draft: Draft, begun: Handoff[]) {
  const hot = record.score.band === 'hot'
  const received = state.inbox.flatMap(({ receivedAt }) => receivedAt ?? [])
  const since = received.length > 0 ? Math.min(...received) : undefined
  const posts = begun.flatMap((handoff) =>
    handoff.state === 'waiting' ? [waitingPost(handoff)] : startPosts(handoff, hot && handoff.byRoute, since),
  )
  const open = salesHandoff(draft.handoffs())
  const turnsHot = hot && state.lead?.score.band !== 'hot' && open?.state === 'open' && !begun.includes(open)
  const told =
    open && Object.values(state.messages).some(({ handoffId, kind }) => handoffId === open.id && kind === 'hot-alert')
  return turnsHot && open && !told ? [...posts, hotAlert(open)] : posts
}
