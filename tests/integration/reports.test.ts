import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { createProgram } from '../../src/cli/program.ts'
import { type Fact, writeFacts } from '../../src/facts/fact.ts'
import { createHubSpot } from '../../src/hubspot/client.ts'
import { type EmbeddedRedis, startEmbeddedRedis } from '../../src/platform/embedded-redis.ts'
import { createMetrics } from '../../src/platform/metrics.ts'
import { periodAt } from '../../src/reports/period.ts'
import { reportSettings } from '../../src/reports/settings.ts'
import { textWidth } from '../../src/rules/table-text.ts'
import { createReportProcesses } from '../../src/work/report-processes.ts'
import { SECRETS, startApi, type TestApi } from '../support/api.ts'
import { WITHOUT_REDIS_SERVER } from '../support/redis.ts'
import { useSimulatedHubSpot } from '../support/simulated-hubspot.ts'

/*
 * Reports over HTTP, in a process of their own and by the command line: the same facts, the same figures.
 */

const DAY = 86_400_000
const HOSTILE = '=HYPERLINK("https://example.com")'
const startHubSpot = useSimulatedHubSpot()
let embedded: EmbeddedRedis
let api: TestApi
let now: number
let directory: string
let count: ReturnType<typeof createHubSpot>['countContacts']

async function ask(path: string) {
  const response = await fetch(api.address + path, { headers: { authorization: `Bearer ${SECRETS.apiToken}` } })
  const text = await response.text()
  const isJson = response.headers.get('content-type')?.includes('json')
  const body: ReturnType<typeof JSON.parse> = isJson ? JSON.parse(text) : text
  return { status: response.status, headers: response.headers, body }
}

async function baton(...args: string[]): Promise<{ out: string; err: string; code: number }> {
  const [out, err]: [string[], string[]] = [[], []]
  const log = vi.spyOn(console, 'log').mockImplementation((text) => void out.push(text))
  process.exitCode = 0
  try {
    await createProgram()
      .configureOutput({ writeErr: () => {} })
      .parseAsync(args, { from: 'user' })
    return { out: out.join('\n'), err: err.join('\n'), code: Number(process.exitCode) }
  } catch (failure) {
    return { out: out.join('\n'), err: (failure as Error).message, code: 1 }
  } finally {
    process.exitCode = 0
    log.mockRestore()
  }
}

async function happened(...facts: Fact[]): Promise<void> {
  for (const fact of facts) await api.look.xadd(api.store.keys.facts(fact.lead), '*', 'f', writeFacts([fact]))
}

const seen = (lead: string, daysAgo: number, more: Partial<Fact> = {}): Fact => ({
  ...{ type: 'seen', lead, at: now - daysAgo * DAY, stage: 'lead', source: 'ADS' },
  ...more,
})

describe.skipIf(WITHOUT_REDIS_SERVER)('reports', () => {
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'baton-reports-'))
    embedded = await startEmbeddedRedis({ dataDir: directory })
    api = await startApi({ redisUrl: embedded.url, prefix: 'baton', countContacts: (filters) => count(filters) })
    now = Date.now()
    api.clock.now = now
  })
  afterAll(async () => {
    await api.close()
    await embedded.stop()
    await rm(directory, { recursive: true })
    vi.unstubAllEnvs()
  })
  beforeEach(() => vi.stubEnv('REDIS_URL', embedded.url))

  test('of nothing: an empty report, and the command says so', async () => {
    expect((await ask('/v1/reports')).body).toMatchObject({ since: null })
    expect((await ask('/v1/reports/stuck')).body.findings[0].text).toMatch(/^No lead is stuck/)
    expect(await baton('report', 'stuck')).toMatchObject({ code: 3, out: expect.stringContaining('No lead is stuck') })
  })

  test('which there are, and of which periods there are facts', async () => {
    await happened(seen('a', 100, { source: HOSTILE }), seen('b', 100), seen('c', 100, { stage: 'customer' }))
    const { body } = await ask('/v1/reports')
    expect(body.reports).toContainEqual({ name: 'stuck', title: 'Stuck leads', every: 'month' })
    expect(body.since).toBe(new Date(now - 100 * DAY).toISOString())
    const months = body.periods.month.map(({ name }: { name: string }) => name)
    expect(months[0]).toBe(periodAt('month', now, body.timeZone).name)
    expect(months.at(-1)).toBe(periodAt('month', now - 100 * DAY, body.timeZone).name)
  })

  test('of a time before the first fact it says first that its figures are no counts', async () => {
    const { body } = await ask('/v1/reports/weekly?period=2020-W10')
    expect(body.findings[0]).toMatchObject({ id: 'since', level: 'warn', text: expect.stringContaining('no 0 in') })
    const partly = await ask(
      `/v1/reports/monthly?period=${periodAt('month', now - 100 * DAY, body.period.timeZone).name}`,
    )
    expect(partly.body.findings.at(-1)).toMatchObject({ id: 'since', level: 'info' })
  })

  test('over HTTP: JSON, every figure as CSV, one table as CSV; formulas are made harmless', async () => {
    const { body } = await ask('/v1/reports/stuck')
    const last = periodAt('month', now, body.period.timeZone).from
    expect(body.period).toMatchObject({ kind: 'month', to: last })
    const [stages, sources] = body.sections
    expect(stages.rows.at(-1)).toMatchObject({ stage: 'all', stuck: 2, all: 2, share: 1 })
    expect(sources.rows.map(({ source }: { source: string }) => source)).toEqual([HOSTILE, 'ADS'])

    const tidy = await ask('/v1/reports/stuck?format=csv')
    expect(tidy.headers.get('content-disposition')).toBe(`attachment; filename="stuck-${body.period.name}.csv"`)
    const lines = tidy.body.split('\r\n')
    expect(lines[0]).toBe('section,row,figure,value,unit')
    expect(lines).toContain('stages,all,stuck,2,count')
    expect(lines).toContain('stages,opportunity,median,,days')
    expect(lines).toContain(`sources,"'${HOSTILE.replaceAll('"', '""')}",stuck,1,count`)
    const one = await ask('/v1/reports/stuck?format=csv&section=sources')
    expect(one.body.split('\r\n')[0]).toBe('source,stuck,all,share,median,longest')
    expect(one.body).toContain('\r\nADS,1,1,1,')
    expect((await ask('/v1/reports/stuck?section=sources')).body.sections).toEqual([sources])
  })

  test.each([
    ['/v1/reports/weekley', 404, 'there are weekly, monthly'],
    ['/v1/reports/stuck?section=source', 404, 'there are stages, sources, fates'],
    ['/v1/reports/stuck?period=2026-13', 400, '2026-W47'],
    ['/v1/reports/stuck?period=2999-01', 400, 'has not begun yet'],
    ['/v1/reports/stuck?perod=last', 400, 'did you mean "period"'],
    ['/v1/reports/stuck?reconcile=yes', 400, 'reconcile'],
  ])('%s is refused by name', async (path, status, named) => {
    const answer = await ask(path)
    expect([answer.status, answer.body.detail]).toEqual([status, expect.stringContaining(named)])
  })

  test('by the command line: a table of 80 columns, the JSON of the API, a file', async () => {
    const { out, code } = await baton('report', 'stuck')
    expect(code).toBe(0)
    for (const line of out.split('\n')) expect(textWidth(line)).toBeLessThanOrEqual(80)
    expect(out).toMatch(/^Stuck leads, \w+ \d{4} \(\d{4}-\d\d, America\/New_York\)/)
    expect(out).toMatch(/^all +2 +2 +100 %/m)
    const { body } = await ask('/v1/reports/stuck')
    const { asOf: _, ...made } = JSON.parse((await baton('report', 'stuck', '--json')).out)
    expect(made).toEqual({ ...body, asOf: undefined })
    const file = join(directory, 'stuck.csv')
    expect((await baton('report', 'stuck', '--section', 'sources', '--csv', file)).code).toBe(0)
    expect(await readFile(file, 'utf8')).toBe((await ask('/v1/reports/stuck?format=csv&section=sources')).body)
    expect(await baton('report', 'stuck', '--csv', join(directory, 'no', 'where.csv'))).toMatchObject({
      ...{ code: 1, err: expect.stringContaining('cannot write') },
    })
    expect(await baton('report', 'stuck', '--period', '2026-W54')).toMatchObject({
      ...{ code: 1, err: expect.stringContaining('such as 2026-W47') },
    })
    expect(await baton('report', 'stuck', '--section', 'sorces')).toMatchObject({
      ...{ code: 1, err: expect.stringContaining('did you mean "sources"') },
    })
    expect((await baton('report', 'weekley')).code).toBe(1)
  })

  test('in a process of its own: the same, and two who ask at once share one', async () => {
    const processes = createReportProcesses({ redisUrls: [embedded.url], prefix: 'baton' })
    const settings = reportSettings(api.config)
    const { body } = await ask('/v1/reports/stuck')
    const asked = { period: body.period, settings, now, since: now - 100 * DAY }
    const [one, same, other] = await Promise.all([
      processes.run('stuck', asked),
      processes.run('stuck', { ...asked, now: now + 1 }),
      processes.run('stuck', { ...asked, reconcile: true }),
    ])
    expect(one.report).toEqual({ ...body, asOf: now })
    expect(same).toBe(one)
    expect(other.counts).toMatchObject({ contacts: 0 })
    const cut = processes.run('stuck', asked)
    processes.close()
    await expect(cut).rejects.toThrow()
  })

  test('held against HubSpot: both numbers, what is off, and what HubSpot refuses', async () => {
    const { hubspot } = await startHubSpot({ now: () => Date.now() })
    count = createHubSpot({
      ...{ accessToken: 'pat-test', baseUrl: hubspot.url, redis: null, prefix: 'test', requestsPer10Seconds: 1_000 },
      ...{ properties: () => ({ contact: [], company: [] }), metrics: createMetrics() },
    }).countContacts
    const moved = (lead: string): Fact => ({ type: 'stage', lead, at: now, stage: 'mql', reason: 'lead' })
    await happened(seen('d', 0), seen('e', 0), moved('d'), moved('e'), seen('f', 0, { reason: 'adopted' }))
    hubspot.createContact({ email: 'd@acme.example' })
    hubspot.createContact({ email: 'e@acme.example', lifecyclestage: 'marketingqualifiedlead' })
    const rows = async () => {
      api.clock.now = Date.now() + 1_000
      const { body } = await ask('/v1/reports/stuck?period=this&reconcile=true')
      const { rows } = body.sections.at(-1)
      const off = body.findings.filter(({ id }: { id: string }) => id.startsWith('reconcile-'))
      return { rows: rows.map((row: Record<string, unknown>) => Object.values(row)), off }
    }
    const compared = await rows()
    expect(compared.rows).toEqual([
      ['new contacts', 2, 2, 0, 'agrees'],
      ['MQLs', 2, 1, 1, 'off by over 5 %'],
      ['SQLs', 0, 0, 0, 'agrees'],
      ['opportunities', 0, 0, 0, 'agrees'],
      ['customers', 0, 0, 0, 'agrees'],
    ])
    expect(compared.off.map(({ text }: { text: string }) => text)).toEqual([
      'Of MQLs Baton counts 2 and HubSpot 1 (hs_v2_date_entered_marketingqualifiedlead): they differ by over 5 %.',
    ])
    hubspot.failNext({ path: /search/, status: 400, body: { message: 'Property "createdate" does not exist' } })
    const refused = await rows()
    expect(refused.rows[0]).toEqual([
      'new contacts',
      2,
      null,
      null,
      'not compared: HubSpot does not know createdate (400)',
    ])
    expect(refused.off[0]).toMatchObject({ level: 'warn' })
    // Nobody can ask HubSpot here.
    vi.stubEnv('HUBSPOT_ACCESS_TOKEN', '')
    const { out, code } = await baton('report', 'stuck', '--period', 'this', '--reconcile')
    expect(code).toBe(2)
    expect(out).toContain('HUBSPOT_ACCESS_TOKEN is not set')
  })
})
