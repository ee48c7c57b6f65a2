import { Client } from '@hubspot/api-client'
import DataLoader from 'dataloader'
import { RateLimiterMemory, RateLimiterQueue, RateLimiterRedis } from 'rate-limiter-flexible'
import { type Contact, type Properties, readInstant } from '../leads/observe.ts'
import type { Breaker } from '../platform/breaker.ts'
import { OutsideError, withDeadline } from '../platform/errors.ts'
import type { Metrics } from '../platform/metrics.ts'
import type { RedisConnection } from '../platform/redis.ts'
import { inSpan } from '../platform/tracing.ts'
import { createActivityReader } from './activities.ts'
import { rowsOf, toOutsideError } from './answers.ts'
import { BATCH, createGather, createLoader } from './batches.ts'
import { createCompanyContacts } from './company-contacts.ts'
import { createCompanyDomains } from './company-domains.ts'
import { createDeals } from './deals.ts'
import { createDefinitions } from './definitions.ts'
import { createHistoryLoader } from './history.ts'
import { createNotes } from './notes.ts'
import { createOwnApp } from './own-app.ts'
import { createOwnerNames, findOwnerByEmail, readArchivedOwners } from './owners.ts'
import type { Row } from './refusals.ts'
import { createCount, createSearch } from './search.ts'
import { createSearchPace, type Limit } from './search-pace.ts'
import { createTestContacts } from './test-contacts.ts'
import { createRefusedNow, type Refusal, updateBy, writeRows } from './write-rows.ts'

/*
 * HubSpot behind Baton's own few verbs. Reads and writes of concurrent jobs are gathered for some milliseconds into
 * batches of up to 100, and every call takes its turn in one rate limit that all workers share through Redis: HubSpot
 * counts requests, so one call a step would cap Baton at a few leads a second. The client library retries in a
 * process-wide singleton, has no timeout and puts bodies into its errors, so its retries stay off, every call gets a
 * deadline, and no error of it leaves this file.
 */

/** HubSpot's verbs. All reject with `OutsideError`. */
export type HubSpot = ReturnType<typeof createHubSpot>

type Awaitable<T> = T | Promise<T>

// A lead waits for what is read, one of a crowd a little longer; nobody waits for what is written.
const READ = { quiet: 20, busy: 150, busyCrowd: 250 }
const WRITE = { quiet: 40, busy: 500 }
const LONGEST_PAUSE = 10_000
const DEADLINE = 8_000
// What only looks, whichever HTTP method HubSpot has for it. Whatever is not named here writes.
const LOOKS = /^(read|find|search|check)\b/

/**
 * Connects to HubSpot. `properties` names what to read, and may change when the config does. Without `redis` the rate
 * limit holds for this process only, which is enough for a command.
 */
export function createHubSpot(options: {
  accessToken: string
  baseUrl?: string | undefined
  redis: RedisConnection | null
  prefix: string
  requestsPer10Seconds: number
  properties: () => Awaitable<{ contact: readonly string[]; company: readonly string[] }>
  metrics: Metrics
  /** Nothing is written: a call that would is refused before it is made. */
  readOnly?: boolean
  /** Milliseconds that one call may take; 8,000 unless told. */
  deadline?: number
  breaker?: Breaker | undefined
}) {
  const { deadline = DEADLINE, readOnly = false } = options
  const client = new Client({
    accessToken: options.accessToken,
    ...(options.baseUrl ? { basePath: options.baseUrl } : {}),
  })
  // HubSpot counts over a rolling 10 s; a tenth of it per second, less a tenth for the edges, stays below at any instant.
  const rate = {
    keyPrefix: `${options.prefix}:rate`,
    points: Math.max(1, Math.floor((options.requestsPer10Seconds / 10) * 0.9)),
    duration: 1,
  }
  const limiter = options.redis
    ? new RateLimiterRedis({ storeClient: options.redis, ...rate })
    : new RateLimiterMemory(rate)
  const turns = new RateLimiterQueue(limiter, { maxQueueSize: 10_000 })
  const shared: Limit = {
    turn: () => turns.removeTokens(1, 'hubspot'),
    pause: (milliseconds) => limiter.block('hubspot', Math.ceil(milliseconds / 1_000)),
  }

  function call<T>(operation: string, work: () => Promise<T>, limit = shared): Promise<T> {
    const made = () => inSpan(`hubspot ${operation}`, {}, () => counted(operation, work, limit))
    return options.breaker ? options.breaker.call(made) : made()
  }

  async function counted<T>(operation: string, work: () => Promise<T>, limit: Limit): Promise<T> {
    if (readOnly && !LOOKS.test(operation)) throw new OutsideError('hubspot', 'refused', 'observe-only')
    await limit.turn().catch(() => {
      throw new OutsideError('redis', 'unavailable', 'rate-limit')
    })
    try {
      const result = await withDeadline(work(), deadline, () => new OutsideError('hubspot', 'unavailable', 'deadline'))
      options.metrics.countCall('hubspot', operation, 'ok')
      return result
    } catch (error) {
      const failure = toOutsideError(error)
      options.metrics.countCall('hubspot', operation, failure.kind, failure.code)
      // Everybody who shares the limit is held. A long wait is served by the jobs, each put off; here it would fill every
      // slot of the workers. Without Redis, the failure that called for it still counts.
      if (failure.kind === 'rate-limited')
        await limit.pause(Math.min(failure.retryAfter ?? 1_000, LONGEST_PAUSE)).catch(() => undefined)
      throw failure
    }
  }

  const contacts = createLoader<string, Contact>(READ, async (ids) => {
    const { contact } = await options.properties()
    const answer = await call('read contacts', () =>
      client.crm.contacts.batchApi.read({
        inputs: ids.map((id) => ({ id })),
        properties: [...contact],
        propertiesWithHistory: [],
      }),
    )
    return rowsOf(answer, (row) => [row.id, toContact(row)])
  })

  const contactIdsByEmail = createLoader<string, string>(READ, async (emails) => {
    const answer = await call('find contacts', () =>
      client.crm.contacts.batchApi.read({
        inputs: emails.map((id) => ({ id })),
        idProperty: 'email',
        properties: ['email'],
        propertiesWithHistory: [],
      }),
    )
    return rowsOf(answer, (row) => [String(row.properties.email ?? '').toLowerCase(), row.id])
  })

  const companies = createLoader<string, Properties>(READ, async (ids) => {
    const { company } = await options.properties()
    const answer = await call('read companies', () =>
      client.crm.companies.batchApi.read({
        inputs: ids.map((id) => ({ id })),
        properties: [...company],
        propertiesWithHistory: [],
      }),
    )
    return rowsOf(answer, (row) => [row.id, row.properties as Properties])
  })

  const readHistory = createHistoryLoader(
    { quiet: READ.quiet, busy: READ.busy },
    async (ids, propertiesWithHistory) => {
      const answer = await call('read history', () =>
        client.crm.contacts.batchApi.read({ inputs: ids.map((id) => ({ id })), properties: [], propertiesWithHistory }),
      )
      return rowsOf(answer, (row) => [row.id, row])
    },
  )

  // Outside the breaker: a scope that is missing for this alone must not hold up everything else.
  const alone = <T>(operation: string, work: () => Promise<T>) => counted(operation, work, shared)
  const definitions = createDefinitions((property) =>
    alone('read property', () => client.crm.properties.coreApi.getByName('contacts', property)),
  )

  // The loader must not merge two writes to one contact: it keeps them in order, and the later value wins.
  const gatherWrites = createGather(WRITE)
  const refusedNow = createRefusedNow()
  let underWay = 0
  const writes = new DataLoader<Row, Refusal[]>(
    async (rows) => {
      const merged = new Map<string, Row['properties']>()
      for (const { id, properties } of rows) merged.set(id, { ...merged.get(id), ...properties })
      if (underWay === 0) refusedNow.forgetOld()
      underWay += 1
      const all = [...merged].map(([id, properties]) => ({ id, properties }))
      const outcomes = await writeRows(update, all, refusedNow).finally(() => {
        underWay -= 1
      })
      return rows.map(({ id }) => outcomes.get(id) ?? [])
    },
    { cache: false, maxBatchSize: BATCH, batchScheduleFn: gatherWrites.schedule },
  )

  const update = updateBy(
    (work) => call('write contacts', work),
    (inputs) => client.crm.contacts.batchApi.update({ inputs }),
  )

  // A batch may leave a row out without a word, and a contact that counts as missing loses its clock, a lead without its
  // company points: so it is asked for alone.
  async function confirmMissing(id: string): Promise<Contact | { movedTo: string } | null> {
    const { contact: properties } = await options.properties()
    const read = () => client.crm.contacts.basicApi.getById(id, [...properties])
    const row = await unlessMissing(call('read contact', read))
    return row && (row.id === id ? toContact(row) : { movedTo: row.id })
  }

  // One that was merged comes back under another id.
  async function confirmNoCompany(id: string): Promise<Properties | null> {
    const { company: properties } = await options.properties()
    const read = () => client.crm.companies.basicApi.getById(id, [...properties])
    const row = await unlessMissing(call('read company', read))
    return row && (row.properties as Properties)
  }

  const pace = createSearchPace(options)
  const search = createSearch({ client, call, pace })

  return {
    client,
    call,
    /** Nothing is written: whoever would write leaves it. */
    readOnly,
    /** Calls that are left in the present window of the shared rate limit; rejects when Redis is away. */
    async requestsLeft(): Promise<number> {
      return (await limiter.get('hubspot'))?.remainingPoints ?? rate.points
    },
    /**
     * Reads a contact; null when it is deleted, and the other id when it lives on under one after a merge. `last` waits
     * with the crowd.
     */
    readContact: async (id: string, last?: boolean): Promise<Contact | { movedTo: string } | null> =>
      (await contacts.load(id, last)) ?? confirmMissing(id),
    /** Finds the contact with an email address; null when there is none. */
    findContactByEmail: (email: string): Promise<string | null> => contactIdsByEmail.load(email.toLowerCase()),
    /** Reads a company; null when there is none. `last` waits with the crowd. */
    readCompany: async (id: string, last?: boolean): Promise<Properties | null> =>
      (await companies.load(id, last)) ?? confirmNoCompany(id),
    /**
     * Writes properties of a contact; resolves when HubSpot has confirmed this very row, with those of them that it does not
     * take.
     */
    async writeContact(id: string, properties: Record<string, string>): Promise<Refusal[]> {
      gatherWrites.count()
      const refusals = await writes.load({ id, properties })
      return refusals.filter(({ property }) => Object.hasOwn(properties, property))
    },
    ...createTestContacts({ client, call }),
    /** The ids of the owners who are deactivated; null when the token may not ask. */
    archivedOwners: () => readArchivedOwners(client, call),
    /** The owner with an email address, in lower case; null when there is none, or the token may not ask. */
    ownerOf: (email: string) => findOwnerByEmail(client, call, email),
    /** The name of an owner; undefined when HubSpot does not say. */
    ownerName: createOwnerNames(client, call),
    /** What HubSpot says a contact property to be, as a digest that changes when that does; null when it cannot be told. */
    definitionOf: (property: string): Promise<string | null> => definitions.load(property),
    /** The values that a contact property takes, where it takes only some; empty where it takes any, or HubSpot does not say. */
    optionsOf: (property: string): Promise<string[]> => definitions.options(property),
    /** The values that a property of a contact had, newest first. */
    readHistory,
    ...createDeals({ client, call, alone }),
    /** The id of our own app, by which histories name what Baton wrote; null when HubSpot does not say it. */
    ownApp: createOwnApp({ client, alone }, options.accessToken),
    ...createNotes({ client, call }),
    search,
    countContacts: createCount({ client, call, pace }),
    /** The ids of the contacts that fit what somebody typed best: part of a name, of an address, of a number. At most 100. */
    searchContacts: async (query: string): Promise<string[]> =>
      (await search('contacts', { query, filters: [], sortBy: '', properties: ['email'], limit: 100 })).map(
        ({ id }) => id,
      ),
    /** The ids of the contacts whose primary company is this one, as the search has them. */
    contactsOfCompany: createCompanyContacts(search),
    /** The companies of domains with their owners, as the search has them. */
    companiesOfDomains: createCompanyDomains(search),
    /** What people and the lead itself did with a contact. */
    readActivities: createActivityReader({ client, call, times: READ }),
  }
}

function toContact(row: { id: string; createdAt: Date; properties: Record<string, string | null> }): Contact {
  const createdAt = readInstant(row.properties.createdate) ?? row.createdAt.getTime()
  return { id: row.id, createdAt, properties: row.properties }
}

async function unlessMissing<T>(read: Promise<T>): Promise<T | null> {
  try {
    return await read
  } catch (error) {
    if (error instanceof OutsideError && error.code === '404') return null
    throw error
  }
}
