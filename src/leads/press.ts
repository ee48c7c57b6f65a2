import { sayAttempt } from '../handoffs/attempts.ts'
import { buttonsNow } from '../handoffs/buttons.ts'
import { withCredit } from '../handoffs/credit.ts'
import { endHandoff, type Handoff, isHeld } from '../handoffs/handoff.ts'
import type { Button } from '../handoffs/kinds.ts'
import type { Reserved } from './assign.ts'
import type { Change, Click, LeadState, Next, NextConfig, Press } from './change.ts'
import type { ClickInput } from './click-input.ts'
import { concluded } from './conclude.ts'
import { draftOf } from './draft.ts'
import { withForm } from './forms.ts'
import { assign, giveBack, passOn, reopen, snoozed } from './handoff-acts.ts'
import type { LeadRecord } from './lead.ts'
import { marksOf } from './marks.ts'
import { type CarriedOut, carryOut } from './outcomes.ts'
import { answered, endAnswered, liveHandoffs } from './people.ts'
import { withOutcome } from './record.ts'
import { startsByDisqualification } from './starts.ts'
import { undo } from './take-back.ts'

/*
 * What a person does to a handoff by a click in Slack. Null wherever it changes nothing: the handoff is over, or somebody was faster.
 */

/** A person clicked. */
export function onClick(
  config: NextConfig,
  state: LeadState,
  { handoffId, by, does }: { handoffId: string; by: string; does: Click },
  now: number,
  reserved: Reserved = {},
): Next {
  const handoff = state.handoffs[handoffId]
  const { lead } = state
  if (!handoff || !lead) return null
  const button = typeof does === 'object' && 'button' in does ? buttonOf({ config, handoff }, does.button) : undefined
  const form = button && typeof does === 'object' && 'form' in does ? does.form : undefined
  const questions = config.forms[button?.form ?? ''] ?? []
  const asked = form ? { ...lead, answers: withForm(lead, questions, form, by, now) } : lead
  const click = { config, state, lead: asked, handoff, by, now, reserved }
  if (does === 'contacted') return answer(click, buttonOf(click, 'contacted'))
  if (does === 'pass-on') return passOn(click, {})
  if (does === 'attempt') return attempt(click)
  if (typeof does === 'string') return actOf[does](click)
  if ('passOn' in does) return passOn(click, does.passOn)
  if ('assign' in does) return assign(click, does.assign.rep)
  if ('disqualify' in does) return isHeld(handoff) ? disqualify(click, does.disqualify) : null
  if ('explains' in does) return explain(click, does.explains)
  if (!button) return null
  if (button.act === 'answer') return answer(click, button)
  return button.act === 'end' ? end(click, button, does) : null
}

function buttonOf({ config, handoff }: Pick<ClickInput, 'config' | 'handoff'>, name: string): Button | undefined {
  return buttonsNow(config.handoffs.kinds[handoff.kind], handoff).find((one) => one.name === name)
}

/** What the button itself has done, besides what its handoff does. */
function alsoBy({ lead, handoff, now }: ClickInput, button: Button | undefined): CarriedOut {
  return carryOut(button?.do ?? [], { what: 'handoff', name: handoff.kind }, marksOf(lead), now)
}

function answer(click: ClickInput, button: Button | undefined): Change | null {
  const { config, state, handoff, by, now } = click
  const label = button && button.name !== 'contacted' ? button.label : undefined
  const after = answered(config, handoff, { at: now, how: 'contacted', by, label })
  if (!after) return null
  const draft = draftOf(config, state)
  draft.put(after)
  draft.note({ at: now, what: 'contacted', by, ...(label === undefined ? {} : { reason: label }) })
  return concluded(config, state, draft, afterAnswer(click, after), now, {}, alsoBy(click, button))
}

const actOf = { undo, snooze: snoozed, reopen, release: giveBack }

/** The handoff ends by a button: who presses it has answered, where nobody has before. */
function end(click: ClickInput, button: Button, { reason, choice }: Press): Change | null {
  const { config, state, handoff, by, now } = click
  const { ending: how } = button
  if (how === undefined || (handoff.state !== 'open' && handoff.state !== 'answered')) return null
  if (how === 'disqualified') {
    const said = reason ?? button.label
    return disqualify(click, { reason: said, choice: choice ?? button.name })
  }
  const ending = { at: now, how, by, reason, choice }
  const heard = answered(config, handoff, { at: now, how: 'contacted', by, label: button.label })
  const after = heard ? endAnswered(heard, ending) : endHandoff(handoff, ending)
  if (!after) return null
  const draft = draftOf(config, state)
  draft.put(after)
  draft.note({ at: now, what: how, by, reason: choice ?? button.label })
  return concluded(config, state, draft, afterAnswer(click, after), now, {}, alsoBy(click, button))
}

/** The rep says that they tried to reach the lead. */
function attempt({ config, state, handoff, by, now }: ClickInput): Change | null {
  const after = sayAttempt(handoff, by, now)
  if (!after) return null
  const draft = draftOf(config, state)
  draft.put(after)
  draft.note({ at: now, what: 'attempt', by })
  return draft.change(undefined)
}

/** The lead is out by a person's word: every handoff ends, but those that are there because it is out. */
function disqualify(click: ClickInput, { reason, choice }: { reason: string; choice: string }): Change {
  const { config, state, by, now } = click
  const draft = draftOf(config, state)
  for (const one of liveHandoffs(state)) {
    if (startsByDisqualification(config, one.kind) && one !== click.handoff) continue
    const after = endHandoff(one, { at: now, how: 'disqualified', by, reason, choice }) ?? one
    draft.put(withCredit(after, choice, config.routing.credit))
  }
  draft.note({ at: now, what: 'disqualified', by })
  const { ended: _, ...lead } = click.lead
  const outcomes = withOutcome(lead.outcomes, 'disqualified', { at: now, reason: choice })
  const begins = Object.keys(config.handoffs.kinds).filter((kind) => startsByDisqualification(config, kind))
  const opens = begins.map((kind) => ({ kind, by: { what: 'handoff' as const, name: kind } }))
  const also = { marks: marksOf(lead), tells: [], notes: [], opens }
  return concluded(
    config,
    state,
    draft,
    { ...lead, rejected: { by, reason, choice, at: now }, outcomes },
    now,
    {},
    also,
  )
}

/** Somebody says why the lead was taken out, of whom that was asked. */
function explain(
  { config, state, lead, handoff, by, now }: ClickInput,
  given: { reason: string; choice: string },
): Change | null {
  const { wantsReason, ...rest } = handoff
  if (!wantsReason || !lead.rejected) return null
  const draft = draftOf(config, state)
  draft.put({ ...rest, events: [...handoff.events, { at: now, what: 'reason-given', by, detail: given.reason }] })
  // Whose lead it was gets the turn back as if the reason had been known at once.
  for (const one of Object.values(state.handoffs)) {
    const isOut = one.ended?.how === 'disqualified' && one.ended.at === lead.rejected.at
    const after = isOut ? withCredit(one, given.choice, config.routing.credit) : one
    if (after !== one) draft.put(after)
  }
  draft.note({ at: now, what: 'reason-given', by })
  return draft.change({ ...lead, rejected: { ...lead.rejected, ...given, explained: true } })
}

// The lead's record after an answer to a handoff with sales, or its end, and with what a form said of it.
function afterAnswer(
  { lead, state }: ClickInput,
  { answered: answer, ended, byRoute }: Handoff,
): LeadRecord | undefined {
  if (!byRoute || !answer) return lead === state.lead ? undefined : lead
  const outcomes = withOutcome(lead.outcomes, 'answered', { at: answer.at, minutes: answer.minutes })
  return { ...lead, outcomes, ...(ended ? { ended: { how: ended.how, at: ended.at } } : {}) }
}
