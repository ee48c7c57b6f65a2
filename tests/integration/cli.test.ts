import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { loadConfig } from '../../src/config/load.ts'
import { decide } from '../../src/leads/decision.ts'
import { decisionEntry } from '../../src/leads/history.ts'
import { startEmbeddedRedis } from '../../src/platform/embedded-redis.ts'
import { readApiToken } from '../../src/platform/env.ts'
import { OutsideError } from '../../src/platform/errors.ts'
import { createLogger } from '../../src/platform/log.ts'
import { createMetrics } from '../../src/platform/metrics.ts'
import { connectRedis } from '../../src/platform/redis.ts'
import { prepare } from '../../src/store/commit.ts'
import { createConfigs } from '../../src/store/configs.ts'
import { createLeads } from '../../src/store/leads.ts'
import { createStore, INDEX } from '../../src/store/partitions.ts'
import { createDead } from '../../src/work/dead.ts'
import { useConfigDirectories } from '../support/config.ts'
import { BEST_FIT, facts, leadRecord, NOW } from '../support/records.ts'
import { WITHOUT_REDIS_SERVER } from '../support/redis.ts'
import { runCli as run } from '../support/run-cli.ts'
import { useSimulatedHubSpot } from '../support/simulated-hubspot.ts'

const ROOT = join(import.meta.dirname, '..', '..')
const makeDirectory = useConfigDirectories()
const startHubSpot = useSimulatedHubSpot()

describe('config check', () => {
  test('a config that holds together', async () => {
    const directory = await makeDirectory()
    const { code, stdout, stderr } = await run(['config', 'check', directory])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toMatch(/ is fine: version [0-9a-f]{12}, 9 routes, 3 reps\.\n$/)
  })

  test('one with mistakes: each on a line of its own on stderr, exit code 1', async () => {
    const directory = await makeDirectory('references/unknown-calendar')
    expect(await run(['config', 'check', directory])).toEqual({
      code: 1,
      stdout: '',
      stderr: `The config has 1 error:\n${directory}/team.yaml:8  error: rep "ada" calendar: there is no calendar "ofice" in team.yaml; did you mean "office"?\n`,
    })
  })

  test('what can never work is an error, what is doubtful a warning', async () => {
    const directory = await makeDirectory()
    const team = join(directory, 'team.yaml')
    await writeFile(team, (await readFile(team, 'utf8')).replace(/timeZone: \S+/, 'timeZone: CET'))
    const doubtful = await run(['config', 'check', directory])
    expect(doubtful).toMatchObject({ code: 0, stderr: '' })
    expect(doubtful.stdout).toContain('warning: calendar "us-east" timeZone: "CET" is no place')
    expect(doubtful.stdout).toContain(`${directory} can be used, with 1 warning: version`)

    const scoring = join(directory, 'scoring.yaml')
    await writeFile(
      scoring,
      (await readFile(scoring, 'utf8')).replace(/mql: .*/, 'mql: { score: 61, fit: 101, engagement: 0 }'),
    )
    const broken = await run(['config', 'check', directory])
    expect(broken).toMatchObject({ code: 1, stdout: '' })
    expect(broken.stderr).toMatch(/^The config has 1 error, 1 warning:\n/)
    expect(broken.stderr).toMatch(/scoring\.yaml:\d+ {2}error: mql\.fit: no lead becomes an MQL/)
    const { code, stdout } = await run(['config', 'check', directory, '--json'])
    expect(code).toBe(1)
    expect(JSON.parse(stdout)).toMatchObject([{ level: 'error', path: 'mql.fit' }, { level: 'warning' }])
  })

  test('a failing routing case', async () => {
    const { code, stderr } = await run(['config', 'check', await makeDirectory('failing-cases')])
    expect(code).toBe(1)
    expect(stderr).toContain('should have score 60, but has 55')
  })

  test('without a directory it takes CONFIG_DIR, else ./config', async () => {
    const directory = await makeDirectory()
    const named = await run(['config', 'check'], { env: { CONFIG_DIR: directory } })
    expect(named.stdout).toContain(`${directory} is fine`)
    const usual = await run(['config', 'check'], { env: { CONFIG_DIR: '' } })
    expect(usual.stdout).toMatch(/^\.\/config is fine/)
  })
})

describe('config schemas', () => {
  const made: string[] = []
  afterEach(async () => {
    for (const directory of made.splice(0)) await rm(directory, { recursive: true })
  })

  test('those of the project are up to date', async () => {
    expect(await run(['config', 'schemas', '--check'])).toEqual({
      code: 0,
      stdout: 'The schemas are up to date.\n',
      stderr: '',
    })
  })

  test('stale ones are told, then written', async () => {
    const cwd = await mkdtemp(join(tmpdir(), 'baton-schemas-'))
    made.push(cwd)
    await cp(join(ROOT, 'config'), join(cwd, 'config'), { recursive: true })
    const file = join(cwd, 'config', 'schemas', 'handoffs.schema.json')
    const good = await readFile(file, 'utf8')
    await writeFile(file, good.replace('business', 'office'))

    const checked = await run(['config', 'schemas', '--check'], { cwd })
    expect(checked).toMatchObject({ code: 1, stdout: '' })
    expect(checked.stderr).toBe(
      'Baton: Out of date: config/schemas/handoffs.schema.json. Run: npm run baton -- config schemas\n',
    )
    expect(await readFile(file, 'utf8')).not.toBe(good)

    const written = await run(['config', 'schemas'], { cwd })
    expect(written).toMatchObject({ code: 0, stdout: 'Written: config/schemas/handoffs.schema.json\n' })
    expect(await readFile(file, 'utf8')).toBe(good)
  })
})

describe('hubspot setup', () => {
  async function environment(extra: Record<string, string> = {}) {
    const { hubspot } = await startHubSpot()
    const env = { CONFIG_DIR: await makeDirectory(), HUBSPOT_BASE_URL: hubspot.url, HUBSPOT_ACCESS_TOKEN: 'pat-test' }
    return { hubspot, env: { ...env, ...extra } }
  }

  test('creates the properties, and the second time nothing', async () => {
    const { env } = await environment({ PUBLIC_URL: 'https://baton.example.com/' })
    const first = await run(['hubspot', 'setup'], { env })
    expect(first).toMatchObject({ code: 0, stderr: '' })
    expect(first.stdout).toMatch(/^Property group Baton: created\.\nProperties created: baton_score, .*\n/)
    expect(first.stdout).toContain('sent to https://baton.example.com/webhooks/hubspot:\n  contact.creation\n')
    expect(first.stdout).toContain('  contact.propertyChange (hs_lead_status)\n')
    expect(first.stdout).toContain('What this command cannot see:\n')
    const second = await run(['hubspot', 'setup'], { env })
    expect(second.code).toBe(0)
    expect(second.stdout).toMatch(/^Property group Baton: there already\.\nProperties created: none\.\n/)
  })

  test('--dry-run changes nothing', async () => {
    const { env, hubspot } = await environment()
    const { code, stdout } = await run(['hubspot', 'setup', '--dry-run'], { env })
    expect(code).toBe(0)
    expect(stdout).toContain('Properties would be created: baton_score, ')
    expect(stdout).toContain('sent to <PUBLIC_URL>/webhooks/hubspot:')
    expect(hubspot.calls.length).toBeGreaterThan(0)
    expect(hubspot.calls.filter(({ method }) => method !== 'GET')).toEqual([])
    const json = await run(['hubspot', 'setup', '--dry-run', '--json'], { env })
    expect(JSON.parse(json.stdout)).toMatchObject({
      created: expect.arrayContaining(['baton_score']),
      scopes: expect.arrayContaining([expect.objectContaining({ name: 'crm.objects.owners.read', optional: false })]),
      tracks: expect.arrayContaining(['newsletter']),
    })
  })

  test('says what is missing, and what HubSpot refused', async () => {
    const { env } = await environment({ HUBSPOT_ACCESS_TOKEN: 'pat-wrong' })
    const missing = await run(['hubspot', 'setup'])
    expect(missing).toMatchObject({ code: 1, stderr: expect.stringContaining('HUBSPOT_ACCESS_TOKEN is required') })
    const refused = await run(['hubspot', 'setup'], { env })
    const stderr = 'HubSpot does not accept HUBSPOT_ACCESS_TOKEN (401). Copy it again from your app.\n'
    expect(refused).toEqual({ code: 1, stdout: '', stderr })
  })
})

test.each([
  [['config', 'chekc'], "error: unknown command 'chekc'\n(Did you mean check?)\n"],
  [['config', 'check', '--dir', 'x'], "error: unknown option '--dir'\n"],
])('%j is refused', async (args, stderr) => {
  expect(await run(args)).toEqual({ code: 1, stdout: '', stderr })
})

describe('explain', () => {
  test('says what it needs when no Baton runs here', async () => {
    const cwd = await mkdtemp(join(tmpdir(), 'baton-cwd-'))
    try {
      const { code, stderr } = await run(['explain', '42'], { cwd })
      expect(code).toBe(1)
      expect(stderr).toBe(
        'Baton: no Baton runs here with its own Redis: start it, or set REDIS_URL to the Redis of the service.\n',
      )
    } finally {
      await rm(cwd, { recursive: true })
    }
  })

  test.skipIf(WITHOUT_REDIS_SERVER)(
    'explains a lead in the Redis of the Baton that runs in the folder, as text or as the API does',
    async () => {
      const cwd = await mkdtemp(join(tmpdir(), 'baton-cwd-'))
      const embedded = await startEmbeddedRedis({ dataDir: join(cwd, '.baton', 'redis') })
      const redis = await connectRedis([embedded.url], 'request', () => undefined)
      try {
        const store = createStore({ redis, prefix: 'baton' })
        const config = await loadConfig(join(ROOT, 'config'), NOW)
        await createConfigs(store).keep(config)
        const standing = { withSales: false, rejected: false }
        const hostile = 'Dana\u001b[2K\r\nScore 100 (hot)\u202e'
        const attributes = { ...BEST_FIT, ...facts({ firstName: hostile }) }
        const decision = decide(config, { attributes, signals: [] }, standing, NOW)
        const record = leadRecord({ attributes, signals: [], configVersion: config.version })
        const entry = decisionEntry(null, record, decision, standing, undefined)
        const change = { lead: record, handoffs: [], posts: [], history: [entry], toWrite: false }
        const unknownLead = await createLeads(store).get('42')
        const { plan } = prepare(store.keys, unknownLead, change, config.retention, NOW)
        await store.commit(plan.guards, plan.commands)
        const text = await run(['explain', '42'], { cwd })
        expect(text).toMatchObject({ code: 0, stderr: '' })
        expect(text.stdout).toContain('+20  company-size-tier-1: company.size is 240')
        expect(text.stdout).toContain('\n  firstName = Dana\\u{1b}[2K\\u{d}\\u{a}Score 100 (hot)\\u{202e}  (test)\n')
        const json = await run(['explain', '42', '--json'], { cwd })
        expect(JSON.parse(json.stdout).attributes.firstName.value).toBe(hostile)
        expect(JSON.parse(json.stdout)).toMatchObject({ id: '42', score: { fit: 50 }, configVersion: config.version })
        const unknown = await run(['explain', '43'], { cwd })
        expect(unknown).toMatchObject({ code: 1, stderr: 'Baton: there is no lead 43 in this Redis.\n' })
        const gone = await run(['explain', '42', '--decision', '7'], { cwd })
        expect(gone.stderr).toBe('Baton: there is no decision 7 of a lead 42 in this Redis.\n')
      } finally {
        redis.disconnect()
        await embedded.stop()
        await rm(cwd, { recursive: true })
      }
    },
  )
})

test.skipIf(WITHOUT_REDIS_SERVER)('dead-letters names what could not be done, the oldest first', async () => {
  const cwd = await mkdtemp(join(tmpdir(), 'baton-cwd-'))
  const embedded = await startEmbeddedRedis({ dataDir: join(cwd, '.baton', 'redis') })
  const redis = await connectRedis([embedded.url], 'request', () => undefined)
  try {
    expect(await run(['dead-letters'], { cwd })).toEqual({
      code: 0,
      stdout: 'There are no dead letters.\n',
      stderr: '',
    })
    const store = createStore({ redis, prefix: 'baton' })
    let now = NOW
    const parts = { clock: { now: () => now }, store, metrics: createMetrics(), log: createLogger('silent') }
    const dead = createDead(parts)
    const refused = new OutsideError('hubspot', 'refused', 'VALIDATION_ERROR')
    await dead.put('read-lead', INDEX.unread, '42', new TypeError('Dana Ruiz is no number'))
    now += 60_000
    await dead.put('write-contact', INDEX.writes, '7', refused)
    await dead.put('write-contact', INDEX.writes, '7', refused)
    const { stdout } = await run(['dead-letters'], { cwd })
    expect(stdout.split('\n')).toEqual([
      '      since, UTC  id               given up  reason',
      '2026-11-18 15:00  read-lead:42     1 ×       TypeError: see the log',
      `2026-11-18 15:01  write-contact:7  2 ×       ${refused.message}`,
      '',
    ])
  } finally {
    redis.disconnect()
    await embedded.stop()
    await rm(cwd, { recursive: true })
  }
})

test.skipIf(WITHOUT_REDIS_SERVER)('adoption says how far the contacts of the portal are looked through', async () => {
  const cwd = await mkdtemp(join(tmpdir(), 'baton-cwd-'))
  const embedded = await startEmbeddedRedis({ dataDir: join(cwd, '.baton', 'redis') })
  const redis = await connectRedis([embedded.url], 'request', () => undefined)
  const said = async (fields: Record<string, string>) => {
    if (Object.keys(fields).length > 0) await redis.hset('baton:adoption', fields)
    return (await run(['adoption'], { cwd })).stdout
  }
  try {
    expect(await said({})).toBe('the contacts of this portal have not been looked through yet\n')
    expect(await said({ startedAt: '1', contacts: '12400' })).toBe('adopting: 12,400 contacts so far\n')
    expect(await said({ doneAt: '2', afterLoss: 'yes' })).toBe('rebuilt from HubSpot: 12,400 contacts\n')
  } finally {
    redis.disconnect()
    await embedded.stop()
    await rm(cwd, { recursive: true })
  }
})

test('token makes one that API_TOKENS takes by its hash, with the scope that was asked for', async () => {
  const { stdout } = await run(['token', '--read'])
  const token = /^ {2}([0-9a-f]{64})$/m.exec(stdout)?.[1] ?? ''
  const line = /^ {2}(read=sha256:[0-9a-f]{64})$/m.exec(stdout)?.[1] ?? ''
  expect(readApiToken(line)).toEqual({ ...readApiToken(token), scope: 'read' })
})

test('--help shows the commands', async () => {
  const { code, stdout } = await run(['--help'])
  expect(code).toBe(0)
  for (const command of [
    'adoption',
    'config',
    'dead',
    'doctor',
    'explain',
    'facts',
    'hubspot',
    'openapi',
    'team',
    'token',
  ])
    expect(stdout).toMatch(new RegExp(`^  ${command} `, 'm'))
})
