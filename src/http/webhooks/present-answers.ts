import type { FormQuestion } from '../../leads/forms.ts'
import type { Contact } from '../../leads/observe.ts'
import { withDeadline } from '../../platform/errors.ts'

/** How HubSpot is asked for a contact. */
export interface ContactReader {
  readContact(id: string): Promise<Contact | { movedTo: string } | null>
}

// The form opens within three seconds of the click, or not at all.
const WITHIN = 1_000

/**
 * What HubSpot has of the answers to a form at this moment, by property; undefined when it does not say in time: then what was
 * read last has to do.
 */
export async function presentAnswers(
  { readContact }: ContactReader,
  contactId: string,
  questions: readonly FormQuestion[],
): Promise<Record<string, string> | undefined> {
  try {
    const contact = await withDeadline(readContact(contactId), WITHIN, () => new Error('late'))
    if (!contact || 'movedTo' in contact) return undefined
    return Object.fromEntries(questions.map(({ property }) => [property, contact.properties[property] ?? '']))
  } catch {
    return undefined
  }
}
