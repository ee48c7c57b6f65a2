import { counted } from '../rules/words.ts'
import type { ConfigFinding } from './sense/report.ts'

/** One line a finding, by names and not by positions: `config/routing.yaml:63  error: route "tier-1-mql": …`. */
export function formatFindings(findings: readonly ConfigFinding[]): string {
  return findings
    .map(({ file, line, level, where, message }) => `${file}:${line}  ${level}: ${where ? `${where}: ` : ''}${message}`)
    .join('\n')
}

/** How many there are, in words: `2 errors, 1 warning`. */
export function countOf(findings: readonly ConfigFinding[]): string {
  const some = (level: ConfigFinding['level']) => {
    const count = findings.filter((finding) => finding.level === level).length
    return count === 0 ? [] : [counted(count, level)]
  }
  return [...some('error'), ...some('warning')].join(', ')
}
