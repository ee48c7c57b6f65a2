import type { Cell, Column, Finding, Report, Section } from '../reports/report.ts'
import { cellText, unbroken } from '../reports/words.ts'
import { localTime } from '../rules/words.ts'
import { type Block, type RenderedMessage, section, spoken } from './alert.ts'
import { cutMrkdwn, escapeText, plainText } from './texts.ts'

/*
 * A report in Slack, for a phone: what one should know in sentences, then the few figures of its first table, a row a line. The other
 * tables stand in the thread; all of it is in the console. It needs no picture to be understood.
 */

/** What a report in Slack is made of. */
export interface ReportInput {
  report: Report
  /** Where it stands in the console; without one it is asked for on the command line. */
  url: string | undefined
  /** When it was due, where that is long past (epoch milliseconds). */
  late?: number | undefined
}

/** A report in Slack. `alerts` are findings that are told on their own as well. */
export interface ReportMessages {
  message: RenderedMessage
  thread: RenderedMessage[]
  alerts: { id: string; message: RenderedMessage }[]
}

// Of the first message, of a table in the thread, and of the thread: the rest is counted.
const MOST_FINDINGS = 15
const FIRST_ROWS = 8
const MOST_ROWS = 15
const MOST_REPLIES = 4
const LONGEST_LINE = 400
// What a table counts is ours, and says nothing when its end is missing.
const LONGEST_NOTE = 800
// Under Slack's limits of a section's text, and of all blocks together.
const LONGEST_SECTION = 2_900
const LONGEST_MESSAGE = 9_000

const HTTPS = /^https:\/\/[^\s<>|]+$/
const MARKS: Record<Finding['level'], string> = { warn: '⚠', info: '•', good: '✓' }
const ORDER: Finding['level'][] = ['warn', 'info', 'good']

/** Renders a report for Slack, within its limits whatever people are called. */
export function renderReport(input: ReportInput): ReportMessages {
  const { report } = input
  const { timeZone } = report.period
  const title = `${report.title}: ${report.period.title}`
  const findings = ORDER.flatMap((level) => report.findings.filter((one) => one.level === level))
  const [first, ...rest] = report.sections
  const said = findings.slice(0, MOST_FINDINGS).map(findingLine)
  if (findings.length > MOST_FINDINGS) said.push(`and ${findings.length - MOST_FINDINGS} more`)
  if (findings.length === 0 && !first) said.push('Nothing to report.')
  const figures = first ? tableLines(first, timeZone, FIRST_ROWS) : []
  // What did not fit stands in the thread, whole.
  const more = first && first.rows.length > FIRST_ROWS ? [first, ...rest] : rest
  return {
    message: {
      text: aloud([escapeText(title), ...said, ...figures], timeZone),
      blocks: [
        { type: 'header', text: { type: 'plain_text', emoji: false, text: plainText(title, 150) } },
        ...sections(said),
        ...sections(figures),
        context([...lateWords(input), ...(more.length > 0 ? ['More in the thread'] : []), whereWords(input)]),
      ],
    },
    thread: replies(more, input),
    alerts: report.findings.flatMap((one) => (one.alert ? [{ id: one.id, message: alert(one, input) }] : [])),
  }
}

function findingLine({ level, text }: Finding): string {
  return `${MARKS[level]} ${escapeText(text, LONGEST_LINE)}`
}

function alert(finding: Finding, input: ReportInput): RenderedMessage {
  const { title, period } = input.report
  const text = findingLine(finding)
  const from = `${escapeText(title)}, ${escapeText(period.title)}`
  return {
    text: spoken([text, from], { timeZone: period.timeZone }),
    blocks: [section(unbroken(`*${text}*`)), context([from, whereWords(input)])],
  }
}

// What is counted stands in italics.
function aloud(lines: readonly string[], timeZone: string): string {
  return spoken(
    lines.map((line) => line.replace(/^_(.*)_$/, '$1')),
    { timeZone },
  )
}

/** A table as lines: its title, what is counted, and a row a line. */
function tableLines(table: Section, timeZone: string, most: number): string[] {
  const { title, note, rows, columns, empty } = table
  const left = rows.length - most
  return [
    `*${escapeText(title)}*`,
    ...(note ? [`_${escapeText(note, LONGEST_NOTE)}_`] : []),
    ...(rows.length === 0 ? [escapeText(empty, LONGEST_LINE)] : []),
    ...rows.slice(0, most).map((row) => cutMrkdwn(rowLine(columns, row, timeZone), LONGEST_LINE)),
    ...(left > 0 ? [`and ${left} more`] : []),
  ]
}

// "Ada Lane: leads 12, answered in time 82 %". What nobody can say is left out, for a line is read on a phone.
function rowLine([name, ...columns]: readonly Column[], row: Record<string, Cell>, timeZone: string): string {
  const textOf = (column: Column) => escapeText(cellText(row[column.id], column.unit, timeZone), 80)
  const known = columns.filter(({ id }) => id !== 'url' && row[id] !== null && row[id] !== undefined && row[id] !== '')
  const figures = known.map((column) => `${escapeText(lowered(column.title), 60)} ${textOf(column)}`)
  const called = (name && textOf(name)) || '–'
  const linked = HTTPS.test(String(row.url)) ? `<${row.url}|${called}>` : called
  return `*${linked}*: ${figures.length > 0 ? figures.join(', ') : '–'}`
}

// Not of abbreviations such as MQLs.
function lowered(title: string): string {
  return /^\p{Lu}(?:\p{Ll}|\s)/u.test(title) ? `${title.slice(0, 1).toLowerCase()}${title.slice(1)}` : title
}

/** The other tables, as messages of the thread. */
function replies(tables: readonly Section[], input: ReportInput): RenderedMessage[] {
  const { timeZone } = input.report.period
  const all: { titles: string[]; lines: string[]; blocks: Block[]; length: number }[] = []
  let left = 0
  for (const table of tables) {
    const lines = tableLines(table, timeZone, MOST_ROWS)
    const length = lines.join('\n').length
    let reply = all.at(-1)
    if (!reply || reply.length + length > LONGEST_MESSAGE) {
      if (all.length === MOST_REPLIES) {
        left += 1
        continue
      }
      reply = { titles: [], lines: [], blocks: [], length: 0 }
      all.push(reply)
    }
    reply.lines.push(...lines)
    reply.blocks.push(...sections(lines))
    reply.length += length
  }
  return all.map(({ lines, blocks }, at) => {
    const rest = at === all.length - 1 && left > 0 ? [context([`and ${left} more tables`, whereWords(input)])] : []
    return { text: aloud(lines, timeZone), blocks: [...blocks, ...rest] }
  })
}

function lateWords({ late, report }: ReportInput): string[] {
  return late === undefined ? [] : [`Sent late: it was due ${localTime(late, report.period.timeZone)}`]
}

function whereWords({ url, report }: ReportInput): string {
  const { name, period } = report
  const all = url ? `<${url}|All figures>` : `All figures: \`baton report ${name} --period ${period.name}\``
  return `${all} · times in ${escapeText(period.timeZone)}`
}

function context(parts: string[]): Block {
  return { type: 'context', elements: [{ type: 'mrkdwn', verbatim: true, text: parts.join(' · ') }] }
}

/** Lines as sections, none of them longer than Slack takes. */
function sections(lines: readonly string[]): Block[] {
  const texts: string[] = []
  for (const line of lines) {
    const last = texts.at(-1)
    if (last !== undefined && last.length + line.length < LONGEST_SECTION) texts[texts.length - 1] = `${last}\n${line}`
    else texts.push(line)
  }
  return texts.map((text) => section(unbroken(text)))
}
