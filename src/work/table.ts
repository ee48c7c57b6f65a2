import { readNotice } from '../handoffs/notice.ts'
import { readAnswer } from '../store/answers.ts'
import { readHomeId } from '../store/homes.ts'
import { INDEX, leadOf } from '../store/partitions.ts'
import { readFill, readQualityMessage } from '../store/quality-lists.ts'
import { repOfList } from '../store/rep-lists.ts'
import { waitingListOf } from '../store/waiting-lists.ts'
import { readDeliveryId } from '../store/webhook-outbox.ts'
import { createBlankMessage } from './blank-message.ts'
import { createCheckQuality } from './check-quality.ts'
import { createCheckUnreachable } from './check-unreachable.ts'
import { createEraseLead } from './erase-lead.ts'
import { createFadeScore } from './fade-score.ts'
import { createFillIn } from './fill-in.ts'
import { createFindContact } from './find-contact.ts'
import { createFinishMerge } from './finish-merge.ts'
import { createForgetHandoff } from './forget-handoff.ts'
import { createLeavers } from './leavers.ts'
import { createListLeads } from './list-leads.ts'
import { createListQuality } from './list-quality.ts'
import { createListStuck } from './list-stuck.ts'
import { createLookAtCompany } from './look-at-company.ts'
import { createLookAtDeal } from './look-at-deal.ts'
import { createNoteWaiting } from './note-waiting.ts'
import type { Handler, Parts } from './parts.ts'
import { createPublishHome } from './publish-home.ts'
import { createReadLead } from './read-lead.ts'
import { createReportObserved } from './report-observed.ts'
import { createRescoring } from './rescore-leads.ts'
import { createRewriteFile } from './rewrite-file.ts'
import { createSendDigests } from './send-digests.ts'
import { createSendPost } from './send-post.ts'
import { createSendReports } from './send-reports.ts'
import { createSendWebhook } from './send-webhook.ts'
import { createSettleAssignment } from './settle-assignment.ts'
import { createTakeSteps } from './take-steps.ts'
import { createTellList } from './tell-list.ts'
import { createTellManager } from './tell-manager.ts'
import { createTellQuality } from './tell-quality.ts'
import { createTellStuck } from './tell-stuck.ts'
import { createTellUser } from './tell-user.ts'
import { createTellWaiting } from './tell-waiting.ts'
import { createUpdateMessages } from './update-messages.ts'
import { createWriteContact } from './write-contact.ts'
import { createWriteNote } from './write-note.ts'

/*
 * THE table of work: a row for each kind of waiting work. What waits stands in a sorted-set index under an id, written
 * with its record, and is done by whoever comes first: the process that wrote it, a worker that a job hurries, or the
 * sweep. A job names ids only; it may be lost, doubled, early or late, and then does nothing wrong. A new kind of work is
 * a file with its handler and a row here; sweep, dead letters and erasure read the table.
 */

/** The queues, each with a lane in every worker. A rate limit or a slow system stops only its own. */
export const QUEUES = ['leads', 'bulk', 'timers', 'slack', 'hubspot', 'webhooks', 'maintenance'] as const
export type QueueName = (typeof QUEUES)[number]

/** How many pieces of a queue's work one process does at once. HubSpot's are many so that they share calls. */
export const CONCURRENCY: Record<QueueName, number> = {
  leads: 200,
  bulk: 100,
  timers: 200,
  // Each waits for its turn in Slack's pace, so that the most urgent of them is next.
  slack: 2_000,
  hubspot: 200,
  // Each waits for its turn at its endpoint, some seconds at most.
  webhooks: 1_000,
  maintenance: 20,
}

/** One kind of waiting work. `P` is what its ids say. */
export interface WorkRow<P> {
  /** The index in which it waits; null for work that nothing has to remember. */
  index: string | null
  queue: QueueName
  /** What an id says, for the handler; null when it is none. */
  payload: (id: string) => P | null
  /**
   * Asked for again while it runs: `again` does it once more, for it is about a state; `once` leaves it.
   */
  fold: 'once' | 'again'
  /** How long the sweep leaves a new entry to the process that wrote it, in milliseconds. */
  grace: number
  /** The outside system without which it cannot be done. */
  needs?: 'hubspot' | 'slack'
  /** Done at its instant by a timer, not at the next sweep. */
  timer?: true
  handler: (parts: Parts, table: WorkTable) => Handler<P>
}

/** A table of work, by name. */
export type WorkTable = Record<string, WorkRow<never>>

/** Ties a row's ids to what its handler takes. */
function row<P>(kind: WorkRow<P>): WorkRow<never> {
  return kind as unknown as WorkRow<never>
}

const ofLead = (id: string) => ({ leadId: id })
const ofHandoff = (id: string) => (/^[^.@]+-\d+$/.test(id) ? { handoffId: id } : null)
const GRACE = 10_000

/** The table of work of this version. Names stand in jobs and dead letters: a new name is new work. */
export const WORK = {
  'read-lead': row({
    index: INDEX.unread,
    queue: 'leads',
    payload: ofLead,
    fold: 'again',
    grace: GRACE,
    needs: 'hubspot',
    handler: createReadLead,
  }),
  'wake-lead': row({
    index: INDEX.wake,
    queue: 'bulk',
    payload: ofLead,
    fold: 'again',
    grace: 0,
    needs: 'hubspot',
    handler: createReadLead,
  }),
  'fade-score': row({
    index: INDEX.fading,
    queue: 'bulk',
    payload: ofLead,
    fold: 'again',
    grace: 0,
    handler: createFadeScore,
  }),
  'take-steps': row({
    index: INDEX.steps,
    queue: 'timers',
    payload: ofHandoff,
    fold: 'again',
    grace: 0,
    timer: true,
    handler: createTakeSteps,
  }),
  'send-post': row({
    index: INDEX.posts,
    queue: 'slack',
    payload: (id: string) => (id.includes('.') ? { postId: id, leadId: leadOf(id) } : null),
    fold: 'once',
    grace: GRACE,
    needs: 'slack',
    handler: createSendPost,
  }),
  'update-messages': row({
    index: INDEX.messages,
    queue: 'slack',
    payload: ofHandoff,
    fold: 'again',
    grace: GRACE,
    needs: 'slack',
    handler: createUpdateMessages,
  }),
  'write-contact': row({
    index: INDEX.writes,
    queue: 'hubspot',
    payload: ofLead,
    fold: 'again',
    grace: GRACE,
    needs: 'hubspot',
    handler: createWriteContact,
  }),
  'write-note': row({
    index: INDEX.notes,
    queue: 'hubspot',
    payload: (id: string) => (id.includes('-') ? { noteId: id, leadId: leadOf(id) } : null),
    fold: 'once',
    grace: GRACE,
    needs: 'hubspot',
    handler: createWriteNote,
  }),
  'send-webhook': row({
    index: INDEX.webhooks,
    queue: 'webhooks',
    payload: readDeliveryId,
    fold: 'once',
    grace: GRACE,
    handler: createSendWebhook,
  }),
  'settle-assignment': row({
    index: INDEX.assignments,
    queue: 'maintenance',
    payload(id: string) {
      const [, leadId, assignmentId, pool] = /^([^-]+)-([^@]+)@(.+)$/.exec(id) ?? []
      return leadId && assignmentId && pool ? { leadId, assignmentId, pool } : null
    },
    fold: 'again',
    grace: GRACE,
    handler: createSettleAssignment,
  }),
  'finish-merge': row({
    index: INDEX.merges,
    queue: 'maintenance',
    payload(id: string) {
      const [survivorId, leadId] = id.split('-')
      return survivorId && leadId ? { survivorId, leadId } : null
    },
    fold: 'once',
    grace: GRACE,
    handler: createFinishMerge,
  }),
  'find-contact': row({
    index: INDEX.addresses,
    queue: 'maintenance',
    payload: (id: string) => ({ addressKey: id }),
    fold: 'again',
    grace: GRACE,
    needs: 'hubspot',
    handler: createFindContact,
  }),
  'look-at-deal': row({
    index: INDEX.deals,
    queue: 'maintenance',
    payload: (id: string) => ({ dealId: id }),
    fold: 'again',
    grace: GRACE,
    needs: 'hubspot',
    handler: createLookAtDeal,
  }),
  'look-at-company': row({
    index: INDEX.companies,
    // One company is as urgent as a lead; many, or what is swept, goes with the crowd.
    queue: 'leads',
    payload(id: string) {
      const [, companyId] = /^company\/(\d+)$/.exec(id) ?? []
      return companyId ? { companyId } : null
    },
    fold: 'again',
    // Its second look is planned.
    grace: 0,
    needs: 'hubspot',
    handler: createLookAtCompany,
  }),
  'erase-lead': row({
    index: INDEX.erasures,
    queue: 'maintenance',
    payload: ofLead,
    fold: 'again',
    grace: GRACE,
    handler: (parts, table) => createEraseLead(parts, () => indexesOf(table)),
  }),
  'blank-message': row({
    index: INDEX.blanks,
    queue: 'slack',
    payload(id: string) {
      const [leadId, channel, ts] = id.split('-')
      return leadId && channel && ts ? { leadId, channel, ts } : null
    },
    fold: 'once',
    grace: GRACE,
    needs: 'slack',
    handler: createBlankMessage,
  }),
  'tell-user': row({
    index: INDEX.answers,
    queue: 'slack',
    payload: readAnswer,
    fold: 'once',
    grace: GRACE,
    needs: 'slack',
    handler: createTellUser,
  }),
  'tell-manager': row({
    index: INDEX.notices,
    queue: 'slack',
    payload: (id: string) => {
      const notice = readNotice(id)
      return notice && { id, notice }
    },
    fold: 'once',
    grace: GRACE,
    needs: 'slack',
    handler: createTellManager,
  }),
  'note-waiting': row({
    index: INDEX.waits,
    queue: 'maintenance',
    payload: ofHandoff,
    fold: 'again',
    grace: GRACE,
    handler: createNoteWaiting,
  }),
  'tell-waiting': row({
    index: INDEX.waitingLists,
    queue: 'slack',
    payload(id: string) {
      const manager = waitingListOf(id)
      return manager === null ? null : { manager }
    },
    fold: 'again',
    grace: GRACE,
    needs: 'slack',
    timer: true,
    handler: createTellWaiting,
  }),
  'tell-list': row({
    index: INDEX.repLists,
    queue: 'slack',
    payload: (id: string) => (repOfList(id) === null ? null : { listId: id }),
    fold: 'again',
    grace: GRACE,
    needs: 'slack',
    handler: createTellList,
  }),
  'forget-handoff': row({
    index: INDEX.ended,
    queue: 'maintenance',
    payload: ofHandoff,
    fold: 'once',
    grace: 0,
    handler: createForgetHandoff,
  }),
  'tell-stuck': row({
    index: INDEX.stuck,
    queue: 'slack',
    payload: (id: string) => (/^stuck\/\d{4}\.\d\d$/.test(id) ? { listId: id } : null),
    fold: 'again',
    grace: GRACE,
    needs: 'slack',
    handler: createTellStuck,
  }),
  'tell-quality': row({
    index: INDEX.qualityLists,
    queue: 'slack',
    payload: readQualityMessage,
    fold: 'again',
    grace: GRACE,
    needs: 'slack',
    handler: createTellQuality,
  }),
  'fill-in': row({
    index: INDEX.fills,
    queue: 'hubspot',
    payload: readFill,
    fold: 'again',
    grace: GRACE,
    needs: 'hubspot',
    handler: createFillIn,
  }),
  'publish-home': row({
    index: INDEX.homes,
    queue: 'slack',
    payload: (id: string) => {
      const user = readHomeId(id)
      return user === null ? null : { user }
    },
    fold: 'again',
    grace: 0,
    needs: 'slack',
    handler: createPublishHome,
  }),
  'list-stuck': row({
    index: null,
    queue: 'maintenance',
    payload: () => ({}),
    fold: 'once',
    grace: 0,
    handler: (parts) => createListStuck(parts).listStuck,
  }),
  'check-quality': row({
    index: null,
    queue: 'maintenance',
    payload: () => ({}),
    fold: 'once',
    grace: 0,
    handler: (parts) => createCheckQuality(parts).check,
  }),
  'list-quality': row({
    index: null,
    queue: 'maintenance',
    payload: () => ({}),
    fold: 'once',
    grace: 0,
    handler: (parts) => createListQuality(parts).list,
  }),
  'list-leads': row({
    index: null,
    queue: 'maintenance',
    payload: () => ({}),
    fold: 'once',
    grace: 0,
    handler: (parts) => createListLeads(parts).listLeads,
  }),
  'report-observed': row({
    index: null,
    queue: 'maintenance',
    payload: () => ({}),
    fold: 'once',
    grace: 0,
    handler: (parts) => createReportObserved(parts).report,
  }),
  'send-digests': row({
    index: null,
    queue: 'maintenance',
    payload: () => ({}),
    fold: 'once',
    grace: 0,
    handler: (parts) => createSendDigests(parts).send,
  }),
  'send-reports': row({
    index: null,
    queue: 'maintenance',
    payload: () => ({}),
    fold: 'once',
    grace: 0,
    handler: (parts) => createSendReports(parts).send,
  }),
  'rewrite-file': row({
    index: null,
    queue: 'maintenance',
    payload: () => ({}),
    fold: 'once',
    grace: 0,
    handler: (parts) => createRewriteFile(parts).rewrite,
  }),
  'hand-on-leavers': row({
    index: null,
    queue: 'maintenance',
    payload: () => ({}),
    fold: 'once',
    grace: 0,
    handler: (parts) => createLeavers(parts).handOn,
  }),
  'check-unreachable': row({
    index: null,
    queue: 'maintenance',
    payload: () => ({}),
    fold: 'once',
    grace: 0,
    needs: 'slack',
    handler: (parts) => createCheckUnreachable(parts).check,
  }),
  'rescore-leads': row({
    index: null,
    queue: 'maintenance',
    payload: () => ({}),
    fold: 'again',
    grace: 0,
    handler: (parts) => createRescoring(parts).rescoreLeads,
  }),
} as const satisfies WorkTable
/** A kind of work that this version does. */
export type WorkName = keyof typeof WORK

/** The indexes of a table. */
export function indexesOf(table: WorkTable): string[] {
  return [...new Set(Object.values(table).flatMap(({ index }) => index ?? []))]
}
