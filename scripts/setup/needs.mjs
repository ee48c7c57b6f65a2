/** What a command needs on this machine: how to see that it is missing, and how to install it. */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isProgram, onPath } from '../../src/platform/programs.mjs'
import { apt, canApt } from './apt.mjs'
import { runTool, say } from './tool.mjs'

/** @typedef {{ missing(): boolean, install(): Promise<void> }} Need */

/** The Node that everything below the set-up runs on, exactly. */
const nodeVersion = '26.10.0'

/**
 * The project's packages, in the versions of package-lock.json. Install scripts stay off.
 *
 * Not by `npm ci`: from npm 11 on it refuses a lock that lacks the optional packages of some other platform, and npm
 * leaves those out of the lock when the registry does not have them. `npm install --no-save` keeps to the lock as well
 * and leaves it as it is.
 * @param {string} root
 * @returns {Need}
 */
export function packages(root) {
  const folder = join(root, 'node_modules')
  const stamp = join(folder, '.baton-installed')
  const wanted = () => {
    const lock = readFileSync(join(root, 'package-lock.json'))
    return `${createHash('sha256').update(lock).digest('hex')} ${process.platform} ${process.arch}\n`
  }
  return {
    missing: () => !existsSync(stamp) || readFileSync(stamp, 'utf8') !== wanted(),
    async install() {
      say("Installing the project's packages (npm install).")
      const installed = wanted()
      // Without the stamp an installation was broken off, or is not ours: what it left is not to be trusted.
      if (!existsSync(stamp)) rmSync(folder, { recursive: true, force: true })
      rmSync(stamp, { force: true })
      await npmInstall(root, ['--include=dev'])
      mkdirSync(folder, { recursive: true })
      writeFileSync(stamp, installed)
    },
  }
}

/**
 * @param {string} folder
 * @param {string[]} args
 * @returns {Promise<void>}
 */
function npmInstall(folder, args) {
  const flags = ['--no-save', '--ignore-scripts', '--no-audit', '--no-fund', '--prefix', folder]
  return runTool('npm', ['install', ...flags, ...args], { cwd: folder })
}

/**
 * Node 26: the one that is running, else one local to the project, from the npm registry.
 *
 * The package `node` fetches its platform's package from an install script, which npm 12 does not run. This asks for the
 * platform's package itself.
 * @param {string} root
 * @param {string} [running] the version that is running, without the v
 * @returns {Need & { program: string }} `program` is what to run it by
 */
export function runtime(root, running = process.versions.node) {
  if (Number.parseInt(running, 10) >= Number.parseInt(nodeVersion, 10)) {
    return { program: process.execPath, missing: () => false, install: async () => {} }
  }
  const prefix = join(root, '.baton', 'node')
  const name = `${process.platform}-${process.arch}`
  const platformPackage = name === 'darwin-arm64' ? `node-bin-${name}` : `node-${name}`
  const program = join(prefix, 'node_modules', platformPackage, 'bin', 'node')
  const works = () => spawnSync(program, ['-v'], { encoding: 'utf8' }).stdout?.trim() === `v${nodeVersion}`
  return {
    program,
    missing: () => !works(),
    async install() {
      say(`Installing Node ${nodeVersion} for this project (npm, into .baton/node); this one is ${running}.`)
      rmSync(prefix, { recursive: true, force: true })
      mkdirSync(prefix, { recursive: true })
      await npmInstall(prefix, ['--no-package-lock', `${platformPackage}@${nodeVersion}`])
      if (works()) return
      throw new Error(`Node ${nodeVersion} does not run on this system (${name}). Install it yourself, then try again.`)
    },
  }
}

/**
 * A redis-server or valkey-server on the PATH. With `orDocker`, a Docker engine does where none can be installed.
 * @param {{ orDocker?: boolean }} [options]
 * @returns {Need}
 */
export function redisServer({ orDocker = false } = {}) {
  return {
    missing: () => onPath('redis-server', 'valkey-server') === undefined,
    async install() {
      let failure = new Error(
        [
          'Baton needs a redis-server, and there is none on the PATH. Either install one:',
          '  Debian, Ubuntu:  sudo apt-get install redis-server',
          '  macOS:           brew install redis',
          'or run one elsewhere and say where (tests and service; the demo wants its own):',
          '  docker run -d -p 6379:6379 redis:7 --appendonly yes --appendfsync always --maxmemory-policy noeviction',
          '  export REDIS_URL=redis://127.0.0.1:6379',
        ].join('\n'),
      )
      if (canApt()) {
        say('Installing redis-server (apt-get); its system service stays off.')
        await apt('redis-server', { service: 'redis-server' }).catch((error) => (failure = error))
        if (!this.missing()) return
      }
      if (!orDocker || spawnSync('docker', ['version'], { timeout: 10_000 }).status !== 0) throw failure
      say(
        'No redis-server here: tests use one in a container, and those that stop, kill or cluster theirs are skipped.',
      )
    },
  }
}

/**
 * A Chromium for the browser tests, handed to them as CHROMIUM_PATH. They are skipped without one.
 * @returns {Need}
 */
export function chromium() {
  const find = () => onPath('chromium', 'chromium-browser', 'google-chrome')
  return {
    missing() {
      const named = process.env.CHROMIUM_PATH || find()
      if (named === undefined) return true
      if (!isProgram(named)) throw new Error(`CHROMIUM_PATH is ${named}, and there is no program at that path.`)
      process.env.CHROMIUM_PATH = named
      return false
    },
    async install() {
      if (canApt()) {
        say('Installing Chromium for the browser tests (apt-get).')
        await apt('chromium').catch((error) => say(error.message))
      }
      if (this.missing()) say('No Chromium here: the browser tests are skipped. Install one or set CHROMIUM_PATH.')
    },
  }
}

/**
 * A Prometheus and its promtool for the tests of metrics, dashboard and alert rules. They are skipped without them.
 * @returns {Need}
 */
export function prometheus() {
  return {
    missing: () => ['prometheus', 'promtool'].some((name) => onPath(name) === undefined),
    async install() {
      if (canApt()) {
        say('Installing Prometheus for the tests of the alert rules (apt-get); its system service stays off.')
        await apt('prometheus', { service: 'prometheus' }).catch((error) => say(error.message))
      }
      if (this.missing()) say('No prometheus and promtool here: the tests of dashboard and alert rules are skipped.')
    },
  }
}
