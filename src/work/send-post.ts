import { createHash } from 'node:crypto'
import { insteadOf, type Post, type PostedMessage, tellingPost } from '../handoffs/posts.ts'
import { MESSAGES } from '../handoffs/rungs.ts'
import { DELETION_LOOK, isBeingDeleted } from '../leads/leaving.ts'
import { nextInLine } from '../leads/recipients.ts'
import type { RenderedMessage } from '../messages/alert.ts'
import { isMoot, outsiderOf, recipientOf, renderPost } from '../messages/render.ts'
import { isRefused, OutsideError } from '../platform/errors.ts'
import { factCommands } from '../store/commit.ts'
import { blankEntry } from '../store/erase.ts'
import type { StoredLead } from '../store/leads.ts'
import { type Command, INDEX } from '../store/partitions.ts'
import { type Handler, type Parts, RunLater } from './parts.ts'
import { createListing } from './tell-list.ts'

const BUSY_MILLISECONDS = 5_000
// What was committed a moment ago need not be read again; after a wait for Slack's pace it must.
const FRESH_MILLISECONDS = 250

/** Sends one Slack message, exactly once as far as Slack lets anybody know. */
export function createSendPost(
  parts: Pick<
    Parts,
    'clock' | 'config' | 'hubspot' | 'hurry' | 'leads' | 'log' | 'metrics' | 'outbox' | 'publicUrl' | 'slack' | 'store'
  >,
): Handler<{ postId: string; leadId: string }> {
  const { clock, leads, log, outbox, slack, store } = parts
  const listing = createListing(parts)

  return async function sendPost({ postId, leadId }, known) {
    const since = performance.now()
    const waiting = await outbox.read(postId)
    if (!waiting) return
    const { post } = waiting
    const team = parts.config().team
    const to = recipientOf(team, post)
    const channel = to && (await slack.channelFor(to, priorityOf(post)).catch((error) => failed(post, error)))
    if (!channel) return to ? undefined : failed(post, new OutsideError('slack', 'refused', 'no-recipient'))
    // The turn comes before the claim, which is only good for one try.
    const list = await listing.listFor(post)
    if (!list) await slack.turn(channel, priorityOf(post))
    const claim = await outbox.claim(waiting, clock.now())
    if (claim.state === 'busy') throw new RunLater(BUSY_MILLISECONDS)
    try {
      // A message that may be there already is looked for first, also when it is moot: it has to be brought up to date.
      const found = claim.state === 'ambiguous' && !list ? await slack.find(channel, post.id, claim.firstTry) : null
      const state = known && performance.now() - since < FRESH_MILLISECONDS ? known : await leads.read(leadId)
      if (isBeingDeleted(state, clock.now())) throw new RunLater(DELETION_LOOK)
      const handoff = state.handoffs[post.handoffId]
      const told = state.lead?.told?.[post.handoffId]
      const stranger = handoff ? outsiderOf(team, handoff) : told?.for
      const outsider = stranger === undefined ? undefined : await parts.hubspot.ownerName(stranger)
      const message = renderPost(parts.config(), post, state, outsider)
      if (!message) return await emptied(post, found)
      if (found) return await remember(post, { ...found, shown: '' }, state)
      if (handoff && isMoot(post, handoff)) return void (await store.commit([], outbox.removal(post.id)))
      const sent = await (list ? listing.join(list, post) : slack.post(channel, post.id, message))
      await remember(post, { ...sent, shown: fingerprint(message) }, state)
    } catch (error) {
      const unknown = error instanceof OutsideError ? error.kind === 'unknown-outcome' : !(error instanceof RunLater)
      await outbox.release(post, unknown)
      await failed(post, error)
    }
  }

  // The lead was erased meanwhile: a message that may have been sent has to lose its content as well.
  async function emptied(
    { id, leadId }: Post,
    sent: { channel: string; ts: string; list?: string } | null,
  ): Promise<void> {
    if (sent?.list) await listing.forget(sent.list, [id])
    const found = sent?.list ? null : sent
    const at = clock.now()
    const waiting = found ? [{ index: INDEX.blanks, id: blankEntry(leadId, found), at }] : []
    const blanks = waiting.map((entry): Command => ['ZADD', store.keys.index(leadId, INDEX.blanks), at, entry.id])
    await store.commit([], [...outbox.removal(id), ...blanks])
    parts.hurry(waiting)
  }

  async function remember(
    post: Post,
    sent: { channel: string; ts: string; shown: string; list?: string },
    state: StoredLead,
  ): Promise<void> {
    const { leadId, handoffId, kind, rep, to } = post
    const message: PostedMessage = { handoffId, kind, ...(rep ? { rep } : {}), ...(to ? { to } : {}), ...sent }
    const now = clock.now()
    const key = store.keys.lead(leadId)
    const told: Command[] = [
      ['HSET', key, `m:${post.id}`, JSON.stringify(message)],
      ...outbox.removal(post.id),
      ...factOf(post, state, 'told', post.since === undefined ? undefined : (now - post.since) / 1_000, now),
    ]
    // Nobody knows which state a message shows that was sent by somebody else.
    const current = sent.shown !== '' && (await store.commit([{ key, version: state.version }], told))
    if (!current) {
      const behind: Command = ['ZADD', store.keys.index(leadId, INDEX.messages), now, handoffId]
      if (!(await store.commit([{ key, version: 'exists' }], [...told, behind]))) {
        await emptied(post, sent)
        return
      }
      parts.hurry([{ index: INDEX.messages, id: handoffId, at: now }])
    }
    if (kind === 'rep-alert' && post.since !== undefined)
      parts.metrics.alertLatency.observe(Math.max(0, now - post.since) / 1_000)
  }

  async function failed(post: Post, error: unknown): Promise<undefined> {
    if (!isRefused(error)) throw error
    log.error({ post: post.id, code: error.code }, 'Slack refuses the message: check the ids in team.yaml and the app')
    // Who cannot be reached: the next in line hears of it at once.
    const instead = insteadOf(post) ?? nextTelling(post)
    if (!instead) throw error
    const now = clock.now()
    const state = await leads.get(post.leadId)
    await outbox.replace(post, instead, factOf(post, state, 'undeliverable', undefined, now), now)
    parts.hurry([{ index: INDEX.posts, id: instead.id, at: now }])
    return undefined
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
    if (!state.lead) return []
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
