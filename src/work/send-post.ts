import { createHash } from 'node:crypto'
import type { Config } from '../config/config.ts'
import { type Handoff, holderOf } from '../handoffs/handoff.ts'
import type { LeadRecord } from '../leads/lead.ts'
import type { RenderedMessage } from '../messages/alert.ts'
import type { Clock } from '../platform/clock.ts'
import { OutsideError } from '../platform/errors.ts'
import type { Logger } from '../platform/log.ts'
import type { Metrics } from '../platform/metrics.ts'
import type { Slack } from '../slack/client.ts'
import type { Handoffs } from '../store/handoffs.ts'
import type { LeadStore } from '../store/leads.ts'
import type { Claim, Outbox } from '../store/outbox.ts'
import type { Post } from '../store/schema.ts'
import { ERASED, recipientOf, renderFor } from './message-context.ts'
import { managerAlert, messageRef } from './posts.ts'
import type { JobRequest } from './table.ts'
import { RunLater } from './worker.ts'

const BUSY_MILLISECONDS = 5_000

/** Sends one Slack message, exactly once as far as Slack lets anybody know. */
export function createSendPost(parts: {
  config: () => Config
  clock: Clock
  leads: LeadStore
  handoffs: Handoffs
  outbox: Outbox
  slack: Slack
  metrics: Metrics
  log: Logger
  kick: (jobs: JobRequest[]) => void
}) {
  const { outbox, leads, slack, log } = parts

  return async function sendPost({ postId }: { postId: string }): Promise<void> {
    const claim = await outbox.begin(postId, parts.clock.now())
    if (claim.state === 'gone') return
    if (claim.state === 'busy') throw new RunLater(BUSY_MILLISECONDS)
    const { post } = claim
    const config = parts.config()
    const { lead } = await leads.read(post.leadId)
    const handoff = post.handoffId ? (await leads.readHandoff(post.handoffId)).record : null
    const to = recipientOf(config, post)
    if (!lead.record) return dropErased(post, to, claim)
    if (!to) return failed(post, new OutsideError('slack', 'refused', 'no-recipient'))
    const message = renderFor(config, { kind: post.kind, rep: post.rep, pool: post.pool }, lead.record, handoff)
    try {
      const channel = await slack.channelFor(to)
      // A message that may be there already is looked for first, also when it is moot: it has to be brought up to date.
      const found = claim.state === 'ambiguous' ? await slack.find(channel, post.id, claim.firstTry) : null
      if (!found && isMoot(post, lead.record, handoff)) return await outbox.drop(post)
      // Nobody knows which state a message shows that was sent by somebody else.
      if (found) await remember(post, found, '')
      else await remember(post, await slack.post(channel, post.id, message), fingerprint(message))
    } catch (error) {
      await failed(post, error)
    }
  }

  // The lead was erased meanwhile: a message that may have been sent has to lose its content as well.
  async function dropErased(post: Post, to: string | undefined, claim: Claim): Promise<void> {
    if (claim.state === 'ambiguous' && to) {
      const channel = await slack.channelFor(to)
      const found = await slack.find(channel, post.id, claim.firstTry)
      if (found) await slack.update(found.channel, found.ts, ERASED)
    }
    await outbox.drop(post)
  }

  async function remember(post: Post, sent: { channel: string; ts: string }, shown: string): Promise<void> {
    const { kind, audience, rep } = post
    if (post.handoffId && kind !== 'nobody-available') {
      const change = await parts.handoffs.change(post.handoffId, parts.clock.now(), (handoff, lead) => {
        const message = { kind, audience, ...(rep ? { rep } : {}), ...sent, shown }
        const current = renderFor(parts.config(), { kind, rep, pool: handoff.pool }, lead, handoff)
        return {
          handoff: { ...handoff, messages: { ...handoff.messages, [messageRef(post)]: message } },
          messagesOnly: fingerprint(current) === shown ? 'current' : 'behind',
        }
      })
      // The lead was erased while Slack took the message.
      if (!change) await slack.update(sent.channel, sent.ts, ERASED)
      if (change?.messagesOnly === 'behind')
        parts.kick([{ name: 'refresh-messages', payload: { handoffId: post.handoffId } }])
    }
    await outbox.drop(post)
    if (post.kind === 'rep-alert' && post.since !== undefined)
      parts.metrics.alertLatency.observe(Math.max(0, parts.clock.now() - post.since) / 1_000)
  }

  async function failed(post: Post, error: unknown): Promise<void> {
    const refused = error instanceof OutsideError && error.kind === 'refused'
    const unknown = !(error instanceof OutsideError) || error.kind === 'unknown-outcome'
    await outbox.release(post, unknown)
    if (!refused) throw error
    log.error({ post: post.id, code: error.code }, 'Slack refuses the message: check the ids in team.yaml and the app')
    if (post.audience === 'manager') throw error
    // The rep cannot be reached: the manager hears of it at once.
    const { handoffId } = post
    if (handoffId && post.audience === 'rep') {
      const instead = managerAlert(handoffId, post.leadId, post.pool, `unreachable-${messageRef(post)}`)
      await outbox.replace(post, instead, parts.clock.now())
      parts.kick([{ name: 'send-post', payload: { postId: instead.id } }])
      return
    }
    throw error
  }
}

// A click or a newer step may have settled it since: a message that is no longer true is not sent.
function isMoot(post: Post, lead: LeadRecord, handoff: Handoff | null): boolean {
  if (!handoff) return lead.waitingSince === undefined
  return handoff.status !== 'open' || (post.rep !== undefined && holderOf(handoff).rep !== post.rep)
}

/** A short digest of a message as it is shown, to tell whether an update would change anything. */
export function fingerprint(message: RenderedMessage): string {
  return createHash('md5').update(JSON.stringify(message)).digest('base64url')
}
