import { managerIdOf } from '../handoffs/buttons.ts'
import type { Handoff } from '../handoffs/handoff.ts'
import { isRedisAway } from '../platform/redis.ts'
import { eraseLead } from '../store/erase.ts'
import { createLeads, type StoredLead } from '../store/leads.ts'
import { INDEX } from '../store/partitions.ts'
import { createPools } from '../store/pools.ts'
import { createQualityList } from '../store/quality.ts'
import { createQualityLists } from '../store/quality-lists.ts'
import { createRepLists } from '../store/rep-lists.ts'
import { createRewrites } from '../store/rewrites.ts'
import { addressKey } from '../store/schema.ts'
import { createStuckLists } from '../store/stuck-lists.ts'
import { createWaitingLists, waitingListId } from '../store/waiting-lists.ts'
import type { Handler, Parts } from './parts.ts'

/**
 * Erases a lead whatever HubSpot says, the contacts that were merged into it, and the one that it was merged into: nothing of
 * it is kept, and its Slack messages lose their content. `indexes` are those of the table of work.
 */
export function createEraseLead(
  parts: Pick<Parts, 'apart' | 'clock' | 'config' | 'dropTimers' | 'hurry' | 'leads' | 'log' | 'store'>,
  indexes: () => string[],
): Handler<{ leadId: string }> {
  const { clock, leads, store } = parts
  const lists = createStuckLists(store)
  const waitingLists = createWaitingLists(store)
  const repLists = createRepLists(store)
  const quality = createQualityList(store)
  const rewrites = createRewrites(store)
  const qualityLists = createQualityLists(store)

  return ({ leadId }) => eraseAll(leadId, new Set())

  async function eraseAll(leadId: string, begun: Set<string>): Promise<void> {
    begun.add(leadId)
    const state = await readable(leadId)
    // What there was of one that was merged stands with the one that lives on: HubSpot takes either id for the same contact.
    const { mergedInto, merged = [] } = state?.lead ?? {}
    for (const other of [mergedInto ?? [], merged].flat()) if (!begun.has(other)) await eraseAll(other, begun)
    const handoffs = Object.values(state?.handoffs ?? {})
    const left = await lists.forget(leadId, clock.now())
    await touchWaiting(handoffs)
    let last = state
    await leaveLists(state)
    await parts.dropTimers(handoffs.flatMap(timersOf))
    parts.hurry(
      await eraseLead(store, leadId, indexes(), {
        ...{ config: parts.config(), now: clock.now() },
        read: async () => {
          last = await readable(leadId)
          return last
        },
      }),
    )
    // An alert may have got into a list meanwhile.
    await leaveLists(last)
    await eraseObserved(leadId)
    await quality.forget(leadId)
    const email = state?.lead?.attributes.email?.value
    if (typeof email === 'string') await eraseAddress(email)
    await rewrites.erased(clock.now())
    const asked = await qualityLists.forget(leadId, clock.now())
    parts.hurry(asked.map((id) => ({ index: INDEX.qualityLists, id, at: clock.now() })))
    // By this line it can be repeated after a backup was restored.
    parts.log.info({ lead: leadId }, 'a lead is erased')
    parts.hurry(left.map((id) => ({ index: INDEX.stuck, id, at: clock.now() })))
    await touchWaiting(handoffs)
  }

  // Signals may wait for the contact with its address; what comes for that later is left out as well.
  async function eraseAddress(email: string): Promise<void> {
    const options = { config: parts.config(), now: clock.now(), read: async () => null }
    await eraseLead(store, addressKey(email), indexes(), options)
  }

  async function leaveLists(state: StoredLead | null): Promise<void> {
    const listed = Object.entries(state?.messages ?? {}).filter(([, { list }]) => list !== undefined)
    const byList = Map.groupBy(listed, ([, { list }]) => list ?? '')
    for (const [list, some] of byList) {
      const at = clock.now()
      await repLists.drop(
        list,
        some.map(([postId]) => postId),
        at,
      )
      parts.hurry([{ index: INDEX.repLists, id: list, at }])
    }
  }

  // Before and after: whoever shows them in between shows it once more, and who dies in between leaves them to be shown.
  async function touchWaiting(handoffs: Handoff[]): Promise<void> {
    const { team } = parts.config()
    const managers = handoffs.filter(({ state }) => state === 'waiting').map((one) => managerIdOf(team, one))
    for (const manager of new Set(managers)) {
      if (manager === undefined) continue
      const at = clock.now()
      await waitingLists.touch(waitingListId(manager), at)
      parts.hurry([{ index: INDEX.waitingLists, id: waitingListId(manager), at }])
    }
  }

  // Also what was known of it before Baton went live: nobody was told of that.
  async function eraseObserved(leadId: string): Promise<void> {
    const { apart } = parts
    if (apart === store || !(await apart.redis.exists(apart.keys.lead(leadId)))) return
    const read = () =>
      createLeads(apart)
        .get(leadId)
        .catch(() => null)
    const waiting = await eraseLead(apart, leadId, indexes(), { config: parts.config(), now: clock.now(), read })
    const pools = createPools(apart)
    for (const { index, id } of waiting) {
      const [, assignmentId, pool] = (index === INDEX.assignments && /^[^-]+-([^@]+)@(.+)$/.exec(id)) || []
      if (assignmentId && pool) await pools.settle(pool, assignmentId, null, clock.now())
    }
  }

  // What cannot be read can still be erased.
  async function readable(leadId: string): Promise<StoredLead | null> {
    try {
      return await leads.get(leadId)
    } catch (error) {
      if (isRedisAway(error)) throw error
      parts.log.error({ lead: leadId, err: error }, 'a lead that is to be erased cannot be read')
      return null
    }
  }
}

// A timer names a handoff, and so a contact, until it fires.
function timersOf({ id, ladder, dueAt, attempts, passOn }: Handoff): { name: 'take-steps'; id: string; at: number }[] {
  const instants = [...ladder.map((rung) => rung.dueAt), dueAt, attempts?.until, attempts?.remindAt, passOn?.at]
  return instants.flatMap((at) => (typeof at === 'number' ? [{ name: 'take-steps', id, at } as const] : []))
}
