import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { runtime } from '../../scripts/setup/needs.mjs'
import { createSetUpProject } from '../support/set-up-project.ts'

const installs = "fs.mkdirSync('node_modules', { recursive: true })"
const installing = /^Installing the project's packages/

let project: ReturnType<typeof createSetUpProject>
beforeEach(() => {
  project = createSetUpProject(installs)
  project.write('src/cli.ts', "console.log('cli', process.argv.slice(2).join())")
})
afterEach(() => {
  vi.unstubAllEnvs()
  vi.restoreAllMocks()
  project.remove()
})

test('installs the packages once and is silent when there is nothing to do', async () => {
  const first = await project.run(['cli', 'a', 'b'])
  expect(first).toMatchObject({ code: 0, stdout: 'cli a,b\n', stderr: expect.stringMatching(installing) })
  expect(project.npmCalls()).toHaveLength(1)

  const second = await project.run(['cli'])
  expect(second).toMatchObject({ code: 0, stdout: 'cli \n', stderr: '' })
  expect(project.npmCalls()).toHaveLength(1)
})

test.for([
  ['the lock has changed', () => project.write('package-lock.json', '{ "lockfileVersion": 3, "name": "other" }')],
  ['node_modules is gone', () => project.remove('node_modules')],
] as const)('installs the packages again when %s', async ([, change]) => {
  await project.run(['cli'])
  change()
  expect((await project.run(['cli'])).stderr).toMatch(installing)
  expect(project.npmCalls()).toHaveLength(2)
})

test('an installation that fails is told in the words of npm, and done again next time', async () => {
  project.useNpm(`${installs}; console.error('npm error code E404\\nnpm usage: …'); process.exit(1)`)
  const failed = await project.run(['cli'])
  expect(failed).toMatchObject({ code: 1, stdout: '' })
  expect(failed.stderr).toContain('failed (exit code 1). It says:\nnpm error code E404\n')
  expect(failed.stderr).not.toMatch(/usage|\n\s+at /)

  project.useNpm(installs)
  expect(await project.run(['cli'])).toMatchObject({ code: 0, stdout: 'cli \n' })
})

test('what a broken-off installation left behind is removed first', async () => {
  project.write('node_modules/half/index.js', '')
  await project.run(['cli'])
  expect(existsSync(join(project.root, 'node_modules'))).toBe(true)
  expect(existsSync(join(project.root, 'node_modules', 'half'))).toBe(false)
})

test('ends with the exit code of the command', async () => {
  project.write('src/cli.ts', 'process.exit(7)')
  expect(await project.run(['cli'])).toMatchObject({ code: 7, signal: null })
})

test('ends by the signal that ended the command', async () => {
  project.write('src/cli.ts', "process.kill(process.pid, 'SIGKILL')")
  expect(await project.run(['cli'])).toMatchObject({ code: null, signal: 'SIGKILL' })
})

test.for(['SIGTERM', 'SIGINT'] as const)('passes %s on, so that the command can end with grace', async (signal) => {
  project.write(
    'src/cli.ts',
    `process.on('${signal}', () => process.exit(3)); setInterval(() => {}, 60_000); console.log('ready')`,
  )
  const running = project.begin(['cli'])
  await vi.waitFor(() => expect(running.said()).toContain('ready'), { timeout: 20_000 })
  running.kill(signal)
  expect(await running.ending).toMatchObject({ code: 3, signal: null })
})

test('the command finds the Node that runs it as node', async () => {
  project.write('src/cli.ts', 'console.log(process.env.PATH?.split(":")[0])')
  expect((await project.run(['cli'])).stdout.trim()).toBe(dirname(process.execPath))
})

test('without a redis-server and apt-get it says what to install and stops', async () => {
  project.write('demo/main.ts', "console.log('demo')")
  const ending = await project.run(['demo'])
  expect(ending).toMatchObject({ code: 1, stdout: '' })
  for (const way of ['apt-get install redis-server', 'brew install redis', 'REDIS_URL=redis://']) {
    expect(ending.stderr).toContain(way)
  }
})

test('without a redis-server the tests go on where a Docker engine answers, and nothing else does', async () => {
  await project.run(['cli'])
  project.write('node_modules/vitest/vitest.mjs', "console.log('tests')")
  project.write('demo/main.ts', "console.log('demo')")
  project.write('bin/docker', '#!/bin/sh\nexit 1\n', 0o755)
  expect(await project.run(['test'])).toMatchObject({ code: 1, stdout: '' })

  project.write('bin/docker', '#!/bin/sh\nexit 0\n', 0o755)
  const inContainer = await project.run(['test'])
  expect(inContainer).toMatchObject({ code: 0, stdout: 'tests\n', stderr: expect.stringContaining('in a container') })
  expect(await project.run(['demo'])).toMatchObject({ code: 1, stdout: '' })
})

test('the service needs no redis-server of its own when it is told where one is', async () => {
  project.write('src/main.ts', "console.log('service')")
  expect(await project.run(['start'])).toMatchObject({ code: 1 })
  expect(await project.run(['start'], { REDIS_URL: 'redis://other' })).toMatchObject({ code: 0, stdout: 'service\n' })
})

test('the tests get the Chromium that is there, and run without one', async () => {
  await project.run(['cli'])
  project.write('node_modules/vitest/vitest.mjs', 'console.log(process.argv[2], process.env.CHROMIUM_PATH)')
  const env = { REDIS_URL: 'redis://other' }
  const without = await project.run(['test'], env)
  expect(without).toMatchObject({ code: 0, stdout: 'run undefined\n', stderr: expect.stringContaining('skipped') })

  for (const program of ['chromium', 'prometheus', 'promtool']) project.write(`bin/${program}`, '', 0o755)
  const found = join(project.bin, 'chromium')
  expect(await project.run(['test'], env)).toMatchObject({ stdout: `run ${found}\n`, stderr: '' })
  const misnamed = await project.run(['test'], { ...env, CHROMIUM_PATH: `${found}-missing` })
  expect(misnamed).toMatchObject({ code: 1, stderr: expect.stringContaining('CHROMIUM_PATH') })
})

test('the tests run without a Prometheus, and say so', async () => {
  await project.run(['cli'])
  project.write('node_modules/vitest/vitest.mjs', "console.log('tests')")
  for (const program of ['chromium', 'prometheus']) project.write(`bin/${program}`, '', 0o755)
  const without = await project.run(['test'], { REDIS_URL: 'redis://other' })
  expect(without).toMatchObject({
    code: 0,
    stdout: 'tests\n',
    stderr: expect.stringMatching(/^No prometheus and promtool/),
  })
  project.write('bin/promtool', '', 0o755)
  expect(await project.run(['test'], { REDIS_URL: 'redis://other' })).toMatchObject({ stdout: 'tests\n', stderr: '' })
})

test('of two at once, one installs and the other waits for it', async () => {
  project.useNpm(
    `while (!fs.existsSync('go')) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20)\n${installs}`,
  )
  const one = project.begin(['cli'])
  await vi.waitFor(() => expect(one.said()).toMatch(installing), { timeout: 20_000 })
  const other = project.begin(['cli'])
  await vi.waitFor(() => expect(other.said()).toContain('Waiting for the set-up'), { timeout: 20_000 })
  project.write('go', '')
  expect((await one.ending).stdout).toBe('cli \n')
  expect((await other.ending).stdout).toBe('cli \n')
  expect(project.npmCalls()).toHaveLength(1)
})

test('a set-up that was killed holds nobody up', async () => {
  project.useNpm('setInterval(() => {}, 60_000); process.stdin.resume()')
  const killed = project.begin(['cli'])
  await vi.waitFor(() => expect(project.npmCalls()).toHaveLength(1), { timeout: 20_000 })
  killed.kill('SIGTERM')
  expect(await killed.ending).toMatchObject({ code: 143 })

  const { pid } = spawnSync(process.execPath, ['-v'])
  const { hostname } = await import('node:os')
  project.write('.baton/setup.lock/holder', JSON.stringify({ host: hostname(), pid }))
  project.useNpm(installs)
  expect(await project.run(['cli'])).toMatchObject({ code: 0, stdout: 'cli \n' })
  expect(existsSync(join(project.root, '.baton', 'setup.lock'))).toBe(false)
})

test('an older Node gets one local to the project, again when it is broken', async () => {
  vi.stubEnv('PATH', project.bin)
  vi.spyOn(process.stderr, 'write').mockReturnValue(true)
  const node = runtime(project.root, '20.20.2')
  expect(node.program.startsWith(join(project.root, '.baton', 'node'))).toBe(true)
  expect(node.missing()).toBe(true)

  const program = (says: string) => `#!${process.execPath}\nconsole.log('${says}')\n`
  const installsNode = (says: string) =>
    [
      `const folder = 'node_modules/' + args.at(-1).split('@')[0] + '/bin'`,
      `fs.mkdirSync(folder, { recursive: true })`,
      `fs.writeFileSync(folder + '/node', ${JSON.stringify(program(says))}, { mode: 0o755 })`,
    ].join('\n')
  project.useNpm(installsNode('v26.10.0'))
  await node.install()
  expect(node.missing()).toBe(false)
  expect(project.npmCalls().at(-1)).toMatch(/ node(-bin)?-\w+-\w+@26\.10\.0$/)

  project.write(node.program.slice(project.root.length + 1), program('Illegal instruction'), 0o755)
  expect(node.missing()).toBe(true)
  await node.install()
  expect(node.missing()).toBe(false)

  project.useNpm(installsNode('Illegal instruction'))
  await expect(node.install()).rejects.toThrow('does not run on this system')
})

test('Node 26 itself needs nothing', () => {
  expect(runtime(project.root, '26.10.0')).toMatchObject({ program: process.execPath })
  expect(runtime(project.root, '27.0.0').missing()).toBe(false)
})

test('a command that it does not know is answered with those it knows', async () => {
  const ending = await project.run(['toString'])
  expect(ending).toMatchObject({ code: 2, stderr: expect.stringContaining('demo | test | start | check | cli') })
})
