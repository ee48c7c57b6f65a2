import type { Result, Row } from './row.ts'

/** A measured row, or what went wrong with it. */
export type Outcome = { row: Row; result: Result } | { row: Row; failure: string }

const HEAD = ['', 'what', 'Baton', 'ceiling', 'ratio', 'lowest to highest', 'aim', '']

/** The one table as lines, and under it how each row was measured. */
export function tableOf(outcomes: Outcome[]): string[] {
  const cells = [HEAD, ...outcomes.map((outcome, index) => [String(index + 1), ...cellsOf(outcome)])]
  const widths = HEAD.map((_, column) => Math.max(...cells.map((line) => line[column]?.length ?? 0)))
  const lines = cells.map((line) =>
    line
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  )
  return [...lines, '', ...outcomes.flatMap(notesOf)]
}

function cellsOf(outcome: Outcome): string[] {
  const { row } = outcome
  const aim = aimOf(row)
  if ('failure' in outcome) return [row.what, '-', '-', '-', '-', aim, 'FAILED']
  const { figure, ceiling, ratio, lowest, highest, met } = outcome.result
  const judged = (value: number) => (row.aim?.of === 'ratio' ? number(value) : withUnit(value, row))
  return [
    row.what,
    withUnit(figure, row),
    ceiling === null ? '-' : withUnit(ceiling, row),
    ratio === null ? '-' : number(ratio),
    lowest === highest ? '-' : `${judged(lowest)} to ${judged(highest)}`,
    aim,
    met === null ? '' : met ? 'met' : 'missed',
  ]
}

function aimOf({ aim, unit }: Row): string {
  if (!aim) return '-'
  return `${aim.is === '>=' ? '≥' : '≤'} ${aim.value}${aim.of === 'ratio' ? ' x' : ` ${unit}`}`
}

function notesOf(outcome: Outcome, index: number): string[] {
  const { row } = outcome
  const more = 'failure' in outcome ? [`FAILED: ${outcome.failure}`] : outcome.result.notes
  return [`${index + 1} (${row.name}): ${row.how}`, ...more.map((note) => `    ${note}`)]
}

function withUnit(value: number, { unit }: Row): string {
  return `${number(value)}${unit === '/s' ? '' : ' '}${unit}`
}

/** A number for people: two decimals below ten, one below a hundred, then whole and with commas. */
export function number(value: number): string {
  const digits = value < 10 ? 2 : value < 100 ? 1 : 0
  return value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits })
}
