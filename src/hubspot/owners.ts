import type { Client } from '@hubspot/api-client'
import type { Call } from './call.ts'

interface OwnersPage {
  results: { id: string }[]
  paging?: { next?: { after?: string } }
}

/**
 * The ids of the owners who are deactivated in HubSpot; null when the token may not ask, which is no trouble of HubSpot's. The
 * library's own owners API takes a moment to load, in which everybody waits.
 */
export async function readArchivedOwners(client: Pick<Client, 'apiRequest'>, call: Call): Promise<string[] | null> {
  const ids: string[] = []
  for (let after: string | undefined; ; ) {
    const qs = { archived: true, limit: 500, ...(after ? { after } : {}) }
    const page = await call('read owners', async () => {
      const response = await client.apiRequest({ method: 'GET', path: '/crm/v3/owners', qs })
      if (response.status === 403) return null
      if (!response.ok) throw { code: response.status, headers: Object.fromEntries(response.headers) }
      return (await response.json()) as OwnersPage
    })
    if (page === null) return null
    ids.push(...page.results.map(({ id }) => id))
    after = page.paging?.next?.after
    if (after === undefined) return ids
  }
}

/** The id of the owner with an email address; null when there is none, or the token may not ask. */
export async function findOwnerByEmail(
  client: Pick<Client, 'apiRequest'>,
  call: Call,
  email: string,
): Promise<string | null> {
  return call('read owners', async () => {
    const response = await client.apiRequest({ method: 'GET', path: '/crm/v3/owners', qs: { email, limit: 1 } })
    if (response.status === 403) return null
    if (!response.ok) throw { code: response.status, headers: Object.fromEntries(response.headers) }
    const { results } = (await response.json()) as { results: { id: string; email?: string | null }[] }
    return results.find((owner) => owner.email?.toLowerCase() === email)?.id ?? null
  })
}

/**
 * Reads the names of owners, for messages about people who are not in the team; each is asked for once. Undefined when HubSpot
 * does not say: a message goes out without it.
 */
export function createOwnerNames(
  client: Pick<Client, 'apiRequest'>,
  call: Call,
): (id: string) => Promise<string | undefined> {
  const known = new Map<string, string>()
  return async (id) => {
    if (known.has(id)) return known.get(id)
    const path = `/crm/v3/owners/${encodeURIComponent(id)}`
    const owner = await call('read owner', async () => {
      const response = await client.apiRequest({ method: 'GET', path })
      if (response.status === 403 || response.status === 404) return null
      if (!response.ok) throw { code: response.status, headers: Object.fromEntries(response.headers) }
      return (await response.json()) as { firstName?: string | null; lastName?: string | null }
    }).catch(() => null)
    const name = [owner?.firstName, owner?.lastName].filter(Boolean).join(' ').trim()
    if (name) known.set(id, name)
    return name || undefined
  }
}
