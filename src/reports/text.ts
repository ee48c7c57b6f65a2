import { tableLines, visible, wrapped } from '../rules/table-text.ts'
import { localTime } from '../rules/words.ts'
import type { Column, Finding, Report, Section } from './report.ts'
import { cellText } from './words.ts'

const MARKS: Record<Finding['level'], string> = { good: '✓', info: '·', warn: '!' }

// So much of what names a row is shown before a table is broken into parts.
const NAMES = 28

/** A report for a terminal of so many columns: what it is about, its findings, its tables. */
export function reportText(report: Report, width: number): string {
  const { title, period, asOf, findings, sections } = report
  const { timeZone } = period
  const soFar = asOf < period.to ? `, so far: ${localTime(asOf, timeZone)}` : ''
  const head = [`${title}, ${period.title} (${period.name}, ${timeZone})${soFar}`]
  const told = findings.flatMap(({ level, text }) => {
    const [first = '', ...rest] = wrapped(visible(text), width - 2)
    return [`${MARKS[level]} ${first}`, ...rest.map((line) => `  ${line}`)]
  })
  const parts = [wrapped(head.join(''), width), ...(told.length > 0 ? [told] : [])]
  return [...parts, ...sections.map((section) => sectionLines(section, timeZone, width))]
    .map((lines) => lines.join('\n'))
    .join('\n\n')
}

function sectionLines({ title, note, columns, rows, empty }: Section, timeZone: string, width: number): string[] {
  const above = [title.toUpperCase(), ...(note === undefined ? [] : wrapped(note, width))]
  if (rows.length === 0) return [...above.map(visible), ...wrapped(visible(empty), width)]
  // An address takes a whole line; it stands in the CSV.
  const shown = columns.filter(({ id }) => id !== 'url')
  const cells = rows.map((row) => shown.map(({ id, unit }) => cellText(row[id], unit, timeZone)))
  const head = shown.map((column) => headOf(column, timeZone))
  const numbers = shown.map(({ unit }) => unit !== 'text' && unit !== 'instant')
  return [...above.map(visible), ...tableLines({ head, rows: cells, numbers, names: NAMES }, width)]
}

/** A column's title with its target: `in time ≥ 90 %`. */
export function headOf({ title, unit, target }: Column, timeZone: string): string {
  const bound = (sign: string, value: number | undefined) =>
    value === undefined ? '' : ` ${sign} ${cellText(value, unit, timeZone)}`
  return `${title}${bound('≥', target?.atLeast)}${bound('≤', target?.atMost)}`
}
