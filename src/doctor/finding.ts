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

const HEADER = { check: 'check', status: 'status', found: 'found', todo: 'what to do' }

/** The findings as a table for a terminal, with a line that counts the faults. */
export function findingsTable(findings: readonly Finding[]): string {
  const rows = [HEADER, ...findings.map((finding) => ({ todo: '', ...finding }))]
  const width = (key: 'check' | 'status' | 'found') => Math.min(70, Math.max(...rows.map((row) => row[key].length)))
  const [check, status, found] = [width('check'), width('status'), width('found')]
  const lines = rows.map((row) =>
    [row.check.padEnd(check), row.status.padEnd(status), row.found.padEnd(found), row.todo].join('  ').trimEnd(),
  )
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
