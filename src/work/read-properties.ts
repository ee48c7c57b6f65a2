import { setTimeout as wait } from 'node:timers/promises'
import type { HubSpot } from '../hubspot/client.ts'
import { OutsideError } from '../platform/errors.ts'
import type { ReadNow, ReadProperties } from './what-if.ts'

const TRIES = 5

type Names = Parameters<ReadProperties>[1]

/** Reads properties in HubSpot in batches; `connect` opens a client that reads what it is told at the time. */
export function createPropertyReader(
  connect: (properties: () => Names) => Pick<HubSpot, 'readContact' | 'readCompany'>,
): ReadProperties {
  let names: Names = { contact: [], company: [] }
  const hubspot = connect(() => names)

  async function readOne(id: string): Promise<ReadNow | null> {
    const contact = await patiently(() => hubspot.readContact(id))
    // One that was deleted, or lives on in another, has nothing to say.
    if (!contact || !('properties' in contact)) return null
    const companyId = contact.properties.associatedcompanyid
    const asks = names.company.length > 0 && companyId
    return { contact: contact.properties, company: asks ? await patiently(() => hubspot.readCompany(companyId)) : null }
  }

  return async function readProperties(ids, wanted) {
    names = wanted.company.length > 0 ? { ...wanted, contact: [...wanted.contact, 'associatedcompanyid'] } : wanted
    const found = await Promise.all(ids.map(async (id) => [id, await readOne(id)] as const))
    return new Map(found.flatMap(([id, read]) => (read ? [[id, read]] : [])))
  }
}

// Nobody waits for it: the live service's calls come first.
async function patiently<T>(read: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await read()
    } catch (error) {
      const mayPass = error instanceof OutsideError && ['rate-limited', 'unavailable'].includes(error.kind)
      if (!mayPass || tries === TRIES) throw error
      await wait(Math.min(error.retryAfter ?? tries * 1_000, 10_000))
    }
  }
}
