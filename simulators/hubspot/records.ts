// The records of the simulated HubSpot: one store per object type, with the rules that HubSpot applies on writing.

import { LIFECYCLE_STAGES, type ObjectType, type PropertyCatalogue } from './properties.ts'
import { refusal } from './refusal.ts'

/** Who changed a record. `api` is the app under test, `other-app` another integration, `hubspot` HubSpot's own tracking. */
export type ChangedBy = 'person' | 'form' | 'import' | 'hubspot' | 'other-app' | 'api'

/** HubSpot's `changeSource` of webhooks and `sourceType` of property histories. An open set; FORM and ANALYTICS are assumed. */
export const CHANGE_SOURCES: Record<ChangedBy, string> = {
  person: 'CRM_UI',
  form: 'FORM',
  import: 'IMPORT',
  hubspot: 'ANALYTICS',
  'other-app': 'INTEGRATION',
  api: 'INTEGRATION',
}

/** How many values of one property a history keeps, as HubSpot does for contacts. */
const KEPT_VALUES = 45

/** A contact or company. Instants are epoch milliseconds. */
export interface CrmRecord {
  id: string
  properties: Record<string, string | null>
  /** Newest first. */
  history: Record<string, { value: string; timestamp: string; sourceType: string }[]>
  createdAt: number
  updatedAt: number
  archived: boolean
  /** The primary company of a contact. */
  companyId: string | undefined
}

/** What happened to a record, for whoever tells others about it. */
export type RecordChange =
  | { kind: 'created' | 'changed'; id: string; properties: Record<string, string | null>; by: ChangedBy }
  | { kind: 'deleted' | 'restored' | 'forgotten'; id: string; by: ChangedBy }
  | { kind: 'merged'; primaryId: string; mergedId: string; newId: string; moved: number; by: ChangedBy }

/** What a record store is made from; `onChange` hears of every change that HubSpot tells of. */
export interface RecordStoreParts {
  type: ObjectType
  catalogue: PropertyCatalogue
  now: () => number
  /** Ids count up from here. */
  firstId: number
  onChange: (change: RecordChange) => void
}

/** Who writes, and what comes with it. */
export interface WriteOptions {
  by: ChangedBy
  /** Tells nobody. */
  silent?: boolean | undefined
  companyId?: string | undefined
  createdAt?: number | undefined
}

/** A store of contacts or companies. Writers other than `api` may set read-only properties, as HubSpot itself does. */
export function createRecordStore({ type, catalogue, now, firstId, onChange }: RecordStoreParts) {
  const records = new Map<string, CrmRecord>()
  const idsByEmail = new Map<string, string>()
  const survivors = new Map<string, string>()
  const modified = type === 'contacts' ? 'lastmodifieddate' : 'hs_lastmodifieddate'
  let lastId = firstId - 1

  function find(id: string, idProperty = 'hs_object_id'): CrmRecord | undefined {
    let found = idProperty === 'email' ? idsByEmail.get(id.toLowerCase()) : id
    while (found && survivors.has(found)) found = survivors.get(found)
    return found ? records.get(found) : undefined
  }

  function live(id: string): CrmRecord {
    const record = find(id)
    if (!record || record.archived) throw refusal(404, 'OBJECT_NOT_FOUND', 'resource not found')
    return record
  }

  /** Refuses (409) an email that another record has; contacts are unique by it. */
  function refuseTakenEmail(email: string | undefined, ownId?: string): void {
    const taken = email && idsByEmail.get(email.toLowerCase())
    if (taken && taken !== ownId)
      throw refusal(409, 'CONFLICT', `Contact already exists. Existing ID: ${taken}`, { existingId: [taken] })
  }

  /** Sets what really changes, with what follows from it, and returns that. */
  function apply(record: CrmRecord, properties: Record<string, string>, by: ChangedBy) {
    const at = new Date(now()).toISOString()
    const changed: Record<string, string | null> = {}
    for (const [name, value] of Object.entries(properties)) {
      const next = catalogue.normalise(type, name, value)
      const current = record.properties[name] ?? null
      if (next === current || (name === 'lifecyclestage' && by === 'api' && movesBack(current, next))) continue
      changed[name] = next
    }
    if (type === 'contacts' && changed.hubspot_owner_id !== undefined) {
      // The first engagement is the current owner's, so a new owner starts without one.
      changed.hubspot_owner_assigneddate ??= changed.hubspot_owner_id && at
      if (record.properties.hs_sa_first_engagement_date) changed.hs_sa_first_engagement_date ??= null
    }
    const previousEmail = record.properties.email
    for (const [name, value] of Object.entries(changed)) {
      record.properties[name] = value
      const entry = { value: value ?? '', timestamp: at, sourceType: CHANGE_SOURCES[by] }
      record.history[name] = [entry, ...(record.history[name] ?? [])].slice(0, KEPT_VALUES)
    }
    if (changed.email !== undefined) {
      if (previousEmail) idsByEmail.delete(previousEmail)
      if (changed.email) idsByEmail.set(changed.email, record.id)
    }
    touch(record)
    return changed
  }

  function touch(record: CrmRecord): void {
    record.updatedAt = now()
    record.properties[modified] = new Date(record.updatedAt).toISOString()
  }

  function setCompany(record: CrmRecord, companyId: string | undefined): void {
    if (companyId === undefined) return
    record.companyId = companyId
    record.properties.associatedcompanyid = companyId
  }

  function tell(change: RecordChange, silent?: boolean): void {
    if (!silent) onChange(change)
  }

  function create(properties: Record<string, string>, options: WriteOptions): CrmRecord {
    catalogue.check(type, properties, options.by !== 'api')
    refuseTakenEmail(properties.email)
    const createdAt = options.createdAt ?? now()
    const id = String(++lastId)
    const record: CrmRecord = {
      ...{ id, createdAt, updatedAt: createdAt, archived: false, history: {}, companyId: undefined },
      properties: { hs_object_id: id, createdate: new Date(createdAt).toISOString() },
    }
    records.set(id, record)
    const changed = apply(record, properties, options.by)
    setCompany(record, options.companyId)
    tell({ kind: 'created', id, properties: changed, by: options.by }, options.silent)
    return record
  }

  function update(id: string, properties: Record<string, string>, options: WriteOptions): CrmRecord {
    const record = live(id)
    catalogue.check(type, properties, options.by !== 'api')
    refuseTakenEmail(properties.email, record.id)
    const changed = apply(record, properties, options.by)
    setCompany(record, options.companyId)
    tell({ kind: 'changed', id: record.id, properties: changed, by: options.by }, options.silent)
    return record
  }

  function archive(id: string, by: ChangedBy): void {
    const record = live(id)
    record.archived = true
    if (record.properties.email) idsByEmail.delete(record.properties.email)
    tell({ kind: 'deleted', id: record.id, by })
  }

  function restore(id: string, by: ChangedBy): void {
    const record = find(id)
    if (!record?.archived) throw refusal(404, 'OBJECT_NOT_FOUND', 'resource not found')
    record.archived = false
    if (record.properties.email) idsByEmail.set(record.properties.email, record.id)
    tell({ kind: 'restored', id: record.id, by })
  }

  /** Deletes for good, as a privacy request does; no archived record stays. */
  function forget(id: string, by: ChangedBy): void {
    const record = live(id)
    records.delete(record.id)
    if (record.properties.email) idsByEmail.delete(record.properties.email)
    tell({ kind: 'forgotten', id: record.id, by })
  }

  /** Both become one new record, to which the old ids lead from then on. The primary's values win. Returns the new id. */
  function merge(primaryId: string, mergedId: string, by: ChangedBy): string {
    const [primary, merged] = [live(primaryId), live(mergedId)]
    const newId = String(++lastId)
    const own = Object.fromEntries(Object.entries(primary.properties).filter(([, value]) => value !== null))
    const moved = Object.entries(merged.properties).filter(([name, value]) => value !== null && !(name in own)).length
    const survivor: CrmRecord = {
      ...primary,
      id: newId,
      history: { ...merged.history, ...primary.history },
      companyId: primary.companyId ?? merged.companyId,
      properties: {
        ...merged.properties,
        ...own,
        hs_object_id: newId,
        hs_merged_object_ids: [primary.id, merged.id].join(';'),
      },
    }
    for (const old of [primary, merged]) {
      records.delete(old.id)
      survivors.set(old.id, newId)
      if (old.properties.email) idsByEmail.set(old.properties.email, newId)
    }
    records.set(newId, survivor)
    touch(survivor)
    tell({ kind: 'merged', primaryId: primary.id, mergedId: merged.id, newId, moved, by })
    return newId
  }

  return {
    type,
    /** By id or `email`, archived ones too; a merged id finds the surviving record, whose id differs. */
    find,
    /** Every record that is not archived, oldest first. */
    all: () => [...records.values()].filter((record) => !record.archived),
    ...{ create, update, archive, restore, forget, merge, refuseTakenEmail },
  }
}

/** The records of one kind of object. */
export type RecordStore = ReturnType<typeof createRecordStore>

function movesBack(from: string | null, to: string | null): boolean {
  return from !== null && to !== null && LIFECYCLE_STAGES.indexOf(to) < LIFECYCLE_STAGES.indexOf(from)
}
