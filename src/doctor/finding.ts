import { tableLines } from '../rules/table-text.ts'
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

/** The findings as a table for a terminal, with a line that counts the faults. What is to be done is read as a whole. */
export function findingsTable(findings: readonly Finding[]): string {
  const rows = findings.map(({ check, status, found, todo = '' }) => [check, status, found, todo])
  const lines = tableLines({ head: ['check', 'status', 'found', 'what to do'], rows }, Number.POSITIVE_INFINITY)
  const count = (wanted: Finding['status']) => findings.filter((finding) => finding.status === wanted).length
  const [faults, warnings] = [count('fault'), count('warning')]
  return [...lines, '', `${some(faults, 'fault')}, ${some(warnings, 'warning')}.`].join('\n')
}

function some(count: number, what: string): string {
  return count === 0 ? `no ${what}s` : counted(count, what)
}

/** The faults among findings. */
export function faultsOf(findings: readonly Finding[]): Finding[] {
  return findings.filter(({ status }) => status === 'fault')
}
