import type { Handoff } from '../handoffs/handoff.ts'
import { nextDue } from '../handoffs/ladder.ts'
import type { JobRequest } from './table.ts'

/**
 * The jobs that a commit calls for. They only hurry what the indexes already hold, so leaving one out costs time, not
 * a lead. `now` is epoch milliseconds.
 */
export function followUps(
  leadId: string,
  change: {
    postIds?: string[]
    handoff?: Handoff | null
    /** A handoff that has just started has no message that could be behind. */
    isNew?: boolean
    released?: { pool: string; assignmentId: string }[]
  },
  now: number,
): JobRequest[] {
  const { handoff, isNew = false, postIds = [], released = [] } = change
  const jobs: JobRequest[] = [{ name: 'write-contact', payload: { leadId } }]
  for (const postId of postIds) jobs.push({ name: 'send-post', payload: { postId } })
  if (handoff && !isNew && (handoff.status === 'open' || Object.keys(handoff.messages).length > 0))
    jobs.push({ name: 'refresh-messages', payload: { handoffId: handoff.id } })
  const dueAt = handoff ? nextDue(handoff) : null
  if (handoff && dueAt !== null) jobs.push(stepsJob(handoff.id, dueAt, now))
  for (const { pool, assignmentId } of released)
    jobs.push({ name: 'release-assignment', payload: { leadId, assignmentId, pool } })
  return jobs
}

/** The job that wakes when a handoff wants attention. */
export function stepsJob(handoffId: string, dueAt: number, now: number): JobRequest {
  return { name: 'take-due-steps', payload: { handoffId, dueAt }, delay: Math.max(0, dueAt - now) }
}
