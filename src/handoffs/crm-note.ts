/**
 * A note for HubSpot's timeline of a contact, as plain lines. `id` begins with the lead's id and a dash and names the occasion:
 * one id is written once. What stands in `text` waits with the lead's record and is erased with it.
 */
export interface CrmNote {
  id: string
  text: string
}

const TAKEN_BACK = '.taken-back'

/** What takes a note back: it is not written any more, or taken out of HubSpot. */
export function takenBack(id: string): CrmNote {
  return { id: `${id}${TAKEN_BACK}`, text: '' }
}

/** The id of the note that another one takes back; undefined of one that is to be written. */
export function takesBack(id: string): string | undefined {
  return id.endsWith(TAKEN_BACK) ? id.slice(0, -TAKEN_BACK.length) : undefined
}
