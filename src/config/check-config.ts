import { findingsOf } from './check/sense/findings.ts'
import { byPlace, type ConfigFinding, type Inspected } from './check/sense/report.ts'
import { checkTexts } from './check/sense/texts.ts'
import { readConfig } from './load.ts'

/** What is wrong with a config directory or doubtful, by file and line; `inspected` when it holds no mistakes but cases that fail. */
export interface CheckedConfig {
  findings: ConfigFinding[]
  inspected: Inspected | null
}

/** Reads and checks a config directory. What keeps it from being loaded is an error like what can never work. */
export async function checkConfig(directory: string, now: number): Promise<CheckedConfig> {
  const { config, sources, problems } = await readConfig(directory, now)
  const inspected = config && { config, sources, now }
  const errors = problems.map((problem): ConfigFinding => ({ ...problem, level: 'error' }))
  const texts = Object.values(sources).flatMap((source) => (source ? checkTexts(source) : []))
  // What was said of a place once is enough.
  const told = new Set(errors.map(({ file, path }) => `${file} ${path}`))
  const more = [...(inspected ? findingsOf(inspected) : []), ...texts]
  return { findings: [...errors, ...more.filter(({ file, path }) => !told.has(`${file} ${path}`))].toSorted(byPlace), inspected }
}
