import { isRefused } from '../platform/errors.ts'
import { createLease } from '../platform/lease.ts'
import type { Parts } from './parts.ts'

const EVERY = 5 * 60_000
const LEASE = 60_000

/**
 * Asks Slack every few minutes whether those can be reached again whom it did not reach: by opening their direct message, which
 * nobody sees.
 */
export function createCheckUnreachable(
  parts: Pick<Parts, 'clock' | 'config' | 'log' | 'slack' | 'store' | 'unreachable'>,
) {
  const { clock, log, slack, store, unreachable } = parts
  const lease = createLease({ redis: store.redis, key: store.keys.shared('unreachable-lock'), milliseconds: LEASE })
  let dueAt = clock.now() + EVERY

  /** Whether it is time to ask, which it is once in a while; cheap, for every sweep. */
  async function isDue(): Promise<boolean> {
    if (clock.now() < dueAt || (await unreachable.all()).length === 0) return false
    dueAt = clock.now() + EVERY
    return true
  }

  /** Asks; whoever answers is in the rotation again. */
  async function check(): Promise<void> {
    if (!(await lease.hold())) return
    try {
      for (const { rep, slackUserId } of await unreachable.all()) {
        const isAnother = parts.config().team.reps[rep]?.slackUserId !== slackUserId
        if (!isAnother && !(await isReached(slackUserId))) continue
        await unreachable.clear(rep)
        log.info({ rep }, isAnother ? 'a rep has another Slack user by now' : 'Slack reaches a rep again')
      }
    } finally {
      await lease.release()
    }
  }

  async function isReached(slackUserId: string): Promise<boolean> {
    try {
      await slack.reach(slackUserId)
      return true
    } catch (error) {
      if (isRefused(error)) return false
      throw error
    }
  }

  return { isDue, check }
}
