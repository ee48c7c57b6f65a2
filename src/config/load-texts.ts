import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadToCompare } from './load-to-compare.ts'
import { ConfigError } from './problems.ts'

/**
 * Loads a config of texts by the names of its files, to look at it; `refused` is what keeps it from being loaded, line by line,
 * below a heading.
 */
export async function loadTexts(
  files: Record<string, string>,
  now: number,
): Promise<Awaited<ReturnType<typeof loadToCompare>> | { refused: string[] }> {
  const directory = await mkdtemp(join(tmpdir(), 'baton-config-'))
  try {
    await Promise.all(Object.entries(files).map(([name, text]) => writeFile(join(directory, name), text)))
    return await loadToCompare(directory, now)
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    return { refused: error.message.replaceAll(`${directory}/`, '').replaceAll(directory, 'files').split('\n') }
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}
