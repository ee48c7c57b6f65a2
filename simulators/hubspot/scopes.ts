// Which scope a route of the simulated HubSpot needs, and which ones its app lacks.

import { missingScope } from './refusal.ts'

/** Scopes by path, the first that fits; calls, meetings, notes, tasks and communications go with contacts. */
const SCOPE_OF: [path: RegExp, read: string, write?: string][] = [
  [/^\/crm\/v3\/properties\/(contacts|companies|deals)/, 'crm.schemas.$1.read', 'crm.schemas.$1.write'],
  [/^\/crm\/v3\/owners/, 'crm.objects.owners.read'],
  [/^\/crm\/v3\/pipelines\/deals/, 'crm.schemas.deals.read'],
  [/^\/automation\//, 'automation'],
  [/^\/crm\/v3\/objects\/emails/, 'sales-email-read', 'crm.objects.contacts.write'],
  [/^\/crm\/v3\/objects\/(companies|deals)/, 'crm.objects.$1.read', 'crm.objects.$1.write'],
  [/^\/crm\/v4\/(?:objects|associations)\/(contacts|companies|deals)/, 'crm.objects.$1.read'],
  [/^\/crm\/v3\/objects\//, 'crm.objects.contacts.read', 'crm.objects.contacts.write'],
]

/** All scopes that the app of the simulator can have. */
export const GRANTABLE_SCOPES: readonly string[] = [
  ...['contacts', 'companies', 'deals'].flatMap((type) => [`crm.objects.${type}.read`, `crm.schemas.${type}.read`]),
  ...['crm.objects.contacts.write', 'crm.schemas.contacts.write', 'crm.objects.owners.read'],
  ...['crm.objects.deals.write', 'crm.schemas.deals.write'],
  ...['sales-email-read', 'automation', 'oauth'],
]

/** The scope that a call needs; undefined when it needs none. Reading by POST is reading. */
function requiredScope(method: string, path: string): string | undefined {
  const reads = method === 'GET' || /\/(search|batch\/read)\/?$/.test(path)
  for (const [pattern, read, write = read] of SCOPE_OF) {
    const found = pattern.exec(path)
    if (found) return (reads ? read : write).replace('$1', found[1] ?? '')
  }
  return undefined
}

/** The scopes that the app was not granted. */
export function createScopes() {
  const denied = new Set<string>()
  return {
    denied,
    /** Refuses (403) a call whose scope is denied. */
    check(method: string, path: string): void {
      const scope = requiredScope(method, path)
      if (scope !== undefined && denied.has(scope)) throw missingScope(scope)
    },
  }
}

/** Which scopes the app lacks. */
export type Scopes = ReturnType<typeof createScopes>
