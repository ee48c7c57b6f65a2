// What people do in the simulated HubSpot, and what can be looked at there.

import { type Activity, createActivities, type SubmittedForm } from './activities.ts'
import { DEAL_STAGES, OWN_CLOSING_STAGES } from './known-properties.ts'
import type { Links } from './links.ts'
import type { ObjectType } from './object-types.ts'
import type { HistoryEntry } from './record.ts'
import type { MergeOptions, RecordStore } from './records.ts'
import type { Owner } from './routes.ts'
import type { ChangedBy } from './sources.ts'

/** Who changes a record, and how. */
export interface ChangeOptions {
  /** A person when absent. All of them may set read-only and calculated properties. */
  by?: Exclude<ChangedBy, 'api'>
  /** The user id of the person. */
  userId?: number
  /** When it was changed, as histories and events say it, in epoch milliseconds; now when absent. It is seen as modified now. */
  at?: number
  /** Fires no event. */
  silent?: boolean
}

/** How a contact changes. */
export interface ContactChangeOptions extends ChangeOptions {
  /** The primary company, from then on in `associatedcompanyid`. */
  companyId?: string
}

/** What a contact may be created with beside its properties. */
export interface ContactOptions extends ContactChangeOptions {
  /** Epoch milliseconds, where the contact is older than `now`. */
  createdAt?: number
}

/** An owner to create. `userId` is another number than `id`; a new one when absent. */
export interface NewOwner {
  id: string
  email: string
  firstName: string
  lastName: string
  userId?: number
  archived?: boolean
}

/** What people do in it, and what is known there. */
export interface People {
  /** Returns the id: 12 digits. Throws on a property or value that HubSpot does not take. */
  createContact(properties: Record<string, string>, options?: ContactOptions): string
  changeContact(id: string, properties: Record<string, string>, options?: ContactChangeOptions): void
  /** Archives and tells at once; reads still find it until `visibleForMs` have passed on the simulator's clock, then with `archived=true`. */
  deleteContact(id: string, options?: { visibleForMs?: number }): void
  restoreContact(id: string): void
  privacyDeleteContact(id: string): void
  /** Returns the id of the record that both became, a new one unless `sameId`; reading either old id gives that record. */
  mergeContacts(primaryId: string, mergedId: string, options?: MergeOptions): string
  /** A known contact sends a form: calculated properties change, of which no webhook tells. */
  submitForm(contactId: string, form: SubmittedForm): void
  /** A known contact looks at a page of the site: HubSpot counts the view, and the visit when it is the first of one. */
  viewPage(contactId: string, url: string, options?: { at?: number; silent?: boolean }): void
  /** Logs an engagement with a contact and returns its id. */
  logActivity(contactId: string, activity: Activity): string
  /** A chat, which either side may have begun: counted as a contact attempt, without an engagement object. */
  logChat(contactId: string, options?: { at?: number; silent?: boolean }): void
  createCompany(properties: Record<string, string>, options?: ChangeOptions): string
  changeCompany(id: string, properties: Record<string, string>, options?: ChangeOptions): void
  company(id: string): Record<string, string | null> | undefined
  /** Makes the company the contact's primary one, unless told otherwise. */
  associate(contactId: string, companyId: string, options?: { primary?: boolean; silent?: boolean }): void
  removeAssociation(contactId: string, companyId: string, options?: { silent?: boolean }): void
  createDeal(
    properties: Record<string, string>,
    options?: ChangeOptions & { contactIds?: string[]; companyId?: string },
  ): string
  changeDeal(id: string, properties: Record<string, string>, options?: ChangeOptions): void
  /** Gives a deal one contact more. HubSpot tells both ends of it. */
  associateDeal(id: string, contactId: string, options?: { silent?: boolean }): void
  /** A copy of what is known of a deal; undefined when there is none or it is archived. */
  deal(id: string): Record<string, string | null> | undefined
  createOwner(owner: NewOwner): void
  /** Deactivates: listed with `archived=true` from then on, without a user id. */
  archiveOwner(id: string): void
  /** A copy of what is known of a contact, merged ones included; undefined when there is none or it is archived. */
  contact(id: string): Record<string, string | null> | undefined
  /** The bodies of a contact's notes, oldest first. */
  notes(id: string): string[]
  /** The values that a contact's property had, newest first. */
  history(id: string, name: string): HistoryEntry[]
}

/** What people act on. */
export interface PeopleParts {
  stores: Record<ObjectType, RecordStore>
  links: Links
  owners: Map<string, Owner>
  now: () => number
}

/** The hands of everybody but the app under test. */
export function createPeople({ stores, links, owners, now }: PeopleParts): People {
  const { contacts, companies, deals } = stores
  const { submitForm, viewPage, logActivity, logChat } = createActivities({ stores, links, owners, now })

  /** A copy of a record's properties; undefined when there is none or it is archived. */
  function known(store: RecordStore, id: string): Record<string, string | null> | undefined {
    const found = store.find(id)
    return found && !store.isArchived(found.id) ? { ...found.properties } : undefined
  }

  function setCompany(contactId: string, companyId: string, removed: boolean, primary: boolean, silent?: boolean) {
    const { id } = contacts.live(contactId)
    companies.live(companyId)
    const [contact, company] = [
      { type: 'contacts', id },
      { type: 'companies', id: companyId },
    ] as const
    const wasPrimary = links.primaryOf(id) === companyId
    if (removed) links.unlink(contact, company)
    else links.link(contact, company)
    const associatedcompanyid = removed ? '' : companyId
    if (removed ? wasPrimary : primary) contacts.update(id, { associatedcompanyid }, { by: 'person', silent })
    const told = { kind: 'associated', removed, primary: removed ? wasPrimary : primary, by: 'person' } as const
    contacts.tell({ ...told, id, toType: 'companies', toId: companyId }, silent)
    companies.tell({ ...told, id: companyId, toType: 'contacts', toId: id }, silent)
  }

  function tieDeal(id: string, contactId: string, silent?: boolean): void {
    links.link({ type: 'deals', id }, { type: 'contacts', id: contacts.live(contactId).id })
    const told = { kind: 'associated', removed: false, primary: false, by: 'person' } as const
    deals.tell({ ...told, id, toType: 'contacts', toId: contactId }, silent)
    contacts.tell({ ...told, id: contactId, toType: 'deals', toId: id }, silent)
  }

  return {
    ...{ submitForm, viewPage, logActivity, logChat },
    createContact: (properties, options = {}) => contacts.create(properties, { by: 'person', ...options }).id,
    changeContact: (id, properties, options = {}) => void contacts.update(id, properties, { by: 'person', ...options }),
    deleteContact: (id, { visibleForMs } = {}) => contacts.archive(id, 'person', visibleForMs),
    restoreContact: (id) => contacts.restore(id, 'person'),
    privacyDeleteContact: (id) => contacts.forget(id, 'person'),
    mergeContacts(primaryId, mergedId, options) {
      const ids = [primaryId, mergedId].map((id) => contacts.live(id).id)
      const newId = contacts.merge(primaryId, mergedId, 'person', options)
      links.unite('contacts', ids, newId)
      return newId
    },
    createCompany: (properties, options = {}) => companies.create(properties, { by: 'person', ...options }).id,
    changeCompany: (id, properties, options = {}) =>
      void companies.update(id, properties, { by: 'person', ...options }),
    associate: (contactId, companyId, { primary = true, silent } = {}) =>
      setCompany(contactId, companyId, false, primary, silent),
    removeAssociation: (contactId, companyId, { silent } = {}) => setCompany(contactId, companyId, true, false, silent),
    createDeal(properties, { contactIds = [], companyId, ...options } = {}) {
      const given = { pipeline: 'default', ...properties, ...ofStage(properties) }
      const { id } = deals.create(given, { by: 'person', ...options })
      for (const contactId of contactIds) tieDeal(id, contactId, options.silent)
      if (companyId) links.link({ type: 'deals', id }, { type: 'companies', id: companyId })
      return id
    },
    associateDeal: (id, contactId, { silent } = {}) => tieDeal(id, contactId, silent),
    deal: (id) => known(deals, id),
    changeDeal(id, properties, options = {}) {
      deals.update(id, { ...properties, ...ofStage(properties) }, { by: 'person', ...options })
    },
    createOwner({ archived = false, userId, ...owner }) {
      const userIdIncludingInactive = userId ?? 80_011 + owners.size
      const at = new Date(now()).toISOString()
      const user = { userId: archived ? null : userIdIncludingInactive, userIdIncludingInactive }
      owners.set(owner.id, { ...owner, type: 'PERSON', ...user, createdAt: at, updatedAt: at, archived })
    },
    archiveOwner(id) {
      const owner = owners.get(id)
      if (!owner) throw new Error(`There is no owner ${id}`)
      owners.set(id, { ...owner, userId: null, archived: true, updatedAt: new Date(now()).toISOString() })
    },
    contact: (id) => known(contacts, id),
    company: (id) => known(companies, id),
    notes: (id) =>
      links.of({ type: 'contacts', id }, 'notes').map((each) => stores.notes.find(each)?.properties.hs_note_body ?? ''),
    history: (id, name) => [...(contacts.find(id)?.history[name] ?? [])],
  }
}

/** What HubSpot calculates from the stage of a deal. */
function ofStage({ dealstage = '' }: Record<string, string>): Record<string, string> {
  const wins = OWN_CLOSING_STAGES[dealstage]
  if (wins !== undefined) return { hs_is_closed: 'true', hs_is_closed_won: String(wins) }
  const stage = DEAL_STAGES.find(({ id }) => id === dealstage)
  if (!stage) return {}
  return {
    hs_is_closed: String(stage.closed),
    hs_is_closed_won: String(stage.id === 'closedwon'),
    hs_deal_stage_probability: stage.probability,
  }
}
