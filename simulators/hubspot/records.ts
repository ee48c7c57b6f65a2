// The records of the simulated HubSpot: one store per object type, with the rules that HubSpot applies on writing.

import { LIFECYCLE_STAGES } from './known-properties.ts'
import { mergedValues } from './merging.ts'
import { ABOUT, modifiedProperty, type ObjectType } from './object-types.ts'
import type { PropertyCatalogue } from './properties.ts'
import type { CrmRecord, RecordChange, Told } from './record.ts'
import { invalidValues, refusal } from './refusal.ts'
import { type ChangedBy, sourceOf } from './sources.ts'

/** What a record store is made from; `onChange` hears of every change that HubSpot tells of. */
export interface RecordStoreParts {
  type: ObjectType
  catalogue: PropertyCatalogue
  now: () => number
  /** The app under test, which `api` stands for. */
  appId: number
  /** Ids count up from here. */
  firstId: number
  /** How long a search does not see a change, in milliseconds. */
  searchLag: () => number
  onChange: (change: RecordChange) => void
}

/** Who writes, and what comes with it. */
export interface WriteOptions extends Told {
  /** Tells nobody. */
  silent?: boolean | undefined
  companyId?: string | undefined
  createdAt?: number | undefined
}

/** How a merge goes. Which of the ids HubSpot keeps is not the same everywhere: a new one, or with `sameId` the primary's. */
export interface MergeOptions {
  silent?: boolean | undefined
  sameId?: boolean | undefined
}

/** A store of records of one type. Writers other than `api` may set read-only properties, as HubSpot itself does. */
export function createRecordStore(parts: RecordStoreParts) {
  const { type, catalogue, now, appId, firstId, searchLag, onChange } = parts
  const records = new Map<string, CrmRecord>()
  const idsByEmail = new Map<string, string>()
  const survivors = new Map<string, string>()
  // As HubSpot documents: 45 values of a contact's property, 20 of others.
  const keptValues = type === 'contacts' ? 45 : 20
  let lastId = firstId - 1

  function find(id: string, idProperty = 'hs_object_id'): CrmRecord | undefined {
    let found = idProperty === 'email' ? idsByEmail.get(id.toLowerCase()) : id
    while (found && survivors.has(found)) found = survivors.get(found)
    return found ? records.get(found) : undefined
  }

  function archived(record: CrmRecord): boolean {
    return record.archivedFrom !== undefined && now() >= record.archivedFrom
  }

  function live(id: string): CrmRecord {
    const record = find(id)
    if (!record || archived(record)) throw refusal(404, 'OBJECT_NOT_FOUND', 'resource not found')
    return record
  }

  /** Refuses (409) an email that another record has; contacts are unique by it. */
  function refuseTakenEmail(email: string | undefined, ownId?: string): void {
    const taken = type === 'contacts' && email && idsByEmail.get(email.toLowerCase())
    if (taken && taken !== ownId)
      throw refusal(409, 'CONFLICT', `Contact already exists. Existing ID: ${taken}`, { existingId: [taken] })
  }

  function refuseInvalid(properties: Record<string, string>, by: ChangedBy, ownId?: string): void {
    const problems = catalogue.problems(type, properties, by !== 'api')
    if (problems.length > 0) throw invalidValues(problems)
    refuseTakenEmail(properties.email, ownId)
  }

  /** Sets what really changes, with what follows from it, and returns that. */
  function apply(record: CrmRecord, properties: Record<string, string>, told: Told) {
    const at = new Date(told.at ?? now()).toISOString()
    const changed: Record<string, string | null> = {}
    for (const [name, value] of Object.entries(properties)) {
      const next = catalogue.normalise(type, name, value)
      const current = record.properties[name] ?? null
      if (next === current || (name === 'lifecyclestage' && told.by === 'api' && movesBack(current, next))) continue
      changed[name] = next
    }
    if (type === 'contacts' && changed.hubspot_owner_id !== undefined) {
      // The first engagement is the current owner's, so a new owner starts without one.
      changed.hubspot_owner_assigneddate ??= changed.hubspot_owner_id && at
      if (record.properties.hs_sa_first_engagement_date) {
        changed.hs_sa_first_engagement_date ??= null
        changed.hs_sa_first_engagement_object_type ??= null
        changed.hs_sa_first_engagement_descr ??= null
      }
    }
    if (changed.lifecyclestage) {
      const entered = `hs_v2_date_entered_${changed.lifecyclestage}`
      if (catalogue.of(type).has(entered)) changed[entered] ??= at
    }
    const previousEmail = record.properties.email
    for (const [name, value] of Object.entries(changed)) {
      record.properties[name] = value
      const entry = { value: value ?? '', timestamp: at, ...sourceOf(told.by, appId, told.userId) }
      // What happened earlier and is told of later stands further down.
      const values = [entry, ...(record.history[name] ?? [])].sort((a, b) => b.timestamp.localeCompare(a.timestamp))
      record.history[name] = values.slice(0, keptValues)
    }
    if (changed.email !== undefined) {
      if (previousEmail) idsByEmail.delete(previousEmail)
      if (changed.email) idsByEmail.set(changed.email, record.id)
    }
    return changed
  }

  function touch(record: CrmRecord, at = now()): void {
    record.updatedAt = at
    record.properties[modifiedProperty(type)] = new Date(record.updatedAt).toISOString()
  }

  /** Keeps what a record is before it changes for as long as a search lags behind. */
  function remember(record: CrmRecord, properties: CrmRecord['properties'] | undefined): void {
    if (searchLag() === 0) return
    record.past = record.past.filter((each) => each.until > now() - searchLag())
    record.past.push({ until: now(), properties: properties && { ...properties } })
  }

  function withCompany(properties: Record<string, string>, { companyId }: WriteOptions): Record<string, string> {
    return companyId === undefined ? properties : { ...properties, associatedcompanyid: companyId }
  }

  function create(given: Record<string, string>, options: WriteOptions): CrmRecord {
    const properties = withCompany(given, options)
    refuseInvalid(properties, options.by)
    const createdAt = options.createdAt ?? now()
    const id = String(++lastId)
    const record: CrmRecord = {
      ...{ id, createdAt, updatedAt: createdAt, archivedFrom: undefined, history: {}, forms: new Set(), past: [] },
      properties: { hs_object_id: id, [ABOUT[type].created]: new Date(createdAt).toISOString() },
    }
    remember(record, undefined)
    records.set(id, record)
    const changed = apply(record, properties, { ...options, at: options.at ?? createdAt })
    touch(record, createdAt)
    tell({ ...options, kind: 'created', id, properties: changed }, options.silent)
    return record
  }

  function update(id: string, given: Record<string, string>, options: WriteOptions): CrmRecord {
    const record = live(id)
    const properties = withCompany(given, options)
    refuseInvalid(properties, options.by, record.id)
    remember(record, record.properties)
    const changed = apply(record, properties, options)
    touch(record)
    tell({ ...options, kind: 'changed', id: record.id, properties: changed }, options.silent)
    return record
  }

  function tell(change: RecordChange, silent?: boolean): void {
    if (!silent) onChange(change)
  }

  /** Reads find it for `visibleForMs` more of the simulator's clock, though it is told of at once. */
  function archive(id: string, by: ChangedBy, visibleForMs = 0): void {
    const record = live(id)
    record.archivedFrom = now() + visibleForMs
    if (record.properties.email) idsByEmail.delete(record.properties.email)
    tell({ kind: 'deleted', id: record.id, by })
  }

  function restore(id: string, by: ChangedBy): void {
    const record = find(id)
    if (!record || !archived(record)) throw refusal(404, 'OBJECT_NOT_FOUND', 'resource not found')
    record.archivedFrom = undefined
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

  /** Both become one record, to which the old ids lead from then on. Returns its id. */
  function merge(primaryId: string, mergedId: string, by: ChangedBy, { silent, sameId }: MergeOptions = {}): string {
    const [primary, merged] = [live(primaryId), live(mergedId)]
    const newId = sameId ? primary.id : String(++lastId)
    const { properties: own } = primary
    const moved = Object.keys(merged.properties).filter((name) => (own[name] ?? null) === null).length
    const timestamp = new Date(now()).toISOString()
    const values = mergedValues(primary, merged, (value) => ({ value, timestamp, ...sourceOf('merge', appId) }))
    const ids = [own.hs_merged_object_ids, primary.id, merged.properties.hs_merged_object_ids, merged.id]
    const survivor: CrmRecord = { ...primary, ...values, id: newId, past: [] }
    remember(survivor, sameId ? own : undefined)
    survivor.properties.hs_object_id = newId
    survivor.properties.hs_merged_object_ids = ids.filter(Boolean).join(';')
    for (const old of [primary, merged]) {
      records.delete(old.id)
      if (old.id !== newId) survivors.set(old.id, newId)
      if (old.properties.email) idsByEmail.set(old.properties.email, newId)
    }
    records.set(newId, survivor)
    touch(survivor)
    tell({ kind: 'merged', primaryId: primary.id, mergedId: merged.id, newId, moved, by }, silent)
    return newId
  }

  function all(asArchived = false): CrmRecord[] {
    return [...records.values()].filter((record) => archived(record) === asArchived)
  }

  return {
    type,
    /** By id or `email`, archived ones too; a merged id finds the surviving record, whose id differs. */
    find,
    /** The record of this id; refuses (404) one that is not there or archived. */
    live,
    isArchived: (id: string) => archived(records.get(id) ?? live(id)),
    /** Every record that is not archived, or every archived one; oldest first. */
    all,
    /** What a search sees: every record as it was before the search's lag. */
    indexed(): { record: CrmRecord; properties: Record<string, string | null> }[] {
      const seen = now() - searchLag()
      return all().flatMap((record) => {
        const then = record.past.find((each) => each.until > seen)
        const properties = then ? then.properties : record.properties
        return properties ? [{ record, properties }] : []
      })
    },
    ...{ create, update, archive, restore, forget, merge, refuseInvalid },
    /** Tells of a change that is none of the record's properties. */
    tell,
  }
}

/** The records of one kind of object. */
export type RecordStore = ReturnType<typeof createRecordStore>

function movesBack(from: string | null, to: string | null): boolean {
  return from !== null && to !== null && LIFECYCLE_STAGES.indexOf(to) < LIFECYCLE_STAGES.indexOf(from)
}
