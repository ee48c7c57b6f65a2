import type { FastifyInstance } from 'fastify'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { REPORT_KINDS } from '../../src/reports/kinds.ts'
import { periodAt, periodNamed } from '../../src/reports/period.ts'
import { REPORT_NAMES, type Report } from '../../src/reports/report.ts'
import { TooManyReports } from '../../src/reports/run.ts'
import type { ReportList, Reports } from '../../src/views/reports.ts'
import { aReport } from '../support/a-report.ts'
import { startConsole } from '../support/console-alone.ts'
import { loadTestConfig } from '../support/stage.ts'

const ZONE = 'Europe/Berlin'
// Wednesday of the week 47.
const NOW = Date.parse('2026-11-18T15:00:00Z')

const config = await loadTestConfig({}, NOW)
let console: FastifyInstance
let now = NOW
let version = 'one'
let asked: string[] = []
let make: (name: string, period: string) => Promise<Report>

beforeEach(async () => {
  ;[now, version, asked] = [NOW, 'one', []]
  make = async (_, period) => aReport({ period: periodNamed(period, ZONE), asOf: now })
  const list = async (): Promise<ReportList> => ({
    reports: REPORT_NAMES.map((name) => ({ name, title: REPORT_KINDS[name].title, every: REPORT_KINDS[name].every })),
    timeZone: ZONE,
    since: '2026-11-09T12:00:00Z',
    periods: {
      week: [periodAt('week', now, ZONE), periodNamed('2026-W46', ZONE)],
      month: [periodAt('month', now, ZONE)],
      quarter: [periodAt('quarter', now, ZONE)],
    },
  })
  const reports = {
    list,
    make: (name: string, period: string) => {
      asked.push(`${name} ${period}`)
      return make(name, period)
    },
  } as unknown as Reports
  console = await startConsole({ reports, clock: { now: () => now }, config: () => ({ ...config, version }) }, 'read')
})
afterEach(() => console.close())

const get = (path: string) => console.inject(`/console${path}`)

test('the list leads to each report, of its last period and of the one under way', async () => {
  const { body } = await get('/reports')
  for (const name of REPORT_NAMES) expect(body).toContain(`href="/console/reports/${name}?period=last"`)
  expect(body).toContain('This week so far')
  expect(body).toContain('This quarter so far')
  // Monday at 08:00 of America/New_York, and to whom.
  expect(body).toMatch(/Next <time datetime="2026-11-23T13:00:00.000Z"[^>]*>[^<]+<\/time> to [A-Z][^<]+<\/p>/)
})

test('a report is shown with its findings, its figures in words, and its charts in both colours', async () => {
  const { body } = await get('/reports/weekly')
  expect(asked).toEqual(['weekly 2026-W46'])
  expect(body).toContain('9–15 Nov 2026')
  expect(body).not.toContain('so far</span>')
  expect(body).toContain('scoring is too loose')
  for (const text of [
    '>1,240<',
    '>−14\u00a0%<',
    '>–<',
    '>2\u00a0h 05\u00a0min<',
    '>42,000<',
    'In time<small>at least 90\u00a0%</small>',
    'data-head="In time, at least 90\u00a0%"',
  ])
    expect(body).toContain(text)
  // What is off its target is marked, and not by its colour alone.
  expect(body).toContain('<strong class="off">84\u00a0%<span class="hidden"> off target</span></strong>')
  expect(body.match(/class="off"/g)).toHaveLength(1)
  expect(body).toContain('None of 17 was rejected.')
  // What a row is about is opened where it stands; no other address becomes a link.
  expect(body).toContain('Ada Lane <a href="https://hubspot.example/7" rel="noreferrer"')
  expect(body).not.toContain('javascript:')
  expect(body).not.toContain('data-head="HubSpot"')
  // Of a chart without a figure there is no picture.
  expect(body.match(/<figure/g)).toHaveLength(2)
  expect(body.match(/<svg role="img"/g)).toHaveLength(4)
  // The policy of the page allows no style of its own; what a lead wrote stays text.
  expect(body).not.toMatch(/ style=|<style/)
  expect(body).not.toContain('<script>')
  expect(body).not.toContain('<b>')
})

test('the period is chosen by its name, by the one before and after it; none lies ahead', async () => {
  const over = await get('/reports/weekly?period=2026-W46')
  expect(over.body).toContain('href="/console/reports/weekly?period=2026-W45" rel="prev">← 2–8 Nov 2026</a>')
  expect(over.body).toContain('href="/console/reports/weekly?period=2026-W47" rel="next">16–22 Nov 2026 so far →</a>')
  const present = await get('/reports/weekly?period=this')
  expect(present.body).toContain('<span class="badge warn">so far</span>')
  expect(present.body).not.toContain('rel="next"')
  const month = await get('/reports/weekly?period=2025-02')
  expect(month.body).toContain('<option value="2025-02" selected>February 2025</option>')
  expect(asked).toEqual(['weekly 2026-W46', 'weekly 2026-W47', 'weekly 2025-02'])
  const last = await get('/reports/quarterly?period=')
  expect(last.body).toContain('Q3 2026')
})

test.each([
  ['/reports/weekly?period=2027-W01', 400, 'has not begun yet'],
  ['/reports/weekly?period=2026-W54', 400, '&quot;2026-W54&quot; is no period'],
  ['/reports/yearly', 404, 'There is no such report.'],
  ['/reports/weekly/csv?section=none', 404, 'no such table'],
])('%s is refused in words', async (path, status, words) => {
  const { statusCode, body } = await get(path)
  expect(statusCode).toBe(status)
  expect(body).toContain(words)
})

test('one that takes long is shown when it is there, is made once, and again after a while or by another config', async () => {
  const through: ((report: Report) => void)[] = []
  make = () => new Promise((resolve) => through.push(resolve))
  const path = '/reports/weekly?period=this'
  expect((await get(path)).body).toContain('hx-get="/console/reports/weekly?period=2026-W47"')
  expect((await get(path)).body).toContain('The report is being made')
  expect(asked).toHaveLength(1)
  through[0]?.(aReport())
  expect((await get(path)).body).toContain('scoring is too loose')
  now += 11 * 60_000
  // Whom it names may be erased by now.
  expect((await get(path)).body).toContain('The report is being made')
  through[1]?.(aReport())
  await get(path)
  now += 11 * 60_000
  make = async () => aReport({ findings: [] })
  expect((await get(path)).body).toContain('nothing to point out')
  version = 'two'
  await get(path)
  expect(asked).toHaveLength(4)
})

test('where many are being made it waits for its turn; where one fails, the page says so and the next visit tries again', async () => {
  make = () => Promise.reject(new TooManyReports())
  expect((await get('/reports/weekly')).body).toContain('The report is being made')
  make = () => Promise.reject(new Error('broken'))
  const failed = await get('/reports/weekly')
  expect(failed.statusCode).toBe(500)
  expect(failed.body).toContain('id="looked" role="alert">It has been logged.')
  make = async () => aReport()
  expect((await get('/reports/weekly')).statusCode).toBe(200)
})

test('one that fails after a while is told of to who looks again, and to nobody who comes much later', async () => {
  const through: ((error: Error) => void)[] = []
  make = () => new Promise((_, reject) => through.push(reject))
  for (const later of [2_000, 10 * 60_000]) {
    expect((await get('/reports/weekly')).body).toContain('The report is being made')
    through.splice(0)[0]?.(new Error('broken'))
    now += later
    expect((await get('/reports/weekly')).statusCode).toBe(later === 2_000 ? 500 : 200)
  }
})

test('the figures come as CSV, all of them or those of a table', async () => {
  const all = await get('/reports/weekly/csv?period=2026-W46')
  expect(all.headers['content-disposition']).toBe('attachment; filename="weekly-2026-W46.csv"')
  expect(all.body).toContain('reps,Ada Lane,within,0.952,share\r\n')
  const one = await get('/reports/weekly/csv?period=2026-W46&section=funnel')
  expect(one.body.split('\r\n').slice(0, 2)).toEqual(['stage,count,before,change', 'Leads,1240,1447,-0.143'])
})
