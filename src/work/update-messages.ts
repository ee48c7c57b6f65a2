import type { PostedMessage } from '../handoffs/posts.ts'
import type { RenderedMessage } from '../messages/alert.ts'
import { outsiderOf, renderPost } from '../messages/render.ts'
import { isRefused } from '../platform/errors.ts'
import { blankEntry } from '../store/erase.ts'
import { type Command, INDEX, leadOf } from '../store/partitions.ts'
import { CHANGED_MEANWHILE, type Handler, type Parts, RunLater } from './parts.ts'
import { fingerprint } from './send-post.ts'
import { createListing } from './tell-list.ts'

/** Brings every message of a handoff up to its state. Messages that would not change are left alone. */
export function createUpdateMessages(
  parts: Pick<Parts, 'clock' | 'config' | 'hubspot' | 'hurry' | 'leads' | 'log' | 'publicUrl' | 'slack' | 'store'>,
): Handler<{ handoffId: string }> {
  const { clock, leads, slack, store } = parts
  const listing = createListing(parts)

  return async function updateMessages({ handoffId }) {
    const leadId = leadOf(handoffId)
    const key = store.keys.lead(leadId)
    const index = store.keys.index(leadId, INDEX.messages)
    const done: Command = ['ZREM', index, handoffId]
    // What each message shows by now, as far as it was updated here.
    const updated = new Map<string, PostedMessage>()
    let state = await leads.get(leadId)
    let outsider = await nameOfOutsider()
    for (let ref = nextBehind(); ref !== undefined; ref = nextBehind()) {
      const list = state.messages[ref]?.list
      if (!list) await slack.turnToUpdate()
      // Only the latest state is worth a call that Slack counts.
      state = await leads.get(leadId)
      outsider = await nameOfOutsider()
      const message = state.messages[ref]
      const current = message && rendered(message)
      if (!current) continue
      // Whatever comes of it, Slack may show it.
      updated.set(ref, { ...message, shown: fingerprint(current) })
      await (list ? listing.follow(list) : update(message, current)).catch(async (error) => {
        if (await isErased()) return
        throw error
      })
    }
    const shown = [...updated].map(([ref, message]): Command => ['HSET', key, `m:${ref}`, JSON.stringify(message)])
    const guards = [
      { key, version: state.version },
      { key, fields: state.fields },
    ]
    if (state.lead && (await store.commit(guards, [...shown, done]))) return
    // What changed while we were at it is shown by another run, also when somebody else believes to have done it: our update
    // may have come after theirs.
    const again: Command = ['ZADD', index, clock.now(), handoffId]
    if (await store.commit([{ key, version: 'exists' }], [...shown, again])) throw new RunLater(CHANGED_MEANWHILE)
    await isErased()

    // Of a lead that was erased meanwhile a message may have lost its content before our update came: it loses it again.
    async function isErased(): Promise<boolean> {
      if (await store.commit([{ key, version: 'exists' }], [])) return false
      const at = clock.now()
      const alone = [...updated.values()].filter(({ list }) => !list)
      const waiting = alone.map((message) => ({
        index: INDEX.blanks,
        id: blankEntry(leadId, message),
        at,
      }))
      const blanks = waiting.map(({ id }): Command => ['ZADD', store.keys.index(leadId, INDEX.blanks), at, id])
      await store.commit([], [...blanks, done])
      parts.hurry(waiting)
      return true
    }

    function nextBehind(): string | undefined {
      return Object.entries(state.messages).find(([ref, message]) => {
        const current = message.handoffId === handoffId ? rendered(message) : null
        return current !== null && fingerprint(current) !== (updated.get(ref) ?? message).shown
      })?.[0]
    }

    // Who has taken it over or has its company, or is to hear of it, and is nobody of the team.
    async function nameOfOutsider(): Promise<string | undefined> {
      const handoff = state.handoffs[handoffId]
      const owner = handoff ? outsiderOf(parts.config().team, handoff) : state.lead?.told?.[handoffId]?.for
      return owner === undefined ? undefined : parts.hubspot.ownerName(owner)
    }

    function rendered(message: PostedMessage): RenderedMessage | null {
      return renderPost(parts.config(), message, state, outsider, clock.now())
    }
  }

  async function update({ channel, ts }: PostedMessage, message: RenderedMessage): Promise<void> {
    try {
      await slack.update(channel, ts, message)
    } catch (error) {
      // A message that was deleted or can no longer be edited stays as it is; everything else is tried again.
      if (!isRefused(error)) throw error
      parts.log.warn({ channel, code: error.code }, 'a Slack message can no longer be updated')
    }
  }
}
