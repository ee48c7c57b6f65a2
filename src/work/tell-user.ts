import type { Config } from '../config/config.ts'
import type { RenderedMessage } from '../messages/alert.ts'
import { explainScore } from '../messages/explanation.ts'
import type { Clock } from '../platform/clock.ts'
import { OutsideError } from '../platform/errors.ts'
import type { Logger } from '../platform/log.ts'
import { scoreLead } from '../rules/score.ts'
import type { Slack } from '../slack/client.ts'
import type { LeadStore } from '../store/leads.ts'
import type { Payload } from './table.ts'

const SENTENCES: Record<Exclude<Payload<'tell-user'>['what'], 'explain'>, string> = {
  'not-yours': 'Only the rep who has this lead, the members of its pool and their manager can do that.',
  'ended-already': 'This lead is settled already. Its messages show who did what.',
  'unknown-handoff': 'This lead is no longer here: it was deleted.',
  'modal-failed': 'The form could not be opened. Please try again.',
}

/** Answers one user privately: why this score, or why a click did nothing. */
export function createTellUser(parts: {
  config: () => Config
  clock: Clock
  leads: LeadStore
  slack: Slack
  log: Logger
}) {
  return async function tellUser({ handoffId, channel, user, what }: Payload<'tell-user'>): Promise<void> {
    const message = what === 'explain' ? await explanation(handoffId) : sentence(what)
    try {
      await parts.slack.tellPrivately(channel, user, message)
    } catch (error) {
      if (!(error instanceof OutsideError) || error.kind !== 'refused') throw error
      parts.log.warn({ channel, code: error.code }, 'a private answer could not be shown')
    }
  }

  async function explanation(handoffId: string): Promise<RenderedMessage> {
    const { record: handoff } = await parts.leads.readHandoff(handoffId)
    const lead = handoff ? (await parts.leads.read(handoff.leadId)).lead.record : null
    if (!lead) return sentence('unknown-handoff')
    return explainScore(lead, scoreLead(parts.config(), lead.attributes, lead.signals, parts.clock.now()))
  }
}

function sentence(what: keyof typeof SENTENCES): RenderedMessage {
  const text = SENTENCES[what]
  return { text, blocks: [{ type: 'section', text: { type: 'plain_text', text } }] }
}
