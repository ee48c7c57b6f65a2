import type { Config } from '../config/config.ts'
import type { ConfigSource } from '../config/watch.ts'
import { type ExamineParts, examine } from '../doctor/examine.ts'
import { type Finding, faultsOf } from '../doctor/finding.ts'
import { type Dependency, outsideStatus, refusedStatus } from '../http/health.ts'
import type { Clock } from '../platform/clock.ts'
import { type Env, type Mode, OBSERVING } from '../platform/env.ts'
import type { Logger } from '../platform/log.ts'
import type { Metrics } from '../platform/metrics.ts'
import type { RedisConnection } from '../platform/redis.ts'
import type { Store } from '../store/partitions.ts'
import { createRefusedProperties } from '../store/refused.ts'
import { adoptionText, readAdoption } from '../work/adopt.ts'
import { createPollStatus } from '../work/poll-status.ts'

/** What readiness is made from. `checkWrites` says what keeps Redis from taking writes, `workers` are those that run here. */
interface ReadinessParts {
  source: ConfigSource
  config: () => Config
  clock: Clock
  metrics: Metrics
  store: Store
  checkWrites: () => Promise<string | null>
  workers: () => readonly { isRunning: () => boolean }[]
  examined: () => Dependency | undefined
  mode: Mode
}

/** Makes what `/readyz` shows: each dependency by name. What stands in Redis is left out while Redis is away. */
export function createReadiness(parts: ReadinessParts) {
  const { clock, config, metrics, source, store } = parts
  const polled = createPollStatus({ metrics, clock, store })
  const refused = createRefusedProperties(store)

  async function inRedis(): Promise<Record<string, Dependency>> {
    const adoption = await readAdoption(store)
    return {
      adoption: { status: adoption.trouble ? 'degraded' : 'ok', detail: adoptionText(adoption) },
      ...refusedStatus(await refused.present(clock.now()).catch(() => [])),
      poll: await polled(),
    }
  }

  return async function ready(): Promise<Record<string, Dependency>> {
    const trouble = await parts.checkWrites()
    const refusal = source.refusal()
    const workers = parts.workers()
    const examined = parts.examined()
    return {
      ...(parts.mode === 'observe' ? { mode: { status: 'ok' as const, detail: OBSERVING } } : {}),
      redis: trouble ? { status: 'failed', detail: trouble } : { status: 'ok' },
      ...(workers.length > 0
        ? { workers: { status: workers.every((worker) => worker.isRunning()) ? 'ok' : 'failed' } }
        : {}),
      config: refusal
        ? { status: 'degraded', detail: `version ${config().version} is in force. ${refusal}` }
        : { status: 'ok', detail: `version ${config().version}` },
      hubspot: outsideStatus(metrics, 'hubspot'),
      slack: outsideStatus(metrics, 'slack'),
      ...(trouble ? {} : await inRedis()),
      ...(examined ? { doctor: examined } : {}),
    }
  }
}

/** Runs the doctor inside the service: its faults go to the log, and into what `/readyz` shows until the next start. */
export function createExamination(
  parts: { env: Env; config: () => Config; log: Logger; redis: RedisConnection } & Pick<
    ExamineParts,
    'clock' | 'prefix' | 'secrets'
  >,
) {
  const { config, log, ...rest } = parts
  let examined: Dependency | undefined
  let last: { at: number; findings: Finding[] } | undefined
  return {
    /** The findings of the last examination, and when it was. */
    found: () => last,

    /** What the last examination found; undefined before the first. */
    status: () => examined,

    /** Asks the living systems whether all is set up. */
    async examine(): Promise<Finding[]> {
      const findings = await examine({ ...rest, config: config() })
      last = { at: rest.clock.now(), findings }
      const faults = faultsOf(findings)
      for (const { check, found, todo } of faults) log.warn({ check, found, todo }, 'doctor: something is not set up')
      examined =
        faults.length === 0
          ? { status: 'ok' }
          : { status: 'degraded', detail: `at the start: ${faults.map(({ check }) => check).join(', ')}` }
      return findings
    },
  }
}
