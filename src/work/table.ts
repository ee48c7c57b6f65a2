import { createHash } from 'node:crypto'
import { z } from 'zod'

/*
 * THE table of all jobs. A job is a hint that something stands in an index of the store: it carries ids only, may be
 * lost, doubled, early or late, and then does nothing wrong. `once` jobs are told apart by their id. `latest` jobs
 * are about a state ("write what the record says"): while one waits another is not needed, and one that is asked for
 * during a run causes exactly one more.
 */

const Id = z.string().min(1).max(200)

/** The queues. A rate limit or a slow system stops only its own. */
export const QUEUES = ['leads', 'timers', 'slack', 'hubspot', 'maintenance'] as const
export type QueueName = (typeof QUEUES)[number]

/** How many jobs of a queue one worker process runs at once. HubSpot's are many so that they share calls. */
export const CONCURRENCY: Record<QueueName, number> = {
  leads: 200,
  timers: 200,
  slack: 8,
  hubspot: 200,
  maintenance: 4,
}

/** Every job: its queue, its payload, the id that tells it apart, and how repeats are folded. */
export const JOBS = {
  'process-lead': {
    queue: 'leads',
    payload: z.strictObject({ leadId: Id }),
    id: (job: { leadId: string }) => `lead-${job.leadId}`,
    fold: 'latest',
  },
  // Many leads of one request, so that it is answered before each of them has a job of its own.
  'process-leads': {
    queue: 'maintenance',
    payload: z.strictObject({ leadIds: z.array(Id).min(1) }),
    id: (job: { leadIds: string[] }) => `leads-${createHash('md5').update(job.leadIds.join()).digest('base64url')}`,
    fold: 'once',
  },
  'take-due-steps': {
    queue: 'timers',
    payload: z.strictObject({ handoffId: Id, dueAt: z.number() }),
    id: (job: { handoffId: string; dueAt: number }) => `steps-${job.handoffId}-${job.dueAt}`,
    fold: 'once',
  },
  'send-post': {
    queue: 'slack',
    payload: z.strictObject({ postId: Id }),
    id: (job: { postId: string }) => `post-${job.postId}`,
    fold: 'once',
  },
  'refresh-messages': {
    queue: 'slack',
    payload: z.strictObject({ handoffId: Id }),
    id: (job: { handoffId: string }) => `refresh-${job.handoffId}`,
    fold: 'latest',
  },
  'tell-user': {
    queue: 'slack',
    payload: z.strictObject({
      handoffId: Id,
      channel: Id,
      user: Id,
      what: z.enum(['explain', 'not-yours', 'ended-already', 'unknown-handoff', 'modal-failed']),
      actionId: Id,
    }),
    id: (job: { handoffId: string; actionId: string }) => `tell-${job.handoffId}-${job.actionId}`,
    fold: 'once',
  },
  'write-contact': {
    queue: 'hubspot',
    payload: z.strictObject({ leadId: Id }),
    id: (job: { leadId: string }) => `write-${job.leadId}`,
    fold: 'latest',
  },
  'rescore-leads': {
    queue: 'maintenance',
    payload: z.strictObject({}),
    id: () => 'rescore-leads',
    fold: 'latest',
  },
  'release-assignment': {
    queue: 'maintenance',
    payload: z.strictObject({ leadId: Id, assignmentId: Id, pool: Id }),
    id: (job: { assignmentId: string; pool: string }) => `release-${job.assignmentId}-${job.pool}`,
    fold: 'once',
  },
} as const satisfies Record<
  string,
  { queue: QueueName; payload: z.ZodType; id: (job: never) => string; fold: 'once' | 'latest' }
>

export type JobName = keyof typeof JOBS
/** What a job of that name carries. */
export type Payload<N extends JobName> = z.output<(typeof JOBS)[N]['payload']>
/** A job to add, by name and payload. `trace` is the trace that it belongs to. */
export type JobRequest = { [N in JobName]: { name: N; payload: Payload<N>; delay?: number; trace?: string } }[JobName]

/** Attempts for errors of our own; an outside system that is down is waited for without a limit. */
export const OWN_ATTEMPTS = 5
