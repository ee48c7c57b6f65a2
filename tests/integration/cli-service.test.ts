import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { createProgram } from '../../src/cli/program.ts'
import { writeCursor } from '../../src/http/v1/cursors.ts'
import type { Change } from '../../src/leads/change.ts'
import { type EmbeddedRedis, startEmbeddedRedis } from '../../src/platform/embedded-redis.ts'
import { createLogger } from '../../src/platform/log.ts'
import { createMetrics } from '../../src/platform/metrics.ts'
import { connectRedis, type RedisConnection } from '../../src/platform/redis.ts'
import { textWidth } from '../../src/rules/table-text.ts'
import { prepare } from '../../src/store/commit.ts'
import { createLeads } from '../../src/store/leads.ts'
import { createStore, INDEX, type Store } from '../../src/store/partitions.ts'
import { createUnreachable } from '../../src/store/unreachable.ts'
import { createDead } from '../../src/work/dead.ts'
import { leadRecord, MQL_TO_SALES, started } from '../support/records.ts'
import { WITHOUT_REDIS_SERVER } from '../support/redis.ts'

/*
 * The commands that work on the Redis of the running service, in this process: a child for each would take longer than all of them.
 */

const MINUTE = 60_000
const ACTIVE = '701'
const HOSTILE = '702'
let cwd: string
let embedded: EmbeddedRedis
let redis: RedisConnection
let store: Store
let now: number

async function baton(...args: string[]): Promise<{ out: string; err: string; code: number }> {
  const [out, err]: [string[], string[]] = [[], []]
  const log = vi.spyOn(console, 'log').mockImplementation((text) => void out.push(text, '\n'))
  const error = vi.spyOn(console, 'error').mockImplementation((text) => void err.push(text, '\n'))
  process.exitCode = 0
  const said = () => ({ out: out.join(''), err: err.join('') })
  try {
    await createProgram().parseAsync(args, { from: 'user' })
    return { ...said(), code: Number(process.exitCode) }
  } catch (failure) {
    return { out: out.join(''), err: `${err.join('')}${(failure as Error).message}`, code: 1 }
  } finally {
    process.exitCode = 0
    log.mockRestore()
    error.mockRestore()
  }
}

async function json(...args: string[]): Promise<ReturnType<typeof JSON.parse>> {
  return JSON.parse((await baton(...args, '--json')).out)
}

async function write(id: string, change: Partial<Change>): Promise<void> {
  const whole = { handoffs: [], posts: [], history: [], toWrite: false, ...change }
  const before = await createLeads(store).get(id)
  const { plan } = prepare(
    store.keys,
    before,
    whole,
    { history: 1, decisions: 1, facts: 400 * 86_400_000 } as never,
    now,
  )
  expect(await store.commit(plan.guards, plan.commands)).toBe('done')
}

describe.skipIf(WITHOUT_REDIS_SERVER)('the command line beside a service', () => {
  beforeAll(async () => {
    cwd = await mkdtemp(join(tmpdir(), 'baton-cli-'))
    embedded = await startEmbeddedRedis({ dataDir: cwd })
    redis = await connectRedis([embedded.url], 'request', () => undefined)
    store = createStore({ redis, prefix: 'baton' })
    const [seconds = '0'] = await redis.time()
    now = Number(seconds) * 1_000
    const attribute = (value: string) => ({ value, source: 'hubspot' as const })
    for (const [id, firstName, company] of [
      [ACTIVE, 'Dana', 'Northwind'],
      [HOSTILE, '部長\u001b[2J\n', '👩‍💻'.repeat(60)],
    ] as const) {
      const handoff = { ...started(MQL_TO_SALES, now - MINUTE), id: `${id}-1`, leadId: id }
      const lead = leadRecord({ id, handoffs: { 'mql-to-sales': `${id}-1` } })
      const attributes = { ...lead.attributes, firstName: attribute(firstName), 'company.name': attribute(company) }
      await write(id, { lead: { ...lead, attributes }, handoffs: [handoff] })
    }
  })
  afterAll(async () => {
    redis.disconnect()
    await embedded.stop()
    await rm(cwd, { recursive: true })
    vi.unstubAllEnvs()
  })
  beforeEach(() => vi.stubEnv('REDIS_URL', embedded.url))

  test('leads and handoffs: filters, a search, a table of 80 columns, JSON', async () => {
    const { out, code } = await baton('leads', '--open')
    expect(code).toBe(0)
    for (const line of out.split('\n')) expect(textWidth(line)).toBeLessThanOrEqual(80)
    expect(out).toMatch(/^702 +部長\\u\{1b\}/m)
    expect(out.trim().split('\n')).toHaveLength(3)
    expect(out.includes('\u001b')).toBe(false)
    expect((await json('leads', '--open', '--limit', '1')).next).toMatch(/^[\w-]+$/)
    expect((await json('leads', `https://app.hubspot.com/contacts/1/record/0-1/${ACTIVE}`)).leads).toMatchObject([
      { id: ACTIVE },
    ])
    expect((await json('leads', '--waiting')).leads).toEqual([])
    expect((await json('handoffs', '--lead', ACTIVE)).handoffs).toMatchObject([{ id: `${ACTIVE}-1`, status: 'open' }])
  })

  test.each([
    [['leads', '--rep', 'ae1'], 'did you mean "ae-1"'],
    [['leads', '--route', 'tier1-mql'], 'did you mean "tier-1-mql"'],
    [['pools', 'sdrr'], 'did you mean "sdr"'],
    [['assign', ACTIVE, 'ae-9'], 'team.yaml has no rep "ae-9"'],
    [['assign', ACTIVE, 'Mia Chen'], 'Mia Chen gets no leads'],
    [['assign', '999', 'ae-1'], 'Baton knows no lead "999"'],
    [['explain', 'dana@northwind.example'], 'look for the contact id'],
    [['away', 'ae-1', 'tomorrow'], '"tomorrow" is no date'],
    [['away', 'ae-1', '2020-01-02', '2020-01-01'], 'until: must'],
    [['dead', 'replay'], '--all'],
    [['dead', 'replay', 'x:1'], 'there is no dead letter "x:1"'],
    [['leads', '--cursor', 'bogus'], 'cursor'],
    [['leads', 'dana', '--cursor', writeCursor({ at: 1, id: '1' })], 'a search has one page'],
  ])('%j says what is wrong', async (args, said) => {
    const { err, out, code } = await baton(...args)
    expect({ out, code }).toEqual({ out: '', code: 1 })
    expect(err).toContain(said)
  })

  test('assign, release and reopen: the acts of the API', async () => {
    const handoff = () => createLeads(store).readHandoff(`${ACTIVE}-1`)
    expect((await baton('assign', ACTIVE, 'ben')).out).toBe(`Lead ${ACTIVE} goes to Ben Ortiz.\n`)
    expect(await handoff()).toMatchObject({ passOn: { by: 'cli', to: 'ae-2' } })
    expect(await json('assign', ACTIVE, 'ae-2')).toMatchObject({ handoff: `${ACTIVE}-1` })
    expect((await baton('release', `${ACTIVE}-1`)).code).toBe(0)
    expect((await baton('release', `${ACTIVE}-1`)).out).toContain('and was so before')
    expect((await handoff())?.state).toBe('ended')
    expect((await baton('reopen', `${ACTIVE}-1`)).out).toBe(`Lead ${ACTIVE}-1 is open again.\n`)
    expect((await handoff())?.state).toBe('open')
    expect(await baton('reopen', '999-1')).toMatchObject({ code: 1, err: expect.stringContaining('handoff 999-1') })
    // What follows is a worker's at once, and waits for no sweep.
    expect(await redis.keys('{baton-*}:*:wait')).not.toEqual([])
  })

  test('away and back: over team.yaml, seen in pools and who', async () => {
    expect((await baton('away')).out).toMatch(/^Nobody is away|rep +name/)
    expect((await baton('away', 'Ada Lane')).out).toContain('ae-1: away until they are back, said by the command line')
    expect((await baton('pools', 'ae')).out).toMatch(/ae-1 +Ada Lane .*away until they are back/)
    expect((await json('who', 'ada')).people).toMatchObject([
      { id: 'ae-1', away: { now: expect.stringContaining('away') } },
    ])
    expect((await baton('away', 'ae-1', '--back')).code).toBe(0)
    expect((await json('pools', 'ae')).pools[0].members[0]).toMatchObject({ rep: 'ae-1', available: true })
  })

  test('whom Slack does not reach: in pools and who, since when, and not next', async () => {
    const unreachable = createUnreachable(store)
    await unreachable.note('ae-1', 'U0000AE1', 'user_disabled', now - 3 * 60 * MINUTE)
    const since = new Date(now - 3 * 60 * MINUTE).toISOString()
    const [pool] = (await json('pools', 'ae')).pools
    expect(pool.members[0]).toMatchObject({ rep: 'ae-1', skipped: 'unreachable', unreachableSince: since })
    expect(pool.next.rep).toBe('ae-2')
    const { out } = await baton('pools', 'ae')
    expect(out).toMatch(/ae-1 .* unreachable\n[\s\S]*^ae-1: not reached by Slack, since 3 h ago/m)
    for (const line of out.split('\n')) expect(textWidth(line)).toBeLessThanOrEqual(80)
    expect((await baton('who', 'ada')).out).toContain('Now not reached by Slack, since 3 h ago')
    await unreachable.clear('ae-1')
    expect((await json('pools', 'ae')).pools[0].members[0].unreachableSince).toBeUndefined()
  })

  test('who: nobody is an error that names the nearest', async () => {
    expect(await baton('who', 'Adda')).toEqual({
      out: '',
      err: expect.stringMatching(/^Nobody is "Adda"; nearest is Ada Lane \(ae-1\)\./),
      code: 1,
    })
    expect((await baton('who', 'ae-2')).out).toMatch(/^Ben Ortiz \(ae-2\), rep\n[\s\S]*In hand: /)
  })

  test('rules that never fired come first; without decisions the exit code says so', async () => {
    const { out, code } = await baton('rules', '--kind', 'trigger')
    expect(code).toBe(3)
    expect(out).toMatch(/trigger +\S+ +never/)
  })

  test('dead letters are tried again, one or all', async () => {
    const parts = { clock: { now: () => now }, store, metrics: createMetrics(), log: createLogger('silent') }
    const dead = createDead(parts)
    await dead.put('read-lead', INDEX.unread, '42', new Error('no'))
    expect(await dead.retry(10)).toEqual([])
    expect((await baton('dead', 'replay', 'read-lead:42')).out).toContain('read-lead:42')
    now += 2 * MINUTE
    expect(await dead.retry(10)).toEqual([{ name: 'read-lead', id: '42' }])
    expect(await json('dead', 'replay', '--all')).toEqual({ replayed: ['read-lead:42'] })
  })

  test('facts are listed by filters', async () => {
    const { facts } = await json('facts', '--type', 'seen', '--since', '1h')
    expect(facts).toHaveLength(2)
    for (const fact of facts) expect(fact).toMatchObject({ type: 'seen' })
    expect((await baton('facts', '--pool', 'ae')).out).toMatch(/^ *at, UTC/)
  })

  test('without a Redis it says what to do', async () => {
    vi.stubEnv('REDIS_URL', 'redis://127.0.0.1:1')
    const { code, err } = await baton('pools')
    expect(code).toBe(1)
    expect(err).toContain('Redis')
  })
})
