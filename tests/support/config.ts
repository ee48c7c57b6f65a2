import { cp, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach } from 'vitest'
import { loadConfig } from '../../src/config/load.ts'
import { ConfigError } from '../../src/config/problems.ts'

const FIXTURES = join(import.meta.dirname, '..', 'fixtures', 'config')

/** The instant at which the tests load a config, as epoch milliseconds: a Friday. */
export const LOADED_AT = Date.parse('2026-11-20T12:00:00Z')

/** The names of the fixtures in a group. */
export async function fixturesIn(group: string): Promise<string[]> {
  return (await readdir(join(FIXTURES, group))).sort()
}

/**
 * Makes config directories and removes them after each test. Each starts as the sample in the contract, which changes
 * never, unlike `config/`, and has the files of a fixture laid over it.
 */
export function useConfigDirectories(): (fixture?: string) => Promise<string> {
  const made: string[] = []
  afterEach(async () => {
    for (const directory of made.splice(0)) await rm(directory, { recursive: true })
  })
  return async (fixture) => {
    const directory = await mkdtemp(join(tmpdir(), 'baton-config-'))
    made.push(directory)
    await cp(join(FIXTURES, 'contract-sample'), directory, { recursive: true })
    if (fixture) await cp(join(FIXTURES, fixture), directory, { recursive: true })
    return directory
  }
}

/** The problems of a config directory, as lines `file:line  path: message` without the directory; none when it loads. */
export async function problemsIn(directory: string): Promise<string[]> {
  try {
    await loadConfig(directory, LOADED_AT)
    return []
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    const lines = error.problems.map(
      ({ file, line, path, message }) => `${file}:${line}  ${path ? `${path}: ` : ''}${message}`,
    )
    return lines.map((line) => line.replaceAll(`${directory}/`, ''))
  }
}
