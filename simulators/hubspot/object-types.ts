// The kinds of object that the simulated HubSpot keeps, and what differs between them.

/** What people log of their dealings with a contact. */
const ENGAGEMENT_TYPES = ['calls', 'meetings', 'emails', 'communications', 'notes', 'tasks'] as const

/** One of the engagement objects. */
export type EngagementType = (typeof ENGAGEMENT_TYPES)[number]

/** All kinds of object. */
export const OBJECT_TYPES = ['contacts', 'companies', 'deals', ...ENGAGEMENT_TYPES] as const

/** One kind of object, as it stands in paths. */
export type ObjectType = (typeof OBJECT_TYPES)[number]

/** What differs between the kinds. `shown` are the properties of a read that asks for none. */
export const ABOUT: Record<ObjectType, { singular: string; typeId: string; created: string; shown: string[] }> = {
  contacts: about('contact', '0-1', 'createdate', ['email', 'firstname', 'lastname']),
  companies: about('company', '0-2', 'createdate', ['domain', 'name']),
  deals: about('deal', '0-3', 'createdate', ['amount', 'closedate', 'dealname', 'dealstage', 'pipeline']),
  calls: about('call', '0-48', 'hs_createdate', []),
  meetings: about('meeting', '0-47', 'hs_createdate', []),
  emails: about('email', '0-49', 'hs_createdate', []),
  communications: about('communication', '0-18', 'hs_createdate', []),
  notes: about('note', '0-46', 'hs_createdate', []),
  tasks: about('task', '0-27', 'hs_createdate', []),
}

function about(singular: string, typeId: string, created: string, shown: string[]) {
  return { singular, typeId, created, shown }
}

/** The property with the time of a record's last change. */
export function modifiedProperty(type: ObjectType): string {
  return type === 'contacts' ? 'lastmodifieddate' : 'hs_lastmodifieddate'
}
