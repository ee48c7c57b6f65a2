import type { FastifyInstance } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { UnknownPeriod } from '../../reports/period.ts'
import { REPORT_NAMES, Report, type ReportName } from '../../reports/report.ts'
import { TooManyReports } from '../../reports/run.ts'
import { sectionTable, tidyTable } from '../../reports/table.ts'
import { ReportList, type Reports } from '../../views/reports.ts'
import { Format, sendCsv, wantsCsv } from '../csv.ts'
import { answersLate } from '../long-answer.ts'
import { ProblemError, problemResponses } from '../problems.ts'

/** What the routes of reports use. */
export interface ReportRouteParts {
  reports: Reports
}

const RETRY_AFTER = '10'

const Query = z.object({
  period: z
    .string()
    .max(40)
    .default('last')
    .describe(
      'a week `2026-W47`, a month `2026-11`, a quarter `2026-Q4`, whatever the report is usually about; `last` is the last of its kind that is over, `this` the present one, `last-month` and the like say of which kind',
    ),
  section: z.string().max(100).optional().describe('only this table; as CSV it has its own columns'),
  reconcile: z
    .enum(['true', 'false'])
    .default('false')
    .describe("`true`: its counts are held against HubSpot's own, in the section `reconcile`; takes some searches"),
  format: Format,
})

/** `GET /v1/reports` and `GET /v1/reports/{name}`. */
export function reportRoutes({ reports }: ReportRouteParts) {
  return async function plugin(instance: FastifyInstance): Promise<void> {
    const app = instance.withTypeProvider<ZodTypeProvider>()
    app.get(
      '/reports',
      {
        schema: {
          operationId: 'listReports',
          tags: ['reports'],
          summary: 'Which reports there are, and of which periods there are facts',
          response: { 200: ReportList, ...problemResponses(400, 401, 429, 503) },
        },
      },
      async () => reports.list(),
    )
    app.get(
      '/reports/:name',
      {
        schema: {
          operationId: 'getReport',
          tags: ['reports'],
          summary: 'A report of a week, a month or a quarter: findings in words, tables of figures, charts',
          description:
            'Made anew from the facts that are kept. Figures are plain numbers with their units: shares between 0 and 1, instants in epoch milliseconds; `null`: nobody can say, for instance a share of nothing. As CSV each figure is a line, or with `section` one table with its own columns; instants are ISO 8601 there.',
          params: z.object({
            name: z
              .string()
              .max(100)
              .describe(`one of ${REPORT_NAMES.join(', ')}`),
          }),
          querystring: Query,
          response: {
            200: {
              description: 'The report.',
              content: {
                'application/json': { schema: Report },
                'text/csv': { schema: z.string().describe('a line of names, then a line for each figure or row') },
              },
            },
            ...problemResponses(400, 401, 404, 429, 503),
          },
        },
      },
      async (request, reply) => {
        const { period, section, reconcile } = request.query
        answersLate(request, reply)
        const report = await reports
          .make(knownName(request.params.name), period, { reconcile: reconcile === 'true' })
          .catch(inWords)
        const only = section === undefined ? undefined : knownSection(report, section)
        if (wantsCsv(request)) {
          const { columns, rows } = only ? sectionTable(only) : tidyTable(report)
          const file = [report.name, report.period.name, ...(only ? [only.id] : [])].join('-')
          reply.header('content-disposition', `attachment; filename="${file}.csv"`)
          return sendCsv(request, reply, columns, rows, null) as never
        }
        return only ? { ...report, sections: [only] } : report
      },
    )
  }
}

function knownName(name: string): ReportName {
  const known = REPORT_NAMES.find((one) => one === name)
  if (known) return known
  throw notFound(`There is no report ${name}: there are ${REPORT_NAMES.join(', ')}.`)
}

function knownSection(report: Report, id: string): Report['sections'][number] {
  const found = report.sections.find((one) => one.id === id)
  if (found) return found
  const known = report.sections.map((one) => one.id).join(', ')
  throw notFound(`The ${report.name} report has no section ${id}: ${known ? `there are ${known}` : 'it has none'}.`)
}

const notFound = (detail: string) => new ProblemError({ status: 404, title: 'Not found', detail })

function inWords(error: unknown): never {
  if (error instanceof UnknownPeriod)
    throw new ProblemError({ status: 400, title: 'The request is not valid', detail: `period: ${error.message}.` })
  if (error instanceof TooManyReports)
    throw new ProblemError(
      { status: 429, title: 'Too many requests', detail: error.message },
      { 'retry-after': RETRY_AFTER },
    )
  throw error
}
