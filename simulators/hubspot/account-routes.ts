// What the simulated HubSpot says of itself: the account, its token, pipelines and workflows.

import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { parse, Text } from './input.ts'
import { DEAL_STAGES } from './known-properties.ts'
import { refusal } from './refusal.ts'
import { GRANTABLE_SCOPES, type Scopes } from './scopes.ts'

/** What those routes answer from. */
export interface AccountRouteParts {
  portalId: number
  appId: number
  accessToken: string
  now: () => number
  scopes: Scopes
  /** Whether the account's plan has workflows. */
  hasWorkflows: () => boolean
}

/** Adds the routes about the account. */
export function addAccountRoutes(app: FastifyInstance, parts: AccountRouteParts): void {
  const { portalId, appId, accessToken, now, scopes, hasWorkflows } = parts
  app.get('/account-info/v3/details', () => ({
    ...{ portalId, accountType: 'STANDARD', timeZone: 'US/Eastern', companyCurrency: 'USD', additionalCurrencies: [] },
    ...{ utcOffset: '-05:00', utcOffsetMilliseconds: -18_000_000 },
    ...{ uiDomain: 'app.hubspot.com', dataHostingLocation: 'na1' },
  }))
  // Needs no scope. An unknown token is answered like one that is not a private app's.
  app.post('/oauth/v2/private-apps/get/access-token-info', (request) => {
    const { tokenKey } = parse(z.object({ tokenKey: Text }), request.body)
    if (tokenKey !== accessToken) throw refusal(404, 'OBJECT_NOT_FOUND', 'Token not found')
    const granted = GRANTABLE_SCOPES.filter((scope) => !scopes.denied.has(scope))
    return { userId: 80_011, hubId: portalId, appId, scopes: granted }
  })
  app.get('/crm/v3/pipelines/deals', () => {
    const at = new Date(now()).toISOString()
    const stages = DEAL_STAGES.map(({ id, label, probability, closed }, displayOrder) => {
      const metadata = { isClosed: String(closed), probability }
      return { id, label, displayOrder, metadata, createdAt: at, updatedAt: at, archived: false }
    })
    const pipeline = { id: 'default', label: 'Sales Pipeline', displayOrder: 0, stages }
    return { results: [{ ...pipeline, createdAt: at, updatedAt: at, archived: false }] }
  })
  app.get('/automation/v4/flows', () => {
    if (!hasWorkflows()) throw refusal(403, 'FORBIDDEN', 'This account does not have access to workflows.')
    return { results: [] }
  })
}
