import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Handoff } from '../../src/handoffs/handoff.ts'
import type { Change } from '../../src/leads/change.ts'
import type { LeadRecord } from '../../src/leads/lead.ts'
import { listedAs, PLACES } from '../../src/leads/listed.ts'
import { BANDS } from '../../src/rules/score.ts'
import { createHands } from '../../src/store/by-rep.ts'
import { prepare } from '../../src/store/commit.ts'
import { createLeadIndex, type LeadCursor, type LeadFilter } from '../../src/store/lead-index.ts'
import { pack } from '../../src/store/pack.ts'
import { passes } from '../../src/views/leads.ts'
import { createForgetHandoff } from '../../src/work/forget-handoff.ts'
import { createListLeads } from '../../src/work/list-leads.ts'
import { SECRETS, startApi, type TestApi } from '../support/api.ts'
import { DAY, facts, leadRecord, MINUTE, MQL_TO_SALES, NOW, started } from '../support/records.ts'
import { createTestRedis } from '../support/redis.ts'

const redis = createTestRedis()
const COUNT = 240
const REPS = ['ae-1', 'sdr|2', 'a,b', "o'Brien %5"]
const ROUTES = ['tier-1-mql', 'tier-1-mql-2', 'low.fit', 'mid fit']

let api: TestApi
const leads = new Map<string, { lead: LeadRecord; handoffs: Handoff[] }>()

beforeAll(async () => {
  api = await startApi({ redisUrl: redis.url, prefix: redis.prefix })
  for (let number = 0; number < COUNT; number++) {
    const [lead, handoffs] = made(number)
    await write(lead.id, { lead, handoffs })
    leads.set(lead.id, { lead, handoffs })
  }
})
afterAll(async () => {
  await api.close()
  await redis.deleteKeys()
})

/** Leads unlike each other, over a year; several are scored in the same instant. */
function made(number: number): [LeadRecord, Handoff[]] {
  const id = String(500 + number)
  const rep = REPS[number % 4] ?? ''
  const state = (['open', 'waiting', 'answered', undefined] as const)[number % 7]
  const holder = { rep, pool: 'ae', since: NOW, how: 'rotation', assignmentId: `${id}-1-1` } as const
  const handoff: Handoff = {
    ...started(MQL_TO_SALES, NOW - number * MINUTE),
    id: `${id}-1`,
    leadId: id,
    state: state ?? 'open',
    holders: state === 'waiting' ? [] : [holder],
    ...(state === 'answered' ? { answered: { at: NOW, how: 'contacted', minutes: 3 } } : {}),
  }
  const score = { ...leadRecord().score, band: BANDS[number % 4] ?? '', at: NOW - Math.floor(number / 3) * 4 * DAY }
  const to = [{ pool: 'ae' }, { nurture: 'calm' }, { nurture: 'keen' }, { disqualify: 'too small' }][number % 5]
  const lead = leadRecord({
    id,
    score,
    needsReview: number % 11 === 0,
    route: { name: ROUTES[number % 4] ?? '', to: to ?? { pool: 'ae' }, reason: 'because', at: NOW },
    attributes: facts({ firstName: 'Dana', lastName: `=${number}`, ...(number % 10 === 3 ? { junk: 'test' } : {}) }),
    handoffs: state ? { 'mql-to-sales': handoff.id } : {},
    ...(number % 13 === 0 ? { archived: { at: NOW, by: { what: 'trigger', name: 'old' } } } : {}),
    ...(number % 29 === 0 ? { missingSince: NOW } : {}),
    ...(number % 31 === 0 ? { mergedInto: '500' } : {}),
  })
  return [lead, state ? [handoff] : []]
}

/** Writes what a change would, over the lead as it stands. */
async function write(id: string, change: Partial<Change>): Promise<void> {
  const whole = { handoffs: [], posts: [], history: [], toWrite: false, ...change }
  const { plan } = prepare(api.store.keys, await api.leads.get(id), whole, api.config.retention, NOW)
  expect(await api.store.commit(plan.guards, plan.commands)).toBe('done')
}

/** What a list has to hold, found without an index. */
function expected(filter: LeadFilter): string[] {
  const listed = [...leads].flatMap(([id, { lead, handoffs }]) => {
    const one = listedAs(lead, handoffs)
    return one && passes(one, filter) ? [{ id, at: one.at }] : []
  })
  return listed.sort((a, b) => b.at - a.at || (a.id < b.id ? 1 : -1)).map(({ id }) => id)
}

async function paged(filter: LeadFilter, limit: number): Promise<string[]> {
  const found: string[] = []
  for (let after: LeadCursor | null = null; ; ) {
    const { ids, next } = await createLeadIndex(api.store).page(filter, after, limit)
    found.push(...ids)
    if (next === null) return found
    expect(ids).toHaveLength(limit)
    after = next
  }
}

async function ask(path: string, headers: Record<string, string> = {}) {
  const response = await fetch(api.address + path, {
    headers: { authorization: `Bearer ${SECRETS.apiToken}`, ...headers },
  })
  const text = await response.text()
  const isJson = (response.headers.get('content-type') ?? '').includes('json')
  const body: ReturnType<typeof JSON.parse> = isJson ? JSON.parse(text) : text
  return { status: response.status, headers: response.headers, body }
}

describe('the index of leads', () => {
  const flags = [{ waiting: true }, { open: true }, { open: false, waiting: false }, { needsReview: true }]
  const filters: LeadFilter[] = [
    {},
    ...flags,
    ...REPS.map((rep) => ({ rep })),
    { rep: 'ae' },
    ...ROUTES.map((route) => ({ route })),
    ...BANDS.map((band) => ({ band })),
    ...PLACES.map((place) => ({ place })),
    { track: 'calm' },
    { track: 'cal' },
    { since: NOW - 40 * DAY },
    { rep: 'ae-1', open: true, band: 'low' },
    { place: 'nurture', needsReview: true, since: NOW - 300 * DAY },
  ]

  test.each(filters)('finds what the records say: %o', async (filter) => {
    for (const limit of [1_000, 7]) expect(await paged(filter, limit)).toEqual(expected(filter))
  })

  test('these filters find something, but for half of a name', () => {
    const empty = filters.filter((filter) => expected(filter).length === 0)
    expect(empty).toEqual([{ rep: 'ae' }, { track: 'cal' }])
  })
})

describe('GET /v1/leads', () => {
  test('a search has one page: a cursor is refused', async () => {
    const { next } = (await ask('/v1/leads?limit=1')).body
    const { status, body } = await ask(`/v1/leads?q=9001&cursor=${next}`)
    expect([status, body.detail]).toEqual([400, expect.stringContaining('a search has one page')])
  })

  test('lists leads with what they are filtered by, and their handoffs that are not over', async () => {
    const { body } = await ask('/v1/leads?open=true&rep=ae-1&limit=2')
    const [first, second] = expected({ open: true, rep: 'ae-1' })
    expect(body.leads.map(({ id }: { id: string }) => id)).toEqual([first, second])
    expect(body.leads[0]).toMatchObject({
      reps: ['ae-1'],
      open: true,
      handoffs: [{ id: `${first}-1`, status: 'open', rep: 'ae-1', pool: 'ae', breached: false }],
      url: `https://app.hubspot.com/contacts/7001/record/0-1/${first}`,
    })
    const following = await ask(`/v1/leads?open=true&rep=ae-1&limit=2&cursor=${body.next}`)
    expect(following.body.leads[0].id).toBe(expected({ open: true, rep: 'ae-1' })[2])
  })

  test('comes as CSV, in which no text is a formula, with a link to the next page', async () => {
    for (const answer of [
      await ask('/v1/leads?format=csv&limit=2'),
      await ask('/v1/leads?limit=2', { accept: 'text/csv' }),
    ]) {
      expect(answer.headers.get('content-type')).toBe('text/csv; charset=utf-8')
      const [names, ...rows] = answer.body.trim().split('\r\n')
      expect(names).toMatch(/^id,name,company,.*,url$/)
      expect(rows).toHaveLength(2)
      expect(answer.headers.get('link')).toMatch(/^<\?.*cursor=\w+>; rel="next"$/)
    }
    await write('9001', { lead: leadRecord({ id: '9001', attributes: facts({ firstName: '=HYPERLINK("x")' }) }) })
    expect((await ask('/v1/leads?q=9001&format=csv')).body).toContain(`"'=HYPERLINK(""x"")"`)
    await write('9001', { lead: leadRecord({ id: '9001', missingSince: NOW }) })
  })

  test.each([
    ['/v1/leads?needs-review=true', 'needs-review: there is no such parameter; did you mean "needsReview"?'],
    ['/v1/leads?bnad=hot&rep=ae-1', 'bnad: there is no such parameter; did you mean "band"?'],
    ['/v1/handoffs?statu=open', 'statu: there is no such parameter; did you mean "status"?'],
    ['/v1/shadow?x=1', 'x: this route takes no parameters'],
    ['/v1/leads?band=warm', 'band: '],
    ['/v1/leads?open=perhaps', 'open: '],
    ['/v1/leads?since=yesterday', 'since: must be an instant such as'],
    ['/v1/leads?cursor=abc', 'cursor: must be the `next` of an earlier page.'],
    ['/v1/leads?rep=a&rep=b', 'rep: '],
    ['/v1/leads?limit=0', 'limit: '],
  ])('%s is refused, and says why', async (path, detail) => {
    const { status, body } = await ask(path)
    expect([status, body.detail]).toEqual([400, expect.stringContaining(detail)])
  })

  test('finds a lead by its id and by a link into HubSpot; one that was merged by whoever lives on', async () => {
    const link = encodeURIComponent('https://app-eu1.hubspot.com/contacts/7001/record/0-1/501?x=1')
    for (const q of ['501', link, encodeURIComponent('https://app.hubspot.com/contacts/7001/contact/501')])
      expect((await ask(`/v1/leads?q=${q}`)).body.leads.map(({ id }: { id: string }) => id)).toEqual(['501'])
    const before = leadRecord({ id: '9002', mergedInto: '501' })
    await write('9002', { lead: before })
    expect((await ask('/v1/leads?q=9002')).body.leads[0].id).toBe('501')
    expect((await ask('/v1/leads?q=501&band=low')).body.leads).toEqual([])
  })
})

describe('who has which handoff in hand', () => {
  test('a rep those that are open or answered, by deadline; a pool those that wait, the longest first', async () => {
    const hands = createHands(api.store)
    const all = [...leads.values()].flatMap(({ handoffs }) => handoffs)
    for (const rep of REPS) {
      const own = all.filter(({ state, holders }) => state !== 'waiting' && holders[0]?.rep === rep)
      const found = await hands.of({ rep })
      expect(found.map(({ handoffId }) => handoffId).sort()).toEqual(own.map(({ id }) => id).sort())
      const instants = found.map(({ at }) => at ?? Number.POSITIVE_INFINITY)
      expect(instants).toEqual(instants.toSorted((a, b) => a - b))
      expect(await hands.count({ rep })).toBe(own.length)
    }
    const waiting = all.filter(({ state }) => state === 'waiting').sort((a, b) => a.startedAt - b.startedAt)
    expect((await hands.of({ pool: waiting[0]?.pool ?? '' })).map(({ handoffId }) => handoffId)).toEqual(
      waiting.map(({ id }) => id),
    )
    expect((await hands.counts()).reduce((sum, { count }) => sum + count, 0)).toBe(all.length)
  })
})

describe('what an older version has kept', () => {
  test('is listed at the first look, and once more a quarter of an hour later', async () => {
    const keys = (await api.look.keys(`${api.store.prefix}*:list:*`)).filter((key) => /:list:(leads|hands)/.test(key))
    await api.look.del(...keys)
    const clock = { now: () => now }
    let now = NOW
    const log = { info() {} } as never
    const work = createListLeads({ clock, leads: api.leads, log, store: api.store })
    expect(await work.isDue()).toBe(true)
    await work.listLeads()
    expect(await paged({}, 1_000)).toEqual(expected({}))
    expect(await createHands(api.store).count({ rep: 'ae-1' })).toBeGreaterThan(0)
    expect(await work.isDue()).toBe(false)
    // A worker of that version has gone on meanwhile: what it moved still stands where it was.
    const [moved] = expected({ open: true, rep: 'ae-1' })
    const { version = 0 } = await api.leads.get(moved ?? '')
    const lead = leads.get(moved ?? '')?.lead as LeadRecord
    const handoff = { ...started(), id: `${moved}-1`, leadId: moved, state: 'ended', ended: { at: NOW, how: 'done' } }
    const fresh = { ...lead, score: { ...lead.score, at: NOW + 90 * DAY } }
    await api.look.hset(api.store.keys.lead(moved ?? ''), {
      ...{ version: version + 1, record: pack(fresh), [`h:${moved}-1`]: pack(handoff) },
    })
    const before = await createHands(api.store).count({ rep: 'ae-1' })
    now += 15 * MINUTE
    expect(await work.isDue()).toBe(true)
    await work.listLeads()
    expect(await work.isDue()).toBe(false)
    expect((await paged({}, 1_000)).filter((id) => id === moved)).toEqual([moved])
    expect((await paged({}, 1_000))[0]).toBe(moved)
    expect(await createHands(api.store).count({ rep: 'ae-1' })).toBe(before - 1)
  })

  test('and whose a lead was is forgotten with the last handoff that said so', async () => {
    const [lead] = made(1)
    const handoff = {
      ...started(),
      id: '9100-1',
      leadId: '9100',
      state: 'ended' as const,
      ended: { at: NOW, how: 'done' as const },
    }
    await write('9100', { lead: { ...lead, id: '9100' }, handoffs: [handoff] })
    expect((await ask('/v1/leads?rep=ae-1&limit=200')).body.leads.map(({ id }: { id: string }) => id)).toContain('9100')
    await createForgetHandoff({ leads: api.leads, store: api.store })({ handoffId: '9100-1' })
    const { ids } = await createLeadIndex(api.store).page({ rep: 'ae-1' }, null, 1_000)
    expect(ids).not.toContain('9100')
    expect((await createLeadIndex(api.store).page({}, null, 1_000)).ids).toContain('9100')
  })
})
