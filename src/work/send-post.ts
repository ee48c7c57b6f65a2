import { createHash } from 'node:crypto'
import { isUntold } from '../handoffs/delivery.ts'
import { insteadOf, type Post, type PostedMessage, repAlert, tellingPost } from '../handoffs/posts.ts'
import { MESSAGES } from '../handoffs/rungs.ts'
import { DELETION_LOOK, isBeingDeleted } from '../leads/leaving.ts'
import { nextInLine } from '../leads/recipients.ts'
import type { RenderedMessage } from '../messages/alert.ts'
import { isMoot, outsiderOf, type Reader, readersOf, renderPost } from '../messages/render.ts'
import { isRefused, OutsideError } from '../platform/errors.ts'
import { isPayloadRefusal } from '../slack/refusals.ts'
import { factCommands } from '../store/commit.ts'
import { blankEntry } from '../store/erase.ts'
import type { StoredLead } from '../store/leads.ts'
import type { WaitingPost } from '../store/outbox.ts'
import { type Command, INDEX } from '../store/partitions.ts'
import { type Handler, type Parts, RunLater } from './parts.ts'
import { channelRefusedNotice } from './refused-channels.ts'
import { createListing } from './tell-list.ts'

const BUSY_MILLISECONDS = 5_000
// Whoever sends a message is through, or will try again, within so long.
const SENDING_MILLISECONDS = 25_000
const SENDING_SOON = 100
// What was committed a moment ago need not be read again; after a wait for Slack's pace it must.
const FRESH_MILLISECONDS = 250
// How often it is tried to reach a rep who holds a lead all the same, for nobody else could take it.
const REACH_AGAIN = 5 * 60_000

/** Where Slack has a message, or the list in which it stands. */
interface Sent {
  channel: string
  ts: string
  list?: string
}

/** Sends one Slack message, exactly once as far as Slack lets anybody know, to the first in its line whom Slack reaches. */
export function createSendPost(
  parts: Pick<
    Parts,
    | 'apply'
    | 'clock'
    | 'config'
    | 'hubspot'
    | 'hurry'
    | 'leads'
    | 'log'
    | 'metrics'
    | 'outbox'
    | 'publicUrl'
    | 'slack'
    | 'store'
    | 'unreachable'
  >,
): Handler<{ postId: string; leadId: string }> {
  const { clock, leads, log, outbox, slack, store } = parts
  const listing = createListing(parts)

  return sendPost

  async function sendPost({ postId, leadId }: { postId: string; leadId: string }, known?: StoredLead): Promise<void> {
    const refused: { reader: Reader; error: OutsideError }[] = []
    for (;;) {
      const since = performance.now()
      const waiting = await outbox.read(postId)
      if (!waiting) return
      const { post } = waiting
      if (post.kind === 'manager-alert' && (await toldRepFirst(post))) known = undefined
      const readers = readersOf(parts.config().team, post)
      const reader = readers.find(({ who }) => !refused.some((one) => one.reader.who === who))
      // That nobody hears of a test is nobody's fault, and `baton smoke` says so.
      if (!reader && post.instead) return void (await store.commit([], outbox.removal(post.id)))
      if (!reader) return nobodyReached(post, refused)
      try {
        const missed = refused.map((one) => one.reader.who)
        return await send(waiting, reader, missed, (at) => (performance.now() - since < at ? known : undefined), leadId)
      } catch (error) {
        if (!isRefused(error) || isPayloadRefusal(error)) throw error
        log.error(
          { post: post.id, to: reader.who, code: error.code },
          'Slack does not reach whom a message is for: check the ids in team.yaml and the app',
        )
        parts.metrics.unreached.inc({ reader: MESSAGES[post.kind], code: error.code })
        slack.forget(reader.to)
        refused.push({ reader, error })
      }
    }
  }

  // After an outage the rep reads before the manager, whose message then says so. Whether that took any time.
  async function toldRepFirst({ leadId, handoffId }: Post): Promise<boolean> {
    const handoff = await leads.readHandoff(handoffId)
    if (!handoff || !isUntold(handoff)) return false
    const postId = repAlert(handoff).id
    const waiting = await outbox.read(postId)
    if (!waiting) return false
    if (waiting.sendingSince > clock.now() - SENDING_MILLISECONDS) throw new RunLater(SENDING_SOON)
    // If the rep cannot be told the manager is all the same.
    await sendPost({ postId, leadId }).catch((error) => log.warn({ post: postId, err: error }, 'not delivered yet'))
    return true
  }

  async function send(
    waiting: WaitingPost,
    reader: Reader,
    missed: string[],
    fresh: (within: number) => StoredLead | undefined,
    leadId: string,
  ): Promise<void> {
    const { post } = waiting
    const [channel, list] = await Promise.all([
      slack.channelFor(reader.to, priorityOf(post)),
      reader.who === post.rep && !post.instead ? listing.listFor(post) : null,
    ])
    // The turn comes before the claim, which is only good for one try.
    if (!list) await slack.turn(channel, priorityOf(post))
    const claim = await outbox.claim(waiting, clock.now())
    if (claim.state === 'busy') throw new RunLater(BUSY_MILLISECONDS)
    try {
      // A message that may be there already is looked for first, also when it is moot: it has to be brought up to date.
      const found = claim.state === 'ambiguous' && !list ? await slack.find(channel, post.id, claim.firstTry) : null
      const state = fresh(FRESH_MILLISECONDS) ?? (await leads.read(leadId))
      if (isBeingDeleted(state, clock.now())) throw new RunLater(DELETION_LOOK)
      const handoff = state.handoffs[post.handoffId]
      const told = state.lead?.told?.[post.handoffId]
      const stranger = handoff ? outsiderOf(parts.config().team, handoff) : told?.for
      const outsider = stranger === undefined ? undefined : await parts.hubspot.ownerName(stranger)
      const message = renderPost(parts.config(), post, state, outsider, clock.now())
      if (!message) return await emptied(post, list ? { list } : found)
      const to = { who: reader.who, missed }
      if (found) return await remember(post, { ...found, shown: '' }, state, to)
      if (handoff && isMoot(post, handoff)) {
        // An answer that is taken back meanwhile makes it one to send again.
        const guards = [{ key: store.keys.lead(leadId), version: state.version }]
        if (await store.commit(guards, outbox.removal(post.id))) return
        throw new RunLater(SENDING_SOON)
      }
      const sent = await (list ? listing.join(list, post) : slack.post(channel, post.id, message))
      await remember(post, { ...sent, shown: fingerprint(message) }, state, to)
    } catch (error) {
      const unknown = error instanceof OutsideError ? error.kind === 'unknown-outcome' : !(error instanceof RunLater)
      await outbox.release(post, unknown)
      throw error
    }
  }

  // The lead was erased meanwhile: a message that may have been sent has to lose its content as well.
  async function emptied(post: Post, sent: Sent | { list: string } | null): Promise<void> {
    const { id, leadId } = post
    // An earlier try may have put it there.
    if (sent?.list) await listing.forget(post, sent.list)
    const found = sent && 'channel' in sent && !sent.list ? sent : null
    const at = clock.now()
    const waiting = found ? [{ index: INDEX.blanks, id: blankEntry(leadId, found), at }] : []
    const blanks = waiting.map((entry): Command => ['ZADD', store.keys.index(leadId, INDEX.blanks), at, entry.id])
    await store.commit([], [...outbox.removal(id), ...blanks])
    parts.hurry(waiting)
  }

  // What Slack has taken, and what follows of it for the handoff, is committed together.
  async function remember(
    post: Post,
    sent: { channel: string; ts: string; shown: string; list?: string },
    state: StoredLead,
    { who, missed }: { who: string; missed: string[] },
  ): Promise<void> {
    const { leadId, handoffId, kind, rep, to } = post
    const message: PostedMessage = { handoffId, kind, ...(rep ? { rep } : {}), ...(to ? { to } : {}), ...sent }
    const now = clock.now()
    const key = store.keys.lead(leadId)
    const input = { type: 'delivery', post, told: who, refused: missed } as const
    const took = post.since === undefined ? undefined : (now - post.since) / 1_000
    const behind: Command = ['ZADD', store.keys.index(leadId, INDEX.messages), now, handoffId]
    // Nobody knows which state a message shows that was sent by somebody else, or while the lead changed.
    let isBehind = sent.shown === ''
    for (let current = state; ; current = await leads.get(leadId)) {
      const told: Command[] = [
        ['HSET', key, `m:${post.id}`, JSON.stringify(message)],
        ...outbox.removal(post.id),
        ...factOf(post, current, 'told', took, now),
        ...(isBehind ? [behind] : []),
      ]
      const applied = await parts.apply(parts.config(), current, input, now, told)
      if (applied.outcome === 'committed') {
        parts.hurry(applied.waiting)
        break
      }
      // Nothing follows of it.
      const guard = current.lead ? { key, version: current.version } : { key, version: 'exists' as const }
      if (applied.outcome === 'nothing' && (await store.commit([guard], told))) break
      if (!current.lead && !(await leads.get(leadId)).lead) return await emptied(post, sent)
      isBehind = true
    }
    if (isBehind) parts.hurry([{ index: INDEX.messages, id: handoffId, at: now }])
    if (MESSAGES[kind] === 'rep' && !post.instead && (await parts.unreachable.clear(who)))
      log.info({ rep: who }, 'Slack reaches a rep again')
    if (kind === 'rep-alert' && post.since !== undefined)
      parts.metrics.alertLatency.observe(Math.max(0, now - post.since) / 1_000)
  }

  /** Slack reaches none of those who could have had a message. */
  async function nobodyReached(post: Post, refused: readonly { reader: Reader; error: OutsideError }[]): Promise<void> {
    const now = clock.now()
    const error = refused.at(-1)?.error ?? new OutsideError('slack', 'refused', 'no-recipient')
    const follow = await followUp(post, refused[0], now)
    const again: Command = ['ZADD', store.keys.index(post.id, INDEX.posts), now + REACH_AGAIN, post.id]
    const rest = follow === 'again' ? [again] : follow === 'dead' ? [] : outbox.removal(post.id)
    const input = { type: 'delivery', post, refused: refused.map(({ reader }) => reader.who) } as const
    for (;;) {
      const state = await leads.get(post.leadId)
      // It is one fact, however often it is tried again.
      const more = [...rest, ...factOf(post, state, 'undeliverable', undefined, now)]
      const applied = await parts.apply(parts.config(), state, input, now, more)
      parts.hurry(applied.waiting)
      if (applied.outcome === 'conflict') continue
      const left = follow === 'replaced' ? more : rest
      if (applied.outcome === 'nothing' && left.length > 0) await store.commit([], left)
      break
    }
    if (follow === 'dead') throw error
  }

  // What becomes of the message itself: it is tried again later, is a dead letter, or another one has taken its place.
  async function followUp(
    post: Post,
    first: { reader: Reader; error: OutsideError } | undefined,
    now: number,
  ): Promise<'again' | 'dead' | 'replaced'> {
    switch (MESSAGES[post.kind]) {
      case 'rep': {
        if (first) await parts.unreachable.note(first.reader.who, first.reader.to, first.error.code, now)
        if (first) return post.kind === 'rep-alert' ? 'again' : 'replaced'
        break
      }
      case 'pool':
        if (first) await channelRefusedNotice(parts, post, first.reader.to, first.error.code, now)
        return 'dead'
      case 'manager':
        return 'dead'
      case 'named':
        break
    }
    const instead = insteadOf(post) ?? nextTelling(post)
    if (!instead) return 'dead'
    await outbox.replace(post, instead, [], now)
    parts.hurry([{ index: INDEX.posts, id: instead.id, at: now }])
    return 'replaced'
  }

  function nextTelling({ kind, handoffId, leadId, to, pool }: Post): Post | undefined {
    const next = kind === 'told' ? nextInLine(parts.config().team, pool, to ?? '') : undefined
    return next === undefined ? undefined : tellingPost(handoffId, leadId, next, pool)
  }

  function factOf(
    post: Post,
    state: StoredLead,
    type: 'told' | 'undeliverable',
    value: number | undefined,
    at: number,
  ): Command[] {
    const handoff = state.handoffs[post.handoffId]
    if (!state.lead || state.lead.test) return []
    const { pseudonym, configVersion } = state.lead
    const { pool, rep, kind: reason, handoffId, leadId } = post
    const number = handoff && handoffId.slice(leadId.length + 1)
    const about = { handoff: number, kind: handoff?.kind, pool, rep, reason }
    const fact = { type, at, lead: pseudonym, value, ...about, config: configVersion }
    return factCommands(store.keys, leadId, [fact], parts.config().retention, at)
  }
}

// Reps first, then those who watch.
function priorityOf(post: Post): number {
  return { rep: 2, manager: 1, named: 1, pool: 0 }[MESSAGES[post.kind]]
}

/** A short digest of a message as it is shown, to tell whether an update would change anything. */
export function fingerprint(message: RenderedMessage): string {
  return createHash('md5').update(JSON.stringify(message)).digest('base64url')
}
