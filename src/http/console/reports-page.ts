import type { FastifyInstance } from 'fastify'
import type { VNode } from 'preact'
import { z } from 'zod'
import { earlier, periodAsked, periodAt, UnknownPeriod } from '../../reports/period.ts'
import { type Period, REPORT_NAMES, type Report, type ReportName } from '../../reports/report.ts'
import { TooManyReports } from '../../reports/run.ts'
import { deliveriesOf, dueAt } from '../../reports/schedule.ts'
import { sectionTable, tidyTable } from '../../reports/table.ts'
import type { ReportList } from '../../views/reports.ts'
import { sendCsv } from '../csv.ts'
import { answersLate } from '../long-answer.ts'
import { ProblemError } from '../problems.ts'
import { answer, pageIn } from './answer.ts'
import { badge, html, type Page, time } from './html.ts'
import { createKept, lookAgain } from './kept.ts'
import type { ConsoleParts } from './parts.ts'
import { reportShown } from './report-shown.ts'

// A report reads all facts of its time: it is not made at every visit.
const FRESH = 10 * 60_000
const MOST = 30
const Name = z.object({ name: z.enum(REPORT_NAMES) })
const KINDS = [
  { kind: 'week', name: 'Weeks' },
  { kind: 'month', name: 'Months' },
  { kind: 'quarter', name: 'Quarters' },
] as const

/** What each report tells, for who chooses one. */
const ABOUT: Record<ReportName, string> = {
  weekly:
    'Leads, MQLs, SQLs and opportunities against the week before; who answered in time; acceptance; sources; what stands out.',
  monthly: 'The funnel by stage and source, against the month before; what was read before deals that were won.',
  quarterly: 'Triggers and routes with their effect, data quality, capacity.',
  quality: 'The six measures of the data with their targets; bands and their promises; acceptance by source.',
  stuck: 'Leads that have stood in one stage for too long.',
  feedback: 'What sales says to marketing, marketing to sales, and customer success to marketing.',
}

/** `/console/reports`: the reports, of any week, month or quarter of which there are facts. */
export function reportRoutes(parts: ConsoleParts) {
  const made = createKept<Report>({ fresh: FRESH, most: MOST, shownOld: false })

  return async function plugin(app: FastifyInstance): Promise<void> {
    app.get('/reports', async (request, reply) => {
      const { root, now } = pageIn(request)
      const { reports, since } = await parts.reports.list()
      const body = html`${since === null ? html`<p class="empty">No fact is kept yet: what happens with the first leads will be reported.</p>` : html`<p>By the facts that are kept since ${time(since)}.</p>`}
        <div class="cards">${reports.map(
          ({ name, title, every }) => html`<section class="card" aria-labelledby=${`report-${name}`}>
            <h2 id=${`report-${name}`}><a href=${`${root}/reports/${name}`}>${title}</a></h2>
            <p>${ABOUT[name]}</p>
            ${sendings(name, now).map(({ title: part, at, to }) => html`<p class="hint">${part ? `${part}, next` : 'Next'} ${time(at)} to ${to}</p>`)}
            <p class="pages"><a href=${`${root}/reports/${name}?period=last`} aria-label=${`${title}: last ${every}`}>Last ${every}</a><a href=${`${root}/reports/${name}?period=this`} aria-label=${`${title}: this ${every} so far`}>This ${every} so far</a></p>
          </section>`,
        )}</div>`
      return answer(request, reply, { title: 'Reports', path: '/reports', body })
    })

    app.get('/reports/:name', async (request, reply) => {
      const page = pageIn(request)
      const { name, period, list } = await wanted(request.params, request.query, page.now)
      const found = await look(name, period, page.now)
      const title = list.reports.find((one) => one.name === name)?.title ?? name
      const address = `${page.root}/reports/${name}?period=${period.name}`
      const csv = `${page.root}/reports/${name}/csv?period=${period.name}`
      const body = html`<p class="lede">${period.title}${period.to > page.now && html` ${badge('so far', 'warn')}`}</p>
        ${choice(page, name, period, list)}
        ${
          found
            ? html`<div id="looked"><p class="count">As of ${time(found.value.asOf)}; days are those of ${period.timeZone}. <a href=${csv} download>All figures as CSV</a></p>${reportShown(found.value, csv)}</div>`
            : lookAgain(address, 'The report is being made')
        }`
      return answer(request, reply, { title, path: '/reports', body })
    })

    app.get('/reports/:name/csv', async (request, reply) => {
      const { now } = pageIn(request)
      const { name, period } = await wanted(request.params, request.query, now)
      const kept = await look(name, period, now)
      if (!kept) answersLate(request, reply)
      const report = kept?.value ?? (await parts.reports.make(name, period.name).catch(tooMany))
      const { section: id } = request.query as { section?: unknown }
      const section = report.sections.find((one) => one.id === id)
      if (id !== undefined && !section)
        throw new ProblemError({ status: 404, title: 'No such table', detail: 'The report has no such table.' })
      const { columns, rows } = section ? sectionTable(section) : tidyTable(report)
      const file = [name, period.name, ...(section ? [section.id] : [])].join('-')
      reply.header('content-disposition', `attachment; filename="${file}.csv"`)
      return sendCsv(request, reply, columns, rows, null)
    })
  }

  /** When a report is sent to Slack next, and to whom. */
  function sendings(name: ReportName, now: number): { title: string | undefined; at: number; to: string }[] {
    const { reports, team } = parts.config()
    const calendar = team.calendars[reports.calendar ?? ''] ?? Object.values(team.calendars)[0]
    if (!calendar) return []
    const people = { ...team.reps, ...team.managers, ...team.people }
    return deliveriesOf(reports)
      .filter(({ report }) => report === name)
      .map((delivery) => {
        const present = periodAt(delivery.every, now, calendar.timeZone)
        const dates = [earlier(present, 1), present].map((period) => dueAt(delivery, period, calendar))
        const at = Math.min(...dates.filter((date) => date > now))
        return { title: delivery.title, at, to: delivery.to.map((id) => people[id]?.name ?? id).join(', ') }
      })
  }

  async function wanted(params: unknown, query: unknown, now: number) {
    const { data } = Name.safeParse(params)
    if (!data) throw new ProblemError({ status: 404, title: 'No such report', detail: 'There is no such report.' })
    const list = await parts.reports.list()
    const every = list.reports.find(({ name }) => name === data.name)?.every ?? 'week'
    const asked = (query as { period?: unknown }).period
    return { name: data.name, list, period: periodOf(typeof asked === 'string' && asked !== '' ? asked : 'last') }

    function periodOf(name: string): Period {
      try {
        return periodAsked(name, every, now, list.timeZone)
      } catch (error) {
        if (!(error instanceof UnknownPeriod)) throw error
        throw new ProblemError({ status: 400, title: 'No such period', detail: `${error.message}.` })
      }
    }
  }

  async function look(name: ReportName, period: Period, now: number) {
    const key = `${parts.config().version} ${name} ${period.name}`
    try {
      return await made.look(key, now, () => parts.reports.make(name, period.name))
    } catch (error) {
      // It will be its turn: the page looks again.
      if (error instanceof TooManyReports) return undefined
      throw error
    }
  }
}

function tooMany(error: unknown): never {
  if (!(error instanceof TooManyReports)) throw error
  throw new ProblemError({ status: 429, title: 'Too many reports', detail: error.message })
}

/** Which period is shown, and how to come to another one. */
function choice({ root, now }: Page, name: ReportName, period: Period, list: ReportList): VNode {
  const address = (of: string) => `${root}/reports/${name}?period=${of}`
  const [before, after] = [earlier(period, 1), earlier(period, -1)]
  const isKnown = list.periods[period.kind].some((one) => one.name === period.name)
  const option = (one: Period) =>
    html`<option value=${one.name} selected=${one.name === period.name}>${one.title}${one.to > now ? ' so far' : ''}</option>`
  return html`<form class="filters" method="get" action=${`${root}/reports/${name}`}>
    <div class="field wide"><label for="period">Period</label><select id="period" name="period">${KINDS.map(
      ({ kind, name: plural }) => {
        const more = kind === period.kind && !isKnown ? [period] : []
        return html`<optgroup label=${plural}>${[...list.periods[kind], ...more].map(option)}</optgroup>`
      },
    )}</select></div>
    <div class="field"><button>Show</button></div>
  </form>
  <nav class="pages" aria-label="Periods">
    <a href=${address(before.name)} rel="prev">← ${before.title}</a>
    ${after.from <= now && html`<a href=${address(after.name)} rel="next">${after.title}${after.to > now ? ' so far' : ''} →</a>`}
  </nav>`
}
