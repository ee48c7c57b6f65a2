import { iso } from '../rules/words.ts'
import type { Cell, Column, Report, Section } from './report.ts'

/** Rows for a spreadsheet: figures as they are, instants as ISO 8601. */
export interface FlatTable {
  columns: readonly string[]
  rows: Record<string, Cell>[]
}

const TIDY = ['section', 'row', 'figure', 'value', 'unit'] as const

/** All figures of a report as one table, a figure a line. `row` is what the first column of its section says. */
export function tidyTable({ sections }: Report): FlatTable {
  const rows = sections.flatMap(({ id, columns: [first, ...others], rows }) =>
    rows.flatMap((row) =>
      others.map((column) => ({
        section: id,
        row: first ? flat(row, first) : '',
        figure: column.id,
        value: flat(row, column),
        unit: column.unit,
      })),
    ),
  )
  return { columns: TIDY, rows }
}

/** One section with its own columns. */
export function sectionTable({ columns, rows }: Section): FlatTable {
  return {
    columns: columns.map(({ id }) => id),
    rows: rows.map((row) => Object.fromEntries(columns.map((column) => [column.id, flat(row, column)]))),
  }
}

function flat(row: Record<string, Cell>, { id, unit }: Column): Cell {
  const value = row[id] ?? null
  return unit === 'instant' && typeof value === 'number' ? iso(value) : value
}
