import { createLease } from '../platform/lease.ts'
import { createRewrites } from '../store/rewrites.ts'
import type { Parts } from './parts.ts'

// Longer than asking every node takes.
const LEASE = 30_000

/** Has Redis rewrite its append-only file after erasures, at most once an hour, whichever worker is first. */
export function createRewriteFile(parts: Pick<Parts, 'clock' | 'log' | 'store'>) {
  const { clock, log, store } = parts
  const rewrites = createRewrites(store)
  const lease = createLease({
    redis: store.redis,
    key: store.keys.shared('rewrites:lease'),
    milliseconds: LEASE,
  })

  return {
    isDue: (): Promise<boolean> => rewrites.isDue(clock.now()),

    /** Has it done, if it is due. */
    async rewrite(): Promise<void> {
      if (!(await lease.hold())) return
      try {
        if (!(await rewrites.isDue(clock.now()))) return
        const done = await rewrites.rewrite(clock.now())
        if (done.outcome === 'begun') log.info('Redis rewrites its append-only file, without what was erased')
        if (done.outcome === 'refused' && done.isNews)
          log.warn(
            { code: done.code },
            'Redis lets Baton not rewrite its append-only file: what was erased stays in it until Redis does so by itself (docs/data.md)',
          )
      } finally {
        await lease.release().catch(() => undefined)
      }
    },
  }
}
