import type { Config } from '../config/config.ts'
import type { Handoff } from '../handoffs/handoff.ts'
import type { LeadRecord } from '../leads/lead.ts'
import { type RenderedMessage, renderMessage } from '../messages/alert.ts'
import type { MessageInput } from '../messages/lines.ts'
import type { Post } from '../store/schema.ts'

const ERASED_TEXT = 'This lead was deleted on request.'

/** What is left of a message about a lead that was erased. */
export const ERASED: RenderedMessage = {
  text: ERASED_TEXT,
  blocks: [{ type: 'section', text: { type: 'plain_text', text: ERASED_TEXT } }],
}

/** What tells one message of a lead from another: its kind, and the rep that it was sent to. */
export type MessageFor = Pick<MessageInput, 'kind' | 'pool'> & { rep: string | undefined }

/** Renders a message of a lead with the people of the config: names become Slack ids, times the reader's zone. */
export function renderFor(
  config: Config,
  message: MessageFor,
  lead: LeadRecord,
  handoff: Handoff | null,
): RenderedMessage {
  const reps = Object.values(config.team.reps)
  const someone = config.team.reps[message.rep ?? handoff?.holders.at(-1)?.rep ?? ''] ?? reps[0]
  return renderMessage({
    kind: message.kind,
    lead,
    handoff,
    reader: message.rep,
    slackIds: Object.fromEntries(reps.map((rep) => [rep.id, rep.slackUserId])),
    timeZone: config.team.calendars[someone?.calendar ?? '']?.timeZone ?? 'UTC',
    pool: message.pool,
  })
}

/** The Slack id to send a post to; undefined when the person or the pool has left the config. */
export function recipientOf(config: Config, post: Post): string | undefined {
  const pool = config.team.pools[post.pool]
  if (post.audience === 'rep') return config.team.reps[post.rep ?? '']?.slackUserId
  if (post.audience === 'pool') return pool?.channel
  // A pool that has left the config has no manager of its own any more: any manager is better than nobody.
  const manager = config.team.managers[pool?.manager ?? ''] ?? Object.values(config.team.managers)[0]
  return manager?.slackUserId
}
