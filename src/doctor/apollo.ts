import type { Finding } from './finding.ts'

const DEADLINE = 8_000

/** Whether Apollo takes the key, by its health call, which costs no credit. */
export async function checkApollo(apiKey: string | undefined, baseUrl: string): Promise<Finding[]> {
  const check = 'apollo key'
  if (!apiKey) return [{ check, status: 'ok', found: 'none: Apollo is not asked' }]
  const response = await fetch(`${baseUrl.replace(/\/+$/, '')}/v1/auth/health`, {
    headers: { 'x-api-key': apiKey, accept: 'application/json' },
    redirect: 'error',
    signal: AbortSignal.timeout(DEADLINE),
  }).catch(() => null)
  if (!response) return [{ check, status: 'warning', found: 'Apollo does not answer', todo: 'try again later' }]
  const answer = (await response.json().catch(() => ({}))) as { is_logged_in?: boolean }
  const refused = response.status === 401 || response.status === 403 || answer.is_logged_in === false
  if (refused)
    return [
      { check, status: 'fault', found: 'Apollo does not accept APOLLO_API_KEY', todo: 'make a new key in Apollo' },
    ]
  if (response.ok && answer.is_logged_in) return [{ check, status: 'ok', found: 'is accepted' }]
  return [{ check, status: 'skipped', found: `not checked: Apollo answered ${response.status}` }]
}
