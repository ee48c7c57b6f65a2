import { INDEX } from '../store/partitions.ts'
import { CHANGED_MEANWHILE, type Handler, type Parts, RunLater } from './parts.ts'

/** Closes a contact that another one has taken in: the survivor's commit came first, so nothing of it is lost between. */
export function createFinishMerge(
  parts: Pick<Parts, 'apply' | 'clock' | 'config' | 'hurry' | 'leads' | 'store'>,
): Handler<{ survivorId: string; leadId: string }> {
  const { clock, leads, store } = parts

  return async function finishMerge({ survivorId, leadId }) {
    const [survivor, state] = await Promise.all([leads.get(survivorId), leads.read(leadId)])
    if (survivor.lead?.merged?.includes(leadId)) {
      const input = { type: 'merged', into: survivorId, taken: Object.keys(survivor.messages) } as const
      const applied = await parts.apply(parts.config(), state, input, clock.now())
      parts.hurry(applied.waiting, applied.outcome === 'committed' ? { known: applied.after } : {})
      if (applied.outcome === 'conflict') throw new RunLater(CHANGED_MEANWHILE)
    }
    const entry = `${survivorId}-${leadId}`
    await store.commit([], [['ZREM', store.keys.index(survivorId, INDEX.merges), entry]])
  }
}
