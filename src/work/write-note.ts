import { takesBack } from '../handoffs/crm-note.ts'
import { isRefused } from '../platform/errors.ts'
import { createCrmNotes } from '../store/crm-notes.ts'
import { type Handler, type Parts, RunLater } from './parts.ts'

// Longer than it takes to look for a note and to write it, their turns in the rate limit included.
const LEASE = 60_000
const LOOK_SOON = 1_000
// The contact is not there, or not any more.
const NOT_FOUND = '404'

/**
 * Writes a note to a contact in HubSpot, once: what an earlier try may have written is looked for first. One that HubSpot
 * refuses goes to the dead letters; the lead itself goes on.
 */
export function createWriteNote(
  parts: Pick<Parts, 'clock' | 'hubspot' | 'leads' | 'log' | 'store'>,
): Handler<{ noteId: string; leadId: string }> {
  const { clock, hubspot, log } = parts
  const notes = createCrmNotes(parts.store)

  return async function writeNote({ noteId, leadId }) {
    const back = takesBack(noteId)
    if (back !== undefined) return takeBack(noteId, back, leadId)
    const note = await notes.read(noteId)
    const contactId = note && (await contactOf(leadId))
    if (!note || contactId === null || hubspot.readOnly) return notes.remove(noteId)
    const now = clock.now()
    const left = (note.until ?? 0) - now
    if (left > 0 && left <= LEASE) throw new RunLater(left)
    if (!(await notes.claim(noteId, note, now, now + LEASE))) throw new RunLater(0)
    try {
      const isThere = note.triedAt !== undefined && (await hubspot.findNote(contactId, noteId)) !== null
      if (!isThere) await hubspot.writeNote(contactId, { id: noteId, text: note.text, at: note.at })
    } catch (error) {
      await notes.release(noteId)
      if (!isRefused(error)) throw error
      if (error.code !== NOT_FOUND) {
        log.error({ lead: leadId, note: noteId, code: error.code }, 'HubSpot refuses a note: the lead goes on without')
        throw error
      }
    }
    await notes.remove(noteId)
  }

  // One that waits is not written any more; one that somebody is writing is waited for, and then taken out.
  async function takeBack(id: string, noteId: string, leadId: string): Promise<void> {
    const waiting = await notes.read(noteId)
    const left = (waiting?.until ?? 0) - clock.now()
    if (left > 0 && left <= LEASE) throw new RunLater(Math.min(left, LOOK_SOON))
    if (waiting) await notes.remove(noteId)
    const contactId = await contactOf(leadId)
    if (contactId === null || hubspot.readOnly || (waiting && waiting.triedAt === undefined)) return notes.remove(id)
    try {
      const found = await hubspot.findNote(contactId, noteId)
      if (found !== null) await hubspot.removeNote(found)
    } catch (error) {
      if (!isRefused(error)) throw error
      log.warn({ lead: leadId, note: noteId, code: error.code }, 'HubSpot does not let a note be taken back')
    }
    await notes.remove(id)
  }

  // The contact that the lead lives on as; null when HubSpot has none.
  async function contactOf(leadId: string): Promise<string | null> {
    const passed = new Set<string>()
    for (let id = leadId; !passed.has(id); ) {
      passed.add(id)
      const { lead } = await parts.leads.get(id)
      // Of the one that took it in nothing need be known yet.
      if (!lead) return id === leadId ? null : id
      if (lead.missingSince !== undefined) return null
      if (lead.mergedInto === undefined) return id
      id = lead.mergedInto
    }
    return null
  }
}
