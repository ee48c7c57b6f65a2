/**
 * What the npm scripts call: `node scripts/setup.mjs <command> [arguments]`. It installs what the command needs and this
 * machine lacks, then runs it on Node 26. Plain JavaScript with nothing but Node's own modules, for it runs on any
 * Node ≥ 20 before anything is installed. What it says goes to standard error; the output is the command's own.
 */
import { spawn } from 'node:child_process'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { withLock } from './setup/lock.mjs'
import { chromium, packages, prometheus, redisServer, runtime } from './setup/needs.mjs'
import { say } from './setup/tool.mjs'

/**
 * @typedef {import('./setup/needs.mjs').Need} Need
 * @typedef {{ run: string[], needs: (root: string) => Need[] }} Command `run` is what follows `node`
 */

/** @type {Record<string, Command>} */
const commands = {
  demo: { run: ['demo/main.ts'], needs: () => [redisServer()] },
  test: {
    run: ['node_modules/vitest/vitest.mjs', 'run'],
    needs: () => [...(process.env.REDIS_URL ? [] : [redisServer({ orDocker: true })]), chromium(), prometheus()],
  },
  start: { run: ['src/main.ts'], needs: () => (process.env.REDIS_URL ? [] : [redisServer()]) },
  check: { run: ['scripts/check.ts'], needs: () => [] },
  cli: { run: ['src/cli.ts'], needs: () => [] },
  bench: { run: ['tests/bench/main.ts'], needs: () => [redisServer()] },
  containers: { run: ['node_modules/vitest/vitest.mjs', 'run', '--project', 'containers'], needs: () => [] },
}

/**
 * Installs what is missing. One set-up at a time: a second one waits, then finds that there is nothing left to do.
 * @param {string} root
 * @param {Need[]} needs
 * @returns {Promise<void>}
 */
async function prepare(root, needs) {
  if (!needs.some((need) => need.missing())) return
  await withLock(join(root, '.baton', 'setup.lock'), async () => {
    for (const need of needs) {
      if (need.missing()) await need.install()
    }
  })
}

/**
 * Runs the program in the foreground and ends as it ends: with its exit code, or by the signal that killed it.
 * @param {string} program
 * @param {string[]} args
 * @param {string} root
 * @returns {void}
 */
function become(program, args, root) {
  const path = `${dirname(program)}:${process.env.PATH ?? ''}`
  const child = spawn(program, args, { cwd: root, env: { ...process.env, PATH: path }, stdio: 'inherit' })
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
    process.on(signal, () => {
      // Control-C reaches every process of the terminal; passed on as well, it would read as a second, impatient one.
      if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal)
    })
  }
  child.on('error', (error) => fail(error))
  child.on('exit', (code, signal) => {
    if (signal === null) process.exit(code ?? 1)
    process.removeAllListeners(signal)
    process.kill(process.pid, signal)
  })
}

/**
 * @param {unknown} error
 * @returns {never}
 */
function fail(error) {
  say(error instanceof Error ? error.message : String(error))
  process.exit(1)
}

const [name = '', ...args] = process.argv.slice(2)
const command = Object.hasOwn(commands, name) ? commands[name] : undefined
if (command === undefined) {
  say(`Usage: node scripts/setup.mjs <${Object.keys(commands).join(' | ')}> [arguments]`)
  process.exit(2)
}
const root = dirname(dirname(fileURLToPath(import.meta.url)))
const node = runtime(root)
try {
  await prepare(root, [node, packages(root), ...command.needs(root)])
  become(node.program, [...command.run, ...args], root)
} catch (error) {
  fail(error)
}
