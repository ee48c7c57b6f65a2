// The associations of the simulated HubSpot. A contact's primary company is its property `associatedcompanyid`.

import type { ObjectType } from './object-types.ts'
import type { RecordStore } from './records.ts'

/** One record of one kind. */
export interface RecordKey {
  type: ObjectType
  id: string
}

/** Keeps which record is associated with which. */
export function createLinks(stores: Record<ObjectType, RecordStore>) {
  const links = new Map<string, Set<string>>()
  const keyOf = ({ type, id }: RecordKey) => `${type} ${stores[type].find(id)?.id ?? id}`

  function primaryOf(contactId: string): string | null {
    return stores.contacts.find(contactId)?.properties.associatedcompanyid ?? null
  }

  function setBoth(a: RecordKey, b: RecordKey, linked: boolean): void {
    for (const [one, other] of [
      [keyOf(a), keyOf(b)],
      [keyOf(b), keyOf(a)],
    ] as const) {
      const known = links.get(one) ?? new Set()
      if (linked) known.add(other)
      else known.delete(other)
      links.set(one, known)
    }
  }

  return {
    primaryOf,

    /** The records of one kind that a record is associated with, a contact's primary company first, oldest link first. */
    of(from: RecordKey, to: ObjectType): string[] {
      const linked = [...(links.get(keyOf(from)) ?? [])].flatMap((key) => {
        const [type, id = ''] = key.split(' ')
        return type === to ? [stores[to].find(id)?.id ?? id] : []
      })
      if (from.type === 'contacts' && to === 'companies') linked.unshift(primaryOf(from.id) ?? '')
      if (from.type === 'companies' && to === 'contacts') {
        const ofCompany = stores.contacts.all().filter((each) => each.properties.associatedcompanyid === from.id)
        linked.unshift(...ofCompany.map((each) => each.id))
      }
      const found = linked.filter((id) => id !== '' && stores[to].find(id) && !stores[to].isArchived(id))
      return [...new Set(found)]
    },

    link: (a: RecordKey, b: RecordKey) => setBoth(a, b, true),
    unlink: (a: RecordKey, b: RecordKey) => setBoth(a, b, false),

    /** Gives everything that two merged records were associated with to the one that they became. */
    unite(type: ObjectType, oldIds: string[], newId: string): void {
      for (const key of oldIds.filter((id) => id !== newId).map((id) => `${type} ${id}`)) {
        for (const other of links.get(key) ?? []) {
          const [otherType, id = ''] = other.split(' ')
          links.get(other)?.delete(key)
          setBoth({ type, id: newId }, { type: otherType as ObjectType, id }, true)
        }
        links.delete(key)
      }
    },
  }
}

/** The associations between all records. */
export type Links = ReturnType<typeof createLinks>
