// A HubSpot to run against: the real protocol over HTTP, refusals included, with records that live in memory.

import Fastify, { type FastifyReply, type FastifyRequest } from 'fastify'
import { createFaults, type Fault } from './faults.ts'
import { createPropertyCatalogue } from './properties.ts'
import { type ChangedBy, createRecordStore, type RecordChange } from './records.ts'
import { envelope } from './refusal.ts'
import { addRoutes, type Owner } from './routes.ts'
import { createWebhookSender, type DeliveryAttempt, type HubSpotEvent, type WebhookSettings } from './webhooks.ts'

export { type HubSpotEvent, signHubSpotRequest, type WebhookSettings } from './webhooks.ts'

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
  /** A rolling window in real time; 190 in 10 s, and 5 searches in 1 s, when absent. */
  rateLimit?: { max: number; intervalMs: number; searchesPerSecond?: number } | 'off'
  onCall?: (call: ApiCall) => void
}

/** What a contact may be created with beside its properties. */
export interface ContactOptions {
  /** The primary company, from then on in `associatedcompanyid`. */
  companyId?: string
  /** Epoch milliseconds, where the contact is older than `now`. */
  createdAt?: number
  /** A person when absent. All of them may set read-only and calculated properties. */
  by?: Exclude<ChangedBy, 'api'>
  /** Fires no event. */
  silent?: boolean
}

/** A simulated HubSpot that listens: its API, what it was asked, and what people do in it. */
export interface SimulatedHubSpot {
  /** `http://127.0.0.1:PORT` */
  url: string
  calls: ApiCall[]
  /** `METHOD /path` of calls that no route answers. */
  unexpectedCalls: string[]
  setWebhooks(webhooks: WebhookSettings | undefined): void
  /** Returns the id: 12 digits. Throws on a property or value that HubSpot does not take. */
  createContact(properties: Record<string, string>, options?: ContactOptions): string
  changeContact(id: string, properties: Record<string, string>, options?: Omit<ContactOptions, 'createdAt'>): void
  /** Archives; the API still reads it with `archived=true`. */
  deleteContact(id: string): void
  restoreContact(id: string): void
  privacyDeleteContact(id: string): void
  /** Returns the id of the record that both became; reading either old id gives that record. */
  mergeContacts(primaryId: string, mergedId: string): string
  createCompany(properties: Record<string, string>): string
  createOwner(owner: { id: string; email: string; firstName: string; lastName: string; archived?: boolean }): void
  /** A copy of what is known of a contact, merged ones included; undefined when there is none or it is archived. */
  contact(id: string): Record<string, string | null> | undefined
  /** Sends raw events, completed with ids, and resolves when their deliveries ended. Throws without a webhook target. */
  fire(events: HubSpotEvent[], options?: { duplicates?: number; reverse?: boolean }): Promise<void>
  deliveries: DeliveryAttempt[]
  /** Resolves when no delivery is under way or waits for a retry. */
  settled(): Promise<void>
  failNext(fault: Fault): void
  /** From now on nothing fails any more. */
  mend(): void
  close(): Promise<void>
}

/** Starts one. Close it: retries that wait end then. */
export async function createSimulatedHubSpot(options: SimulatedHubSpotOptions): Promise<SimulatedHubSpot> {
  const { now, clientSecret, portalId = 90_012_345, appId = 7_700_123 } = options
  const owners = new Map<string, Owner>()
  const catalogue = createPropertyCatalogue({ ownerExists: (id) => owners.has(id) })
  const webhooks = createWebhookSender({ now, clientSecret, portalId, appId, catalogue })
  webhooks.set(options.webhooks)
  const onChange = (change: RecordChange) => webhooks.publish(change)
  const contacts = createRecordStore({ type: 'contacts', catalogue, now, firstId: 401_000_000_001, onChange })
  const companies = createRecordStore({
    type: 'companies',
    catalogue,
    now,
    firstId: 301_000_000_001,
    onChange: () => {},
  })
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
    return limits?.(request, reply)
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
  app.setErrorHandler<Error & { statusCode?: number; category?: string; context?: Record<string, string[]> }>(
    (error, _request, reply) => {
      const { statusCode = 500, category = statusCode === 500 ? 'INTERNAL_ERROR' : 'VALIDATION_ERROR' } = error
      return reply.code(statusCode).send(envelope(category, error.message, error.context))
    },
  )
  addRoutes(app, { stores: { contacts, companies }, owners, catalogue, now })
  const url = await app.listen({ port: options.port ?? 0, host: options.host ?? '127.0.0.1' })

  return {
    ...{ url, calls, unexpectedCalls, deliveries: webhooks.deliveries },
    ...{ setWebhooks: webhooks.set, fire: webhooks.fire, settled: webhooks.settled, failNext: faults.add },
    mend: faults.clear,
    createContact: (properties, contact = {}) => contacts.create(properties, { by: 'person', ...contact }).id,
    changeContact: (id, properties, contact = {}) => void contacts.update(id, properties, { by: 'person', ...contact }),
    deleteContact: (id) => contacts.archive(id, 'person'),
    restoreContact: (id) => contacts.restore(id, 'person'),
    privacyDeleteContact: (id) => contacts.forget(id, 'person'),
    mergeContacts: (primaryId, mergedId) => contacts.merge(primaryId, mergedId, 'person'),
    createCompany: (properties) => companies.create(properties, { by: 'person' }).id,
    createOwner({ archived = false, ...owner }) {
      const userIdIncludingInactive = 80_011 + owners.size
      const userId = archived ? null : userIdIncludingInactive
      const at = new Date(now()).toISOString()
      const more = { type: 'PERSON', userId, userIdIncludingInactive, createdAt: at, updatedAt: at, archived } as const
      owners.set(owner.id, { ...owner, ...more })
    },
    contact(id) {
      const found = contacts.find(id)
      return found && !found.archived ? { ...found.properties } : undefined
    },
    async close() {
      await webhooks.close()
      await app.close()
    },
  }
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

/** HubSpot's two limits: calls in a rolling window, with its headers, and searches, which count apart and carry none. */
function createLimits(rateLimit: SimulatedHubSpotOptions['rateLimit']) {
  if (rateLimit === 'off') return undefined
  const { max = 190, intervalMs = 10_000, searchesPerSecond = 5 } = rateLimit ?? {}
  const daily = 1_000_000
  const general = createRollingWindow(max, intervalMs)
  const searches = createRollingWindow(searchesPerSecond, 1_000)
  let today = 0

  return (request: FastifyRequest, reply: FastifyReply): FastifyReply | undefined => {
    const search = request.url.split('?')[0]?.endsWith('/search') ?? false
    const left = (search ? searches : general).take()
    if (left >= 0) today += 1
    if (!search) {
      reply.headers({
        'X-HubSpot-RateLimit-Max': max,
        'X-HubSpot-RateLimit-Remaining': Math.max(0, left),
        'X-HubSpot-RateLimit-Interval-Milliseconds': intervalMs,
        'X-HubSpot-RateLimit-Daily': daily,
        'X-HubSpot-RateLimit-Daily-Remaining': daily - today,
      })
    }
    if (left >= 0) return undefined
    const [policyName, limit] = search ? ['SECONDLY', 'secondly'] : ['TEN_SECONDLY_ROLLING', 'ten_secondly_rolling']
    const { status, message, correlationId } = envelope('RATE_LIMITS', `You have reached your ${limit} limit.`)
    const groupName = 'publicapi:private-apps-api-calls-v3'
    const body = {
      status,
      message,
      errorType: 'RATE_LIMIT',
      correlationId,
      policyName,
      groupName,
      requestId: correlationId,
    }
    return reply.code(429).send(body)
  }
}

/** How many calls are left after this one; -1 when it is one too many, which then does not count. */
function createRollingWindow(max: number, intervalMs: number) {
  const taken: number[] = []
  return {
    take(): number {
      const at = performance.now()
      while (taken[0] !== undefined && taken[0] <= at - intervalMs) taken.shift()
      if (taken.length >= max) return -1
      taken.push(at)
      return max - taken.length
    },
  }
}
