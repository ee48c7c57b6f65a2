import type { Handoff } from '../handoffs/handoff.ts'
import type { Change, LeadState } from '../leads/change.ts'
import { createHands } from './by-rep.ts'
import { createLiveMessages, idPart, nameIn } from './live-messages.ts'
import { INDEX, type Store } from './partitions.ts'

/*
 * The messages about leads that wait: one for each manager. Which leads wait stands with who has what in hand
 * (`by-rep.ts`); what is kept here is the message alone.
 */

/** The id of a manager's message. */
export const waitingListId = (manager: string): string => `waiting/${idPart(manager)}`

/** Whose message an id names; null when it is none. */
export function waitingListOf(id: string): string | null {
  return id.startsWith('waiting/') ? nameIn(id.slice('waiting/'.length)) : null
}

/** How many leads wait for each of some pools, and for how many seconds the first of them has. */
export async function countWaiting(store: Store, pools: readonly string[], now: number) {
  const hands = createHands(store)
  return Promise.all(
    pools.map(async (pool) => {
      const [count, [first]] = await Promise.all([hands.count({ pool }), hands.of({ pool }, 1)])
      return { pool, count, oldest: first?.at == null ? 0 : Math.max(0, (now - first.at) / 1_000) }
    }),
  )
}

/** Opens them. */
export const createWaitingLists = (store: Store) => createLiveMessages(store, INDEX.waitingLists)

/** The handoffs by which what is said of the leads that wait is another after a change. */
export function waitingChanged(before: LeadState, change: Change): string[] {
  const moved = change.handoffs.filter((handoff) => isWaiting(before.handoffs[handoff.id]) || isWaiting(handoff))
  // One that has waited before is told of again only when what is shown of it is another.
  const stay = Object.values(before.handoffs).filter(isWaiting)
  return [...new Set([...moved, ...(isOther(before, change) ? stay : [])].map(({ id }) => id))]
}

function isWaiting(handoff: Handoff | undefined): boolean {
  return handoff?.state === 'waiting'
}

function isOther({ lead: before }: LeadState, { lead }: Change): boolean {
  const shown = (one: LeadState['lead']) =>
    one && [one.score.total, ...['firstName', 'lastName', 'company.name'].map((name) => one.attributes[name]?.value)]
  return lead !== undefined && JSON.stringify(shown(before)) !== JSON.stringify(shown(lead))
}
