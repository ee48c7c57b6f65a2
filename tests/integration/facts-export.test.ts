import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Config } from '../../src/config/config.ts'
import { FACT_FIELDS, FACT_TYPES, type Fact, type FactField, type KeptFact } from '../../src/facts/fact.ts'
import { foldFacts } from '../../src/facts/fold.ts'
import type { Input } from '../../src/leads/change.ts'
import { type EmbeddedRedis, startEmbeddedRedis } from '../../src/platform/embedded-redis.ts'
import { connectRedis, type RedisConnection } from '../../src/platform/redis.ts'
import { createApply } from '../../src/store/apply.ts'
import { factCommands } from '../../src/store/commit.ts'
import { eraseLead } from '../../src/store/erase.ts'
import { exportFacts } from '../../src/store/export-facts.ts'
import { createFactStreams } from '../../src/store/facts.ts'
import { createInbox } from '../../src/store/inbox.ts'
import { createLeads, type Leads } from '../../src/store/leads.ts'
import { createStore, type Store } from '../../src/store/partitions.ts'
import { createPools } from '../../src/store/pools.ts'
import { indexesOf, WORK } from '../../src/work/table.ts'
import { bySignal, ELAPSED, FITTING, gathered, HOUR, MINUTE, NOW, signalCame } from '../support/records.ts'
import { WITHOUT_REDIS_SERVER } from '../support/redis.ts'
import { loadTestConfig, WITHOUT_TRIGGERS } from '../support/stage.ts'

const ROOT = join(import.meta.dirname, '..', '..')
// Unlike anything else, so that a leak is found.
const LEAD = '880011223344'
const PERSON = {
  ...FITTING,
  email: 'dana.canary@northwind.example',
  firstname: 'Dana-Canary',
  lastname: 'Ruiz-Canary',
  hs_analytics_source: 'PAID_SEARCH',
}

describe.skipIf(WITHOUT_REDIS_SERVER)('baton facts export', () => {
  let directory: string
  let embedded: EmbeddedRedis
  let redis: RedisConnection
  let store: Store
  let leads: Leads
  let config: Config
  let file: string

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'baton-facts-'))
    embedded = await startEmbeddedRedis()
    redis = await connectRedis([embedded.url], 'request', () => {})
    store = createStore({ redis, prefix: 'baton' })
    leads = createLeads(store)
    config = await loadTestConfig(WITHOUT_TRIGGERS, NOW)
    config.handoffs.kinds['trial-help'] = { ...ELAPSED, ...bySignal('trial_started', 'sdr') }
  })
  beforeEach(async () => {
    await redis.flushall()
    const own = await mkdtemp(join(directory, 'export-'))
    file = join(own, 'facts.sqlite')
  })
  afterAll(async () => {
    redis.disconnect()
    await embedded.stop()
    await rm(directory, { recursive: true })
  })

  /** Runs the command as a child, on the Redis of this test. */
  function run(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
    const env = { PATH: process.env.PATH ?? '', REDIS_URL: embedded.url }
    return new Promise((resolve) => {
      const all = [join(ROOT, 'src', 'cli.ts'), 'facts', 'export', ...args]
      execFile(process.execPath, all, { env, cwd: ROOT }, (error, stdout, stderr) =>
        resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr }),
      )
    })
  }

  /** What a question to the file answers. */
  function ask(question: string): Record<string, unknown>[] {
    const database = new DatabaseSync(file, { readOnly: true })
    try {
      return database
        .prepare(question)
        .all()
        .map((row) => ({ ...row }))
    } finally {
      database.close()
    }
  }

  /** Something happens to the lead, by the decision and commit of every change. */
  async function happens(input: Input, now: number): Promise<void> {
    const [inbox, pools] = [createInbox(store), createPools(store)]
    const apply = createApply({ store, inbox, pools })
    expect(await apply(config, await leads.read(LEAD), input, now)).toMatchObject({ outcome: 'committed' })
  }
  async function comes(type: string, at: number, detail?: string): Promise<void> {
    const item = signalCame(type, at, detail === undefined ? {} : { detail })
    await createInbox(store).ingest([{ leadId: LEAD, key: `${type}-${at}`, item }], at)
  }
  const isRead = (properties: Record<string, string> = {}): Input => ({
    type: 'contact',
    gathered: {
      ...gathered(),
      contact: { id: LEAD, createdAt: NOW - HOUR, properties: { ...PERSON, ...properties } },
      outcomes: { apollo: 'matched' },
    },
  })
  /** Facts as the commit of a message, a deal or a correction enters them. */
  async function note(...facts: Fact[]): Promise<void> {
    await store.commit([], factCommands(store.keys, LEAD, facts, config.retention, NOW))
  }
  async function allFacts(): Promise<KeptFact[]> {
    const facts: KeptFact[] = []
    for await (const some of createFactStreams(store).since(0)) facts.push(...some)
    return facts
  }

  /** A lead asks for a demo, gets a rep who answers after 7 minutes, asks for help with a trial, and becomes a customer. */
  async function story(): Promise<string> {
    await comes('content_downloaded', NOW - 3_000, 'https://www.example.com/routing-guide?who=dana.canary#canary')
    await comes('demo_requested', NOW - 4_000)
    await happens(isRead(), NOW)
    await happens({ type: 'click', handoffId: `${LEAD}-1`, by: 'U0000AE1', does: 'contacted' }, NOW + 7 * MINUTE)
    await comes('trial_started', NOW + HOUR)
    await happens(isRead({ lifecyclestage: 'opportunity' }), NOW + HOUR)
    const lead = (await leads.get(LEAD)).lead?.pseudonym ?? ''
    const about = { lead, at: NOW + 2 * HOUR, config: config.version }
    await note(
      { ...about, type: 'told', kind: 'mql-to-sales-tier-1', handoff: '1', pool: 'ae', rep: 'ae-1', value: 1.25 },
      { ...about, type: 'outcome', stage: 'customer', source: 'PAID_SEARCH', amount: '9000.5' },
      { ...about, type: 'outcome', stage: 'customer', source: 'PAID_SEARCH', amount: '10000' },
    )
    return lead
  }

  test('writes a row for each fact, with every column that reports group by', async () => {
    const lead = await story()
    const facts = await allFacts()
    expect(await run('--to', file)).toEqual({ code: 0, stdout: `${file}: ${facts.length} facts.\n`, stderr: '' })

    const of = (type: string) => ask(`SELECT * FROM facts WHERE type = '${type}' ORDER BY at, handoff`)
    const none = Object.fromEntries(FACT_FIELDS.map((field) => [field, null]))
    const row = (type: string, at: number, said: Record<string, unknown>) => ({
      ...{ ...none, value: null, id: expect.stringMatching(/^[0-9a-f]-\d+-\d+\.\d+$/), type, lead },
      ...{ at: new Date(at).toISOString(), config: config.version, ...said },
    })
    const tier1 = { handoff: '1', kind: 'mql-to-sales-tier-1', pool: 'ae', rep: 'ae-1', route: 'tier-1-mql' }
    const trial = { handoff: '2', kind: 'trial-help', pool: 'sdr', rep: 'sdr-1', route: 'trial_started' }
    const where = { source: 'PAID_SEARCH', content: '/routing-guide', route: 'tier-1-mql' }
    const company = { account: expect.stringMatching(/^[\w-]{12}$/) }
    expect(of('seen')).toEqual([row('seen', NOW, { ...where, ...company, stage: 'lead' })])
    expect(of('routed')).toEqual([row('routed', NOW, { ...where, reason: 'pool ae', value: 4 })])
    expect(of('assigned')).toEqual([
      row('assigned', NOW, { ...tier1, ...company, source: 'PAID_SEARCH', reason: 'rotation', value: 4 }),
      row('assigned', NOW + HOUR, { ...trial, ...company, source: 'PAID_SEARCH', reason: 'rotation', value: 0 }),
    ])
    expect(of('answered')).toEqual([row('answered', NOW + 7 * MINUTE, { ...tier1, reason: 'contacted', value: 7 })])
    expect(of('trigger')).toEqual([row('trigger', NOW + HOUR, { ...trial, ...company, rule: 'trial_started' })])
    expect(of('enrichment')).toEqual([row('enrichment', NOW, { source: 'apollo', reason: 'matched' })])
    expect(of('stage')).toEqual([row('stage', NOW + HOUR, { stage: 'opportunity', reason: 'lead' })])
    expect(
      ask(`SELECT stage, source, count(*) AS deals, sum(amount) AS amount, max(amount) AS largest
      FROM facts WHERE type = 'outcome' GROUP BY stage, source ORDER BY stage`),
    ).toEqual([
      { stage: 'customer', source: 'PAID_SEARCH', deals: 2, amount: 19_000.5, largest: 10_000 },
      { stage: 'opportunity', source: 'PAID_SEARCH', deals: 1, amount: null, largest: null },
    ])
    expect(ask('SELECT count(*) AS facts FROM facts')).toEqual([{ facts: facts.length }])
  })

  test('says in the file itself what each table, column and type means', async () => {
    await story()
    await run('--to', file)
    const columns = ask(`SELECT name, type FROM pragma_table_info('facts')`)
    const texts = FACT_FIELDS.filter((field) => field !== 'amount' && field !== 'sampled').map((name) => ({
      name,
      type: 'TEXT',
    }))
    expect(columns).toHaveLength(4 + FACT_FIELDS.length)
    expect(columns).toEqual(
      expect.arrayContaining([
        { name: 'id', type: 'TEXT' },
        { name: 'at', type: 'TEXT' },
        { name: 'type', type: 'TEXT' },
        { name: 'value', type: 'REAL' },
        { name: 'amount', type: 'REAL' },
        { name: 'sampled', type: 'REAL' },
        ...texts,
      ]),
    )
    const [{ sql } = {}] = ask(`SELECT sql FROM sqlite_schema WHERE name = 'facts'`)
    for (const { name } of columns) expect(sql, String(name)).toMatch(new RegExp(`^ *"?${name}"? .*-- \\w`, 'm'))
    const meanings = ask('SELECT type, meaning FROM fact_types')
    expect(Object.fromEntries(meanings.map(({ type, meaning }) => [type, meaning]))).toEqual(FACT_TYPES)
    expect(ask('SELECT type FROM facts WHERE type NOT IN (SELECT type FROM fact_types)')).toEqual([])
    const [{ at, facts } = {}] = ask('SELECT * FROM export')
    expect(facts).toBe((await allFacts()).length)
    expect(new Date(String(at)).toISOString()).toBe(at)
  })

  test('holds nothing by which a person could be found', async () => {
    await story()
    await run('--to', file)
    expect((await allFacts()).length).toBeGreaterThan(10)
    const bytes = (await readFile(file)).toString('latin1')
    expect(bytes).toContain('PAID_SEARCH')
    expect(bytes).not.toMatch(new RegExp(`canary|ruiz|northwind|${LEAD}|U0000AE1`, 'i'))
  })

  test('has a view of what counts: what was corrected does not, nor does its correction', async () => {
    const lead = await story()
    const wrong = (await allFacts()).find(({ type, amount }) => type === 'outcome' && amount === '9000.5')
    await note({ type: 'corrected', at: NOW + 3 * HOUR, lead, of: wrong?.id })
    // One that names the handoff takes back what happened to it.
    await note({ type: 'breached', at: NOW, lead, handoff: '7' })
    await note({ type: 'breached', at: NOW, lead, handoff: '8' })
    await note({ type: 'corrected', at: NOW, lead, handoff: '7', reason: 'breached' })
    // One that names none takes nothing back.
    await note({ type: 'corrected', at: NOW + 3 * HOUR, lead })
    await run('--to', file)
    expect(ask(`SELECT "of" FROM facts WHERE type = 'corrected' ORDER BY at, "of"`)).toEqual([
      { of: null },
      { of: null },
      { of: wrong?.id },
    ])
    expect(ask(`SELECT handoff FROM counted WHERE type = 'breached' AND handoff IN ('7', '8')`)).toEqual([
      { handoff: '8' },
    ])
    expect(ask(`SELECT count(*) AS rows FROM facts WHERE type = 'outcome'`)).toEqual([{ rows: 3 }])
    expect(ask(`SELECT stage, amount FROM counted WHERE type = 'outcome' ORDER BY stage`)).toEqual([
      { stage: 'customer', amount: 10_000 },
      { stage: 'opportunity', amount: null },
    ])
    expect(ask(`SELECT * FROM counted WHERE type = 'corrected'`)).toEqual([])
    // What reports count is what the view counts.
    const by: FactField[] = ['kind', 'pool', 'rep', 'route', 'rule', 'source', 'content', 'stage', 'reason']
    const folded = await foldFacts(createFactStreams(store).since(0), { from: 0, to: NOW + 4 * HOUR }, by)
    const rows = ask(`SELECT type, ${by.join(', ')}, count(*) AS count, count(value) AS sums, total(value) AS total
      FROM counted GROUP BY type, ${by.join(', ')}`)
    const asked = rows.map(({ type, count, sums, total, ...rest }) => [
      [type, ...by.map((field) => rest[field] ?? '')].join('\t'),
      { count, values: sums, total },
    ])
    expect(Object.fromEntries(asked)).toEqual(Object.fromEntries(folded))
  })

  test('of a Redis without any facts is a file without any rows', async () => {
    expect(await run('--to', file)).toEqual({ code: 0, stdout: `${file}: 0 facts.\n`, stderr: '' })
    expect(ask('SELECT * FROM counted')).toEqual([])
    expect(ask('SELECT facts FROM export')).toEqual([{ facts: 0 }])
  })

  test('keeps the counts of a lead that was erased, and loses the person', async () => {
    await story()
    await run('--to', file)
    const question = 'SELECT type, lead, count(*) AS count, total(value) AS total FROM counted GROUP BY type, lead'
    const before = ask(question)
    await eraseLead(store, LEAD, indexesOf(WORK), { config, read: () => leads.get(LEAD), now: NOW })
    expect((await run('--to', file)).code).toBe(0)
    // That it was erased is one more.
    expect(ask(question).filter(({ type }) => type !== 'gone')).toEqual(before)
    // A lead of that id that comes later is somebody else.
    await happens(isRead(), NOW + 4 * HOUR)
    await run('--to', file)
    expect(ask('SELECT count(DISTINCT lead) AS leads FROM facts')).toEqual([{ leads: 2 }])
    expect(ask(`SELECT count(*) AS seen FROM counted WHERE type = 'seen'`)).toEqual([{ seen: 2 }])
  })

  test('takes the place of a file that is there, once it is whole', async () => {
    await story()
    await writeFile(file, 'an older export')
    await writeFile(`${file}.unfinished`, 'of an export that was broken off')
    async function* breaksOff(): AsyncGenerator<KeptFact[]> {
      yield (await allFacts()).slice(0, 1)
      throw new Error('Redis is away')
    }
    await expect(exportFacts({ since: breaksOff }, file, NOW)).rejects.toThrow('Redis is away')
    expect(await readFile(file, 'utf8')).toBe('an older export')
    expect(await readdir(join(file, '..'))).toEqual(['facts.sqlite'])

    expect((await run('--to', file)).code).toBe(0)
    expect(ask('SELECT facts FROM export')).toEqual([{ facts: (await allFacts()).length }])
    expect(await readdir(join(file, '..'))).toEqual(['facts.sqlite'])
  })

  test.each([
    ['in a directory that is not there', 'nowhere/facts.sqlite'],
    ['below a file', 'file/facts.sqlite'],
    ['that is a directory', 'directory'],
  ])('says that it cannot write a file %s, and leaves nothing behind', async (_, name) => {
    const own = join(file, '..')
    await writeFile(join(own, 'file'), 'x')
    await mkdir(join(own, 'directory'))
    const target = join(own, name)
    const { code, stdout, stderr } = await run('--to', target)
    expect([code, stdout]).toEqual([1, ''])
    expect(stderr).toMatch(/^Baton: cannot write /)
    expect(stderr).toContain(target)
    expect(stderr.trim().split('\n')).toHaveLength(1)
    expect((await readdir(own)).sort()).toEqual(['directory', 'file'])
  })

  test('asks for the file', async () => {
    expect(await run()).toEqual({ code: 1, stdout: '', stderr: "error: required option '--to <file>' not specified\n" })
  })
})
