import type { Client } from '@hubspot/api-client'
import { OutsideError } from '../platform/errors.ts'

/**
 * The id of our own app, by which HubSpot's histories name what Baton wrote; null when HubSpot does not say it of this token.
 * It is asked once; what HubSpot could not answer is asked again.
 */
export function createOwnApp(
  { client, alone }: { client: Client; alone: <T>(operation: string, work: () => Promise<T>) => Promise<T> },
  accessToken: string,
) {
  let known: string | null | undefined
  return async function ownApp(): Promise<string | null> {
    if (known !== undefined) return known
    const body = await alone('read token', async () => {
      const path = '/oauth/v2/private-apps/get/access-token-info'
      const response = await client.apiRequest({ method: 'POST', path, body: { tokenKey: accessToken } })
      if (response.status >= 500 || response.status === 429)
        throw new OutsideError('hubspot', 'unavailable', String(response.status))
      return response.ok ? ((await response.json()) as { appId?: unknown }) : {}
    })
    known = body.appId === undefined ? null : String(body.appId)
    return known
  }
}
