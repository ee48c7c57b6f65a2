import { visible, wrapped } from '../rules/table-text.ts'
import { counted } from '../rules/words.ts'

/** What one check found. `fault` is for a person to mend; `skipped` could not be looked at. */
export interface Finding {
  /** What was looked at, by ids and internal names only: it may stand in the log. */
  check: string
  status: 'ok' | 'warning' | 'fault' | 'skipped'
  found: string
  /** What a person should do. */
  todo?: string
}

/** The findings for a terminal, one below the other, with a line that counts the faults. What is to be done is read as a whole. */
export function findingsText(findings: readonly Finding[], width: number): string {
  const indent = ' '.repeat(INDENT)
  const lines = findings.flatMap(({ check, status, found, todo }) => {
    const [first, ...more] = wrapped(`${visible(check)}: ${visible(found)}`, width - INDENT)
    const advice = todo === undefined ? [] : wrapped(`→ ${visible(todo)}`, width - INDENT)
    return [`${status.padEnd(INDENT)}${first}`, ...[...more, ...advice].map((line) => indent + line)]
  })
  const count = (wanted: Finding['status']) => findings.filter((finding) => finding.status === wanted).length
  const [faults, warnings] = [count('fault'), count('warning')]
  return [...lines, '', `${some(faults, 'fault')}, ${some(warnings, 'warning')}.`].join('\n')
}

// The longest status, and a gap.
const INDENT = 9

function some(count: number, what: string): string {
  return count === 0 ? `no ${what}s` : counted(count, what)
}

/** The faults among findings. */
export function faultsOf(findings: readonly Finding[]): Finding[] {
  return findings.filter(({ status }) => status === 'fault')
}
