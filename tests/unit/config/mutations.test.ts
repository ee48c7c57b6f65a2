import { cp, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import { checkConfig } from '../../../src/config/check-config.ts'
import { LOADED_AT } from '../../support/config.ts'
import { CONDITIONS } from './mutations/conditions.ts'
import type { Mutation } from './mutations/mutation.ts'
import { PEOPLE } from './mutations/people.ts'
import { REACH } from './mutations/reach.ts'
import { SENSIBLE } from './mutations/sensible.ts'
import { BYTES, NAMES, TEXTS } from './mutations/texts.ts'

// So many of the changes that cannot work may pass unseen.
const MOST_UNSEEN = 3
const unseen: string[] = []
let tried = 0
const made: string[] = []

afterEach(async () => {
  for (const directory of made.splice(0)) await rm(directory, { recursive: true })
})

async function copyOfConfig(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'baton-mutation-'))
  made.push(directory)
  const files = (await readdir('config')).filter((name) => name.endsWith('.yaml'))
  await Promise.all(files.map((name) => cp(join('config', name), join(directory, name))))
  return directory
}

/** What the check says, as `error scoring.yaml:3 …`. */
async function said(directory: string): Promise<string[]> {
  const { findings } = await checkConfig(directory, LOADED_AT)
  return findings.map(
    ({ level, file, line, where, message }) =>
      `${level} ${basename(file)}:${line} ${where ? `${where}: ` : ''}${message}`,
  )
}

async function mutated(mutation: Mutation): Promise<{ directory: string; expected: string }> {
  const directory = await copyOfConfig()
  const file = join(directory, mutation.file)
  const before = await readFile(file, 'utf8')
  const after = before.replace(mutation.from, mutation.to)
  if (after === before) throw new Error(`${mutation.file} has no ${String(mutation.from)}`)
  await writeFile(file, after)
  const named = mutation.in ?? mutation.file
  const text = mutation.in ? await readFile(join(directory, mutation.in), 'utf8') : after
  const at = mutation.at === undefined ? firstDifference(before, after) : text.indexOf(mutation.at)
  if (at < 0) throw new Error(`${named} has no ${mutation.at}`)
  return { directory, expected: `${mutation.verdict} ${named}:${text.slice(0, at).split('\n').length}` }
}

function firstDifference(before: string, after: string): number {
  let at = 0
  while (before[at] === after[at]) at++
  return at
}

/** Notes a change of which nothing, or something else, is said: some may be. */
function judge(what: string, lines: readonly string[], start: string, words: string): void {
  tried++
  const seen = lines.some((line) => line.startsWith(`${start} `) && line.includes(words))
  if (seen) return
  unseen.push(what)
  console.log(`not seen: ${what}\n  wanted: ${start} … ${words}\n  said:   ${lines.join('\n          ')}`)
}

test('nothing is said of the shipped config', async () => {
  expect(await said('config')).toEqual([])
})

test('nothing is said of an older config, and of the one of the demo', async () => {
  expect(await said('tests/fixtures/config/contract-sample')).toEqual([])
  const directory = await copyOfConfig()
  await cp('demo/config', directory, { recursive: true })
  expect(await said(directory)).toEqual([])
})

describe.each([
  ['conditions', CONDITIONS],
  ['reach', REACH],
  ['people and clocks', PEOPLE],
  ['texts', TEXTS],
] as const)('%s that cannot work', (_, mutations) => {
  test.each(mutations.map((one) => [one.what, one] as const))('%s', async (what, mutation) => {
    const { directory, expected } = await mutated(mutation)
    judge(what, await said(directory), expected, mutation.words ?? '')
  })
})

test.each(BYTES.map((one) => [one.what, one] as const))(
  '%s',
  async (what, { file, bytes, verdict, words = '', line }) => {
    const directory = await copyOfConfig()
    await writeFile(join(directory, file), bytes(await readFile(join(directory, file), 'utf8')))
    const lines = await said(directory)
    if (verdict === 'fine') expect(lines).toEqual([])
    else if (line !== undefined) judge(what, lines, `error ${file}:${line}`, words)
    else
      judge(
        what,
        lines.map((one) => one.replace(/:\d+ /, ' ')),
        `error ${file}`,
        words,
      )
  },
)

test.each(NAMES.map((one) => [one.what, one] as const))(
  'a file with %s',
  async (what, { from, to, words, in: named }) => {
    const directory = await copyOfConfig()
    await rename(join(directory, from), join(directory, to))
    judge(what, await said(directory), `error ${named}:1`, words)
  },
)

test.each(SENSIBLE.map((one) => [one.what, one] as const))('nothing is said of %s', async (_, mutation) => {
  const { directory } = await mutated(mutation)
  // What leads of other weights come to is what cases are there to show.
  const lines = (await said(directory)).filter((line) => !/ routing-cases.yaml:.* should have /.test(line))
  expect(lines).toEqual([])
})

afterAll(() => {
  console.log(`${tried - unseen.length} of ${tried} changes that cannot work were seen.`)
  expect(unseen.length, unseen.join(', ')).toBeLessThanOrEqual(MOST_UNSEEN)
})
