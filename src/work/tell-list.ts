import { setTimeout as wait } from 'node:timers/promises'
import { isShort } from '../handoffs/burst.ts'
import { memberOf } from '../handoffs/parties.ts'
import type { Post } from '../handoffs/posts.ts'
import { outsiderOf, renderPost } from '../messages/render.ts'
import { type ListedLead, renderRepList } from '../messages/rep-list.ts'
import { isRefused, OutsideError } from '../platform/errors.ts'
import { INDEX } from '../store/partitions.ts'
import { createRepLists, repOfList, rowsOf } from '../store/rep-lists.ts'
import { createShowLive } from './live-message.ts'
import { CHANGED_MEANWHILE, type Handler, type Parts, RunLater } from './parts.ts'

const PRIORITY = 2
// What comes in the same moment is shown together; and a list is not updated for each of many.
const TOGETHER = 500
const BETWEEN = 3_000

type ListParts = Pick<Parts, 'clock' | 'config' | 'hubspot' | 'leads' | 'log' | 'publicUrl' | 'slack' | 'store'>

/** Sends the list of a rep who gets many leads at once, or brings it up to what became of them. */
export function createTellList(parts: ListParts): Handler<{ listId: string }> {
  const show = createShowList(parts)
  const lists = createRepLists(parts.store)
  return async function tellList({ listId }) {
    const state = await lists.read(listId)
    // One that was never sent waits for the messages that stand in it: they are tried again.
    const isSettled = state.place
      ? await show(listId).then(({ settled }) => settled, refused)
      : await lists.settle(listId, state, parts.clock.now())
    if (!isSettled) throw new RunLater(CHANGED_MEANWHILE)

    async function refused(error: unknown): Promise<boolean> {
      if (!isRefused(error)) throw error
      parts.log.warn({ list: listId, code: error.code }, 'the list of a rep can no longer be updated')
      return lists.settle(listId, state, parts.clock.now())
    }
  }
}

/** Makes it: what several alerts of a process put into a list in the same moment is sent together. */
export function createListing(parts: ListParts & Pick<Parts, 'hurry'>) {
  const { clock } = parts
  const lists = createRepLists(parts.store)
  const show = createShowList(parts)
  const planned = new Map<string, Promise<{ channel: string; ts: string }>>()
  const lastShown = new Map<string, Promise<unknown>>()

  function showSoon(id: string) {
    const known = planned.get(id)
    if (known) return known
    const before = lastShown.get(id) ?? wait(TOGETHER)
    const begun = before.then(() => {
      planned.delete(id)
      return show(id).then(({ place }) => place)
    })
    planned.set(id, begun)
    const rested = begun.then(
      () => wait(BETWEEN),
      () => {},
    )
    lastShown.set(id, rested)
    void rested.then(() => {
      if (lastShown.get(id) === rested) lastShown.delete(id)
    })
    return begun
  }

  return {
    /** The list in which a message stands; null of one that is sent by itself. */
    async listFor({ id, kind, rep, handoffId }: Post): Promise<string | null> {
      if (kind !== 'rep-alert' || rep === undefined) return null
      const list = await lists.listFor(id, rep, clock.now())
      const handoff = list === null ? null : await parts.leads.readHandoff(handoffId)
      // That of a lead that was erased meanwhile may stand there from an earlier try.
      return handoff && isShort(handoff) ? null : list
    },

    /** Puts a message into its list; resolves once Slack shows it there. */
    async join(id: string, { id: postId, handoffId }: Post) {
      await lists.put(id, postId, handoffId, clock.now())
      try {
        return { ...(await showSoon(id)), list: id }
      } catch (error) {
        // Whoever is told instead has it; here it would come up again.
        if (isRefused(error)) await lists.drop(id, [postId], clock.now())
        throw error
      }
    },

    /** Has a list follow what became of its leads. */
    async follow(id: string): Promise<void> {
      const at = clock.now()
      if (await lists.touch(id, at, null)) parts.hurry([{ index: INDEX.repLists, id, at }], { delay: TOGETHER })
    },

    /** Takes the message of an erased lead out of its list. */
    async forget({ id }: Post, list: string): Promise<void> {
      await lists.drop(list, [id], clock.now())
      parts.hurry([{ index: INDEX.repLists, id: list, at: clock.now() }])
    },
  }
}

function createShowList(parts: ListParts) {
  const { leads, slack } = parts
  const lists = createRepLists(parts.store)
  const show = createShowLive({ clock: parts.clock, slack }, lists)

  return async function showList(id: string) {
    const state = await lists.read(id)
    const { team } = parts.config()
    const rep = repOfList(id) ?? ''
    const to = memberOf(team, rep)
    if (!to) throw new OutsideError('slack', 'refused', 'no-recipient')
    const listed = await Promise.all(rowsOf(state.fields).map((row) => listedLead(row, rep)))
    const message = renderRepList({
      rep,
      leads: listed.flatMap((one) => one ?? []),
      console: parts.publicUrl && `${parts.publicUrl}/console`,
      timeZone: team.calendars[to.calendar ?? '']?.timeZone ?? 'UTC',
    })
    const place = await show(id, state, { to: to.slackUserId, priority: PRIORITY, message })
    return { place, settled: await lists.settle(id, state, parts.clock.now()) }
  }

  async function listedLead({ handoffId }: { handoffId: string }, rep: string) {
    const found = await leads.findHandoff(handoffId)
    if (!found) return null
    const { state, handoff } = found
    const stranger = outsiderOf(parts.config().team, handoff)
    const outsider = stranger === undefined ? undefined : await parts.hubspot.ownerName(stranger)
    const alert = renderPost(parts.config(), { kind: 'rep-alert', rep, handoffId: handoff.id }, state, outsider)
    return alert && ({ handoff, alert } satisfies ListedLead)
  }
}
