import { headline, type Section, sectionsOf } from './report.ts'
import type { WhatIf } from './result.ts'

// What a number, a change of numbers or a share looks like: such columns stand to the right.
const NUMBER = /^[+−–\d,.% →()h]*$/

/** The report for a terminal that is so many columns wide. */
export function asText(result: WhatIf, width = 120): string {
  const parts = sectionsOf(result).map((section) =>
    [
      section.title,
      ...tableLines(section, width),
      ...(section.lines ?? []).flatMap((line) => wrapped(line, width)),
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

function tableLines({ table }: Section, width: number): string[] {
  if (!table || table.rows.length === 0) return []
  // A link says nothing that the id does not, and would not fit.
  const linkAt = table.head.indexOf('HubSpot')
  const rows = [table.head, ...table.rows].map((row) => row.filter((_, column) => column !== linkAt))
  const links = linkAt < 0 ? [] : table.rows.map((row) => row[linkAt] ?? '')
  const columns = rows[0]?.length ?? 0
  const isNumber = Array.from(
    { length: columns },
    (_, column) => table.rows.length > 0 && rows.slice(1).every((row) => NUMBER.test(row[column] ?? '')),
  )
  const widths = Array.from({ length: columns }, (_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? '').length)),
  )
  const shown = blocksOf(widths, width).flatMap((block, index) => [
    ...(index > 0 ? [''] : []),
    ...rows.flatMap((row) => {
      const cells = block.map((column) => {
        const [cell, cellWidth] = [row[column] ?? '', widths[column] ?? 0]
        return isNumber[column] ? cell.padStart(cellWidth) : cell.padEnd(cellWidth)
      })
      return wrapped(cells.join('  ').trimEnd(), width, true)
    }),
  ])
  return links.length === 0 ? shown : [...shown, ...links.map((link) => `  ${link}`)]
}

/** The columns of a table, below each other where they do not fit beside each other; each block begins with the first. */
function blocksOf(widths: readonly number[], width: number): number[][] {
  const [first = 0, ...others] = widths
  const blocks: number[][] = [[0]]
  let used = first
  for (const [index, one] of others.entries()) {
    const last = blocks.at(-1) ?? []
    if (used + 2 + one + 2 > width && last.length > 1) {
      blocks.push([0, index + 1])
      used = first + 2 + one
    } else {
      last.push(index + 1)
      used += 2 + one
    }
  }
  return blocks
}

function wrapped(line: string, width: number, isRow = false): string[] {
  if (line.length + 2 <= width) return [`  ${line}`]
  if (isRow) return [`  ${line.slice(0, width - 3)}…`]
  const lines: string[] = []
  let current = ''
  for (const word of line.split(' ')) {
    if (current && current.length + word.length + 3 > width) {
      lines.push(current)
      current = `  ${word}`
    } else current = current ? `${current} ${word}` : word
  }
  return [...lines, current].map((one) => `  ${one}`)
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
