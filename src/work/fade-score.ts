import type { StoredLead } from '../store/leads.ts'
import { type Command, INDEX } from '../store/partitions.ts'
import { type Covers, coverageOf } from './coverage.ts'
import { CHANGED_MEANWHILE, type Handler, type Parts, RunLater } from './parts.ts'

/**
 * Computes the score of a lead again that moves by itself, from what is kept of it: HubSpot is not asked, and is written to only
 * where something changed. A lead of which more has to be known, one that now wants a rep, and one whose triggers have to be
 * looked at goes through the main job instead.
 */
export function createFadeScore(
  parts: Pick<Parts, 'apply' | 'clock' | 'config' | 'configs' | 'hurry' | 'inbox' | 'leads' | 'store'>,
): Handler<{ leadId: string }> {
  const { clock, inbox, leads, store } = parts
  let asked: { version: string; covers: Covers } | undefined

  return async function fadeScore({ leadId }, _known, turn) {
    const state = await leads.read(leadId)
    const { lead } = state
    const now = clock.now()
    if (!lead?.fadesAt) return put(state, ['ZREM', index(leadId), leadId])
    // A commit has moved it, and then the sweep's claim its entry.
    if (lead.fadesAt > now) return put(state, ['ZADD', index(leadId), lead.fadesAt, leadId])
    await turn?.()
    const config = parts.config()
    if (asked?.version !== config.version)
      asked = { version: config.version, covers: coverageOf(config, parts.configs) }
    if (!(await asked.covers(lead.readBy))) {
      await inbox.wait(INDEX.unread, leadId, now)
      parts.hurry([{ index: INDEX.unread, id: leadId, at: now, last: true }])
      return
    }
    const applied = await parts.apply(config, state, { type: 'rescore', faded: true }, now)
    const known = applied.outcome === 'committed' ? { known: applied.after } : {}
    parts.hurry(
      applied.waiting.map((one) => ({ ...one, last: true })),
      known,
    )
    if (applied.outcome === 'conflict') throw new RunLater(CHANGED_MEANWHILE)
    if (applied.outcome === 'nothing') await put(state, ['ZREM', index(leadId), leadId])
  }

  function index(leadId: string): string {
    return store.keys.index(leadId, INDEX.fading)
  }

  // Whoever has changed the lead meanwhile knows better.
  async function put({ id, version }: StoredLead, command: Command): Promise<void> {
    await store.commit([{ key: store.keys.lead(id), version }], [command])
  }
}
