import { tableLines, wrapped } from '../rules/table-text.ts'
import { headline, type Section, sectionsOf } from './report.ts'
import type { WhatIf } from './result.ts'

/** The report for a terminal that is so many columns wide. */
export function asText(result: WhatIf, width = 120): string {
  const parts = sectionsOf(result).map((section) =>
    [
      section.title,
      ...shownTable(section, width),
      ...(section.lines ?? []).flatMap((line) => hanging(line, width)),
    ].join('\n'),
  )
  return [headline(result), ...parts, verdictLines(result).join('\n')].filter(Boolean).join('\n\n')
}

/** The same as Markdown, for a pull request. */
export function asMarkdown(result: WhatIf): string {
  const parts = sectionsOf(result).map(({ title, table, lines = [] }) =>
    [
      `#### ${title}`,
      ...(table && table.rows.length > 0 ? [markdownTable(table)] : []),
      ...(lines.length > 0 ? [lines.map((line) => `- ${escaped(line)}`).join('\n')] : []),
    ].join('\n\n'),
  )
  const verdict = verdictLines(result).map((line) => `**${escaped(line)}**`)
  return [`### ${escaped(headline(result))}`, ...verdict, ...parts].join('\n\n')
}

function verdictLines({ failed, leads }: WhatIf): string[] {
  if (leads.compared === 0) return ['NOT ENOUGH DATA: no decision could be compared']
  return failed.map((line) => `FAILED ${line}`)
}

function shownTable({ table }: Section, width: number): string[] {
  if (!table || table.rows.length === 0) return []
  // A link says nothing that the id does not, and would not fit.
  const linkAt = table.head.indexOf('HubSpot')
  const without = (row: readonly string[]) => row.filter((_, column) => column !== linkAt)
  const links = linkAt < 0 ? [] : table.rows.map((row) => row[linkAt] ?? '')
  const shown = tableLines({ head: without(table.head), rows: table.rows.map(without) }, width - 2)
  return [...shown, ...links].map((line) => (line === '' ? '' : `  ${line}`))
}

// What goes on stands below what it belongs to.
function hanging(line: string, width: number): string[] {
  return wrapped(line, width - 4).map((one, at) => (at === 0 ? `  ${one}` : `    ${one}`))
}

function markdownTable({ head, rows }: NonNullable<Section['table']>): string {
  const line = (cells: string[]) =>
    `| ${cells.map((cell) => (/^https:/.test(cell) ? `[open](${cell})` : escaped(cell))).join(' | ')} |`
  return [line(head), `|${head.map(() => ' --- |').join('')}`, ...rows.map(line)].join('\n')
}

// Names come from a config that anybody may propose.
function escaped(text: string): string {
  return text.replace(/[\\|<>[\]*_`]/g, (sign) => `\\${sign}`).replace(/\s+/g, ' ')
}
