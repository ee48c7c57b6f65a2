import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { next } from '../../src/leads/next.ts'
import { prepare } from '../../src/store/commit.ts'
import { createOutbox } from '../../src/store/outbox.ts'
import { INDEX } from '../../src/store/partitions.ts'
import { createPools } from '../../src/store/pools.ts'
import { EMAIL_KEY } from '../../src/store/schema.ts'
import { renameOlderIndexes } from '../../src/store/upgrade.ts'
import { SECRETS, startApi, type TestApi } from '../support/api.ts'
import { DAY } from '../support/records.ts'
import { createTestRedis } from '../support/redis.ts'

/** Keys as that version left them: hashes and lists in Base64, sorted sets as they are. */
interface Written {
  at: number
  leads: Record<string, string>
  keys: Record<string, { fields: Record<string, string> } | { items: string[] } | { scores: Record<string, number> }>
}
const written: Written = JSON.parse(
  await readFile(join(import.meta.dirname, '..', 'fixtures', 'first-version.json'), 'utf8'),
)
const RETENTION = { handoffs: 180 * DAY, decisions: 396 * DAY, facts: 396 * DAY }
const redis = createTestRedis()
let api: TestApi

beforeAll(async () => {
  api = await startApi({ redisUrl: redis.url, prefix: redis.prefix })
  api.clock.now = written.at
  for (const [name, value] of Object.entries(written.keys)) {
    const key = api.store.prefix + name
    if ('scores' in value) for (const [id, at] of Object.entries(value.scores)) await api.look.zadd(key, at, id)
    else if ('items' in value) await api.look.rpush(key, ...value.items.map(bytes))
    else for (const [field, text] of Object.entries(value.fields)) await api.look.hset(key, field, bytes(text))
  }
  await renameOlderIndexes(api.store, written.at)
})
afterAll(async () => {
  await api.close()
  await redis.deleteKeys()
})

const bytes = (text: string) => Buffer.from(text, 'base64')
const idOf = (name: string) => written.leads[name] ?? name

async function ask(path: string) {
  const headers = { authorization: `Bearer ${SECRETS.apiToken}` }
  const response = await fetch(api.address + path, { headers })
  expect(response.status, path).toBe(200)
  // Answers are looked into here and there; their forms are the schemas' to check.
  return (await response.json()) as ReturnType<typeof JSON.parse>
}

/** What the API says of a lead: where it stands, whose it is, how its clock and the lead itself stand. */
async function seen(name: string) {
  const { standing, assignment, clock, state } = await ask(`/v1/leads/${idOf(name)}`)
  return [
    standing.name,
    assignment?.rep,
    clock?.status,
    clock?.answered?.how,
    clock?.ended?.how,
    Object.keys(state).filter((word) => !['needsReview', 'missing', 'wakeAt'].includes(word)),
  ]
}

/** What becomes of the lead by the rules alone, and where it then stands. */
async function computedAgain(name: string) {
  const state = await api.leads.get(idOf(name))
  const change = next(api.config, state, { type: 'rescore' }, written.at + 1_000)
  if (change === null || 'wanted' in change) return null
  return change.refresh ? 'looks for a rep' : change.decision?.action
}

describe('leads that the first version wrote', () => {
  test.each<[string, unknown[], string | null]>([
    ['open', ['tier-1-mql', 'ae-2', 'open', undefined, undefined, []], 'stay-with-sales'],
    ['late', ['tier-1-mql', 'ae-1', 'open', undefined, undefined, []], 'stay-with-sales'],
    ['untold', ['mql', 'sdr-2', 'open', undefined, undefined, []], 'stay-with-sales'],
    ['trying', ['mql', 'sdr-1', 'responded', 'contacted', undefined, []], 'stay-with-sales'],
    ['seen', ['mql', 'sdr-2', 'responded', 'seen-in-hubspot', undefined, []], 'stay-with-sales'],
    ['reached', ['mql', 'sdr-2', 'responded', 'contacted', 'done', ['ended']], 'stay-with-sales'],
    ['returned', ['no-answer', 'sdr-1', 'closed', 'contacted', 'returned', ['ended']], 'stay-in-nurture'],
    ['rejected', ['mql', 'sdr-2', 'closed', undefined, 'disqualified', ['rejected']], 'stay-rejected'],
    ['nurtured', ['low', undefined, undefined, undefined, undefined, []], 'nurture'],
    ['student', ['negative-icp', undefined, undefined, undefined, undefined, []], 'disqualify'],
    ['waiting', ['tier-1-mql', undefined, undefined, undefined, undefined, []], 'looks for a rep'],
    ['deleted', ['mql', 'sdr-1', 'closed', undefined, 'missing', ['missingSince']], null],
    // That version began the survivor of a merge anew.
    ['merged', ['mql', 'sdr-1', 'closed', undefined, 'missing', ['missingSince']], null],
    ['survivor', ['mql', 'sdr-1', 'open', undefined, undefined, []], 'stay-with-sales'],
  ])('%s: the API says how it stands, and its rules leave it there', async (name, view, action) => {
    expect(await seen(name)).toEqual(view)
    expect(await computedAgain(name)).toBe(action)
  })

  test('have their clocks, ladders, holders and messages as they were', async () => {
    const state = await api.leads.get(idOf('late'))
    const [handoff] = Object.values(state.handoffs)
    const started = Date.parse('2026-12-02T15:00:00Z')
    expect(handoff).toMatchObject({
      v: 2,
      kind: 'mql-to-sales-tier-1',
      byRoute: true,
      startedAt: started,
      dueAt: started + 5 * 60_000,
      breachedAt: started + 5 * 60_000,
      calendar: 'us-east',
      holders: [{ rep: 'ae-1', pool: 'ae', how: 'rotation', since: started }],
      ladder: [
        { do: 'remind', doneAt: started + 40 * 60_000 },
        { do: 'reassign', dueAt: Date.parse('2026-12-02T17:00:00Z') },
        { do: 'alert-manager', dueAt: Date.parse('2026-12-02T20:00:00Z') },
      ],
    })
    expect(handoff?.ladder.slice(1)).not.toContainEqual(expect.objectContaining({ doneAt: expect.anything() }))
    const messages = Object.entries(state.messages).map(([ref, { kind, channel }]) => [ref, kind, channel])
    expect(messages.map(([, kind]) => kind).sort()).toEqual(['pool-alert', 'reminder', 'rep-alert'])
    for (const [ref] of messages) expect(ref).toMatch(new RegExp(`^${idOf('late')}-1\\.`))
    const trying = await api.leads.get(idOf('trying'))
    expect(Object.values(trying.handoffs)[0]?.attempts).toEqual({
      until: Date.parse('2026-12-09T22:30:00Z'),
      count: 3,
      nurture: 'signal-based',
    })
  })

  test('stand in the lists for people, and their places with the pools', async () => {
    const listed = async (status: string) => {
      const { handoffs } = await ask(`/v1/handoffs?status=${status}&limit=200`)
      const names = Object.entries(written.leads).map(([name, id]) => [id, name])
      return handoffs.map(({ leadId }: { leadId: string }) => Object.fromEntries(names)[leadId]).sort()
    }
    expect(await listed('open')).toEqual(['late', 'open', 'survivor', 'untold'])
    expect(await listed('breached')).toEqual(['late'])
    expect(await listed('responded')).toEqual(['reached', 'seen', 'trying'])
    expect(await listed('closed')).toEqual(['deleted', 'merged', 'rejected', 'returned'])
    const pools = createPools(api.store)
    const open = async (pool: string) => (await pools.read(pool, Date.now())).open
    expect([await open('ae'), await open('sdr')]).toEqual([
      { 'ae-1': 1, 'ae-2': 1 },
      { 'sdr-1': 1, 'sdr-2': 1 },
    ])
  })

  test('have what waits for them: steps, looks, posts, news, and signals of an address', async () => {
    const due = (index: string) => api.store.due(index, Number.MAX_SAFE_INTEGER, 100)
    const handoffs = ['late', 'open', 'seen', 'survivor', 'trying', 'untold'].map((name) => `${idOf(name)}-1`)
    expect((await due(INDEX.steps)).sort()).toEqual(handoffs.sort())
    expect(await due(INDEX.wake)).toContain(idOf('waiting'))
    expect((await due(INDEX.posts)).sort()).toEqual(
      [`${idOf('untold')}-1.pool-alert`, `${idOf('untold')}-1.rep-alert-1`].sort(),
    )
    const post = await createOutbox(api.store).read(`${idOf('untold')}-1.rep-alert-1`)
    expect(post).toMatchObject({ post: { kind: 'rep-alert', rep: 'sdr-2', handoffId: `${idOf('untold')}-1` } })
    expect(await due(INDEX.unread)).toEqual([idOf('unread')])
    expect((await api.leads.read(idOf('unread'))).inbox).toContainEqual(
      expect.objectContaining({ kind: 'event', event: 'creation' }),
    )
    const [address = ''] = await due(INDEX.addresses)
    expect(address.startsWith(EMAIL_KEY)).toBe(true)
    expect((await api.leads.read(address)).inbox).toMatchObject([{ kind: 'signal', email: 'nobody@nowhere.example' }])
  })

  test.each(Object.keys(written.leads).filter((name) => name !== 'unread'))(
    '%s becomes one record by its next change, and says the same as before',
    async (name) => {
      const id = idOf(name)
      const [view, before] = [await ask(`/v1/leads/${id}`), await api.leads.get(id)]
      const change = { handoffs: [], posts: [], history: [], toWrite: true }
      const { plan } = prepare(api.store.keys, before, { ...change, ...touched(before.lead) }, RETENTION, written.at)
      expect(await api.store.commit(plan.guards, plan.commands)).toBe('done')
      expect((await api.keys()).filter((key) => key.includes(`:handoff:${id}`))).toEqual([])
      const after = await api.leads.get(id)
      expect(after.older).toEqual([])
      expect(after.handoffs).toEqual(before.handoffs)
      expect(after.messages).toEqual(before.messages)
      expect(await ask(`/v1/leads/${id}`)).toEqual(view)
    },
  )
})

// A change that says nothing new.
function touched<T>(lead: T | null): { lead?: T } {
  return lead ? { lead } : {}
}
