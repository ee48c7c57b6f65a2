import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createSimulatedHubSpot, type SimulatedHubSpot } from '../../simulators/hubspot/simulated-hubspot.ts'
import type { Config } from '../../src/config/config.ts'
import type { CrmNote } from '../../src/handoffs/crm-note.ts'
import { createHubSpot } from '../../src/hubspot/client.ts'
import type { LeadRecord } from '../../src/leads/lead.ts'
import { OutsideError } from '../../src/platform/errors.ts'
import { createLogger } from '../../src/platform/log.ts'
import { createMetrics } from '../../src/platform/metrics.ts'
import { connectRedis, type RedisConnection } from '../../src/platform/redis.ts'
import { prepare } from '../../src/store/commit.ts'
import { eraseLead } from '../../src/store/erase.ts'
import { createLeads, type Leads } from '../../src/store/leads.ts'
import { createStore, INDEX, type Store } from '../../src/store/partitions.ts'
import { RunLater } from '../../src/work/parts.ts'
import { indexesOf, WORK } from '../../src/work/table.ts'
import { createWriteNote } from '../../src/work/write-note.ts'
import { leadRecord, MINUTE, NOW } from '../support/records.ts'
import { createTestRedis } from '../support/redis.ts'
import { loadTestConfig } from '../support/stage.ts'

const redis = createTestRedis()
const clock = { now: NOW }
const logLines: string[] = []
let connection: RedisConnection
let config: Config
let store: Store
let leads: Leads
let hubspot: SimulatedHubSpot
let id: string
let count = 0

beforeAll(async () => {
  connection = await connectRedis([redis.url], 'request', () => {})
  config = await loadTestConfig({}, NOW)
})
beforeEach(async () => {
  clock.now = NOW
  logLines.length = 0
  store = createStore({ redis: connection, prefix: `${redis.prefix}-${++count}` })
  leads = createLeads(store)
  hubspot = await createSimulatedHubSpot({
    now: () => clock.now,
    ...{ accessToken: 'pat-test', clientSecret: 'secret', rateLimit: 'off' },
  })
  id = hubspot.createContact({ email: 'kim@smalltown.example' })
})
afterEach(() => hubspot.close())
afterAll(async () => {
  connection.disconnect()
  await redis.deleteKeys()
})

/** A worker of its own: what one of them knows, another does not. */
function writer() {
  const client = createHubSpot({
    ...{ accessToken: 'pat-test', baseUrl: hubspot.url, redis: null, prefix: 'notes', requestsPer10Seconds: 1_000 },
    ...{ properties: () => ({ contact: [], company: [] }), metrics: createMetrics(), deadline: 300 },
  })
  const log = createLogger('debug', { write: (line: string) => void logLines.push(line) })
  return createWriteNote({ clock: { now: () => clock.now }, hubspot: client, leads, log, store })
}
const write = (noteId = `${id}-1.returned`) => writer()({ noteId, leadId: id })
const failed = (work: Promise<void>) =>
  work.then(
    () => 'done',
    (error: unknown) => error,
  )

/** A lead that has something to say on its timeline. */
async function noted(
  crmNotes: CrmNote[] = [{ id: `${id}-1.returned`, text: 'No answer' }],
  lead: Partial<LeadRecord> = {},
): Promise<void> {
  const change = { lead: leadRecord({ id, ...lead }), handoffs: [], posts: [], history: [], toWrite: false, crmNotes }
  const retention = { handoffs: MINUTE, decisions: MINUTE, facts: MINUTE }
  const { plan, waiting } = prepare(store.keys, await leads.get(id), change, retention, clock.now)
  expect(waiting).toContainEqual({ index: INDEX.notes, id: crmNotes[0]?.id, at: clock.now })
  expect(await store.commit(plan.guards, plan.commands)).not.toBe(false)
}
const waits = () => connection.zcard(store.keys.index(id, INDEX.notes))
const kept = async () =>
  Object.keys(await connection.hgetall(store.keys.lead(id))).filter((name) => name.startsWith('n:'))

describe('a note on the contact', () => {
  test('stands in HubSpot once, and waits no more', async () => {
    await noted()
    await write()
    expect(hubspot.notes(id)).toEqual([`<p>No answer</p><p>[Baton ${id}-1.returned]</p>`])
    expect(hubspot.contact(id)).toMatchObject({ num_notes: '1' })
    expect(hubspot.contact(id)).not.toHaveProperty('num_contacted_notes')
    expect([await waits(), await kept()]).toEqual([0, []])
    await write()
    expect(hubspot.notes(id)).toHaveLength(1)
    expect(hubspot.unexpectedCalls).toEqual([])
  })

  test('keeps its lines, and nothing in it is HTML', async () => {
    const text = 'Cleo & Dan\n<script>alert("x")</script>\nit\'s over'
    await noted([{ id: `${id}-1.returned`, text }])
    await write()
    expect(hubspot.notes(id)[0]).toBe(
      `<p>Cleo &amp; Dan<br>&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;<br>it&#39;s over</p><p>[Baton ${id}-1.returned]</p>`,
    )
  })

  test('of any length is shorter than HubSpot takes', async () => {
    await noted([{ id: `${id}-1.returned`, text: '<'.repeat(80_000) }])
    await write()
    expect(hubspot.notes(id)[0]?.length).toBeLessThan(65_536)
  })

  test.each([
    ['the answer got lost', { acceptThenDrop: true }, 1],
    ['HubSpot failed', { status: 503 }, 0],
    ['HubSpot never answered', { hang: true }, 0],
  ])('is looked for before it is written again when %s', async (_, fault, already) => {
    await noted()
    hubspot.failNext({ method: 'POST', path: /objects\/notes$/, ...fault })
    expect(await failed(write())).toMatchObject({ kind: 'unavailable' })
    expect([hubspot.notes(id).length, await waits()]).toEqual([already, 1])
    await write()
    expect(hubspot.notes(id)).toHaveLength(1)
    expect([await waits(), await kept()]).toEqual([0, []])
  })

  test('is written beside others, also of an occasion that begins alike', async () => {
    await noted([
      { id: `${id}-trigger-1`, text: 'one' },
      { id: `${id}-trigger-12`, text: 'twelve' },
    ])
    await write(`${id}-trigger-12`)
    hubspot.failNext({ method: 'POST', path: /objects\/notes$/, status: 500 })
    await failed(write(`${id}-trigger-1`))
    await write(`${id}-trigger-1`)
    expect(hubspot.notes(id).map((body) => body.slice(3, 6))).toEqual(['twe', 'one'])
  })

  test('is written by one worker at a time; one that died is waited for', async () => {
    await noted()
    hubspot.failNext({ method: 'POST', path: /objects\/notes$/, hang: true })
    const dying = failed(write())
    await expect.poll(() => hubspot.calls.length).toBe(1)
    expect(await failed(write())).toBeInstanceOf(RunLater)
    await dying
    await write()
    expect(hubspot.notes(id)).toHaveLength(1)
  })

  test.each([
    ['the scope is missing', () => hubspot.denyScope('crm.objects.contacts.write'), '403'],
    [
      'HubSpot does not take it',
      () => hubspot.failNext({ method: 'POST', path: /objects\/notes$/, status: 400 }),
      '400',
    ],
  ])('is refused where %s: the log says which, and it waits for whoever mends that', async (_, breaks, code) => {
    await noted()
    breaks()
    const error = await failed(write())
    expect(error).toBeInstanceOf(OutsideError)
    expect(error).toMatchObject({ kind: 'refused', code })
    expect(logLines.join()).toContain(`"note":"${id}-1.returned","code":"${code}"`)
    expect(logLines.join()).not.toContain('No answer')
    hubspot.allowScope('crm.objects.contacts.write')
    await write()
    expect(hubspot.notes(id)).toHaveLength(1)
  })

  test.each<[string, Partial<LeadRecord>]>([['HubSpot has no such contact', { missingSince: NOW }]])(
    'is nothing once %s',
    async (_, lead) => {
      await noted(undefined, lead)
      await write()
      expect([hubspot.calls, await waits(), await kept()]).toEqual([[], 0, []])
    },
  )

  test('is nothing where HubSpot finds no contact any more', async () => {
    await noted()
    hubspot.deleteContact(id)
    await write()
    expect([await waits(), await kept()]).toEqual([0, []])
  })

  test('goes to the contact that the lead was merged into', async () => {
    const other = hubspot.createContact({ email: 'lee@smalltown.example' })
    await noted(undefined, { mergedInto: other })
    const state = await leads.get(other)
    const change = { lead: leadRecord({ id: other }), handoffs: [], posts: [], history: [], toWrite: false }
    const retention = { handoffs: MINUTE, decisions: MINUTE, facts: MINUTE }
    const { plan } = prepare(store.keys, state, change, retention, clock.now)
    await store.commit(plan.guards, plan.commands)
    await write()
    expect([hubspot.notes(id).length, hubspot.notes(other).length]).toEqual([0, 1])
  })

  test('is gone with an erased lead: neither its text nor that it waited is left', async () => {
    await noted()
    await eraseLead(store, id, indexesOf(WORK), { config, read: () => leads.get(id), now: clock.now })
    expect([await waits(), await kept()]).toEqual([0, []])
    await write()
    expect(hubspot.notes(id)).toEqual([])
  })
})
