import { type FSWatcher, realpathSync, statSync, watch } from 'node:fs'
import type { Logger } from '../platform/log.ts'
import type { Config } from './config.ts'
import { formatFindings } from './format-findings.ts'
import { readConfig } from './load.ts'
import { ConfigError } from './problems.ts'
import { findingsOf } from './sense/findings.ts'

/** The config in force. It may change while the service runs; whoever uses it asks each time. */
export interface ConfigSource {
  current(): Config
  /** The message of the newer config that was refused, the same as `config check` prints; null when there is none. */
  refusal(): string | null
  /** Called with a new config before it is in force. When it fails, the config is tried again and the old one stays. */
  beforeChange(prepare: (next: Config) => Promise<void>): void
}

/** A config source that also follows its directory. */
export interface WatchedConfig extends ConfigSource {
  /** Reads the directory again now; resolves with whether a new config is in force. Never rejects. */
  reload(): Promise<boolean>
  close(): void
}

/** A config that never changes, for tests and the demo. */
export function fixedConfig(config: Config): ConfigSource {
  return { current: () => config, refusal: () => null, beforeChange: () => undefined }
}

// An editor writes a file in several steps, and a deployment several files.
const SETTLE = 300
const TRY_AGAIN = 5_000
const LOOK_EVERY = 2_000

/**
 * Loads the config and follows its directory. A changed config is checked and taken over; a broken one is refused, told
 * in the log, and the old one stays in force. Rejects with `ConfigError` when the first one is broken.
 */
export async function watchConfig(directory: string, log: Logger, now: () => number): Promise<WatchedConfig> {
  let config = await load()
  let refusal: string | null = null
  let running = Promise.resolve(false)
  let timer: NodeJS.Timeout | undefined
  const preparations: ((next: Config) => Promise<void>)[] = []

  // What cannot work in a config that loads stops no service: it ran so before. `config check` refuses it.
  async function load(known?: string): Promise<Config> {
    const { config: found, sources, problems } = await readConfig(directory, now())
    if (!found || problems.length > 0) throw new ConfigError(problems)
    if (found.version === known) return found
    const doubts = findingsOf({ config: found, sources, now: now() })
    if (doubts.length > 0)
      log.warn(
        { config: found.version, doubts: formatFindings(doubts) },
        'not all of the config can work as it stands: run "baton config check"',
      )
    return found
  }

  async function takeOver(): Promise<boolean> {
    try {
      const next = await load(config.version)
      if (next.version !== config.version) await Promise.all(preparations.map((prepare) => prepare(next)))
      const wasRefused = refusal !== null
      refusal = null
      if (next.version === config.version) {
        log.info(
          { config: config.version },
          wasRefused ? 'the config is fine again' : 'the config was read again: no change',
        )
        return false
      }
      log.info({ from: config.version, to: next.version }, 'the config changed and is in force')
      config = next
      return true
    } catch (error) {
      if (error instanceof ConfigError) {
        refusal = error.message
        log.error({ config: config.version, refused: error.message }, 'the new config is refused: the old one stays')
        return false
      }
      refusal = 'The new config could not be taken over yet: see the log.'
      log.warn({ err: error }, 'the new config could not be taken over: it is tried again')
      soon(TRY_AGAIN)
      return false
    }
  }

  // One after the other, so that the last state of the files wins.
  function reload(): Promise<boolean> {
    running = running.then(takeOver)
    return running
  }

  function soon(delay: number): void {
    clearTimeout(timer)
    timer = setTimeout(reload, delay).unref()
  }

  // A deployment may put another directory in its place, which a watch of the old one does not notice.
  let watched = ''
  let watcher: FSWatcher | undefined
  function follow(): void {
    const found = identityOf(directory)
    if (found === watched) return
    const first = watched === '' && watcher === undefined
    watcher?.close()
    watched = found
    if (found) {
      watcher = watch(directory, { persistent: false }, () => soon(SETTLE))
      watcher.on('error', (error) => log.warn({ err: error }, 'the config directory cannot be watched'))
    }
    if (!first) soon(SETTLE)
  }
  follow()
  const looking = setInterval(follow, LOOK_EVERY).unref()

  return {
    current: () => config,
    refusal: () => refusal,
    beforeChange: (prepare) => void preparations.push(prepare),
    reload,
    close() {
      clearTimeout(timer)
      clearInterval(looking)
      watcher?.close()
    },
  }
}

/** What tells this directory from another of the same name; '' when there is none. */
function identityOf(directory: string): string {
  try {
    const path = realpathSync(directory)
    return `${path} ${statSync(path).ino}`
  } catch {
    return ''
  }
}
