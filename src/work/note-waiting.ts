import { managerIdOf } from '../handoffs/buttons.ts'
import { type Command, INDEX } from '../store/partitions.ts'
import { createWaitingLists, waitingListId } from '../store/waiting-lists.ts'
import type { Handler, Parts } from './parts.ts'

// What comes in the same moment is shown together.
const TOGETHER = 500

/** Has the message of a handoff's manager follow: the lead waits, or does so no longer. */
export function createNoteWaiting(
  parts: Pick<Parts, 'clock' | 'config' | 'hurry' | 'leads' | 'store'>,
): Handler<{ handoffId: string }> {
  const { clock, store } = parts
  const live = createWaitingLists(store)

  return async function noteWaiting({ handoffId }) {
    const handoff = await parts.leads.readHandoff(handoffId)
    const manager = handoff && managerIdOf(parts.config().team, handoff)
    if (manager) {
      const id = waitingListId(manager)
      const at = clock.now()
      await live.touch(id, at)
      parts.hurry([{ index: INDEX.waitingLists, id, at }], { delay: TOGETHER })
    }
    const done: Command = ['ZREM', store.keys.index(handoffId, INDEX.waits), handoffId]
    await store.commit([], [done])
  }
}
