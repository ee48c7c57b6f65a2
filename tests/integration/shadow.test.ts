import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Config } from '../../src/config/config.ts'
import { type EmbeddedRedis, startEmbeddedRedis } from '../../src/platform/embedded-redis.ts'
import { connectRedis, type RedisConnection } from '../../src/platform/redis.ts'
import { createApply } from '../../src/store/apply.ts'
import { createConfigs } from '../../src/store/configs.ts'
import { createInbox } from '../../src/store/inbox.ts'
import { createLeads } from '../../src/store/leads.ts'
import { createStore, type Store } from '../../src/store/partitions.ts'
import { createPools } from '../../src/store/pools.ts'
import { createShadow } from '../../src/store/shadow.ts'
import { FITTING, gathered, NOW } from '../support/records.ts'
import { WITHOUT_REDIS_SERVER } from '../support/redis.ts'
import { runCli } from '../support/run-cli.ts'
import { loadTestConfig, WITHOUT_TRIGGERS } from '../support/stage.ts'

const CONFIG = join(import.meta.dirname, '..', '..', 'config')

describe.skipIf(WITHOUT_REDIS_SERVER)('baton shadow', () => {
  let directory: string
  let embedded: EmbeddedRedis
  let redis: RedisConnection
  let store: Store
  let config: Config
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'baton-shadow-'))
    embedded = await startEmbeddedRedis()
    redis = await connectRedis([embedded.url], 'request', () => {})
    store = createStore({ redis, prefix: 'baton' })
    config = await loadTestConfig(WITHOUT_TRIGGERS, NOW)
  })
  beforeEach(async () => {
    await redis.flushall()
    await rm(directory, { recursive: true, force: true })
    await cp(CONFIG, directory, { recursive: true })
  })
  afterAll(async () => {
    redis.disconnect()
    await embedded.stop()
    await rm(directory, { recursive: true, force: true })
  })

  const baton = (...args: string[]) => runCli(['shadow', ...args], { env: { REDIS_URL: embedded.url } })

  async function edit(file: string, from: string | RegExp, to: string): Promise<void> {
    const text = await readFile(join(directory, file), 'utf8')
    expect(text).toMatch(from)
    await writeFile(join(directory, file), text.replace(from, to))
  }

  /** A lead is decided, as a worker does it. */
  async function decide(id: string): Promise<void> {
    const [leads, inbox, pools, shadow] = [
      createLeads(store),
      createInbox(store),
      createPools(store),
      createShadow(store, createConfigs(store)),
    ]
    const apply = createApply({ store, pools, inbox, shadow })
    const read = gathered(FITTING)
    const contact = { ...read.contact, id }
    await apply(config, await leads.read(id), { type: 'contact', gathered: { ...read, contact } }, Date.now())
  }

  test('without one it says how to begin, and exits with 3', async () => {
    const { code, stdout } = await baton()
    expect([code, stdout]).toEqual([3, 'No config runs beside the live one. Begin with: npm run baton -- shadow DIR\n'])
    expect(await baton('--stop')).toMatchObject({ code: 1, stderr: 'Baton: no config runs beside the live one.\n' })
  })

  test('says what is wrong with the config like config check, and starts nothing', async () => {
    await edit('routing.yaml', /^ {4}to: \{ pool: ae \}/m, '    to: { pool: aee }')
    const { code, stderr } = await baton(directory)
    expect(code).toBe(1)
    expect(stderr).toMatch(/routing\.yaml:\d+ {2}route "\S+" to\.pool: .*"aee"/)
    expect(await redis.keys('*shadow*')).toEqual([])
  })

  test('starts one whose routing cases expect otherwise, and says so', async () => {
    await edit('scoring.yaml', 'demo_requested:       { points: 20 }', 'demo_requested: { points: 25 }')
    const started = await baton(directory)
    expect(started).toMatchObject({
      code: 0,
      stderr: expect.stringMatching(/not fine yet[\s\S]*case ".*should have score/),
    })
    expect(started.stdout).toMatch(/runs beside the live config/)
    expect((await baton()).stdout).toMatch(/running\./)
  })

  test('starts, sums up, and stops', async () => {
    await writeFile(join(directory, 'routing-cases.yaml'), 'cases: []\n')
    await edit('icp.yaml', /minimumCompanySize: \d+/, 'minimumCompanySize: 5000')
    const started = await baton(directory)
    expect(started).toMatchObject({ code: 0, stderr: '' })
    expect(started.stdout).toMatch(/runs beside the live config from now on, as shadow [0-9a-f]{12}\./)
    expect((await baton()).code).toBe(3)
    await decide('7001')
    await decide('7002')
    const sum = await baton()
    expect(sum.code).toBe(0)
    expect(sum.stdout).toMatch(/2 decisions compared, 2 differ \(100 %\), of 2 leads\./)
    expect(sum.stdout).toMatch(/→ too-small +2 +2/)
    const json = await baton('--json')
    expect(JSON.parse(json.stdout)).toMatchObject({
      state: 'running',
      compared: 2,
      differing: { decisions: 2, leads: 2 },
    })
    const stopped = await baton('--stop')
    expect(stopped.code).toBe(0)
    expect(stopped.stdout).toMatch(/, stopped\.\n2 decisions compared/)
    await decide('7003')
    expect((await baton()).stdout).toMatch(/2 decisions compared/)
  })

  test('takes a directory or --stop, not both', async () => {
    expect(await baton(directory, '--stop')).toMatchObject({ code: 1, stderr: expect.stringContaining('one of both') })
  })
})
