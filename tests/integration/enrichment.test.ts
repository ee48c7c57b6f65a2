import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import {
  createEnrichment,
  type EnrichmentAnswer,
  type EnrichmentMemory,
  type EnrichmentProvider,
  type EnrichmentQuery,
  type EnrichmentSettings,
  type LastKnownCompany,
} from '../../src/enrichment/chain.ts'
import type { Properties } from '../../src/leads/observe.ts'
import { readingOf } from '../../src/leads/reading.ts'
import { OutsideError } from '../../src/platform/errors.ts'
import { connectRedis, isRedisAway, type RedisConnection } from '../../src/platform/redis.ts'
import type { Attributes, AttributeValue } from '../../src/rules/attributes.ts'
import { NOW } from '../support/records.ts'
import { createTestRedis } from '../support/redis.ts'
import { loadTestConfig } from '../support/stage.ts'

const DAY = 86_400_000
const redis = createTestRedis()
let connection: RedisConnection
let domains = 0

beforeAll(async () => {
  connection = await connectRedis([redis.url], 'request', () => {})
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

/** Asks the chain in the given order. `known` is what HubSpot's own records tell, `memory` what the lead remembers. */
function enrich(
  providers: EnrichmentProvider[],
  options: {
    known?: Record<string, AttributeValue>
    observe?: (company: Properties | null) => Attributes
    query?: Partial<EnrichmentQuery>
    memory?: Partial<EnrichmentMemory>
    settings?: Partial<EnrichmentSettings>
    redis?: RedisConnection
    now?: number
    lastKnown?: LastKnownCompany
  } = {},
) {
  const chain = createEnrichment({
    ...{ redis: options.redis ?? connection, prefix: redis.prefix },
    providers: providers.toReversed(),
  })
  const names = providers.map(({ name }) => name)
  const observe = options.observe ?? (() => facts('hubspot', options.known ?? {}))
  const isWorthAsking = async (company: Properties | null, found: Attributes) =>
    WANTED.some((name) => (observe(company)[name] ?? found[name]) === undefined)
  return chain.enrich(
    { observe, isWorthAsking },
    {
      leadId: `lead-${domains}`,
      email: `dana@company-${domains}.example`,
      domain: `company-${domains}.example`,
      freeMail: false,
      ...options.query,
    },
    { answers: {}, late: {}, ...options.memory },
    {
      providers: names,
      timeout: 10_000,
      total: 20_000,
      keep: { matched: 90 * DAY, notFound: DAY },
      ...options.settings,
    },
    options.now ?? NOW,
    options.lastKnown,
  )
}

const kept = async () =>
  (await connection.keys(`${redis.prefix}:enrichment:*`)).filter((key) =>
    [`company-${domains}.example`, `lead-${domains}`].some((end) => key.endsWith(`:${end}`)),
  )

describe('nobody outside is asked about a contact of whom the config does not say so', () => {
  const settings = async () => ({ when: (await loadTestConfig({}, NOW)).enrichment.when })

  test.each<[string, Record<string, AttributeValue>, boolean]>([
    ['nothing is known', {}, true],
    ['no opt-out, an address of a company', { 'hubspot.hs_email_optout': 'false', 'email.free': false }, true],
    ['opted out of email', { 'hubspot.hs_email_optout': 'true', 'email.free': false }, false],
    ['a private mail address', { 'email.free': true }, false],
  ])('%s', async (_, known, isAsked) => {
    const outside = provider('outside', matched('outside', { 'company.size': 240 }))
    const { outcomes, found } = await enrich([outside], { known, settings: await settings() })
    expect(outcomes).toEqual({ outside: isAsked ? 'matched' : 'skipped' })
    expect(outside.asked).toHaveLength(isAsked ? 1 : 0)
    expect(Object.keys(found)).toEqual(isAsked ? ['company.size'] : [])
  })

  test('what HubSpot itself has of the company is read all the same, and what came too late before is left', async () => {
    const own = {
      ...provider('own', { ...NOT_FOUND, status: 'matched', company: { name: 'Northwind' } }),
      outside: false,
    }
    const outside = provider('outside')
    const { outcomes, company } = await enrich([own, outside], {
      known: { 'email.free': true },
      settings: await settings(),
      memory: { late: { outside: JSON.stringify(matched('outside', { 'company.size': 1 })) } },
    })
    expect([outcomes, company]).toEqual([{ own: 'matched', outside: 'skipped' }, { name: 'Northwind' }])
  })
})

describe('the chain', () => {
  test('asks in the order of the config until no answer matters', async () => {
    const one = provider('one', matched('one', { 'company.size': 240 }))
    const two = provider(
      'two',
      matched('two', { 'company.size': 999, 'company.industry': 'retail' }, { jobTitle: 'CMO' }),
    )
    const three = provider('three', matched('three', { 'company.size': 1 }))
    const { found, outcomes, late } = await enrich([one, two, three])
    expect(found).toEqual({
      ...facts('one', { 'company.size': 240 }),
      ...facts('two', { 'company.industry': 'retail', jobTitle: 'CMO' }),
    })
    expect(outcomes).toEqual({ one: 'matched', two: 'matched', three: 'not-needed' })
    expect(three.asked).toEqual([])
    expect(late).toBeNull()
  })

  test('asks nobody outside where no answer matters', async () => {
    const one = provider('one', matched('one', { 'company.size': 1 }))
    const known = { jobTitle: 'CMO', 'company.size': 240, 'company.industry': 'retail' }
    const { found, outcomes } = await enrich([one], { known })
    expect([one.asked, outcomes, found]).toEqual([[], { one: 'not-needed' }, {}])
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
    const properties = { jobtitle: 'CMO' }
    const company = { numberofemployees: '240' }
    const own = { ...provider('hubspot-company', { ...matched('x', {}), company }), outside: false }
    const enriched = await enrich([own, one], { known: { jobTitle: 'CMO', 'company.size': 240 } })
    const config = await loadTestConfig({}, NOW)
    const nothing = { lead: null, handoffs: {}, messages: {}, inbox: [], written: {}, freshPseudonym: 'p' }
    const contact = { id: '1', createdAt: NOW, properties }
    const gathered = { contact, ...enriched, history: {} }
    expect(readingOf(config, { id: '1', ...nothing }, gathered, NOW).attributes).toEqual({
      jobTitle: { value: 'CMO', source: 'hubspot:jobtitle' },
      'company.size': { value: 240, source: 'company:numberofemployees' },
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
    expect((await enrich([own, outside], { observe })).company).toEqual(company)
    expect(outside.asked).toEqual([])
    const complete = { ...provider('hubspot-company', matched('x', {})), outside: false }
    await enrich([complete], { known: { jobTitle: 'CMO', 'company.size': 1, 'company.industry': 'x' } })
    expect(complete.asked).toHaveLength(1)
    expect(await kept()).toEqual([])
  })

  const failing = (error: Error) => ({ ...provider('hubspot-company', error), outside: false })
  const company = { numberofemployees: '240' }

  test.each([
    ['unavailable', '500'],
    ['rate-limited', '429'],
    ['unavailable', 'deadline'],
  ] as const)('our own CRM that is %s (%s) has not said that there is no company', async (kind, code) => {
    const error = new OutsideError('hubspot', kind, code)
    await expect(enrich([failing(error)], { lastKnown: { company, goOn: false } })).rejects.toBe(error)
    const after = await enrich([failing(error)], { lastKnown: { company, goOn: true } })
    expect([after.company, after.outcomes]).toEqual([company, { 'hubspot-company': 'late' }])
  })

  test('our own CRM that refuses for good is not asked for ever: what was known stands', async () => {
    const refused = failing(new OutsideError('hubspot', 'refused', '400'))
    const { company: known, outcomes } = await enrich([refused], { lastKnown: { company, goOn: false } })
    expect([known, outcomes]).toEqual([company, { 'hubspot-company': 'failed' }])
  })

  test('our own CRM may be slower than an outside provider', async () => {
    const slow = new Promise<EnrichmentAnswer>((resolve) =>
      setTimeout(() => resolve({ ...matched('x', {}), company }), 60),
    )
    const own = { ...provider('hubspot-company', slow), outside: false }
    const one = provider('one', matched('one', { 'company.size': 1 }))
    const { company: read, outcomes } = await enrich([own, one], { settings: { timeout: 20, total: 20 } })
    expect([read, outcomes]).toEqual([company, { 'hubspot-company': 'matched', one: 'matched' }])
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
    const { found, outcomes, late } = await enrich([limited, down, broken, none, one])
    expect(outcomes).toEqual({
      limited: 'rate-limited',
      down: 'failed',
      broken: 'failed',
      none: 'not-found',
      one: 'matched',
    })
    expect(found).toEqual(facts('one', { 'company.size': 240 }))
    expect(late).toBeNull()
  })
})

describe('time', () => {
  test('who takes longer than allowed is late, and the next one is asked', async () => {
    const slow = provider('slow', NEVER)
    const one = provider('one', matched('one', { 'company.size': 240 }))
    const { found, outcomes, late } = await enrich([slow, one], { settings: { timeout: 20 } })
    expect(outcomes).toEqual({ slow: 'late', one: 'matched' })
    expect(found).toEqual(facts('one', { 'company.size': 240 }))
    expect(late).toBeInstanceOf(Promise)
  })

  test('all of them together get no more than the total', async () => {
    // With a minute for each, only the total can end this.
    const { outcomes } = await enrich([provider('one', NEVER), provider('two', NEVER)], {
      settings: { timeout: 60_000, total: 30 },
    })
    expect(outcomes).toEqual({ one: 'late', two: 'late' })
  })

  test('an answer that comes late is handed over, for the next decision to take it from what the lead remembers', async () => {
    const answer = Promise.withResolvers<EnrichmentAnswer>()
    const slow = provider('slow', answer.promise)
    const first = await enrich([slow], { settings: { timeout: 10 } })
    expect([first.found, first.outcomes]).toEqual([{}, { slow: 'late' }])
    answer.resolve(matched('slow', { 'company.size': 240 }, { jobTitle: 'CMO' }))
    const late = (await first.late) ?? {}
    expect(Object.keys(late)).toEqual(['slow'])
    // It stands with the lead, which may be erased, and nowhere else.
    const elsewhere = await Promise.all((await kept()).map((key) => connection.get(key)))
    expect(elsewhere.join('')).not.toContain('CMO')
    const second = await enrich([slow], { memory: { late } })
    expect(slow.asked).toHaveLength(1)
    expect(second.found).toEqual(facts('slow', { 'company.size': 240, jobTitle: 'CMO' }))
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
      expect(await late).toEqual({})
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
    expect(first.found).toMatchObject({ jobTitle: { value: 'Canary Officer' }, 'company.size': { value: 240 } })
    const second = await enrich([one], { query: { leadId: '402', email: `kim@company-${domains}.example` } })
    expect(one.asked).toHaveLength(1)
    expect(second.found).toEqual(facts('one', { 'company.size': 240 }))
    expect(second.outcomes).toEqual({ one: 'matched' })
    const [key = '', ...more] = await kept()
    expect(more).toEqual([])
    expect(await connection.get(key)).not.toMatch(/Canar|dana/)
    expect(await connection.pttl(key)).toBeGreaterThan(89 * DAY)
    expect(await connection.pttl(key)).toBeLessThanOrEqual(90 * DAY)
  })

  test('each provider’s own answer', async () => {
    const one = provider('one', matched('one', { 'company.industry': 'retail' }))
    const two = provider('two', matched('two', { 'company.size': 240 }))
    await enrich([one, two])
    expect(await kept()).toHaveLength(2)
    const { found } = await enrich([one, two])
    expect(found).toEqual({
      ...facts('one', { 'company.industry': 'retail' }),
      ...facts('two', { 'company.size': 240 }),
    })
    expect([one.asked, two.asked].map(({ length }) => length)).toEqual([1, 1])
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

describe('how often a provider is asked in a day', () => {
  const perDay = (count: number) => ({ settings: { perDay: count } })
  const person = (name: string) => ({ query: { leadId: name, domain: `${name}-${domains}.example` } })

  test('not more often than the config says, each of them, and again on the next', async () => {
    const one = provider('one', NOT_FOUND)
    const two = provider('two', NOT_FOUND)
    const both = await Promise.all(['a', 'b', 'c'].map((name) => enrich([one, two], { ...person(name), ...perDay(2) })))
    expect([one.asked, two.asked].map(({ length }) => length)).toEqual([2, 2])
    const statuses = both.map(({ outcomes }) => outcomes.one)
    expect(statuses.toSorted()).toEqual(['not-found', 'not-found', 'over-budget'])
    const next = await enrich([one, two], { ...person('c'), ...perDay(2), now: NOW + DAY })
    expect(next.outcomes).toEqual({ one: 'not-found', two: 'not-found' })
  })

  test('what is kept for a domain takes nothing of it', async () => {
    const one = provider('one', matched('one', { 'company.size': 240 }))
    const colleagues = ['a', 'b', 'c'].map((leadId) => ({ query: { leadId }, ...perDay(1), now: NOW + 2 * DAY }))
    for (const colleague of colleagues) expect((await enrich([one], colleague)).outcomes).toEqual({ one: 'matched' })
    expect(one.asked).toHaveLength(1)
  })

  test('never where that is none', async () => {
    const one = provider('one', matched('one', { 'company.size': 240 }))
    expect((await enrich([one], perDay(0))).outcomes).toEqual({ one: 'over-budget' })
    expect(one.asked).toEqual([])
  })
})

describe('that a provider knows nobody', () => {
  const before = { answers: { one: { status: 'not-found' as const, at: NOW } } }

  test('is not asked again of this lead for a day, and nothing of it stands for its colleagues', async () => {
    const one = provider('one', NOT_FOUND, matched('one', { 'company.size': 240 }))
    expect((await enrich([one])).outcomes).toEqual({ one: 'not-found' })
    expect(await kept()).toEqual([])
    const again = await enrich([one], { memory: before, now: NOW + DAY - 1 })
    // What is remembered is no answer of now, or the day would never end.
    expect([again.outcomes, again.found]).toEqual([{}, {}])
    expect(one.asked).toHaveLength(1)
    const colleague = provider('one', matched('one', { 'company.size': 240 }))
    expect((await enrich([colleague], { query: { leadId: 'colleague' } })).outcomes).toEqual({ one: 'matched' })
    expect(
      (await enrich([one], { memory: before, now: NOW + DAY, query: { domain: 'other.example' } })).outcomes,
    ).toEqual({ one: 'matched' })
  })

  test('is asked again when it only failed, and of our own CRM in any case', async () => {
    for (const status of ['failed', 'late', 'rate-limited'] as const) {
      const one = provider('one', NOT_FOUND)
      await enrich([one], { memory: { answers: { one: { status, at: NOW } } } })
      expect(one.asked, status).toHaveLength(1)
    }
    const own = { ...provider('one', NOT_FOUND), outside: false }
    await enrich([own], { memory: before })
    expect(own.asked).toHaveLength(1)
  })
})

test('without Redis it rejects, so that the lead waits instead of being decided without its company', async () => {
  const gone = await connectRedis([redis.url], 'request', () => {})
  gone.disconnect()
  const one = provider('one', matched('one', { 'company.size': 240 }))
  await expect(enrich([one], { redis: gone })).rejects.toSatisfy(isRedisAway)
  const limited = { ...one, ask: () => Promise.reject(new OutsideError('redis', 'unavailable', 'rate-limit')) }
  await expect(enrich([limited])).rejects.toThrow('redis: unavailable (rate-limit)')
})
