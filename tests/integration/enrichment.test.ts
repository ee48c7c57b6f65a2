import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import {
  createEnrichment,
  type EnrichmentAnswer,
  type EnrichmentProvider,
  type EnrichmentQuery,
  type EnrichmentSettings,
} from '../../src/enrichment/chain.ts'
import type { Properties } from '../../src/leads/observe.ts'
import { OutsideError } from '../../src/platform/errors.ts'
import { connectRedis, isRedisAway, type RedisConnection } from '../../src/platform/redis.ts'
import type { Attributes, AttributeValue } from '../../src/rules/attributes.ts'
import { createStore, type Store } from '../../src/store/partitions.ts'
import { createTestRedis } from '../support/redis.ts'

const DAY = 86_400_000
const redis = createTestRedis()
let connection: RedisConnection
let store: Store
let domains = 0

beforeAll(async () => {
  connection = await connectRedis([redis.url], 'request', () => {})
  store = createStore({ redis: connection, prefix: redis.prefix })
})
beforeEach(() => {
  domains += 1
})
afterAll(async () => {
  connection.disconnect()
  await redis.deleteKeys()
})

function facts(source: string, values: Record<string, AttributeValue>): Attributes {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, { value, source }]))
}

function matched(
  source: string,
  shared: Record<string, AttributeValue>,
  personal: Record<string, AttributeValue> = {},
): EnrichmentAnswer {
  return { status: 'matched', shared: facts(source, shared), personal: facts(source, personal) }
}

const NOT_FOUND: EnrichmentAnswer = { status: 'not-found', shared: {}, personal: {} }
const NEVER = new Promise<EnrichmentAnswer>(() => {})

/** A provider that answers as told, one answer after the other, and keeps what it was asked. */
function provider(name: string, ...answers: (EnrichmentAnswer | Promise<EnrichmentAnswer> | Error)[]) {
  const asked: EnrichmentQuery[] = []
  return {
    name,
    outside: true,
    asked,
    async ask(query: EnrichmentQuery) {
      asked.push(query)
      const answer = answers[Math.min(asked.length, answers.length) - 1] ?? NOT_FOUND
      if (answer instanceof Error) throw answer
      return answer
    },
  } satisfies EnrichmentProvider & { asked: EnrichmentQuery[] }
}

const WANTED = ['jobTitle', 'company.size', 'company.industry']

/** Asks the chain in the given order. `known` is what HubSpot's own records tell. */
function enrich(
  providers: EnrichmentProvider[],
  options: {
    known?: Record<string, AttributeValue>
    observe?: (company: Properties | null) => Attributes
    query?: Partial<EnrichmentQuery>
    settings?: Partial<EnrichmentSettings>
    store?: Store
  } = {},
) {
  const chain = createEnrichment({ store: options.store ?? store, providers: providers.toReversed() })
  const names = providers.map(({ name }) => name)
  return chain.enrich(
    options.observe ?? (() => facts('hubspot', options.known ?? {})),
    WANTED,
    {
      leadId: `lead-${domains}`,
      email: `dana@company-${domains}.example`,
      domain: `company-${domains}.example`,
      freeMail: false,
      ...options.query,
    },
    {
      providers: names,
      timeout: 10_000,
      total: 20_000,
      keep: { matched: 90 * DAY, notFound: DAY },
      ...options.settings,
    },
  )
}

const kept = async () =>
  (await connection.keys(`${redis.prefix}:enrichment:*`)).filter((key) =>
    [`company-${domains}.example`, `lead-${domains}`].some((end) => key.endsWith(`:${end}`)),
  )

describe('the chain', () => {
  test('asks in the order of the config until nothing is missing', async () => {
    const one = provider('one', matched('one', { 'company.size': 240 }))
    const two = provider(
      'two',
      matched('two', { 'company.size': 999, 'company.industry': 'retail' }, { jobTitle: 'CMO' }),
    )
    const three = provider('three', matched('three', { 'company.size': 1 }))
    const { attributes, outcomes, late } = await enrich([one, two, three])
    expect(attributes).toEqual({
      ...facts('one', { 'company.size': 240 }),
      ...facts('two', { 'company.industry': 'retail', jobTitle: 'CMO' }),
    })
    expect(outcomes).toEqual({ one: 'matched', two: 'matched' })
    expect(three.asked).toEqual([])
    expect(late).toBeNull()
  })

  test('asks nobody outside when HubSpot knows everything', async () => {
    const one = provider('one', matched('one', { 'company.size': 1 }))
    const known = { jobTitle: 'CMO', 'company.size': 240, 'company.industry': 'retail' }
    const { attributes, outcomes } = await enrich([one], { known })
    expect([one.asked, outcomes]).toEqual([[], {}])
    expect(attributes).toEqual(facts('hubspot', known))
  })

  test('what is known to be false or zero is not missing', async () => {
    const one = provider('one', matched('one', {}))
    await enrich([one], { known: { jobTitle: '', 'company.size': 0, 'company.industry': false } })
    expect(one.asked).toEqual([])
  })

  test('never overwrites what HubSpot knows', async () => {
    const one = provider(
      'one',
      matched('one', { 'company.size': 1, 'company.industry': 'retail' }, { jobTitle: 'Intern' }),
    )
    const { attributes } = await enrich([one], { known: { jobTitle: 'CMO', 'company.size': 240 } })
    expect(attributes).toEqual({
      ...facts('hubspot', { jobTitle: 'CMO', 'company.size': 240 }),
      ...facts('one', { 'company.industry': 'retail' }),
    })
  })

  test('our own CRM is asked in any case, and its company may complete the picture', async () => {
    const company: Properties = { numberofemployees: '240' }
    const own = { ...provider('hubspot-company', { ...matched('x', {}), company }), outside: false }
    const outside = provider('one')
    const known = facts('hubspot', { jobTitle: 'CMO', 'company.industry': 'retail' })
    const observe = (found: Properties | null) =>
      found ? { ...known, ...facts('company', { 'company.size': Number(found.numberofemployees) }) } : known
    const { attributes } = await enrich([own, outside], { observe })
    expect(attributes).toMatchObject({ 'company.size': { value: 240, source: 'company' } })
    expect(outside.asked).toEqual([])
    const complete = { ...provider('hubspot-company', matched('x', {})), outside: false }
    await enrich([complete], { known: { jobTitle: 'CMO', 'company.size': 1, 'company.industry': 'x' } })
    expect(complete.asked).toHaveLength(1)
    expect(await kept()).toEqual([])
  })

  test('passes over a name that nobody provides', async () => {
    const one = provider('one', matched('one', { 'company.size': 240 }))
    const { outcomes } = await enrich([one], { settings: { providers: ['gone', 'one'] } })
    expect(outcomes).toEqual({ one: 'matched' })
  })

  test('goes on past one that fails, and names how', async () => {
    const limited = provider('limited', new OutsideError('apollo', 'rate-limited', '429'))
    const down = provider('down', new OutsideError('apollo', 'unavailable', '500'))
    const broken = provider('broken', new TypeError('canary'))
    const none = provider('none', NOT_FOUND)
    const one = provider('one', matched('one', { 'company.size': 240 }))
    const { attributes, outcomes, late } = await enrich([limited, down, broken, none, one])
    expect(outcomes).toEqual({
      limited: 'rate-limited',
      down: 'failed',
      broken: 'failed',
      none: 'not-found',
      one: 'matched',
    })
    expect(attributes).toEqual(facts('one', { 'company.size': 240 }))
    expect(late).toBeNull()
  })
})

describe('time', () => {
  test('who takes longer than allowed is late, and the next one is asked', async () => {
    const slow = provider('slow', NEVER)
    const one = provider('one', matched('one', { 'company.size': 240 }))
    const { attributes, outcomes, late } = await enrich([slow, one], { settings: { timeout: 20 } })
    expect(outcomes).toEqual({ slow: 'late', one: 'matched' })
    expect(attributes).toEqual(facts('one', { 'company.size': 240 }))
    expect(late).toBeInstanceOf(Promise)
  })

  test('all of them together get no more than the total', async () => {
    // With a minute for each, only the total can end this.
    const { outcomes } = await enrich([provider('one', NEVER), provider('two', NEVER)], {
      settings: { timeout: 60_000, total: 30 },
    })
    expect(outcomes).toEqual({ one: 'late', two: 'late' })
  })

  test('an answer that comes late is kept for the next decision, and says that it came', async () => {
    const answer = Promise.withResolvers<EnrichmentAnswer>()
    const slow = provider('slow', answer.promise)
    const first = await enrich([slow], { settings: { timeout: 10 } })
    expect([first.attributes, first.outcomes]).toEqual([{}, { slow: 'late' }])
    answer.resolve(matched('slow', { 'company.size': 240 }, { jobTitle: 'CMO' }))
    expect(await first.late).toBe(true)
    const second = await enrich([slow])
    expect(slow.asked).toHaveLength(1)
    expect(second.attributes).toEqual(facts('slow', { 'company.size': 240, jobTitle: 'CMO' }))
    expect(second.outcomes).toEqual({ slow: 'matched' })
  })

  test('a late answer that finds nothing, or fails, is no reason to look again', async () => {
    for (const settle of [NOT_FOUND, new OutsideError('apollo', 'unavailable', '500')]) {
      const answer = Promise.withResolvers<EnrichmentAnswer>()
      const { late } = await enrich([provider('slow', answer.promise)], {
        settings: { timeout: 10 },
        query: { freeMail: true, leadId: `late-${settle instanceof Error}` },
      })
      if (settle instanceof Error) answer.reject(settle)
      else answer.resolve(settle)
      expect(await late).toBe(false)
    }
  })
})

describe('what is kept for a domain', () => {
  test('a match: the company for 90 days, nothing about the person', async () => {
    const one = provider(
      'one',
      matched('one', { 'company.size': 240 }, { jobTitle: 'Canary Officer', country: 'Canaria' }),
    )
    const first = await enrich([one])
    expect(first.attributes).toMatchObject({ jobTitle: { value: 'Canary Officer' }, 'company.size': { value: 240 } })
    const second = await enrich([one], { query: { leadId: '402', email: `kim@company-${domains}.example` } })
    expect(one.asked).toHaveLength(1)
    expect(second.attributes).toEqual(facts('one', { 'company.size': 240 }))
    expect(second.outcomes).toEqual({ one: 'matched' })
    const [key = '', ...more] = await kept()
    expect(more).toEqual([])
    expect(await connection.get(key)).not.toMatch(/Canar|dana/)
    expect(await connection.pttl(key)).toBeGreaterThan(89 * DAY)
    expect(await connection.pttl(key)).toBeLessThanOrEqual(90 * DAY)
  })

  test('that nobody was found, for a day, for this lead only', async () => {
    const one = provider('one', NOT_FOUND, matched('one', { 'company.size': 240 }))
    await enrich([one])
    expect((await enrich([one])).outcomes).toEqual({ one: 'not-found' })
    expect(one.asked).toHaveLength(1)
    const [key = ''] = await kept()
    expect(await connection.pttl(key)).toBeLessThanOrEqual(DAY)
    const colleague = provider('one', matched('one', { 'company.size': 240 }))
    expect((await enrich([colleague], { query: { leadId: 'colleague', domain: 'other.example' } })).outcomes).toEqual({
      one: 'matched',
    })
    await connection.pexpire(key, 0)
    expect((await enrich([one])).outcomes).toEqual({ one: 'matched' })
  })

  test('each provider’s own answer', async () => {
    const one = provider('one', NOT_FOUND)
    const two = provider('two', matched('two', { 'company.size': 240 }))
    await enrich([one, two])
    expect(await kept()).toHaveLength(2)
  })

  test.each([
    ['free mail', { freeMail: true }],
    ['no domain', { domain: undefined }],
  ])('nothing with %s', async (_, query) => {
    const one = provider('one', matched('one', { 'company.size': 240 }))
    await enrich([one], { query })
    await enrich([one], { query })
    expect(one.asked).toHaveLength(2)
    expect(await kept()).toEqual([])
  })

  test('nothing of a failure', async () => {
    const one = provider(
      'one',
      new OutsideError('apollo', 'rate-limited', '429'),
      matched('one', { 'company.size': 240 }),
    )
    expect((await enrich([one])).outcomes).toEqual({ one: 'rate-limited' })
    expect(await kept()).toEqual([])
    expect((await enrich([one])).outcomes).toEqual({ one: 'matched' })
  })
})

test('without Redis it rejects, so that the lead waits instead of being decided without its company', async () => {
  const gone = await connectRedis([redis.url], 'request', () => {})
  const lost = createStore({ redis: gone, prefix: redis.prefix })
  gone.disconnect()
  const one = provider('one', matched('one', { 'company.size': 240 }))
  await expect(enrich([one], { store: lost })).rejects.toSatisfy(isRedisAway)
  const limited = { ...one, ask: () => Promise.reject(new OutsideError('redis', 'unavailable', 'rate-limit')) }
  await expect(enrich([limited])).rejects.toThrow('redis: unavailable (rate-limit)')
})
