import type { RenderedMessage } from '../messages/alert.ts'
import { explainScore } from '../messages/explanation.ts'
import { isRefused } from '../platform/errors.ts'
import { scoreLead } from '../rules/score.ts'
import type { AnswerName } from '../store/answers.ts'
import { INDEX } from '../store/partitions.ts'
import type { Handler, Parts } from './parts.ts'

/** What a click can be answered with, besides the explanation of a score. */
const SENTENCES = {
  'not-yours': 'Only the rep who has this lead, the members of its pool and their manager can do that.',
  'not-told': 'Only those who were told of this lead, their pool and the managers can do that.',
  'ended-already': 'This lead is settled already. Its messages show who did what.',
  'attempt-known': 'That attempt is counted already: HubSpot shows it, or it was said a moment ago.',
  'open-already': 'Such a handoff is open already. Its messages show who has it.',
  'unknown-handoff':
    'Baton does not know this lead. Please try again in a moment: unless it was deleted, it is looked up now.',
  'modal-failed': 'The form could not be opened. Please try again.',
} as const
/** Answers one user privately: why this score, or why a click did nothing. */
export function createTellUser(
  parts: Pick<Parts, 'clock' | 'config' | 'leads' | 'log' | 'slack' | 'store'>,
): Handler<{ id: string; handoffId: string; channel: string; user: string; what: AnswerName }> {
  const { store } = parts

  return async function tellUser({ id, handoffId, channel, user, what }) {
    const message = what === 'explain' ? await explanation(handoffId) : sentence(what)
    try {
      await parts.slack.tellPrivately(channel, user, message)
    } catch (error) {
      if (!isRefused(error)) throw error
      parts.log.warn({ channel, code: error.code }, 'a private answer could not be shown')
    }
    await store.commit([], [['ZREM', store.keys.index(id, INDEX.answers), id]])
  }

  async function explanation(handoffId: string): Promise<RenderedMessage> {
    const lead = (await parts.leads.findHandoff(handoffId))?.state.lead
    if (!lead) return sentence('unknown-handoff')
    const [rules, now] = [parts.config(), parts.clock.now()]
    return explainScore(rules, lead, scoreLead(rules, lead.attributes, lead.signals, now), now)
  }
}

function sentence(what: keyof typeof SENTENCES): RenderedMessage {
  const text = SENTENCES[what]
  return { text, blocks: [{ type: 'section', text: { type: 'plain_text', text } }] }
}
