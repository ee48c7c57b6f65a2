import type { Handoff } from '../handoffs/handoff.ts'
import type { Team } from '../handoffs/team.ts'
import type { LeadRecord } from '../leads/lead.ts'
import type { ActOutcome } from '../leads/refusal-of-act.ts'
import { scoreLead } from '../rules/score.ts'
import { refusalText } from './acts.ts'
import type { RenderedMessage } from './alert.ts'
import type { Modal } from './controls.ts'
import { explainScore } from './explanation.ts'
import { plainText } from './texts.ts'
import type { WordedRules } from './why.ts'

/*
 * The private answers to a click: why this score, or why it did nothing.
 */

/** What a click can be answered with, besides the explanation of a score and what came of an act. */
const SENTENCES = {
  'not-told': 'Only those who were told of this lead, their pool and the managers can do that.',
  'attempt-known': 'That attempt is counted already: HubSpot shows it, or it was said a moment ago.',
  unreadable: 'Baton could not read that click, so nothing was done. Please try again, or use Open in HubSpot.',
  'modal-failed': 'The form could not be opened. Please try again.',
} as const
const OUTCOMES = {
  'not-yours': 'not-allowed',
  'ended-already': 'too-late',
  'unknown-handoff': 'not-found',
  'open-already': 'open-already',
  'unknown-rep': 'unknown-rep',
  'not-undoable': 'not-undoable',
  'undo-over': 'undo-over',
  'no-snooze': 'no-snooze',
} as const satisfies Record<string, ActOutcome>

/** An answer. */
export type Answer = 'explain' | keyof typeof SENTENCES | keyof typeof OUTCOMES

/** The rules that an answer tells of. */
export type AnswerRules = WordedRules & Parameters<typeof scoreLead>[0] & { team: Team }

/** Renders an answer about a handoff; null: Baton does not know it. */
export function renderAnswer(
  rules: AnswerRules,
  what: Answer,
  found: { handoff: Handoff; lead: LeadRecord | null } | null,
  now: number,
): RenderedMessage {
  if (what === 'explain') {
    const lead = found?.lead
    if (!lead) return said(refusalText('not-found', undefined, rules.team))
    return explainScore(rules, lead, scoreLead(rules, lead.attributes, lead.signals, now), now)
  }
  if (what in SENTENCES) return said(SENTENCES[what as keyof typeof SENTENCES])
  return said(refusalText(OUTCOMES[what as keyof typeof OUTCOMES], found?.handoff, rules.team))
}

/** An answer as a modal, for a click in the App Home, which is no conversation. */
export function answerModal(what: Answer, { blocks }: RenderedMessage): Modal {
  return {
    type: 'modal',
    title: { type: 'plain_text', text: plainText(what === 'explain' ? 'Why this score' : 'Baton', 24) },
    close: { type: 'plain_text', text: 'Close' },
    blocks,
  }
}

function said(text: string): RenderedMessage {
  return { text, blocks: [{ type: 'section', text: { type: 'plain_text', text } }] }
}
