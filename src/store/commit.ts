import { type Fact, writeFacts } from '../facts/fact.ts'
import { factsOf } from '../facts/facts-of.ts'
import { webhookEvents } from '../facts/webhook-events.ts'
import { undeliveredSince } from '../handoffs/delivery.ts'
import type { Handoff } from '../handoffs/handoff.ts'
import type { Handover } from '../handoffs/handover.ts'
import { nextDue } from '../handoffs/ladder.ts'
import { noticeId } from '../handoffs/notice.ts'
import { handoffStatus } from '../handoffs/status.ts'
import type { Change, LeadState } from '../leads/change.ts'
import { isInHubSpot } from '../leads/lead.ts'
import { handoversBegun } from '../leads/observed.ts'
import { heldAssignment } from '../leads/steps.ts'
import { accountCommands, accountDigest } from './accounts.ts'
import { handCommands } from './by-rep.ts'
import { noteFields } from './crm-notes.ts'
import { listCommands } from './lead-index.ts'
import type { StoredLead } from './leads.ts'
import { observedCommands } from './observed.ts'
import { pack, packDated } from './pack.ts'
import { type Command, type Guard, INDEX, type Plan, type Store, UNDELIVERED } from './partitions.ts'
import { shadowCommands } from './shadow.ts'
import { waitingChanged } from './waiting-lists.ts'
import { deliveriesOf, deliveryCommands, type Subscriber } from './webhook-outbox.ts'

const HISTORY_LENGTH = 100

/** How long a version without a record keeps late writers out: longer than work takes from reading a lead to its commit. */
export const TOMBSTONE_MILLISECONDS = 10 * 60_000

/** An entry of an index that was written: what waits there, and from when. `last`: it goes behind everything else. */
export interface Waiting {
  index: string
  id: string
  at: number
  last?: true
}

/** Has what waits done soon; after `delay` milliseconds, so that what belongs together comes together. */
export type Hurry = (waiting: Waiting[], options?: { delay?: number }) => void

/** How long what is kept, in milliseconds (`config/retention.yaml`). */
export interface RetentionConfig {
  handoffs: number
  decisions: number
  facts: number
}

type Keys = Store['keys']

/**
 * Everything that a change of a lead writes, derived in this one place: records, the indexes of what waits, the lists for
 * people, history, decisions and facts. It holds only while the lead is as it was read. `waiting` is what will stand in
 * the indexes once the plan is carried out. `now` is epoch milliseconds. `observes`: nothing of it is real, so every handoff that
 * begins is kept for the report. `subscribers`: who else is told of what happens.
 */
export function prepare(
  keys: Keys,
  before: StoredLead,
  change: Change,
  retention: RetentionConfig,
  now: number,
  observes = false,
  subscribers: readonly Subscriber[] = [],
): { plan: Plan; waiting: Waiting[] } {
  const { id } = before
  const test = (change.lead ?? before.lead)?.test
  const facts = factsOf(change.rebuilt ?? before, change, now, accountDigest)
  const told = subscribers.length > 0 && !test ? webhookEvents(before, change, facts) : []
  const deliveries = deliveriesOf(id, `${before.version} ${now}`, told, subscribers, now)
  const waiting = [
    ...leadWaits(before, change, now),
    ...handoffWaits(before, change, retention, now),
    ...deliveries.map((one) => ({ index: INDEX.webhooks, id: one.id, at: now })),
  ]
  const commands: Command[] = [
    ...record(keys, before, change, now),
    ...shown(keys, before, change),
    ...waiting.map((entry): Command => ['ZADD', keys.index(id, entry.index), entry.at, entry.id]),
    ...change.posts.map((post): Command => {
      const said = { ...post, ...(test ? { instead: test.to } : {}) }
      return ['HSET', keys.post(post.id), 'version', 1, 'record', JSON.stringify(said)]
    }),
    ...noLongerWaiting(keys, before, change),
    ...lists(keys, before, change),
    ...kept(keys, id, change, retention, now),
    ...(test ? [] : shadowCommands(keys, id, change.shadowed)),
    ...observedCommands(keys, observed(before, change, observes)),
    ...factCommands(keys, id, facts, retention, now),
    ...deliveryCommands(keys, deliveries),
    ...inboxCommands(keys, before, change),
    ...before.older.map((key): Command => ['DEL', key]),
  ]
  const guards: Guard[] = [{ key: keys.lead(id), version: before.version }]
  // What is known to be written starts anew only when nobody has begun to write since.
  if (change.written) guards.push({ key: keys.lead(id), field: 'written', value: before.writtenAs })
  return { plan: { guards, commands }, waiting }
}

function observed(before: LeadState, change: Change, observes: boolean): Handover[] {
  return [...(change.observed ? [change.observed] : []), ...(observes ? handoversBegun(before, change) : [])]
}

/** Appends facts to the stream of the lead's partition; those that are older than they are kept for leave it. */
export function factCommands(
  keys: Keys,
  leadId: string,
  facts: Fact[],
  retention: Pick<RetentionConfig, 'facts'>,
  now: number,
): Command[] {
  if (facts.length === 0) return []
  return [
    ['XADD', keys.facts(leadId), 'MINID', '~', now - retention.facts, '*', 'f', writeFacts(facts)],
    ...accountCommands(keys, leadId, facts),
  ]
}

// What an older version kept apart is written as one state.
function changedHandoffs(before: StoredLead, change: Change): Handoff[] {
  const older = before.older.length > 0 ? before.handoffs : {}
  return Object.values({ ...older, ...Object.fromEntries(change.handoffs.map((handoff) => [handoff.id, handoff])) })
}

function record(keys: Keys, before: StoredLead, change: Change, now: number): Command[] {
  const key = keys.lead(before.id)
  const version = ['version', before.version + 1]
  const fields = [...recordFields(before, change), ...noteFields(change.crmNotes ?? [], now)]
  if (fields.length === 0)
    return change.fence
      ? [
          ['HSET', key, ...version],
          ['PEXPIRE', key, TOMBSTONE_MILLISECONDS],
        ]
      : []
  const written: Command = ['HSET', key, ...version, ...fields]
  // What is left of one that was erased would run out.
  return before.version > 0 && !before.lead ? [written, ['PERSIST', key]] : [written]
}

// Who has written since the contact was read knows better.
function shown(keys: Keys, { id, writtenAs }: StoredLead, change: Change): Command[] {
  if (!change.shown || change.written) return []
  return [['HSETIFSAME', keys.lead(id), 'written', writtenAs, pack(change.shown)]]
}

function recordFields(before: StoredLead, change: Change): (string | Buffer)[] {
  const older = before.older.length > 0
  const lead = change.lead ?? (older ? before.lead : null)
  const messages = { ...(older ? before.messages : {}), ...change.messages }
  return [
    ...(lead ? ['record', pack(lead)] : []),
    ...(change.written ? ['written', pack(change.shown ?? change.written)] : []),
    ...changedHandoffs(before, change).flatMap((handoff) => [`h:${handoff.id}`, pack(handoff)]),
    ...Object.entries(messages).flatMap(([ref, message]) => [`m:${ref}`, JSON.stringify(message)]),
  ]
}

function leadWaits(before: StoredLead, change: Change, now: number): Waiting[] {
  const { id } = before
  const { lead } = change
  const merged = (lead?.merged ?? []).filter((one) => !before.lead?.merged?.includes(one))
  return [
    ...(lead && lead.wakeAt !== null ? [{ index: INDEX.wake, id, at: lead.wakeAt }] : []),
    ...(lead?.fadesAt ? [{ index: INDEX.fading, id, at: lead.fadesAt }] : []),
    ...(change.toWrite ? [{ index: INDEX.writes, id, at: now }] : []),
    ...(change.refresh ? [{ index: INDEX.unread, id, at: now }] : []),
    ...(change.postponedUntil === undefined ? [] : [{ index: INDEX.unread, id, at: change.postponedUntil }]),
    ...(lead?.test ? [] : (change.notices ?? [])).map((notice) => ({
      index: INDEX.notices,
      id: noticeId(notice),
      at: now,
    })),
    ...(change.crmNotes ?? []).map((note) => ({ index: INDEX.notes, id: note.id, at: now })),
    ...merged.map((one) => ({ index: INDEX.merges, id: `${id}-${one}`, at: now })),
  ]
}

function handoffWaits(before: StoredLead, change: Change, retention: RetentionConfig, now: number): Waiting[] {
  const waits = changedHandoffs(before, change).flatMap((handoff): Waiting[] => {
    const was = before.older.length > 0 ? undefined : before.handoffs[handoff.id]
    const due = nextDue(handoff)
    return [
      ...(due === null ? [] : [{ index: INDEX.steps, id: handoff.id, at: due }]),
      ...(handoff.ended && !was?.ended
        ? [{ index: INDEX.ended, id: handoff.id, at: handoff.ended.at + retention.handoffs }]
        : []),
    ]
  })
  return [
    ...waits,
    ...assignmentWaits(before, change, now),
    ...((change.lead ?? before.lead)?.test ? [] : waitingChanged(before, change)).map((id) => ({
      index: INDEX.waits,
      id,
      at: now,
    })),
    ...behindMessages(before, change).map((id) => ({ index: INDEX.messages, id, at: now })),
    ...change.posts.map(({ id }) => ({ index: INDEX.posts, id, at: now })),
  ]
}

/** The id under which an assignment of a lead waits to be told to its pool. */
export function assignmentEntry(
  leadId: string,
  { assignmentId, pool }: { assignmentId: string; pool: string },
): string {
  return `${leadId}-${assignmentId}@${pool}`
}

/** What waits for the ledgers of pools after a change: who got the lead, and who has it no longer. */
export function assignmentWaits(before: LeadState, change: Change, now: number): Waiting[] {
  const moved = change.handoffs.flatMap((handoff) => movedAssignments(before.handoffs[handoff.id], handoff))
  return moved.map((id) => ({ index: INDEX.assignments, id, at: now }))
}

function movedAssignments(before: Handoff | undefined, after: Handoff): string[] {
  const [had, has] = [heldAssignment(before), heldAssignment(after)]
  const known = (before?.holders ?? []).flatMap(({ credited, assignmentId }) => (credited ? assignmentId : []))
  const credited = after.holders.filter((one) => one.credited && !known.includes(one.assignmentId))
  const moved = had?.assignmentId === has?.assignmentId ? [] : [had, has]
  const entries = [...moved, ...credited].flatMap((held) => (held ? [assignmentEntry(after.leadId, held)] : []))
  return [...new Set(entries)]
}

// The handoffs of which Slack may show something that is no longer true. A message may be sent at this very moment, so
// which of them have one is looked up later; of one that begins now there is none.
function behindMessages(before: LeadState, change: Change): string[] {
  if (change.unseen) return toldMore(before, change)
  const taken = new Set(Object.values(change.messages ?? {}).map(({ handoffId }) => handoffId))
  const changed = change.handoffs.filter(({ id }) => before.handoffs[id] || taken.has(id))
  const live = Object.values(before.handoffs).filter(({ state }) => state === 'open' || state === 'waiting')
  return [...new Set([...[...changed, ...(change.lead ? live : [])].map(({ id }) => id), ...toldMore(before, change)])]
}

// What somebody was told of says more by now: who opened what it offered, or another reason.
function toldMore({ lead: before }: LeadState, { lead }: Change): string[] {
  return Object.entries(lead?.told ?? {}).flatMap(([id, told]) => {
    const was = before?.told?.[id]
    return was && JSON.stringify(was) !== JSON.stringify(told) ? [id] : []
  })
}

function noLongerWaiting(keys: Keys, before: StoredLead, change: Change): Command[] {
  const { id } = before
  const steps = change.handoffs.filter((handoff) => before.handoffs[handoff.id] && nextDue(handoff) === null)
  return [
    ...(change.lead?.wakeAt === null && before.lead && before.lead.wakeAt !== null
      ? [['ZREM', keys.index(id, INDEX.wake), id] satisfies Command]
      : []),
    ...(change.lead && !change.lead.fadesAt && before.lead?.fadesAt
      ? [['ZREM', keys.index(id, INDEX.fading), id] satisfies Command]
      : []),
    ...(steps.length > 0
      ? [['ZREM', keys.index(id, INDEX.steps), ...steps.map((handoff) => handoff.id)] satisfies Command]
      : []),
  ]
}

function lists(keys: Keys, before: StoredLead, change: Change): Command[] {
  const { id } = before
  const { lead } = change
  const commands: Command[] = []
  if (lead && (!before.lead || lead.rulesVersion !== before.lead?.rulesVersion))
    commands.push(['ZADD', keys.list(id, 'scored'), lead.rulesVersion, id])
  const [was, is] = [
    isUrgent(before.lead, before.handoffs),
    isUrgent(lead ?? before.lead, handoffsAfter(before, change)),
  ]
  if (was !== is) commands.push([is ? 'SADD' : 'SREM', keys.list(id, 'urgent'), id])
  commands.push(...stageLists(keys, before, change))
  commands.push(...listCommands(keys, before, change))
  commands.push(...handCommands(keys, id, before.handoffs, changedHandoffs(before, change)))
  for (const handoff of change.handoffs) {
    const old = before.handoffs[handoff.id]
    const [from, to] = [old && handoffStatus(old), handoffStatus(handoff)]
    if (from !== to || old?.startedAt !== handoff.startedAt)
      commands.push(['ZADD', keys.list(id, to), handoff.startedAt, handoff.id])
    if (from && from !== to) commands.push(['ZREM', keys.list(id, from), handoff.id])
    const [untold, stillUntold] = [old && undeliveredSince(old), undeliveredSince(handoff)]
    if (stillUntold !== undefined && stillUntold !== untold)
      commands.push(['ZADD', keys.index(id, UNDELIVERED), stillUntold, handoff.id])
    if (stillUntold === undefined && untold !== undefined)
      commands.push(['ZREM', keys.index(id, UNDELIVERED), handoff.id])
    if (handoff.breachedAt !== undefined && old?.breachedAt === undefined)
      commands.push(['ZADD', keys.list(id, 'breached'), handoff.startedAt, handoff.id])
    if (handoff.breachedAt === undefined && old?.breachedAt !== undefined)
      commands.push(['ZREM', keys.list(id, 'breached'), handoff.id])
  }
  const gone = change.messages ? Object.keys(before.messages).filter((ref) => !change.messages?.[ref]) : []
  if (gone.length > 0 && before.version > 0) commands.push(['HDEL', keys.lead(id), ...gone.map((ref) => `m:${ref}`)])
  return commands
}

// Who is archived, or no contact of its own any more, is in no stage's list.
function stageLists(keys: Keys, before: StoredLead, { lead }: Change): Command[] {
  if (!lead) return []
  const { id } = before
  const listed = (one: LeadState['lead']) => (one && !one.archived && isInHubSpot(one) ? one.stage : undefined)
  const [was, is] = [listed(before.lead), listed(lead)]
  return [
    ...(was && was.name !== is?.name ? [['ZREM', keys.list(id, `stage-${was.name}`), id] satisfies Command] : []),
    ...(is && (was?.name !== is.name || was.since !== is.since)
      ? [['ZADD', keys.list(id, `stage-${is.name}`), is.since, id] satisfies Command]
      : []),
  ]
}

// News of a hot lead, and of one that sales has, goes before an import.
function isUrgent(lead: LeadState['lead'], handoffs: LeadState['handoffs']): boolean {
  return lead?.score.band === 'hot' || Object.values(handoffs).some(({ state }) => state === 'open')
}

function handoffsAfter(before: LeadState, change: Change): LeadState['handoffs'] {
  return { ...before.handoffs, ...Object.fromEntries(change.handoffs.map((handoff) => [handoff.id, handoff])) }
}

function kept(keys: Keys, id: string, change: Change, retention: RetentionConfig, now: number): Command[] {
  const commands: Command[] = change.history.map((entry) => ['RPUSH', keys.history(id), pack(entry)])
  if (commands.length > 0) commands.push(['LTRIM', keys.history(id), -HISTORY_LENGTH, -1])
  if (change.kept) {
    const key = keys.decisions(id)
    commands.push(
      ['RPUSH', key, packDated(now, change.kept)],
      ['LPOPBEFORE', key, now - retention.decisions],
      ['PEXPIRE', key, retention.decisions],
    )
  }
  return commands
}

// What was read is taken off; what came in meanwhile stays, and the lead stays unread.
function inboxCommands(keys: Keys, { id, inboxCount, late }: StoredLead, change: Change): Command[] {
  if (!change.inboxDone) return []
  const heard = Object.keys(late).map((provider) => `late:${provider}`)
  return [
    ...(heard.length > 0 ? [['HDEL', keys.lead(id), ...heard] satisfies Command] : []),
    ...(inboxCount > 0 ? [['LTRIM', keys.inbox(id), inboxCount, -1] satisfies Command] : []),
    ['ZREMIFEMPTY', keys.index(id, INDEX.unread), keys.inbox(id), id],
  ]
}
