import { createHubSpot, type HubSpot } from '../hubspot/client.ts'
import type { HubSpotEnv } from '../platform/env.ts'
import { OutsideError } from '../platform/errors.ts'
import { createMetrics } from '../platform/metrics.ts'
import type { RedisConnection } from '../platform/redis.ts'
import type { HubSpotOwner } from './owners.ts'

/** How a call is made. */
export type Method = 'GET' | 'POST' | 'PATCH'
type Answer = { status: number; body: Record<string, unknown>; date: string | null }

/** Asks a portal. */
export type AskHubSpot = ReturnType<typeof createAskHubSpot>

/** A client for calls that no verb of it is for. With Redis they take their turn in the rate limit that the service keeps to. */
export function hubSpotToAsk(
  env: Pick<HubSpotEnv, 'HUBSPOT_ACCESS_TOKEN' | 'HUBSPOT_BASE_URL' | 'HUBSPOT_REQUESTS_PER_10_SECONDS'>,
  service: { redis: RedisConnection | null; prefix: string } = { redis: null, prefix: 'baton' },
): HubSpot {
  return createHubSpot({
    ...service,
    accessToken: env.HUBSPOT_ACCESS_TOKEN,
    baseUrl: env.HUBSPOT_BASE_URL,
    requestsPer10Seconds: env.HUBSPOT_REQUESTS_PER_10_SECONDS,
    properties: () => ({ contact: [], company: [] }),
    metrics: createMetrics(),
  })
}

/** Makes calls that the client of the service has no verb for. Rejects with `OutsideError` when there is no answer. */
export function createAskHubSpot({ client, call }: Pick<HubSpot, 'client' | 'call'>) {
  const ask = (method: Method, path: string, body?: object): Promise<Answer> =>
    call(`check ${path.split('?')[0]}`, async () => {
      const response = await client.apiRequest({ method, path, ...(body ? { body } : {}) })
      const read = (await response.json().catch(() => ({}))) as Record<string, unknown>
      if (response.status === 429 || response.status >= 500)
        throw { code: response.status, headers: Object.fromEntries(response.headers), body: read }
      return { status: response.status, body: read, date: response.headers.get('date') }
    })
  async function read(path: string): Promise<Record<string, unknown>> {
    const { status, body } = await ask('GET', path)
    if (status >= 300) throw new OutsideError('hubspot', 'refused', String(status))
    return body
  }
  /** Every owner, the deactivated ones marked. */
  async function owners(): Promise<HubSpotOwner[]> {
    const found: HubSpotOwner[] = []
    for (const archived of [false, true]) {
      let after: string | undefined
      do {
        const page = await read(`/crm/v3/owners?limit=100&archived=${archived}${after ? `&after=${after}` : ''}`)
        found.push(...(page.results as HubSpotOwner[]).map((owner) => ({ ...owner, archived })))
        after = (page.paging as { next?: { after?: string } } | undefined)?.next?.after
      } while (after)
    }
    return found
  }
  return { ask, read, owners }
}
