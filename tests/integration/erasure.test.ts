import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Redis } from 'ioredis'
import { afterEach, beforeEach, describe, expect, inject, test } from 'vitest'
import type { KeptFact } from '../../src/facts/fact.ts'
import type { Service } from '../../src/service.ts'
import { createFactStreams } from '../../src/store/facts.ts'
import { unpack } from '../../src/store/pack.ts'
import { INDEX } from '../../src/store/partitions.ts'
import { createQualityList } from '../../src/store/quality.ts'
import { GivenUp } from '../../src/work/parts.ts'
import { indexesOf, QUEUES, WORK } from '../../src/work/table.ts'
import { createTier1Lead, DANA, sendSignals } from '../support/leads.ts'
import { createStage, DAY, MINUTE, type Stage } from '../support/stage.ts'

let stage: Stage
let look: Redis
beforeEach(async () => {
  stage = await createStage()
  look = new Redis(inject('redisUrl'))
})
afterEach(async () => {
  look.disconnect()
  await stage.close()
})

function service(): Service {
  const [first] = stage.services
  if (!first) throw new Error('the stage has no service')
  return first
}

/** What stands in Redis, as text, by where it stands. What is packed is unpacked. */
async function everything(): Promise<Map<string, string>> {
  const found = new Map<string, string>()
  const note = (key: string, part: string, value: Buffer | string = '') => found.set(`${key} ${part}`, textOf(value))
  for (const key of await look.keys(`*${service().store.prefix}*`)) {
    const type = await look.type(key)
    // It has run out since the names were read.
    if (type === 'none') continue
    if (type === 'string') note(key, '', (await look.getBuffer(key)) ?? '')
    if (type === 'hash')
      for (const [field, value] of Object.entries(await look.hgetallBuffer(key))) note(key, field, value)
    if (type === 'list')
      for (const [at, value] of (await look.lrangeBuffer(key, 0, -1)).entries()) note(key, `${at}`, value)
    if (type === 'set') for (const member of await look.smembers(key)) note(key, member)
    if (type === 'zset')
      for (const [at, member] of (await look.zrangeBuffer(key, '0', '-1')).entries()) note(key, `${at}`, member)
    if (type === 'stream') for (const [id, fields] of await look.xrange(key, '-', '+')) note(key, id, fields.join(' '))
    expect(['string', 'hash', 'list', 'set', 'zset', 'stream'], key).toContain(type)
  }
  return found
}

function textOf(value: Buffer | string): string {
  if (typeof value === 'string') return value
  try {
    return JSON.stringify(unpack(value))
  } catch {
    return value.toString()
  }
}

/** Where something is said about a lead. The number of one that was erased stands under its id for some minutes. */
async function placesThatName(words: RegExp): Promise<string[]> {
  return [...(await everything())]
    .filter(([place, text]) => words.test(`${place} ${text}`) && !/:lead:\d+ version$/.test(place))
    .map(([place]) => place.replace(/^.*?\{[^}]*\}:?/, ''))
}

/** Jobs of the queues stand in keys of theirs, under the name of the queue. */
const isJob = (place: string) => QUEUES.some((queue) => place.startsWith(`${queue}:`))

async function factsOf(pseudonym: string): Promise<KeptFact[]> {
  const facts: KeptFact[] = []
  for await (const some of createFactStreams(service().store).since(0)) facts.push(...some)
  return facts.filter(({ lead }) => lead === pseudonym)
}

async function api(method: string, path: string, body?: object): Promise<void> {
  const headers = { authorization: 'Bearer canary-api-token', 'content-type': 'application/json' }
  const response = await fetch(`${stage.addresses[0]}${path}`, { method, headers, body: JSON.stringify(body) ?? null })
  expect(response.status).toBeLessThan(300)
}

const sendByEmail = (email: string) =>
  api('POST', '/v1/signals', {
    signals: [{ id: 'late', type: 'demo_requested', email, occurredAt: stage.clock.now }],
  })

/** Everything by which a person could be found: id, and the mark in the address and the names. */
const about = (...ids: string[]) => new RegExp([...ids, 'canary'].join('|'), 'i')

const OTHER = { email: 'o@other.example', firstname: 'Ottilie', lastname: 'Other', hs_analytics_source_data_1: 'mail' }

/** An Apollo that answers nobody until it is told what. */
async function startSlowApollo() {
  const { promise, resolve } = Promise.withResolvers<object>()
  const server = createServer(async (_, response) => response.end(JSON.stringify(await promise)))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    answer: resolve,
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

/** Puts a lead wherever something can stand about it, beside what its own story has left there. */
async function leaveTraces(id: string): Promise<void> {
  const { leads, store, work } = service()
  const late = { status: 'matched', shared: {}, personal: { jobTitle: { value: 'Late Canary', source: 'apollo' } } }
  expect(await leads.keepLate(id, { apollo: JSON.stringify(late) })).toBe(true)
  await work.dead.put('write-contact', INDEX.writes, id, new GivenUp(`nothing of ${id}`))
  await work.dead.put('take-steps', INDEX.steps, `${id}-1`, new GivenUp('nothing'))
  const later = stage.clock.now + DAY
  for (const index of indexesOf(WORK)) {
    // What stands in these is left to do for somebody who is gone.
    if (index === INDEX.posts || index === INDEX.assignments || index === INDEX.blanks) continue
    const entries = [id, `${id}-1`, `${id}-7-2@ae`, `${id}-1~U0000AE1~D1~explain~7`]
    for (const entry of entries) await store.redis.zadd(store.keys.index(id, index), later, entry)
  }
  const post = { id: `${id}-1.reminder-9`, leadId: id, handoffId: `${id}-1`, kind: 'reminder', rep: 'ae-1', pool: 'ae' }
  await store.redis.hset(store.keys.post(post.id), 'version', 1, 'record', JSON.stringify(post))
  await store.redis.zadd(store.keys.index(id, INDEX.posts), later, post.id)
  await store.redis.hset(store.keys.webhooks(id), `${id}-event@crm`, JSON.stringify({ data: { lead: id } }))
  await store.redis.hset(store.keys.list(id, 'accounts'), 'digest', id)
  const found = { id: 'scan', at: stage.clock.now, leads: 1, flawed: 1, kinds: {} }
  await createQualityList(store).keep(found, [{ leadId: id, bad: 1, kinds: [] }], [], { facts: DAY })
}

describe('a lead that is erased', () => {
  test('is named nowhere any more, whatever there was of it; what was counted stays counted', async () => {
    const id = createTier1Lead(stage, { phone: '+1 555 0104477' })
    await stage.quiet()
    await sendSignals(stage, [{ type: 'pricing_page_viewed', contactId: id, page: '/pricing?who=canary' }])
    await stage.quiet()
    const other = createTier1Lead(stage, OTHER)
    await stage.quiet()
    await leaveTraces(id)

    const { leads, pools } = service()
    const pseudonym = (await leads.get(id)).lead?.pseudonym ?? ''
    const facts = await factsOf(pseudonym)
    expect(facts.length).toBeGreaterThan(3)
    const before = await placesThatName(about(id, '0104477'))
    for (const place of ['record', 'written', 'late:apollo', `h:${id}-1`])
      expect(before).toContain(`lead:${id} ${place}`)
    for (const kind of [
      'history:',
      'decisions:',
      'list:',
      'post:',
      'given ',
      ...indexesOf(WORK).flatMap((name) => (name === INDEX.blanks ? [] : [`index:${name} `])),
    ])
      expect(
        before.some((place) => place.startsWith(kind)),
        kind,
      ).toBe(true)
    for (const name of ['dead', 'dead-why'])
      expect(before.some((place) => place.startsWith(`index:${name} `))).toBe(true)

    const held = async () =>
      Object.values((await pools.read('ae', stage.clock.now)).open).reduce((sum, count) => sum + count, 0)
    expect(await held()).toBe(2)
    stage.hubspot.privacyDeleteContact(id)
    await expect.poll(async () => (await leads.get(id)).lead).toBeNull()
    // A message that may have been sent is looked for by whoever would send it, and a pool is told twice.
    await stage.advance(2 * DAY)
    await stage.advance(MINUTE)

    expect((await placesThatName(about(id, '0104477'))).filter((place) => !isJob(place))).toEqual([])
    // That its contact is gone may have been seen before the order to erase it came.
    const after = await factsOf(pseudonym)
    expect(after.slice(0, facts.length)).toEqual(facts)
    const later = after.slice(facts.length).filter(({ reason }) => reason !== 'missing')
    expect(later.map(({ type, reason }) => ({ type, reason }))).toEqual([{ type: 'gone', reason: 'erased' }])
    expect(stage.slack.messages().length).toBeGreaterThan(2)
    for (const { text, blocks } of stage.slack.messages())
      expect(text + JSON.stringify(blocks)).not.toMatch(about(id, '0104477'))
    expect((await leads.get(other)).lead).not.toBeNull()
    expect(await service().work.dead.list()).toEqual([])
  })

  test('is named by no job either, once nothing is left to do', async () => {
    const id = createTier1Lead(stage)
    await stage.quiet()
    expect((await placesThatName(about(id))).some(isJob)).toBe(true)
    stage.hubspot.privacyDeleteContact(id)
    await stage.quiet()
    expect((await placesThatName(about(id))).filter(isJob)).toEqual([])
  })

  test('is not brought back by what a provider says of it afterwards', async () => {
    await stage.close()
    const apollo = await startSlowApollo()
    try {
      stage = await createStage({
        env: { APOLLO_API_KEY: 'apollo-key', ENRICHMENT_BASE_URL: apollo.url },
        edit: ({ enrichment }) => void Object.assign(enrichment, { timeout: 50, total: 50 }),
      })
      const id = stage.hubspot.createContact({ ...DANA, jobtitle: '' })
      await stage.quiet()
      expect((await service().leads.get(id)).lead?.enrichment).toMatchObject({ apollo: { status: 'late' } })
      stage.hubspot.privacyDeleteContact(id)
      await expect.poll(async () => (await service().leads.get(id)).lead).toBeNull()
      await stage.quiet()

      apollo.answer({ person: { title: 'Late Canary', organization: { estimated_num_employees: 240 } } })
      // What holds for the company is kept first, for its colleagues.
      await expect.poll(async () => [...(await everything()).keys()].join()).toContain('enrichment:apollo')
      await stage.quiet()
      await stage.advance(2 * DAY)
      expect((await placesThatName(about(id))).filter((place) => !isJob(place))).toEqual([])
    } finally {
      await apollo.close()
    }
  })

  test('stays away whatever is heard of it for 90 days, and leaves no trace of that, until somebody asks for it', async () => {
    const id = createTier1Lead(stage)
    await stage.quiet()
    const { leads } = service()
    await api('DELETE', `/v1/leads/${id}`)
    await stage.quiet()
    expect((await leads.get(id)).lead).toBeNull()
    const told = stage.slack.messages().length

    // HubSpot has the contact still, so that every late word of it would bring it back.
    await stage.advance(20 * MINUTE)
    stage.hubspot.changeContact(id, { jobtitle: 'Late Canary' })
    await sendSignals(stage, [{ type: 'demo_requested', contactId: id }])
    await sendByEmail(DANA.email)
    await service().work.poll()
    await stage.quiet()
    await stage.advance(MINUTE)
    expect((await leads.get(id)).lead).toBeNull()
    expect(stage.slack.messages().length).toBe(told)
    expect(await placesThatName(about(id, 'northwind'))).toEqual([])

    await api('POST', `/v1/leads/${id}/rescore`)
    await stage.quiet()
    expect((await leads.get(id)).lead).not.toBeNull()
    await api('DELETE', `/v1/leads/${id}`)
    await stage.quiet()
    stage.clock.now += 91 * DAY
    stage.hubspot.changeContact(id, { jobtitle: 'VP Sales' })
    await stage.quiet()
    expect((await leads.get(id)).lead).not.toBeNull()
  })

  test('takes the signals along that wait for its address, also those that come later', async () => {
    const id = createTier1Lead(stage)
    await stage.quiet()
    stage.hubspot.privacyDeleteContact(id)
    await stage.quiet()
    await sendByEmail(DANA.email.toUpperCase())
    await stage.quiet()
    await stage.advance(MINUTE)
    expect(await placesThatName(about(id))).toEqual([])
    expect(await service().work.dead.list()).toEqual([])
  })

  test.each(['edit_window_closed', 'cant_update_message'])(
    'loses its messages altogether where Slack edits them no longer (%s)',
    async (error) => {
      const id = createTier1Lead(stage)
      await stage.quiet()
      stage.slack.failNext({ method: 'chat.update', kind: 'ok-false', error, times: 20 })
      stage.hubspot.privacyDeleteContact(id)
      await stage.quiet()
      const about = stage.slack.messages().filter(({ deleted }) => !deleted)
      expect(stage.slack.messages().length).toBeGreaterThan(0)
      expect(about).toEqual([])
    },
  )

  test('is said to be in Slack still where a message can neither be edited nor deleted, until it is gone', async () => {
    const id = createTier1Lead(stage)
    await stage.quiet()
    const fault = { kind: 'ok-false', times: 20 } as const
    stage.slack.failNext({ method: 'chat.update', error: 'edit_window_closed', ...fault })
    stage.slack.failNext({ method: 'chat.delete', error: 'cant_delete_message', ...fault })
    stage.hubspot.privacyDeleteContact(id)
    await stage.quiet()
    const letters = await service().work.dead.list()
    expect(letters.map(({ name }) => name)).toContain('blank-message')
    expect(letters[0]?.reason).toMatch(/delete it by hand/)
    // A second order does not forget it.
    await api('DELETE', `/v1/leads/${id}`)
    await stage.quiet()
    expect(await service().work.dead.list()).toEqual(letters)
    stage.slack.mend()
    await stage.advance(61 * MINUTE)
    expect(await service().work.dead.list()).toEqual([])
  })

  test.each([
    ['by the id that lives on', (_: string, survivor: string) => void stage.hubspot.privacyDeleteContact(survivor)],
    ['by one that was merged away', (one: string) => api('DELETE', `/v1/leads/${one}`)],
  ])('goes with the contacts that were merged into it, %s', async (_, erase) => {
    const one = createTier1Lead(stage)
    await stage.quiet()
    const two = createTier1Lead(stage, { email: 'second.canary@northwind.example' })
    await stage.quiet()
    const survivor = stage.hubspot.mergeContacts(one, two)
    await stage.quiet()
    const { leads } = service()
    await expect.poll(async () => (await leads.get(survivor)).lead?.merged ?? []).toContain(two)
    await stage.advance(0)
    expect(Object.keys((await leads.get(survivor)).handoffs).length).toBeGreaterThan(1)
    await erase(one, survivor)
    await stage.quiet()
    for (let times = 1; times <= 2; times++) await stage.advance(MINUTE)
    const left = await placesThatName(about(one, two, survivor))
    expect(left.filter((place) => !isJob(place))).toEqual([])
  })
})

test('what waits for a lead that was merged leaves its index once it is done', async () => {
  const one = createTier1Lead(stage)
  await stage.quiet()
  const two = createTier1Lead(stage, { email: 'second.canary@northwind.example' })
  await stage.quiet()
  stage.hubspot.mergeContacts(one, two)
  await stage.quiet()
  // A pool is told twice.
  for (let times = 1; times <= 2; times++) await stage.advance(MINUTE)
  expect(await service().store.due(INDEX.assignments, Number.MAX_SAFE_INTEGER, 100)).toEqual([])
  expect(await service().store.due(INDEX.merges, Number.MAX_SAFE_INTEGER, 100)).toEqual([])
})
