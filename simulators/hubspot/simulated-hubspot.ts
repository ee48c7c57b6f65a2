// A HubSpot to run against: the real protocol over HTTP, refusals included, with records that live in memory.

import Fastify, { type FastifyReply, type FastifyRequest } from 'fastify'
import { addAccountRoutes } from './account-routes.ts'
import { createFaults, type Fault } from './faults.ts'
import { createLimits, type RateLimit } from './limits.ts'
import { createLinks } from './links.ts'
import { ABOUT, OBJECT_TYPES, type ObjectType } from './object-types.ts'
import { createPeople, type People } from './people.ts'
import { createPropertyCatalogue } from './properties.ts'
import type { RecordChange } from './record.ts'
import { createRecordStore, type RecordStore } from './records.ts'
import { type ErrorMore, envelope } from './refusal.ts'
import { addRoutes, type Owner } from './routes.ts'
import { createScopes } from './scopes.ts'
import type { HubSpotEvent, WebhookSettings } from './webhook-events.ts'
import { createWebhookSender, type DeliveryAttempt } from './webhooks.ts'

export type { Activity, SubmittedForm } from './activities.ts'
export type { ChangeOptions, ContactChangeOptions, ContactOptions, NewOwner, People } from './people.ts'
export { signHubSpotRequest, signHubSpotRequestV1 } from './signatures.ts'
export type { HubSpotEvent, WebhookSettings } from './webhook-events.ts'

/** One answered call. `status` is 0 when a fault left it without an answer. */
export interface ApiCall {
  method: string
  /** Without the query. */
  path: string
  status: number
}

/** How a simulated HubSpot starts. */
export interface SimulatedHubSpotOptions {
  /** A free one when absent. */
  port?: number
  /** Address to listen on, 127.0.0.1 when absent. */
  host?: string
  /** Epoch milliseconds. Drives createdate, lastmodifieddate, occurredAt and the signature timestamp, not the rate limit. */
  now: () => number
  accessToken: string
  clientSecret: string
  portalId?: number
  /** The app under test: its writes carry this id as `sourceId`. */
  appId?: number
  webhooks?: WebhookSettings
  rateLimit?: RateLimit
  /** How long a search does not see a change, on the simulator's clock; 0 when absent. */
  searchLagMs?: number
  /** Not documented: a batch refuses a bad row alone (207) instead of all rows (400, the default). */
  partial?: boolean
  /** Not documented: whether an archived owner's id is taken as an owner (the default) or refused. */
  archivedOwners?: 'take' | 'refuse'
  onCall?: (call: ApiCall) => void
}

/** A simulated HubSpot that listens: its API, what it was asked, and what people do in it. */
export interface SimulatedHubSpot extends People {
  /** `http://127.0.0.1:PORT` */
  url: string
  calls: ApiCall[]
  /** `METHOD /path` of calls that no route answers. */
  unexpectedCalls: string[]
  setWebhooks(webhooks: WebhookSettings | undefined): void
  /** A subscription type of marketing mails: `hs_email_optout_<id>` exists from then on. */
  createSubscriptionType(id: string, name?: string): void
  /** A property of text that somebody made for the portal. */
  createProperty(type: ObjectType, name: string): void
  /** Sends raw events, completed with ids, and resolves when their deliveries ended. Throws without a webhook target. */
  fire(events: HubSpotEvent[], options?: { duplicates?: number; reverse?: boolean }): Promise<void>
  deliveries: DeliveryAttempt[]
  /** Resolves when no delivery is under way or waits for a retry. */
  settled(): Promise<void>
  failNext(fault: Fault): void
  /** Refuses writes of this property by apps until mended, with this code: INVALID_OPTION, or INVALID_OWNER_ID for the owner. */
  failProperty(name: string, code?: string): void
  /** From now on nothing fails any more. Denied scopes stay denied. */
  mend(): void
  /** Calls that need this scope are answered 403 until it is allowed. */
  denyScope(scope: string): void
  allowScope(scope: string): void
  setSearchLag(ms: number): void
  setPartial(partial: boolean): void
  setArchivedOwners(how: 'take' | 'refuse'): void
  /** Whether the account's plan has workflows, as it does at first. */
  hasWorkflows(has: boolean): void
  close(): Promise<void>
}

/** Starts one. Close it: retries that wait end then. */
export async function createSimulatedHubSpot(options: SimulatedHubSpotOptions): Promise<SimulatedHubSpot> {
  const { now, clientSecret, portalId = 90_012_345, appId = 7_700_123 } = options
  const owners = new Map<string, Owner>()
  const settings = {
    ...{ searchLagMs: options.searchLagMs ?? 0, partial: options.partial ?? false, hasWorkflows: true },
    archivedOwners: options.archivedOwners ?? 'take',
  }
  const catalogue = createPropertyCatalogue({
    ownerExists: (id) => owners.has(id) && (settings.archivedOwners === 'take' || !owners.get(id)?.archived),
  })
  const webhooks = createWebhookSender({ now, clientSecret, portalId, appId, catalogue })
  webhooks.set(options.webhooks)
  const scopes = createScopes()
  const stores = Object.fromEntries(
    OBJECT_TYPES.map((type) => {
      const rest = { searchLag: () => settings.searchLagMs, firstId: FIRST_IDS[type] ?? 701_000_000_001 }
      const onChange = (change: RecordChange) => webhooks.publish(type, change)
      return [type, createRecordStore({ type, catalogue, now, appId, onChange, ...rest })]
    }),
  ) as Record<ObjectType, RecordStore>
  const links = createLinks(stores)
  const calls: ApiCall[] = []
  const unexpectedCalls: string[] = []
  const faults = createFaults()
  const dropped = new WeakSet<FastifyRequest>()
  const limits = createLimits(options.rateLimit)

  const app = Fastify({ logger: false, forceCloseConnections: true, routerOptions: { ignoreTrailingSlash: true } })
  const pathOf = (request: FastifyRequest) => request.url.split('?')[0] ?? ''

  function record(request: FastifyRequest, status: number): void {
    const call = { method: request.method, path: pathOf(request), status }
    calls.push(call)
    options.onCall?.(call)
  }

  app.addHook('onRequest', async (request, reply) => {
    const fault = faults.take(request.method, pathOf(request))
    if (fault?.hang) {
      record(request, 0)
      reply.hijack()
      return reply
    }
    if (fault?.acceptThenDrop) dropped.add(request)
    else if (fault) return fail(reply, fault)
    if (request.headers.authorization !== `Bearer ${options.accessToken}`)
      return reply.code(401).send(envelope('INVALID_AUTHENTICATION', AUTHENTICATION_MESSAGE))
    const refused = limits?.(request, reply)
    if (!refused) scopes.check(request.method, pathOf(request))
    return refused
  })
  app.addHook('onSend', async (request, reply, payload) => {
    const drop = dropped.has(request)
    record(request, drop ? 0 : reply.statusCode)
    if (drop) request.raw.socket.destroy()
    return payload
  })
  app.setNotFoundHandler((request, reply) => {
    unexpectedCalls.push(`${request.method} ${pathOf(request)}`)
    return reply.code(404).send(envelope('OBJECT_NOT_FOUND', 'resource not found'))
  })
  app.setErrorHandler<Error & { statusCode?: number; category?: string; more?: ErrorMore }>(
    (error, _request, reply) => {
      const { statusCode = 500, category = statusCode === 500 ? 'INTERNAL_ERROR' : 'VALIDATION_ERROR' } = error
      return reply.code(statusCode).send(envelope(category, error.message, error.more))
    },
  )
  addRoutes(app, { stores, links, owners, catalogue, now, refusesRowsAlone: () => settings.partial })
  const { accessToken } = options
  addAccountRoutes(app, { portalId, appId, accessToken, now, scopes, hasWorkflows: () => settings.hasWorkflows })
  const url = await app.listen({ port: options.port ?? 0, host: options.host ?? '127.0.0.1' })

  return {
    ...{ url, calls, unexpectedCalls, deliveries: webhooks.deliveries },
    ...{ setWebhooks: webhooks.set, fire: webhooks.fire, settled: webhooks.settled, failNext: faults.add },
    ...createPeople({ stores, links, owners, now }),
    failProperty(name, code = name === 'hubspot_owner_id' ? 'INVALID_OWNER_ID' : 'INVALID_OPTION') {
      catalogue.fail(name, code)
    },
    mend() {
      faults.clear()
      catalogue.mend()
    },
    createSubscriptionType(id, name = id) {
      const label = `Opted out of email: ${name}`
      const kind = { groupName: 'contactinformation', type: 'bool', fieldType: 'booleancheckbox' }
      const values = ['true', 'false'].map((value) => ({ label: value, value }))
      catalogue.define('contacts', { name: `hs_email_optout_${id}`, label, ...kind, options: values })
    },
    createProperty: (type, name) => {
      const groupName = `${ABOUT[type].singular}information`
      catalogue.create(type, { name, label: name, groupName, type: 'string', fieldType: 'text' })
    },
    denyScope: (scope) => void scopes.denied.add(scope),
    allowScope: (scope) => void scopes.denied.delete(scope),
    setSearchLag: (ms) => void Object.assign(settings, { searchLagMs: ms }),
    setPartial: (partial) => void Object.assign(settings, { partial }),
    setArchivedOwners: (how) => void Object.assign(settings, { archivedOwners: how }),
    hasWorkflows: (has) => void Object.assign(settings, { hasWorkflows: has }),
    async close() {
      await webhooks.close()
      await app.close()
    },
  }
}

const FIRST_IDS: Partial<Record<ObjectType, number>> = {
  ...{ contacts: 401_000_000_001, companies: 301_000_000_001, deals: 501_000_000_001 },
}

const AUTHENTICATION_MESSAGE =
  'Authentication credentials not found. This API supports OAuth 2.0 authentication and you can find more details at https://developers.hubspot.com/docs/methods/auth/oauth-overview'

function fail(reply: FastifyReply, { status = 500, headers = {}, body }: Fault): FastifyReply {
  const html = typeof body === 'string' ? { 'content-type': 'text/html' } : {}
  const answer = body === undefined ? envelope('INTERNAL_ERROR', 'internal error') : body
  return reply
    .code(status)
    .headers({ ...html, ...headers })
    .send(answer ?? undefined)
}
