import type { Config } from '../config.ts'
import { type ConfigProblem, type Path, problemAt, type SourceFile } from '../problems.ts'

/** What is doubtful about a config that loads: `error`, what can never work as it stands; `warning`, what may be meant so. */
export interface ConfigFinding extends ConfigProblem {
  level: 'error' | 'warning'
  /** It goes by what portals have usually: HubSpot itself may say otherwise. */
  guess?: true
}

/** A config that loads, with its files, at an instant (epoch milliseconds). */
export interface Inspected {
  config: Config
  sources: Partial<Record<string, SourceFile>>
  now: number
}

/** Notes something about a place in a file. */
export type Report = (
  level: ConfigFinding['level'] | 'guess',
  source: SourceFile | undefined,
  path: Path,
  message: string,
) => void

/** Collects what is reported: of one place and one message once. */
export function createReport(): { report: Report; findings: ConfigFinding[] } {
  const findings: ConfigFinding[] = []
  const seen = new Set<string>()
  const report: Report = (level, source, path, message) => {
    if (!source) return
    const problem = problemAt(source, path, message)
    const key = `${problem.file} ${problem.path} ${message}`
    if (seen.has(key)) return
    seen.add(key)
    // Of a condition the message says which part is meant.
    const where = problem.where?.replace(/ when(\..*)?$/, '')
    findings.push({ ...problem, where, ...(level === 'guess' ? { level: 'warning', guess: true } : { level }) })
  }
  return { report, findings }
}

/** The file with the kinds of handoffs: sla.yaml in older directories. */
export function kindsFile(sources: Inspected['sources']): SourceFile | undefined {
  return sources.handoffs ?? sources.sla
}
