import { z } from 'zod'

/*
 * What a report is, whichever it is: findings in words, tables, and charts. It holds plain numbers; whoever shows it (Slack, a
 * terminal, CSV, the console, a picture) writes them by their unit.
 */

/** The reports that there are. */
export const REPORT_NAMES = ['weekly', 'monthly', 'quarterly', 'quality', 'stuck', 'feedback'] as const
export type ReportName = (typeof REPORT_NAMES)[number]

/**
 * What a number of a column is: `share` between 0 and 1, `points` a difference of two shares, `change` a share more or less than
 * before, `instant` in epoch milliseconds, `money` without a currency.
 */
export const UNITS = ['text', 'count', 'share', 'points', 'change', 'minutes', 'days', 'money', 'instant'] as const
export type Unit = (typeof UNITS)[number]

/** A figure or a word; null: nobody can say, for instance a share of nothing. */
export const Cell = z.union([z.string(), z.number(), z.null()])
export type Cell = z.output<typeof Cell>

/** A column of a table. `target`: what its figures are held against. */
export const Column = z.object({
  id: z.string().describe('the key of the rows, and the name of the column in CSV'),
  title: z.string(),
  unit: z.enum(UNITS),
  target: z.object({ atLeast: z.number().optional(), atMost: z.number().optional() }).optional(),
})
export type Column = z.output<typeof Column>

/** A table. `note` says what is counted, and of what. An empty one says so in `empty`. */
export const Section = z.object({
  id: z.string(),
  title: z.string(),
  note: z.string().optional(),
  columns: z.array(Column).describe('the first one names the row'),
  rows: z
    .array(z.record(z.string(), Cell))
    .describe('by the ids of the columns; `url`: where people open what the row is about'),
  empty: z.string().describe('what is said where there is no row'),
})
export type Section = z.output<typeof Section>

/**
 * One sentence that somebody should know, with its numbers. `level`: good, as it should be; info; warn, off its target. `alert`: it is told
 * on its own as well, when the report is sent.
 */
export const Finding = z.object({
  id: z.string(),
  level: z.enum(['good', 'info', 'warn']),
  text: z.string(),
  alert: z.literal(true).optional(),
})
export type Finding = z.output<typeof Finding>

/** A picture, where a line says less: bars or lines over the same places of `x`. `target` is drawn as a line across. */
export const Chart = z.object({
  id: z.string(),
  title: z.string(),
  kind: z.enum(['bars', 'stacked', 'lines', 'funnel']),
  unit: z.enum(UNITS),
  x: z.array(z.string()),
  series: z.array(z.object({ name: z.string(), values: z.array(z.number().nullable()) })),
  target: z.object({ from: z.number().optional(), to: z.number().optional(), name: z.string() }).optional(),
})
export type Chart = z.output<typeof Chart>

/** A span of time by its name: a week `2026-W47`, a month `2026-11`, a quarter `2026-Q4`. `to` is not part of it; epoch milliseconds. */
export const Period = z.object({
  name: z.string(),
  kind: z.enum(['week', 'month', 'quarter']),
  from: z.number(),
  to: z.number(),
  timeZone: z.string(),
  title: z.string().describe('for people: "16–22 Nov 2026"'),
})
export type Period = z.output<typeof Period>

/** A report. `asOf` is when it was made, in epoch milliseconds: of a period that is not over it is the end of what it knows. */
export const Report = z
  .object({
    name: z.enum(REPORT_NAMES),
    title: z.string(),
    period: Period,
    asOf: z.number(),
    findings: z.array(Finding),
    sections: z.array(Section),
    charts: z.array(Chart),
  })
  .meta({
    id: 'Report',
    examples: [
      {
        name: 'weekly',
        title: 'Weekly report',
        period: {
          name: '2026-W47',
          kind: 'week',
          from: 1_794_805_200_000,
          to: 1_795_410_000_000,
          timeZone: 'America/New_York',
          title: '16–22 Nov 2026',
        },
        asOf: 1_795_438_800_000,
        findings: [{ id: 'acceptance', level: 'good', text: 'Sales accepted 9 of 20 MQLs handed over, 45 %.' }],
        sections: [
          {
            id: 'sources',
            title: 'Sources',
            columns: [
              { id: 'source', title: 'source', unit: 'text' },
              { id: 'leads', title: 'leads', unit: 'count' },
              { id: 'change', title: 'on the week before', unit: 'change' },
            ],
            rows: [{ source: 'ORGANIC_SEARCH', leads: 42, change: 0.2 }],
            empty: 'No lead came.',
          },
        ],
        charts: [],
      },
    ],
  })
export type Report = z.output<typeof Report>
