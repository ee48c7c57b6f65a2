/** One set-up at a time in a work tree. */
import { randomUUID } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, renameSync, rmdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { atExit, say } from './tool.mjs'

/** Longer than any installation; a lock this old was left by a machine or container that is gone. */
const abandonedAfterMs = 30 * 60_000

/**
 * Runs `work` while holding the lock at `path`, a folder that is not empty while someone holds it. Waits for its turn.
 * The lock of a process that is gone is taken over.
 *
 * Renaming a folder replaces an empty one and fails on one that is not, in one step. So the holder is a file inside the
 * folder, it is there from the first moment, and to take a dead holder's lock is to delete just that file.
 * @param {string} path
 * @param {() => Promise<void>} work
 * @returns {Promise<void>}
 */
export async function withLock(path, work) {
  mkdirSync(dirname(path), { recursive: true })
  const holder = randomUUID()
  const own = `${path}.${holder}`
  mkdirSync(own)
  writeFileSync(join(own, holder), JSON.stringify({ host: hostname(), pid: process.pid }))
  const discard = () => {
    rmSync(own, { recursive: true, force: true })
    rmSync(join(path, holder), { force: true })
    try {
      rmdirSync(path)
    } catch {
      // The next one holds it already, or nobody ever did.
    }
  }
  const release = atExit(discard)
  try {
    let told = false
    while (!moved(own, path)) {
      const standing = holderOf(path)
      if (standing?.gone) rmSync(standing.file, { force: true })
      else {
        if (standing && !told) say(`Waiting for the set-up that process ${standing.pid} is running here.`)
        told ||= standing !== undefined
        await delay(100)
      }
    }
    await work()
  } finally {
    discard()
    release()
  }
}

/**
 * @param {string} from
 * @param {string} to
 * @returns {boolean} false when someone holds the lock
 */
function moved(from, to) {
  try {
    renameSync(from, to)
    return true
  } catch (error) {
    if (['ENOTEMPTY', 'EEXIST'].includes(codeOf(error))) return false
    throw error
  }
}

/**
 * @param {string} path
 * @returns {{ file: string, pid: number, gone: boolean } | undefined} undefined when it has just been released
 */
function holderOf(path) {
  try {
    const [name] = readdirSync(path)
    if (name === undefined) return undefined
    const file = join(path, name)
    const { host, pid } = JSON.parse(readFileSync(file, 'utf8'))
    const abandoned = Date.now() - statSync(file).mtimeMs > abandonedAfterMs
    return { file, pid, gone: abandoned || (host === hostname() && !isRunning(pid)) }
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    throw error
  }
}

/**
 * @param {number} pid
 * @returns {boolean}
 */
function isRunning(pid) {
  // Process ids repeat from one container to the next: whoever held the lock under this one was not us.
  if (pid === process.pid) return false
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return codeOf(error) === 'EPERM'
  }
}

/**
 * @param {unknown} error
 * @returns {string}
 */
function codeOf(error) {
  return error instanceof Error && 'code' in error ? String(error.code) : ''
}
