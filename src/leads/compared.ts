import { isHeld } from '../handoffs/handoff.ts'
import type { LeadState } from './change.ts'
import type { Contact } from './observe.ts'
import { PROPERTIES, type PropertyNames, REFUSED, sameValue, WRITING, type WrittenProperty } from './properties.ts'

const ROWS = Object.entries(PROPERTIES) as [WrittenProperty, (typeof PROPERTIES)[WrittenProperty]][]

/**
 * What stands in HubSpot, by a contact that was just read: what differs from it is written. The same object when it says
 * nothing new. A property that was not read stays as it was known. While somebody writes, only they know.
 */
export function knownAfterRead(
  names: PropertyNames,
  { written, handoffs }: Pick<LeadState, 'written' | 'handoffs'>,
  { properties }: Pick<Contact, 'properties'>,
): Record<string, string> {
  if (WRITING in written) return written
  const known = { ...written }
  let isNew = false
  const set = (name: string, value: string | undefined) => {
    if (known[name] === value) return
    isNew = true
    if (value === undefined) delete known[name]
    else known[name] = value
  }
  for (const [key, row] of ROWS) {
    const name = names[key]
    const shown = properties[name]
    if (shown === undefined) continue
    const before = written[name]
    if (before === undefined || !sameValue(row.type, before, shown ?? ''))
      // One that is written along with others only is no longer known when somebody else has changed it.
      set(name, 'quiet' in row && before !== undefined ? undefined : (shown ?? ''))
    // It is there again.
    if (written[REFUSED + name]?.startsWith('PROPERTY_DOESNT_EXIST ')) set(REFUSED + name, undefined)
  }
  // Whose it is while a rep holds the lead is for the rules about owners.
  const held = Object.values(handoffs).some((handoff) => handoff.byRoute && isHeld(handoff))
  for (const name of held ? ['lifecyclestage'] : ['lifecyclestage', 'hubspot_owner_id']) {
    const shown = properties[name]
    if (shown !== undefined) set(name, shown ?? '')
  }
  return isNew ? known : written
}
