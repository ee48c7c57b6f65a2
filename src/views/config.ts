import { readdir, readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { createPatch } from 'diff'
import { stringify } from 'yaml'
import { checkConfig } from '../config/check-config.ts'
import type { Config } from '../config/config.ts'
import type { Clock } from '../platform/clock.ts'
import type { Configs } from '../store/configs.ts'

/** The config in force, what was changed last, and what the check says of its files. */
export interface ConfigView {
  version: string
  since: number | undefined
  /** Undefined: there was none, or it is not kept. */
  before: { version: string; since: number; changes: string } | undefined
  findings: { level: string; file: string; line: number; message: string }[]
}

const DAY = 24 * 60 * 60_000

/** Shows the config. */
export type ConfigViews = ReturnType<typeof createConfigViews>

/** Makes what shows it. `directory`: where its files are. */
export function createConfigViews(parts: { config: () => Config; configs: Configs; clock: Clock; directory: string }) {
  const { configs, clock, directory } = parts
  // Dates in it are held against the day.
  let checked: { of: string; findings: ConfigView['findings'] } | undefined

  return {
    /** The config in force. */
    async view(): Promise<ConfigView> {
      const { version } = parts.config()
      const [times, findings] = await Promise.all([configs.times(), check()])
      const previous = times.findLast((one) => one.version !== version)
      return {
        version,
        since: times.find((one) => one.version === version)?.at,
        before: previous && {
          version: previous.version,
          since: previous.at,
          changes: await changes(previous.version, version),
        },
        findings,
      }
    },

    files,
  }

  /** The texts of the files, by name, for a what-if of changed ones. */
  async function files(): Promise<Record<string, string>> {
    const names = (await readdir(directory).catch((): string[] => [])).filter((name) =>
      /^[a-z][a-z-]{0,40}\.yaml$/.test(name),
    )
    const texts = await Promise.all(
      names.sort().map(async (name) => [name, await readFile(join(directory, name), 'utf8')]),
    )
    return Object.fromEntries(texts)
  }

  // The check takes a while in which nothing else is done: not at every visit where nothing has changed.
  async function check(): Promise<ConfigView['findings']> {
    const now = clock.now()
    const others = await readdir(directory).catch((): string[] => [])
    const of = JSON.stringify([await files(), others.sort(), Math.floor(now / DAY)])
    if (checked?.of !== of) {
      const { findings } = await checkConfig(directory, now)
      const shown = findings.map(({ level, file, line, message }) => ({ level, file: basename(file), line, message }))
      checked = { of, findings: shown }
    }
    return checked.findings
  }

  // Both as they are kept, so that only what counts differs: no comments, no order of keys in a file.
  async function changes(from: string, to: string): Promise<string> {
    const [before, after] = await Promise.all([configs.read(from), configs.read(to)])
    if (!before || !after) return ''
    return createPatch('config', asYaml(before), asYaml(after), from, to, { context: 3 })
      .split('\n')
      .slice(2)
      .join('\n')
  }
}

function asYaml({ version: _, rulesVersion: __, reads: ___, ...config }: Config): string {
  return stringify(config, { aliasDuplicateObjects: false, lineWidth: 0 })
}
