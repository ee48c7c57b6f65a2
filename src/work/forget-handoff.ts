import { listedAs } from '../leads/listed.ts'
import { listAs } from '../store/lead-index.ts'
import { type Command, HANDOFF_LISTS, INDEX, leadOf } from '../store/partitions.ts'
import { CHANGED_MEANWHILE, type Handler, type Parts, RunLater } from './parts.ts'

/** Takes out the record of a handoff that ended long ago. The addresses of its messages stay until the lead is erased. */
export function createForgetHandoff(parts: Pick<Parts, 'leads' | 'store'>): Handler<{ handoffId: string }> {
  const { leads, store } = parts

  return async function forgetHandoff({ handoffId }) {
    const leadId = leadOf(handoffId)
    const { version, lead, handoffs, older } = await leads.get(leadId)
    const key = store.keys.lead(leadId)
    const done: Command = ['ZREM', store.keys.index(leadId, INDEX.ended), handoffId]
    const handoff = handoffs[handoffId]
    if (handoff?.state !== 'ended') return void (await store.commit([], [done]))
    const lists = HANDOFF_LISTS.map((list): Command => ['ZREM', store.keys.list(leadId, list), handoffId])
    const records: Command[] = [
      ['HDEL', key, `h:${handoffId}`],
      ...older.filter((one) => one.endsWith(`:${handoffId}`)).map((one): Command => ['DEL', one]),
    ]
    // Whose the lead was may have been known by this alone.
    const { [handoffId]: _, ...left } = handoffs
    const listed = (some: typeof handoffs) => lead && listedAs(lead, Object.values(some))
    const listing = listAs(store.keys, leadId, listed(handoffs), listed(left))
    if (!(await store.commit([{ key, version }], [...records, ...lists, ...listing, done])))
      throw new RunLater(CHANGED_MEANWHILE)
  }
}
