import type { Config } from '../config/config.ts'
import type { Handoff } from '../handoffs/handoff.ts'
import { OutsideError } from '../platform/errors.ts'
import type { Logger } from '../platform/log.ts'
import type { Slack } from '../slack/client.ts'
import type { LeadStore } from '../store/leads.ts'
import { type Command, leadOfHandoff, type Store } from '../store/partitions.ts'
import { renderFor } from './message-context.ts'
import { fingerprint } from './send-post.ts'
import { RunLater } from './worker.ts'

const CHANGED_MEANWHILE = 50

/** Brings every message of a handoff up to its state. Messages that would not change are left alone. */
export function createRefreshMessages(parts: {
  config: () => Config
  store: Store
  leads: LeadStore
  slack: Slack
  log: Logger
}) {
  const { leads, store } = parts
  return async function refreshMessages({ handoffId }: { handoffId: string }): Promise<void> {
    const { version, record: handoff } = await leads.readHandoff(handoffId)
    if (!handoff) {
      // It was erased: nothing may keep asking for it.
      await store.commit([], settled(handoffId))
      return
    }
    const { lead } = await leads.read(handoff.leadId)
    if (!lead.record) return
    const messages: Handoff['messages'] = {}
    for (const [ref, message] of Object.entries(handoff.messages)) {
      const rendered = renderFor(
        parts.config(),
        { kind: message.kind, rep: message.rep, pool: handoff.pool },
        lead.record,
        handoff,
      )
      const shown = fingerprint(rendered)
      if (shown !== message.shown) await update(message.channel, message.ts, rendered)
      messages[ref] = { ...message, shown }
    }
    const changed = Object.entries(messages).some(([ref, { shown }]) => shown !== handoff.messages[ref]?.shown)
    const record = JSON.stringify({ ...handoff, messages })
    const committed = await store.commit(
      [leads.guards.handoff(handoffId, version), leads.guards.lead(handoff.leadId, lead.version)],
      [
        ...(changed
          ? [['HSET', store.keys.handoff(handoffId), 'version', version + 1, 'record', record] satisfies Command]
          : []),
        ...settled(handoffId),
      ],
    )
    // What changed while we were at it is shown by another run.
    if (!committed) throw new RunLater(CHANGED_MEANWHILE)
  }

  function settled(handoffId: string): Command[] {
    const leadId = leadOfHandoff(handoffId)
    return [
      ['ZREM', store.keys.index(leadId, 'refresh'), handoffId],
      ['ZREM', store.keys.index(leadId, 'dead'), `refresh:${handoffId}`],
    ]
  }

  async function update(channel: string, ts: string, message: ReturnType<typeof renderFor>): Promise<void> {
    try {
      await parts.slack.update(channel, ts, message)
    } catch (error) {
      // A message that was deleted or can no longer be edited stays as it is; everything else is tried again.
      if (!(error instanceof OutsideError) || error.kind !== 'refused') throw error
      parts.log.warn({ channel, code: error.code }, 'a Slack message can no longer be updated')
    }
  }
}
