import type { Clock } from '../platform/clock.ts'
import type { Logger } from '../platform/log.ts'
import type { Metrics } from '../platform/metrics.ts'
import type { Command, Index, Store } from '../store/partitions.ts'
import { leadOfHandoff } from '../store/partitions.ts'
import type { JobName } from './table.ts'

// The index in which each job's work stands. What cannot be done moves from there to the dead letters.
const INDEX_OF: Partial<Record<JobName, { index: Index; key: string }>> = {
  'process-lead': { index: 'unread', key: 'leadId' },
  'take-due-steps': { index: 'rungs', key: 'handoffId' },
  'send-post': { index: 'posts', key: 'postId' },
  'refresh-messages': { index: 'refresh', key: 'handoffId' },
  'write-contact': { index: 'sync', key: 'leadId' },
}

/**
 * Moves what could not be done to the dead letters: the sweep leaves it alone, the log and a metric say so, and the
 * records stay as they are. A new event for the lead, or a new state of the handoff, tries again.
 */
export function createDeadLetters({
  clock,
  store,
  metrics,
  log,
}: {
  clock: Clock
  store: Store
  metrics: Metrics
  log: Logger
}) {
  return async function onDead(name: JobName, payload: unknown, error: unknown): Promise<void> {
    const place = INDEX_OF[name]
    const id = place && (payload as Record<string, unknown>)[place.key]
    if (!place || typeof id !== 'string') return
    const leadId = id.includes('-') ? leadOfHandoff(id) : id
    const commands: Command[] = [
      ['ZREM', store.keys.index(leadId, place.index), id],
      ...(place.index === 'unread' ? [['ZREM', store.keys.index(leadId, 'rescore'), id] satisfies Command] : []),
      ['ZADD', store.keys.index(leadId, 'dead'), clock.now(), `${place.index}:${id}`],
    ]
    await store.commit([], commands)
    metrics.deadLetters.set(await store.count('dead'))
    log.error({ job: name, id, err: error }, 'given up for now: it is tried again every hour, and with its next event')
  }
}
