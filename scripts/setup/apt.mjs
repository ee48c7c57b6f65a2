/** Debian's packages, for someone who may install them. */
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { onPath } from '../../src/platform/programs.mjs'
import { atExit, runTool } from './tool.mjs'

/** Debian asks this program before it starts a service; exit code 101 forbids it. */
const policyFile = '/usr/sbin/policy-rc.d'
const policy =
  "#!/bin/sh\n# Written by Baton's set-up while it installs a package, deleted after. Delete it if it is still here.\nexit 101\n"

/**
 * Whether this process may install Debian packages.
 * @returns {boolean}
 */
export function canApt() {
  return process.getuid?.() === 0 && onPath('apt-get') !== undefined
}

/**
 * Installs one Debian package. A service that comes with it is neither started nor left to start with the machine.
 * The package lists are fetched only when the installation fails without that.
 * @param {string} name
 * @param {{ service?: string }} [options]
 * @returns {Promise<void>}
 */
export async function apt(name, options = {}) {
  const env = { DEBIAN_FRONTEND: 'noninteractive' }
  const flags = ['-q', '-y', '--no-install-recommends', '-o', 'DPkg::Lock::Timeout=300']
  const install = () => runTool('apt-get', ['install', ...flags, name], { env })
  const allowServices = forbidServices()
  try {
    await install().catch(async () => {
      await runTool('apt-get', ['update', '-q'], { env })
      await install()
    })
    // The package switches its service on for the next time the machine starts.
    if (options.service && onPath('systemctl')) await runTool('systemctl', ['disable', options.service])
  } finally {
    allowServices()
  }
}

/**
 * @returns {() => void} lifts the ban; a policy that the machine's owner has set stays as it is
 */
function forbidServices() {
  if (existsSync(policyFile) && readFileSync(policyFile, 'utf8') !== policy) return () => {}
  writeFileSync(policyFile, policy, { mode: 0o755 })
  const lift = () => rmSync(policyFile, { force: true })
  const release = atExit(lift)
  return () => {
    lift()
    release()
  }
}
