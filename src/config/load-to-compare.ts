import { basename } from 'node:path'
import { checkConfig } from './check-config.ts'
import type { Config } from './config.ts'
import { ConfigError, formatProblems } from './problems.ts'

/**
 * Loads a config that is only looked at: what cannot work in it, and routing cases that expect otherwise, are told beside it, a
 * line each. Throws `ConfigError` when it cannot be loaded.
 */
export async function loadToCompare(directory: string, now: number): Promise<{ config: Config; mistakes: string[] }> {
  const { findings, inspected } = await checkConfig(directory, now)
  const errors = findings.filter(({ level }) => level === 'error')
  if (!inspected) throw new ConfigError(errors)
  const named = errors.map((error) => ({ ...error, file: basename(error.file) }))
  return { config: inspected.config, mistakes: named.map((error) => formatProblems([error])) }
}
