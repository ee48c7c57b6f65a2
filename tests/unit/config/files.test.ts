import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { fixturesIn, problemsIn, useConfigDirectories } from '../../support/config.ts'

const makeDirectory = useConfigDirectories()

/** What is said of files that cannot be read, by fixture in `tests/fixtures/config/files`. */
const MESSAGES: Record<string, string[]> = {
  'alias-bomb': ['icp.yaml:1  is not valid YAML: it has too many aliases (*name); write the values out'],
  'duplicate-key': ['sla.yaml:3  this key is there twice; keep one'],
  'empty-file': ['sla.yaml:1  the file is empty'],
  'misnamed-file': ['routing-case.yaml:1  unknown file; did you mean "routing-cases.yaml"?'],
  'numbers-that-lose-digits': [
    'icp.yaml:7  02134 is a number to YAML, 2134; put it in quotes: "02134"',
    'icp.yaml:11  9007199254740993 is a number to YAML, 9007199254740992; put it in quotes: "9007199254740993"',
    'icp.yaml:12  00501 is a number to YAML, 501; put it in quotes: "00501"',
  ],
  'pattern-without-quotes': ['icp.yaml:5  put *cmo* in quotes: "*cmo*"', 'icp.yaml:7  put *.edu in quotes: "*.edu"'],
  // What else names its types is passed over.
  'signals-that-cannot-be-read': ['signals.yaml:3  this key is there twice; keep one'],
  'tab-indent': ['sla.yaml:3  is not valid YAML: a tab stands before the key; use spaces'],
  'yaml-syntax-error': ['sla.yaml:2  is not valid YAML: a ] is missing here or before'],
  'yml-ending': ['enrichment.yml:1  unknown file; did you mean "enrichment.yaml"?'],
}

test.each(Object.entries(MESSAGES))('%s', async (fixture, messages) => {
  expect(await problemsIn(await makeDirectory(`files/${fixture}`))).toEqual(messages)
})

test('every fixture has its messages here', async () => {
  expect(Object.keys(MESSAGES).sort()).toEqual(await fixturesIn('files'))
})

test('a missing file, but for the optional ones', async () => {
  const directory = await makeDirectory()
  await rm(join(directory, 'team.yaml'))
  // No message about what refers to the pools and reps of the missing file.
  expect(await problemsIn(directory)).toEqual(['team.yaml:1  the file is missing'])
})

test('a missing directory', async () => {
  const directory = await makeDirectory()
  await rename(directory, `${directory}-gone`)
  try {
    expect(await problemsIn(directory)).toEqual([`${directory}:1  the config directory is missing`])
  } finally {
    await rename(`${directory}-gone`, directory)
  }
})

test('something that is no file', async () => {
  const directory = await makeDirectory()
  await rm(join(directory, 'sla.yaml'))
  await mkdir(join(directory, 'sla.yaml'))
  expect(await problemsIn(directory)).toEqual(['sla.yaml:1  the file cannot be read'])
})

test.each([
  { bytes: 262_144, messages: [] },
  { bytes: 262_145, messages: ['enrichment.yaml:1  the file is larger than 256 KiB'] },
])('a file of $bytes bytes', async ({ bytes, messages }) => {
  const directory = await makeDirectory()
  const content = 'providers: []\ntimeout: 1s\ntotal: 1s\nkeep: { matched: 1d, notFound: 1d }\n#'
  await writeFile(join(directory, 'enrichment.yaml'), content.padEnd(bytes, 'x'))
  expect(await problemsIn(directory)).toEqual(messages)
})

test('other files than YAML may lie beside', async () => {
  const directory = await makeDirectory()
  await writeFile(join(directory, 'README.md'), '# Our config')
  expect(await problemsIn(directory)).toEqual([])
})
