import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { loadConfig } from '../../src/config/load.ts'
import { LOADED_AT } from '../support/config.ts'
import { runCli } from '../support/run-cli.ts'

const OLDER = join(import.meta.dirname, '..', 'fixtures', 'config', 'contract-sample')
let directory: string

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'baton-config-'))
  await cp(OLDER, directory, { recursive: true })
})
afterEach(() => rm(directory, { recursive: true }))

const text = (name: string) => readFile(join(directory, name), 'utf8')
const edit = async (name: string, from: string | RegExp, to: string) =>
  writeFile(join(directory, name), (await text(name)).replace(from, to))
const migrate = (...more: string[]) => runCli(['config', 'migrate', directory, ...more])

describe('config migrate', () => {
  test('an older directory says the same afterwards, and its comments stay', async () => {
    await edit('sla.yaml', 'handoffs:', '# Our clocks, agreed on in May.\nhandoffs:   # see sla.yaml of last year')
    await edit('routing.yaml', 'routes:', '# The clocks stand in sla.yaml.\nroutes:')
    const before = await loadConfig(directory, LOADED_AT)
    const run = await migrate()
    expect(run.stderr).toBe('')
    expect(run).toMatchObject({ code: 0, stdout: expect.stringContaining('sla.yaml is handoffs.yaml now') })
    expect(await readdir(directory)).not.toContain('sla.yaml')
    expect(await text('handoffs.yaml')).toContain(
      '# Our clocks, agreed on in May.\nhandoffs:   # see handoffs.yaml of last year',
    )
    expect(await text('routing.yaml')).toContain('# The clocks stand in handoffs.yaml.')
    const { version: _, ...after } = await loadConfig(directory, LOADED_AT)
    const { version: __, ...was } = before
    expect(after).toEqual(was)
  })

  test('whose act a signal is comes along', async () => {
    await edit('scoring.yaml', /demo_requested: +\{ points: 20/, 'demo_requested: { by: sales, points: 20')
    await migrate()
    expect(await text('signals.yaml')).toContain('demo_requested: { words: demo requested, by: sales }')
    expect((await loadConfig(directory, LOADED_AT)).signals.demo_requested).toEqual({
      ...{ words: 'demo requested', by: 'sales' },
    })
  })

  test('a dry run changes nothing, and a second run has nothing to do', async () => {
    const files = await readdir(directory)
    const dry = await migrate('--dry-run')
    expect(dry.stdout).toContain('if it were done')
    expect(await readdir(directory)).toEqual(files)
    await migrate()
    expect((await migrate()).stdout).toContain('nothing to do')
    expect(JSON.parse((await migrate('--json')).stdout)).toEqual({ directory, dryRun: false, done: [], written: [] })
  })

  test('one with a mistake is left as it is', async () => {
    await edit('sla.yaml', 'hours: business', 'hours: busines')
    const run = await migrate()
    expect(run).toMatchObject({ code: 1, stderr: expect.stringContaining('did you mean "business"?') })
    expect(await readdir(directory)).toContain('sla.yaml')
  })

  test('of both files one has to go first', async () => {
    await cp(join(directory, 'sla.yaml'), join(directory, 'handoffs.yaml'))
    expect(await migrate()).toMatchObject({ code: 1, stderr: expect.stringContaining('sla.yaml is there as well') })
  })
})
