import { execFileSync } from 'node:child_process'
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parseDocument } from 'yaml'
import type { Config } from '../../src/config/config.ts'
import { loadConfig } from '../../src/config/load.ts'
import { holderOf } from '../../src/handoffs/handoff.ts'
import type { Input } from '../../src/leads/change.ts'
import { type EmbeddedRedis, startEmbeddedRedis } from '../../src/platform/embedded-redis.ts'
import { connectRedis, type RedisConnection } from '../../src/platform/redis.ts'
import { createApply } from '../../src/store/apply.ts'
import { createInbox } from '../../src/store/inbox.ts'
import { createLeads } from '../../src/store/leads.ts'
import { createStore, type Store } from '../../src/store/partitions.ts'
import { createPools } from '../../src/store/pools.ts'
import { createChance, TRUE_SCALE } from '../support/generated-leads.ts'
import { DAY, gathered, MINUTE, signalCame } from '../support/records.ts'
import { WITHOUT_REDIS_SERVER } from '../support/redis.ts'
import { type CliRun, runCli } from '../support/run-cli.ts'

const ROOT = join(import.meta.dirname, '..', '..')
const LEADS = 700

// What each is worth; the config beside it is wrong about the last two.
const TRUTH = { persona: 15, size: 20, demo_requested: 20, webinar_attended: 42, content_downloaded: -20 }
const BASE = -3.9

describe.skipIf(WITHOUT_REDIS_SERVER)('baton calibrate', { timeout: 120_000 }, () => {
  let directory: string
  let embedded: EmbeddedRedis
  let redis: RedisConnection
  let store: Store
  let config: Config
  let today: number

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'baton-calibrate-'))
    await mkdir(join(directory, 'config'))
    await cp(join(ROOT, 'config'), join(directory, 'config'), { recursive: true })
    await rm(join(directory, 'config', 'routing-cases.yaml'))
    await editYaml('routing.yaml', (document) => {
      document.set('routes', [
        { name: 'mql', when: { score: { atLeast: 31 } }, to: { pool: 'sdr' }, handoff: 'mql-to-sales' },
        { name: 'others', to: { nurture: 'signal-based' }, sample: '50%' },
      ])
    })
    await editYaml('team.yaml', (document) => document.setIn(['pools', 'sdr', 'caps'], { perDay: 3 }))
    embedded = await startEmbeddedRedis()
    redis = await connectRedis([embedded.url], 'request', () => {})
    store = createStore({ redis, prefix: 'baton' })
    const [seconds] = await redis.time()
    today = Number(seconds) * 1_000
    config = await loadConfig(join(directory, 'config'), today)
    const chance = createChance(2)
    for (let index = 0; index < LEADS; index++) await live(index, chance)
  }, 300_000)
  afterAll(async () => {
    redis?.disconnect()
    await embedded?.stop()
    await rm(directory, { recursive: true })
  })

  async function editYaml(name: string, edit: (document: ReturnType<typeof parseDocument>) => void): Promise<void> {
    const file = join(directory, 'config', name)
    const document = parseDocument(await readFile(file, 'utf8'))
    edit(document)
    await writeFile(file, document.toString())
  }

  /** A lead's life, by the decision and commit of every change: it comes, goes where the rules say, is answered, and gets on or not. */
  async function live(index: number, chance: () => number): Promise<void> {
    const id = String(700_000 + index)
    const at = today - 250 * DAY + Math.floor((index / LEADS) * 220 * DAY)
    const [inbox, pools, leads] = [createInbox(store), createPools(store), createLeads(store)]
    const apply = createApply({ store, inbox, pools })
    const happens = async (input: Input, now: number) => apply(config, await leads.read(id), input, now)
    const has = (often: number) => chance() < often
    const [persona, size] = [has(0.4), has(0.5)]
    const properties = { jobtitle: persona ? 'VP Marketing' : 'Clerk', lifecyclestage: 'lead', lastname: 'Canary' }
    const company = { name: 'Northwind', numberofemployees: size ? '240' : '900' }
    const signals = (['demo_requested', 'webinar_attended', 'content_downloaded'] as const).filter(() => has(0.4))
    for (const type of signals)
      await inbox.ingest([{ leadId: id, key: `${type}-${id}`, item: signalCame(type, at) }], at)
    const isRead = (more: Record<string, string> = {}): Input => ({
      type: 'contact',
      gathered: gathered({}, { contact: { id, createdAt: at - DAY, properties: { ...properties, ...more } }, company }),
    })
    await happens(isRead(), at)
    const odds =
      BASE * TRUE_SCALE +
      (persona ? TRUTH.persona : 0) +
      (size ? TRUTH.size : 0) +
      signals.reduce((sum, type) => sum + TRUTH[type], 0)
    const converts = has(1 / (1 + Math.exp(-odds / TRUE_SCALE)))
    const wait = Math.floor((2 + 10 * chance()) * DAY)
    const { handoffs } = await leads.get(id)
    const [handoff] = Object.values(handoffs)
    const rep = handoff && config.team.reps[holderOf(handoff)?.rep ?? '']
    if (!handoff || !rep) return
    await happens({ type: 'click', handoffId: handoff.id, by: rep.slackUserId, does: 'contacted' }, at + 5 * MINUTE)
    if (converts) await happens(isRead({ lifecyclestage: 'salesqualifiedlead' }), at + wait)
  }

  const run = (...args: string[]): Promise<CliRun> =>
    runCli(['calibrate', ...args], { env: { REDIS_URL: embedded.url }, cwd: directory })

  test('leads that the store keeps become a diff that applies, and the config after it is fine', async () => {
    const { code, stdout, stderr } = await run()
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout).toMatch(
      /^Calibrate: sql, \d+ leads, \d+ converted; learnt from the older \d+, judged on the newer \d+\n/,
    )
    expect(stdout).toMatch(/^\| webinar_attended +\| 15 +\| \d\d +\| \d+…\d+/m)
    expect(stdout).toMatch(/^\| content_downloaded +\| 10 +\| -?\d+ +\| -\d+…-?\d+/m)
    expect(stdout).toContain('never sent to sales')
    const gains = [...stdout.matchAll(/%\s+\| (\d+)\s+\| (\d+)\s+\| \d+\s+\| ([+-]\d+)/g)]
    expect(gains.length).toBeGreaterThan(2)
    for (const [, now, then, gain] of gains) expect(Number(gain)).toBe(Number(then) - Number(now))
    expect(stdout).not.toMatch(/canary|sdr-1|sdr-2|70\d{4}/i)

    const before = await readFile(join(directory, 'config', 'scoring.yaml'), 'utf8')
    await writeFile(join(directory, 'change.diff'), stdout)
    const trial = await mkdtemp(join(directory, 'trial-'))
    await cp(join(directory, 'config'), join(trial, 'config'), { recursive: true })
    execFileSync('git', ['apply', join(directory, 'change.diff')], {
      cwd: trial,
      env: { ...process.env, GIT_DIR: '/none' },
    })
    const changed = await loadConfig(join(trial, 'config'), today)
    expect(changed.scoring.engagement.signals.webinar_attended?.points).toBeGreaterThan(20)
    expect(changed.scoring.engagement.signals.content_downloaded?.points).toBeLessThan(3)
    expect(changed.scoring.engagement.signals.demo_requested?.points).toBe(20)
    const check = async (cwd: string) => {
      const { code, stderr } = await runCli(['config', 'check', 'config'], { cwd })
      return { code, stderr }
    }
    expect(await check(trial)).toEqual(await check(directory))
    // Nothing is applied by itself.
    expect(await readFile(join(directory, 'config', 'scoring.yaml'), 'utf8')).toBe(before)
    const after = await readFile(join(trial, 'config', 'scoring.yaml'), 'utf8')
    const lines = after.split('\n')
    for (const [at, line] of lines.entries()) {
      if (before.split('\n').includes(line) || line.includes('# calibrate: ')) continue
      expect(lines[at - 1], line).toMatch(/^ *# calibrate: /)
    }
  })

  test('as Markdown it applies as well, and as JSON it says everything', async () => {
    const [md, json] = [await run('--format', 'md'), await run('--json')]
    expect(md.stdout).toMatch(/^### Calibrate: sql/)
    const report = JSON.parse(json.stdout)
    expect(report).toMatchObject({ target: 'sql', verdict: 'proposed', byHand: [], refusal: null })
    expect(report.sampled).toBeGreaterThan(50)
    expect(md.stdout).toContain(report.diff)
    const trial = await mkdtemp(join(directory, 'trial-'))
    await cp(join(directory, 'config'), join(trial, 'config'), { recursive: true })
    await writeFile(join(trial, 'calibrate.md'), md.stdout)
    execFileSync('git', ['apply', 'calibrate.md'], { cwd: trial, env: { ...process.env, GIT_DIR: '/none' } })
    expect(await readFile(join(trial, 'config', 'scoring.yaml'), 'utf8')).toContain(
      '# calibrate: webinar_attended 15 → ',
    )
  })

  test('the outcome can be chosen; what cannot be learnt is refused: 3 when there is not enough data, 1 when the question is wrong', async () => {
    const [few, accepted] = [await run('--outcome', 'customer'), await run('--outcome', 'accepted', '--json')]
    expect(few.code).toBe(3)
    expect(few.stdout).toMatch(/Refused: 0 of \d+ leads are with the outcome customer: 20 are needed, 20 are missing\./)
    // That a lead was accepted stands in the facts.
    expect(JSON.parse(accepted.stdout).converted).toBeGreaterThan(100)
    const later = await run('--since', new Date(today + DAY).toISOString().slice(0, 10))
    expect([later.code, later.stdout]).toEqual([3, expect.stringContaining('0 of 0 leads')])
    expect(await run('--since', 'spring')).toMatchObject({ code: 1, stderr: expect.stringContaining('2026-05-01') })
    expect(await run('--allow', 'nothing')).toMatchObject({ code: 1, stderr: expect.stringContaining('nothing') })
  })
})
