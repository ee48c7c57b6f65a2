// Who changed something in the simulated HubSpot, and how its webhooks and histories name them.

/** Who changed a record. `api` is the app under test, `other-app` another integration, `hubspot` HubSpot's own tracking. */
export type ChangedBy = 'person' | 'form' | 'import' | 'hubspot' | 'other-app' | 'merge' | 'api'

/** HubSpot's `changeSource` of webhooks and `sourceType` of property histories. An open set; FORM and ANALYTICS are assumed. */
const CHANGE_SOURCES: Record<ChangedBy, string> = {
  person: 'CRM_UI',
  form: 'FORM',
  import: 'IMPORT',
  hubspot: 'ANALYTICS',
  'other-app': 'INTEGRATION',
  merge: 'MERGE_OBJECTS',
  api: 'INTEGRATION',
}

/** The user who acts where no other one is named. */
const SOME_USER = 80_011

/** A source as histories and webhooks name it. */
export interface Source {
  sourceType: string
  /** `userId:…` for people, the app's id for apps. */
  sourceId: string | undefined
  updatedByUserId: number | undefined
}

/** How HubSpot names who changed something. `userId` is the person's user id, which is not the owner id. */
export function sourceOf(by: ChangedBy, appId: number, userId = SOME_USER): Source {
  const person = by === 'person'
  const apps: Partial<Record<ChangedBy, string>> = { 'other-app': '5550001', api: String(appId) }
  return {
    sourceType: CHANGE_SOURCES[by],
    sourceId: person ? `userId:${userId}` : apps[by],
    updatedByUserId: person ? userId : undefined,
  }
}
