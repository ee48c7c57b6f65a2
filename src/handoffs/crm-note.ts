/**
 * A note for HubSpot's timeline of a contact, as plain lines. `id` begins with the lead's id and a dash and names the occasion:
 * one id is written once. What stands in `text` waits with the lead's record and is erased with it.
 */
export interface CrmNote {
  id: string
  text: string
}
