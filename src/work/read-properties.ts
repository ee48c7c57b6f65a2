import { setTimeout as wait } from 'node:timers/promises'
import { createHubSpot } from '../hubspot/client.ts'
import type { Env } from '../platform/env.ts'
import { OutsideError } from '../platform/errors.ts'
import { createMetrics } from '../platform/metrics.ts'
import type { ReadNow, ReadProperties } from './what-if.ts'

const TRIES = 5

type Names = Parameters<ReadProperties>[1]

/** How HubSpot is reached beside the service. */
export type HubSpotBeside = Pick<
  Parameters<typeof createHubSpot>[0],
  'accessToken' | 'baseUrl' | 'requestsPer10Seconds'
>

/** The access that the environment gives, at half of the rate: the rest is the service's own. */
export function besideService(
  env: Pick<Env, 'HUBSPOT_ACCESS_TOKEN' | 'HUBSPOT_BASE_URL' | 'HUBSPOT_REQUESTS_PER_10_SECONDS'>,
): HubSpotBeside {
  return {
    accessToken: env.HUBSPOT_ACCESS_TOKEN,
    baseUrl: env.HUBSPOT_BASE_URL,
    requestsPer10Seconds: Math.floor(env.HUBSPOT_REQUESTS_PER_10_SECONDS / 2),
  }
}

/** Reads properties in HubSpot in batches. */
export function createPropertyReader(portal: HubSpotBeside): ReadProperties {
  let names: Names = { contact: [], company: [] }
  // A rate that is shared would be written to Redis.
  const apart = { redis: null, prefix: 'what-if', metrics: createMetrics() }
  const hubspot = createHubSpot({ ...portal, ...apart, properties: () => names })

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
