import type { ActOutcome } from '../leads/refusal-of-act.ts'
import { refusalText } from '../messages/acts.ts'
import type { RenderedMessage } from '../messages/alert.ts'
import { explainScore } from '../messages/explanation.ts'
import { isRefused } from '../platform/errors.ts'
import { scoreLead } from '../rules/score.ts'
import type { AnswerName } from '../store/answers.ts'
import { INDEX } from '../store/partitions.ts'
import type { Handler, Parts } from './parts.ts'

/** What a click can be answered with, besides the explanation of a score. */
const SENTENCES = {
  'not-told': 'Only those who were told of this lead, their pool and the managers can do that.',
  'attempt-known': 'That attempt is counted already: HubSpot shows it, or it was said a moment ago.',
  unreadable: 'Baton could not read that click, so nothing was done. Please try again, or use Open in HubSpot.',
  'modal-failed': 'The form could not be opened. Please try again.',
} as const satisfies Partial<Record<AnswerName, string>>
// Answers that say what came of an act.
const OUTCOMES: Partial<Record<AnswerName, ActOutcome>> = {
  'not-yours': 'not-allowed',
  'ended-already': 'too-late',
  'unknown-handoff': 'not-found',
  'open-already': 'open-already',
  'unknown-rep': 'unknown-rep',
  'not-undoable': 'not-undoable',
  'undo-over': 'undo-over',
  'no-snooze': 'no-snooze',
}

/** Answers one user privately: why this score, or why a click did nothing. */
export function createTellUser(
  parts: Pick<Parts, 'clock' | 'config' | 'leads' | 'log' | 'slack' | 'store'>,
): Handler<{ id: string; handoffId: string; channel: string; user: string; what: AnswerName }> {
  const { store } = parts

  return async function tellUser({ id, handoffId, channel, user, what }) {
    const message = what === 'explain' ? await explanation(handoffId) : await sentenceAbout(handoffId, what)
    try {
      await parts.slack.tellPrivately(channel, user, message)
    } catch (error) {
      if (!isRefused(error)) throw error
      parts.log.warn({ channel, code: error.code }, 'a private answer could not be shown')
    }
    await store.commit([], [['ZREM', store.keys.index(id, INDEX.answers), id]])
  }

  async function sentenceAbout(handoffId: string, what: AnswerName): Promise<RenderedMessage> {
    const outcome = OUTCOMES[what]
    if (outcome === undefined) return said(SENTENCES[what as keyof typeof SENTENCES])
    const found = outcome === 'too-late' ? await parts.leads.findHandoff(handoffId) : null
    return said(refusalText(outcome, found?.handoff, parts.config().team))
  }

  async function explanation(handoffId: string): Promise<RenderedMessage> {
    const lead = (await parts.leads.findHandoff(handoffId))?.state.lead
    if (!lead) return said(refusalText('not-found', undefined, parts.config().team))
    const [rules, now] = [parts.config(), parts.clock.now()]
    return explainScore(rules, lead, scoreLead(rules, lead.attributes, lead.signals, now), now)
  }
}

function said(text: string): RenderedMessage {
  return { text, blocks: [{ type: 'section', text: { type: 'plain_text', text } }] }
}
