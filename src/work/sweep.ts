import type { Config } from '../config/config.ts'
import type { Clock } from '../platform/clock.ts'
import type { Metrics } from '../platform/metrics.ts'
import type { LeadStore } from '../store/leads.ts'
import type { Index, Store } from '../store/partitions.ts'
import { leadOfHandoff } from '../store/partitions.ts'
import { stepsJob } from './follow-ups.ts'
import type { Producers } from './producers.ts'
import type { JobRequest } from './table.ts'

const LIMIT = 500

// For each index the job that deals with one of its entries. Entries that are only a moment old have a job already.
const REPAIRS: { index: Index; grace: number; job: (id: string, now: number) => JobRequest }[] = [
  { index: 'unread', grace: 10_000, job: (leadId) => ({ name: 'process-lead', payload: { leadId } }) },
  { index: 'rescore', grace: 0, job: (leadId) => ({ name: 'process-lead', payload: { leadId } }) },
  { index: 'posts', grace: 10_000, job: (postId) => ({ name: 'send-post', payload: { postId } }) },
  { index: 'refresh', grace: 10_000, job: (handoffId) => ({ name: 'refresh-messages', payload: { handoffId } }) },
  { index: 'sync', grace: 10_000, job: (leadId) => ({ name: 'write-contact', payload: { leadId } }) },
  {
    index: 'release',
    grace: 10_000,
    job: (member) => {
      const [assignmentId = '', pool = ''] = member.split('@')
      return { name: 'release-assignment', payload: { leadId: leadOfHandoff(assignmentId), assignmentId, pool } }
    },
  },
]

// What could not be done is tried again once an hour: somebody may have mended the cause.
const DEAD_RETRY = 60 * 60_000

/**
 * Puts what the indexes hold and the queues lack back into the queues: after a lost job, a flushed queue or an hour
 * of downtime. Idempotent; every worker runs it every 15 seconds. `grace` false looks at fresh entries as well.
 */
export function createSweep({
  clock,
  store,
  leads,
  config,
  producers,
  metrics,
  keepAuthority,
}: {
  clock: Clock
  store: Store
  leads: LeadStore
  config: () => Config
  producers: Producers
  metrics: Metrics
  keepAuthority: () => Promise<void>
}) {
  async function tryDeadAgain(member: string, now: number): Promise<JobRequest[]> {
    const at = member.indexOf(':')
    const [index, id] = [member.slice(0, at), member.slice(at + 1)]
    const leadId = id.includes('-') ? leadOfHandoff(id) : id
    const repair = REPAIRS.find((candidate) => candidate.index === index)
    if (!repair && index !== 'rungs') return []
    const known = repair?.index ?? 'rungs'
    await store.commit(
      [],
      [
        ['ZADD', store.keys.index(leadId, known), now, id],
        ['ZADD', store.keys.index(leadId, 'dead'), now, member],
      ],
    )
    return repair ? [repair.job(id, now)] : [stepsJob(id, now, now)]
  }

  return async function sweep({ grace = true }: { grace?: boolean } = {}): Promise<number> {
    const now = clock.now()
    const requests: JobRequest[] = []
    for (const repair of REPAIRS) {
      const ids = await store.due(repair.index, grace ? now - repair.grace : now, LIMIT)
      requests.push(...ids.map((id) => repair.job(id, now)))
    }
    const dead = await store.due('dead', now - DEAD_RETRY, LIMIT)
    for (const member of dead) requests.push(...(await tryDeadAgain(member, now)))
    metrics.deadLetters.set(await store.count('dead'))
    await keepAuthority()
    const rescorable = await leads.countScoredByOtherRules(config().scoringVersion)
    metrics.rescoreRemaining.set(rescorable)
    if (rescorable > 0) requests.push({ name: 'rescore-leads', payload: {} })
    const rungs = await store.dueWithScores('rungs', now, LIMIT)
    const steps = rungs.map(({ id, score }) => stepsJob(id, score, now))
    // A timer whose instant has come but that still sleeps was set by a clock that was off.
    for (const step of steps) await producers.hurry(step)
    if (requests.length + steps.length > 0) await producers.add([...requests, ...steps])
    return requests.length + steps.length
  }
}
