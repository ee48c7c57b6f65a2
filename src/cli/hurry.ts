import type { Clock } from '../platform/clock.ts'
import type { RedisConnection } from '../platform/redis.ts'
import type { Waiting } from '../store/commit.ts'
import { createQueues } from '../work/queues.ts'
import { WORK, type WorkName } from '../work/table.ts'

/** Gives workers what a command has left to do. Where that fails, their sweep finds it within 15 seconds: it stands in the indexes. */
export async function hurryNow(
  { redis, prefix, clock }: { redis: RedisConnection; prefix: string; clock: Clock },
  waiting: readonly Waiting[],
): Promise<void> {
  if (waiting.length === 0) return
  const now = clock.now()
  const nameOf = (index: string) =>
    Object.entries(WORK).find(([, row]) => row.index === index)?.[0] as WorkName | undefined
  const items = waiting.flatMap(({ index, id, at, last }) => {
    const name = nameOf(index)
    return name ? [{ name, id, at, last }] : []
  })
  const queues = createQueues({ connection: redis, prefix, onError: () => undefined })
  try {
    await queues.add(items.filter(({ at }) => at <= now))
    const later = items.filter(({ name, at }) => at > now && 'timer' in WORK[name] && WORK[name].timer)
    if (later.length > 0) await queues.setTimers(later, now)
  } catch {
    // The sweep will.
  } finally {
    await queues.close().catch(() => undefined)
  }
}
