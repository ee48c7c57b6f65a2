import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import type { Config } from '../../src/config/config.ts'
import { loadConfig } from '../../src/config/load.ts'
import { startProcess } from '../support/processes.ts'
import { type Helper, startHelper } from './helper.ts'
import type { Simulators } from './processes/simulators.ts'
import type { BenchRedis } from './redis.ts'
import { SECRETS } from './secrets.ts'

const ROOT = join(import.meta.dirname, '..', '..')

/** Baton between its simulators: `src/main.ts` in a process of its own, and the simulators in another. */
export interface Outside {
  simulators: Helper<Simulators>
  /** The config that all of it runs on. */
  config: Config
  /** Starts one process of Baton; resolves with its address once it runs. */
  start(role: 'api' | 'worker' | 'both', env?: Record<string, string>): Promise<string>
  close(): Promise<void>
}

/**
 * Starts the simulators, with the config that ships but for people who never sleep and take any number of leads, so
 * that figures do not depend on the hour. NODE_OPTIONS is handed on: with `--cpu-prof` every process writes a profile.
 */
export async function openOutside(redis: BenchRedis): Promise<Outside> {
  const configDir = await mkdtemp(join(tmpdir(), 'baton-bench-config-'))
  await cp(join(ROOT, 'config'), configDir, { recursive: true })
  await cp(join(ROOT, 'demo', 'config', 'team.yaml'), join(configDir, 'team.yaml'))
  const simulators = startHelper<Simulators>('simulators.ts', [configDir])
  const { hubSpotUrl, slackUrl } = await simulators.call.addresses()
  const config = await loadConfig(configDir, Date.now())
  const running: ReturnType<typeof startProcess>[] = []
  const kill = () => {
    for (const one of running) one.child.kill('SIGKILL')
  }
  process.on('exit', kill)

  return {
    simulators,
    config,
    async start(role, env = {}) {
      const one = startProcess('src/main.ts', ['--role', role], {
        PORT: '0',
        HOST: '127.0.0.1',
        PUBLIC_URL: SECRETS.publicUrl,
        REDIS_URL: redis.url,
        CONFIG_DIR: configDir,
        HUBSPOT_ACCESS_TOKEN: SECRETS.hubSpotToken,
        HUBSPOT_CLIENT_SECRET: SECRETS.hubSpot,
        HUBSPOT_BASE_URL: hubSpotUrl,
        HUBSPOT_REQUESTS_PER_10_SECONDS: '1000',
        SLACK_BOT_TOKEN: SECRETS.slackToken,
        SLACK_SIGNING_SECRET: SECRETS.slack,
        SLACK_API_URL: slackUrl,
        API_TOKENS: SECRETS.api,
        SLACK_PACING: 'off',
        ...(process.env.NODE_OPTIONS ? { NODE_OPTIONS: process.env.NODE_OPTIONS } : {}),
        ...env,
      })
      running.push(one)
      while (!one.output().includes('Baton is running')) {
        if (one.child.exitCode !== null) throw new Error(`Baton did not start:\n${one.output()}`)
        await wait(20)
      }
      const address = /"address":"([^"]*)"/.exec(one.output())?.[1] ?? ''
      // What a start asks of HubSpot is no part of what is measured.
      while (role !== 'api' && !(await isSettled(address))) await wait(50)
      return address
    },
    async close() {
      await Promise.all(running.map((one) => one.end('SIGTERM')))
      process.off('exit', kill)
      const unexpected = await simulators.call.unexpected()
      await simulators.stop()
      await rm(configDir, { recursive: true, force: true })
      if (unexpected.length > 0) throw new Error(`unexpected calls: ${unexpected.join(', ')}`)
    },
  }
}

/** Whether a worker has looked through the portal and asked the living systems once. */
async function isSettled(address: string): Promise<boolean> {
  const answer = (await (await fetch(`${address}/readyz`)).json()) as {
    dependencies: Record<string, { detail?: string } | undefined>
  }
  const { adoption, doctor } = answer.dependencies
  return doctor !== undefined && adoption?.detail?.startsWith('adopted') === true
}
