import type { Config } from '../config/config.ts'
import type { Handoff } from '../handoffs/handoff.ts'
import { nextDue, wantsAnotherRep } from '../handoffs/ladder.ts'
import { isUndoOver } from '../handoffs/undo.ts'
import type { Input } from '../leads/change.ts'
import { DELETION_LOOK, isBeingDeleted } from '../leads/leaving.ts'
import type { StoredLead } from '../store/leads.ts'
import { type Command, INDEX, leadOf } from '../store/partitions.ts'
import { lookedUp } from './gather.ts'
import { createLeavers } from './leavers.ts'
import { CHANGED_MEANWHILE, type Handler, type Parts, RunLater } from './parts.ts'

// By so much a host's clock may be wrong.
const CLOCKS_DIFFER_BY = 15 * 60_000

/** Takes what a handoff's ladder says is due: a rung, a wish to pass it on, or the end of the attempts to reach the lead. */
export function createTakeSteps(
  parts: Pick<Parts, 'apply' | 'clock' | 'config' | 'departed' | 'hubspot' | 'hurry' | 'leads' | 'log' | 'store'>,
): Handler<{ handoffId: string }> {
  const { clock, store } = parts
  const leavers = createLeavers(parts)

  return async function takeSteps({ handoffId }) {
    let state = await parts.leads.read(leadOf(handoffId))
    // Nobody who has left is reminded: what they have is handed on first.
    if (isDue(state.handoffs[handoffId]) && (await leavers.handOnFirst()))
      state = await parts.leads.read(leadOf(handoffId))
    const config = parts.config()
    const handoff = state.handoffs[handoffId]
    const due = handoff ? nextDue(handoff) : null
    const now = clock.now()
    if (due === null || (due > now && !handoff?.passOn)) return putOff(state, handoffId, due)
    // Nobody is bothered about a contact that is going.
    if (isBeingDeleted(state, now)) throw new RunLater(DELETION_LOOK)
    const applied = await parts.apply(config, state, await gather(config, state, handoffId), clock.now())
    parts.hurry(applied.waiting, applied.outcome === 'committed' ? { known: applied.after } : {})
    if (applied.outcome === 'conflict') throw new RunLater(CHANGED_MEANWHILE)
  }

  function isDue(handoff: Handoff | undefined): boolean {
    const due = handoff ? nextDue(handoff) : null
    return due !== null && due <= clock.now()
  }

  // Nothing is left to do, or the timer was ahead, for BullMQ goes by the clock of whatever host: waited for here, since a
  // timer of that name cannot be set while this one is under way. All of it only as long as the lead is as it was read.
  async function putOff({ id, version, handoffs }: StoredLead, handoffId: string, due: number | null): Promise<void> {
    const index = store.keys.index(id, INDEX.steps)
    const entry: Command = due === null ? ['ZREM', index, handoffId] : ['ZADD', index, due, handoffId]
    const done = await store.commit([{ key: store.keys.lead(id), version }], [entry])
    if (!done) throw new RunLater(CHANGED_MEANWHILE)
    const wait = due === null ? 0 : due - clock.now()
    // Of one that was answered the next instant is no rung: nobody stands by for it, for a rung may be due before, when that is taken back.
    const isOpen = handoffs[handoffId]?.state === 'open'
    if (wait > CLOCKS_DIFFER_BY || (wait > 0 && !isOpen))
      return parts.hurry([{ index: INDEX.steps, id: handoffId, at: due ?? 0 }])
    if (wait > 0) throw new RunLater(wait)
  }

  // A look before anybody is bothered.
  async function gather(config: Config, state: StoredLead, handoffId: string): Promise<Input> {
    const handoff = state.handoffs[handoffId]
    if (handoff && isUndoOver(handoff, clock.now())) return { type: 'due', handoffId, gathered: null }
    try {
      const contact = await parts.hubspot.readContact(state.id)
      if (!contact || 'movedTo' in contact) return { type: 'missing', ...contact }
      // Who made the rep its owner decides whether a rung may give the lead to another, and whether they stay at the end.
      const asksForOwner = handoff && (handoff.attempts || wantsAnotherRep(handoff, clock.now()))
      const more = asksForOwner ? ['hubspot_owner_id'] : []
      const looked = await lookedUp(parts, config, state, contact, more)
      return { type: 'due', handoffId, gathered: { contact, ...looked } }
    } catch (error) {
      // Whether the lead was reached cannot be guessed; the ladder can go on without knowing.
      if (handoff?.attempts) throw error
      parts.log.warn(
        { handoff: handoffId, err: error },
        'HubSpot could not be asked for a response: the ladder goes on',
      )
      return { type: 'due', handoffId, gathered: null }
    }
  }
}
