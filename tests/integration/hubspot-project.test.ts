import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { useConfigDirectories } from '../support/config.ts'
import { runCli } from '../support/run-cli.ts'

const makeConfig = useConfigDirectories()
const made: string[] = []
afterEach(async () => {
  for (const directory of made.splice(0)) await rm(directory, { recursive: true })
})

async function place() {
  const parent = await mkdtemp(join(tmpdir(), 'baton-project-'))
  made.push(parent)
  const env = { CONFIG_DIR: await makeConfig(), PUBLIC_URL: 'https://baton.example.com' }
  return { directory: join(parent, 'app'), env }
}
const FILES = ['hsproject.json', 'src/app/app-hsmeta.json', 'src/app/webhooks/webhooks-hsmeta.json']

test('writes the project before there is any token, and the second time nothing', async () => {
  const { directory, env } = await place()
  const first = await runCli(['hubspot', 'project', directory], { env })
  expect(first).toMatchObject({ code: 0, stderr: '' })
  expect(first.stdout).toContain(`Written to ${directory}: ${FILES.join(', ')}.`)
  for (const file of FILES) expect(JSON.parse(await readFile(join(directory, file), 'utf8'))).toBeTruthy()
  const second = await runCli(['hubspot', 'project', directory, '--json'], { env })
  expect(JSON.parse(second.stdout)).toMatchObject({
    written: [],
    targetUrl: 'https://baton.example.com/webhooks/hubspot',
    polled: expect.arrayContaining(['num_conversion_events']),
  })
})

test('writes its own files anew when something changed, and leaves what else is there', async () => {
  const { directory, env } = await place()
  await runCli(['hubspot', 'project', directory], { env })
  await writeFile(join(directory, 'README.md'), 'ours')
  const moved = { ...env, PUBLIC_URL: 'https://example.com/baton/' }
  const again = await runCli(['hubspot', 'project', directory], { env: moved })
  expect(again.stdout).toContain(`Written to ${directory}: src/app/webhooks/webhooks-hsmeta.json.`)
  expect(await readFile(join(directory, FILES[2] ?? ''), 'utf8')).toContain(
    'https://example.com/baton/webhooks/hubspot',
  )
  expect(await readFile(join(directory, 'README.md'), 'utf8')).toBe('ours')
})

test.each([
  ['notes.txt', 'something of mine'],
  ['src/app/app-hsmeta.json', '{"uid":"my_app"}'],
])('refuses a folder with %s, and writes nothing', async (file, content) => {
  const { directory, env } = await place()
  await mkdir(join(directory, 'src', 'app'), { recursive: true })
  await writeFile(join(directory, file), content)
  const { code, stderr } = await runCli(['hubspot', 'project', directory], { env })
  expect(code).toBe(1)
  expect(stderr).toContain('holds something else')
  expect(await readFile(join(directory, file), 'utf8')).toBe(content)
  await expect(stat(join(directory, 'hsproject.json'))).rejects.toThrow()
})

test('takes an empty folder under git; a file and a missing address are told', async () => {
  const { directory, env } = await place()
  await mkdir(join(directory, '.git'), { recursive: true })
  expect((await runCli(['hubspot', 'project', directory], { env })).code).toBe(0)
  const file = await runCli(['hubspot', 'project', join(directory, 'hsproject.json')], { env })
  expect(file).toMatchObject({ code: 1, stderr: expect.stringContaining('is no folder') })
  const nowhere = await runCli(['hubspot', 'project', directory], { env: { CONFIG_DIR: env.CONFIG_DIR } })
  expect(nowhere).toMatchObject({ code: 1, stderr: expect.stringContaining('PUBLIC_URL is required') })
})

test('says that HubSpot wants https', async () => {
  const { directory, env } = await place()
  const { stdout } = await runCli(['hubspot', 'project', directory], {
    env: { ...env, PUBLIC_URL: 'http://x.example' },
  })
  expect(stdout).toContain('only to https')
})
