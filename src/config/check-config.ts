import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { CONFIG_FILES, readConfig } from './load.ts'
import { byPlace } from './problems.ts'
import { findingsOf } from './sense/findings.ts'
import type { ConfigFinding, Inspected } from './sense/report.ts'
import { checkTexts } from './sense/texts.ts'

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
  const more = (inspected ? findingsOf(inspected) : []).filter(({ file, path }) => !told.has(`${file} ${path}`))
  return { findings: [...errors, ...more, ...texts, ...(await hiddenFiles(directory))].toSorted(byPlace), inspected }
}

/** Files whose ending makes them none of the config, where the one that is meant is missing. */
async function hiddenFiles(directory: string): Promise<ConfigFinding[]> {
  const present = await readdir(directory).catch((): string[] => [])
  return present.flatMap((name): ConfigFinding[] => {
    const stem = /^(.+?)(?:\.ya?ml)?(?:\.txt|\.yaml|\.yml)$/i.exec(name)?.[1]?.toLowerCase()
    const meant = `${stem}.yaml`
    const isRead = /\.ya?ml$/.test(name)
    if (stem === undefined || isRead || !Object.hasOwn(CONFIG_FILES, stem) || present.includes(meant)) return []
    const message = `is not read: its name has to be ${meant}`
    return [{ file: join(directory, name), line: 1, path: '', message, level: 'error' }]
  })
}
