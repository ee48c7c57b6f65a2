import { cp, mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Redis } from 'ioredis'
import type { Config } from '../../src/config/config.ts'
import { createConfigs } from '../../src/store/configs.ts'
import type { Store } from '../../src/store/partitions.ts'
import { createPastDecisions } from '../../src/store/past-decisions.ts'
import type { WhatIf } from '../../src/what-if/result.ts'
import { createPropertyReader } from '../../src/work/read-properties.ts'
import { runWhatIf, type WhatIfOptions } from '../../src/work/what-if.ts'
import { loadTestConfig, type Stage } from './stage.ts'

/** What another config would have done with the leads of a stage. */
export function whatIf(
  stage: Stage,
  after: Config,
  options: WhatIfOptions & { offline?: boolean } = {},
): Promise<WhatIf> {
  const [service] = stage.services
  if (!service) throw new Error('the stage has no service')
  const { store, leads } = service
  const portal = { accessToken: 'pat-canary-token', baseUrl: stage.hubspot.url, requestsPer10Seconds: 1_000 }
  const readProperties = createPropertyReader(portal)
  const parts = { past: createPastDecisions(store), leads, configs: createConfigs(store) }
  return runWhatIf({ ...parts, readProperties: options.offline ? null : readProperties }, after, options)
}

/** The config of these tests with some text of a file replaced; its routing cases are left out. */
export async function edited(now: number, ...edits: [file: string, from: string, to: string][]): Promise<Config> {
  return loadTestConfig(await editedFiles(...edits), now)
}

/** The same in a directory of its own, for the command line. */
export async function editedDirectory(...edits: [file: string, from: string, to: string][]): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'baton-what-if-'))
  await cp('config', directory, { recursive: true })
  for (const [name, text] of Object.entries(await editedFiles(...edits))) await writeFile(join(directory, name), text)
  return directory
}

/** The texts of the files that are edited. */
async function editedFiles(...edits: [file: string, from: string, to: string][]): Promise<Record<string, string>> {
  const files: Record<string, string> = { 'triggers.yaml': 'triggers: {}\n', 'routing-cases.yaml': 'cases: []\n' }
  for (const [name, from, to] of edits) {
    const text = files[name] ?? (await readFile(join('config', name), 'utf8'))
    if (!text.includes(from)) throw new Error(`${name} does not say ${from}`)
    files[name] = text.replace(from, to)
  }
  return files
}

/** Everything under a store's prefix with its content, so that a write would show. */
export async function contentsOf({ redis, prefix }: Store): Promise<Map<string, string>> {
  const contents = new Map<string, string>()
  for await (const keys of (redis as Redis).scanStream({ match: `*${prefix}*`, count: 1_000 })) {
    for (const key of keys as string[]) {
      const dump = await redis.dumpBuffer(key)
      if (dump) contents.set(key, dump.toString('base64'))
    }
  }
  return contents
}
