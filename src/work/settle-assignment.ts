import { heldAssignment } from '../leads/steps.ts'
import { assignmentEntry } from '../store/commit.ts'
import { type Command, INDEX } from '../store/partitions.ts'
import { CHANGED_MEANWHILE, type Handler, type Parts, RunLater } from './parts.ts'

// Longer than a worker takes from reading a lead to telling its pool.
const BEHIND_MILLISECONDS = 15_000

/**
 * Tells a pool who holds an assignment by now, or that nobody does, and that it counts for nothing where the lead was junk: what the lead says is true, whenever it is asked. What
 * was news is looked at once more a moment later, for another worker may have read the lead before and told the pool after.
 */
export function createSettleAssignment(
  parts: Pick<Parts, 'clock' | 'config' | 'hurry' | 'leads' | 'pools' | 'store'>,
): Handler<{ leadId: string; assignmentId: string; pool: string }> {
  const { clock, leads, pools, store } = parts

  return async function settleAssignment({ leadId, assignmentId, pool }, known) {
    const { handoffs, lead, version } = known ?? (await leads.get(leadId))
    const now = clock.now()
    const index = store.keys.index(leadId, INDEX.assignments)
    const entry = assignmentEntry(leadId, { assignmentId, pool })
    let done: Command = ['ZREM', index, entry]
    // The one that took it in knows who has it.
    const into = lead?.mergedInto
    if (into !== undefined) {
      const waiting = { index: INDEX.assignments, id: assignmentEntry(into, { assignmentId, pool }), at: now }
      await store.commit([], [['ZADD', store.keys.index(into, waiting.index), 'LT', now, waiting.id]])
      parts.hurry([waiting])
    } else {
      const holding = Object.values(handoffs).find((handoff) => {
        const held = heldAssignment(handoff)
        return held?.assignmentId === assignmentId && held.pool === pool
      })
      const all = Object.values(handoffs).flatMap(({ holders }) => holders)
      const credited = all.find((one) => one.credited && one.assignmentId === assignmentId && one.pool === pool)
      if (credited) await pools.credit(parts.config().team, credited, now)
      const isNews = await pools.settle(pool, assignmentId, holding?.holders.at(-1)?.rep ?? null, now)
      if (isNews) done = ['ZADD', index, now + BEHIND_MILLISECONDS, entry]
    }
    // What has changed meanwhile has to be told as well.
    const key = store.keys.lead(leadId)
    if (await store.commit([{ key, version }], [done])) return
    await store.commit([], [['ZADD', index, now, entry]])
    throw new RunLater(CHANGED_MEANWHILE)
  }
}
