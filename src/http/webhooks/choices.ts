import type { Button } from '../../handoffs/kinds.ts'
import type { Click } from '../../leads/change.ts'
import { CONTROLS } from '../../messages/controls.ts'
import type { ActOutcome } from '../../store/acts.ts'
import type { AnswerName } from '../../store/answers.ts'
import { type ControlClick, split } from './slack-payloads.ts'

/*
 * What a click on a handoff's control means.
 */

/** What a click is answered with, by what came of it; nothing when it was done, or had been done by the same person. */
export const ANSWER_TO: Record<ActOutcome, AnswerName | null> = {
  done: null,
  already: null,
  'too-late': 'ended-already',
  'not-allowed': 'not-yours',
  'not-found': 'unknown-handoff',
  'unknown-rep': 'unknown-rep',
  'open-already': 'open-already',
  'not-undoable': 'not-undoable',
  'undo-over': 'undo-over',
  'no-snooze': 'no-snooze',
}

/** What was clicked on which handoff: the name of a button, or of what every handoff may have. */
export function chosen(action: ControlClick['actions'][number]): [string, string] | [] {
  const { action_id: id, value, selected_option: option } = action
  if (id === CONTROLS.contacted) return ['contacted', value ?? '']
  if (id === CONTROLS.undo) return ['undo', value ?? '']
  if (id === CONTROLS.attempt) return ['attempt', value ?? '']
  // In the App Home it stands beside a lead.
  if (id === CONTROLS.passOn) return ['pass_on', value ?? '']
  if (id === CONTROLS.giveReason) return ['give-reason', value ?? '']
  if (id === CONTROLS.more) return split(option?.value) ?? []
  if (id.startsWith(CONTROLS.button)) return split(value) ?? []
  return id.startsWith(CONTROLS.own) && value ? [id.slice(CONTROLS.own.length), value] : []
}

/** What a click does that asks for nothing more; undefined when it does nothing. */
export function doneBy(choice: string | undefined, button: Button | undefined): Click | undefined {
  if (choice === 'contacted' || choice === 'undo' || choice === 'snooze' || choice === 'reopen') return choice
  if (choice === 'pass_on') return 'pass-on'
  if (button?.act === 'attempt' || choice === 'attempt') return 'attempt'
  return button && (button.act === 'answer' || button.act === 'end') ? { button: button.name } : undefined
}
