import type { Client } from '@hubspot/api-client'
import type { AssociationSpec } from '@hubspot/api-client/lib/codegen/crm/objects/notes/models/AssociationSpec.js'
import { OutsideError } from '../platform/errors.ts'
import { type BatchAnswer, resultsOf } from './answers.ts'
import { type Call, permittedBy } from './call.ts'

/*
 * Notes on the timeline of a contact. HubSpot keeps a note as HTML and under an id of its own, so each says in its last line
 * which of ours it is: by that it is found again when nobody knows whether it was written.
 */

const NOTE_TO_CONTACT = { associationCategory: 'HUBSPOT_DEFINED', associationTypeId: 202 } as AssociationSpec
// HubSpot takes 65,536 characters.
const LONGEST = 60_000
// Ids rise, and one that was written a moment ago is among the newest.
const NEWEST = 100

/** A note to write: plain lines. `at` is epoch milliseconds. */
export interface Note {
  id: string
  text: string
  at: number
}

/** HubSpot's notes. A scope that is missing for them alone is a refusal, and holds up nothing else. */
export function createNotes({ client, call }: { client: Client; call: Call }) {
  const permitted = permittedBy(call, () => new OutsideError('hubspot', 'refused', '403'))
  return {
    /** Writes a note to a contact. */
    async writeNote(contactId: string, { id, text, at }: Note): Promise<void> {
      await permitted('write note', () =>
        client.crm.objects.notes.basicApi.create({
          properties: { hs_timestamp: new Date(at).toISOString(), hs_note_body: noteBody(id, text) },
          associations: [{ to: { id: contactId }, types: [NOTE_TO_CONTACT] }],
        }),
      )
    },

    /** HubSpot's id of a note of ours on a contact; null when it has none such. */
    async findNote(contactId: string, id: string): Promise<string | null> {
      const linked = await permitted('find notes', () =>
        client.crm.associations.v4.batchApi.getPage('contacts', 'notes', { inputs: [{ id: contactId }] }),
      )
      const ids = resultsOf(linked).flatMap(({ to }) => to.map(({ toObjectId }) => String(toObjectId)))
      const newest = ids.sort((a, b) => Number(b) - Number(a)).slice(0, NEWEST)
      if (newest.length === 0) return null
      const notes = await permitted('read notes', () =>
        client.crm.objects.notes.batchApi.read({
          inputs: newest.map((one) => ({ id: one })),
          properties: ['hs_note_body'],
          propertiesWithHistory: [],
        }),
      )
      const rows = resultsOf(notes as BatchAnswer<(typeof notes)['results'][number]>)
      return rows.find(({ properties }) => properties.hs_note_body?.includes(markOf(id)))?.id ?? null
    },

    /** Takes a note out, by HubSpot's id of it. */
    async removeNote(noteId: string): Promise<void> {
      await permitted('remove note', () => client.crm.objects.notes.basicApi.archive(noteId))
    },
  }
}

/** A note as HubSpot keeps it: lines of text, nothing of which is HTML, and the line by which it is found again. */
export function noteBody(id: string, text: string): string {
  const lines = text
    .slice(0, LONGEST / 6)
    .split('\n')
    .map(escapeHtml)
  return `<p>${lines.join('<br>')}</p><p>${markOf(id)}</p>`
}

const markOf = (id: string) => `[Baton ${id}]`

// Six characters at most come of one.
function escapeHtml(text: string): string {
  const names: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }
  return text.replace(/[&<>"']/g, (sign) => names[sign] ?? sign)
}
