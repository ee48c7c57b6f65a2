import type { Config } from '../../config/config.ts'
import { DISQUALIFY_REASONS } from '../../handoffs/credit.ts'
import type { Button } from '../../handoffs/kinds.ts'
import { mayDo } from '../../leads/may-act.ts'
import { rejectionText } from '../../leads/properties.ts'
import { refusalText } from '../../messages/acts.ts'
import { CONTROLS } from '../../messages/controls.ts'
import { readForm } from '../../messages/forms.ts'
import { PASS_ON, WHOEVER } from '../../messages/pass-on.ts'
import type { Acted, Acts } from '../../store/acts.ts'
import type { Leads } from '../../store/leads.ts'
import { type ContactReader, presentAnswers } from './present-answers.ts'
import { type Submission, split } from './slack-payloads.ts'

/** What forms that were sent use. */
export interface SubmissionParts {
  config: () => Config
  leads: Leads
  act: Acts
  hubspot: ContactReader
}

/** Does what a form asks for that somebody has sent. Answers what is wrong with it, for the form; undefined when nothing is. */
export function onSubmission(parts: SubmissionParts) {
  return async ({ user, view }: Submission): Promise<object | undefined> => {
    const { callback_id: id, private_metadata: metadata } = view
    if (id === CONTROLS.passOn) return onPassOn({ user, view })
    if (id === CONTROLS.disqualify || id === CONTROLS.giveReason) return onReason({ user, view }, metadata, undefined)
    const [name, handoffId] = split(metadata) ?? []
    if (!id.startsWith(CONTROLS.own) || !name || !handoffId) return undefined
    const found = await parts.leads.findHandoff(handoffId)
    const button = parts.config().handoffs.kinds[found?.handoff.kind ?? '']?.buttons.find((one) => one.name === name)
    return button?.form ? onForm({ user, view }) : onReason({ user, view }, handoffId, button)
  }

  /** Why a lead is out, or the reason of a button. */
  async function onReason(
    { user, view }: Pick<Submission, 'user' | 'view'>,
    handoffId: string,
    button: Button | undefined,
  ): Promise<object | undefined> {
    const choice = chosenIn(view, 'reason')
    const note = textIn(view, 'note')
    const isOwn = view.callback_id !== CONTROLS.disqualify && view.callback_id !== CONTROLS.giveReason
    const words = isOwn ? button?.reasons?.find((reason) => reason === choice) : DISQUALIFY_REASONS[choice]
    if (!words) return formError('Choose a reason.')
    const said = { reason: rejectionText(words.toLowerCase(), note || undefined), choice }
    const explained = view.callback_id === CONTROLS.giveReason ? { explains: said } : { disqualify: said }
    const acted = await parts.act(handoffId, user.id, isOwn && button ? { button: button.name, ...said } : explained)
    return answerTo(acted, 'reason')
  }

  async function onPassOn({ user, view }: Pick<Submission, 'user' | 'view'>): Promise<object | undefined> {
    const [handoffId = '', holders] = view.private_metadata.split(':')
    const to = chosenIn(view, PASS_ON.to)
    const passOn = {
      ...(to && to !== WHOEVER ? { to } : {}),
      note: textIn(view, PASS_ON.note),
      ...(holders ? { holders: Number(holders) } : {}),
    }
    return answerTo(await parts.act(handoffId, user.id, { passOn }), PASS_ON.to)
  }

  // Nothing, when it was done, or had been done by the same person: who sends it twice has done it.
  function answerTo({ outcome, handoff }: Acted, field: string): object | undefined {
    if (outcome === 'done' || outcome === 'already') return undefined
    return formError(refusalText(outcome, handoff, parts.config().team), field)
  }

  async function onForm({ user, view }: Pick<Submission, 'user' | 'view'>): Promise<object | undefined> {
    const [button, handoffId] = split(view.private_metadata) ?? ['', '']
    const { forms, handoffs } = parts.config()
    const found = await parts.leads.findHandoff(handoffId)
    const form = handoffs.kinds[found?.handoff.kind ?? '']?.buttons.find(({ name }) => name === button)?.form
    const questions = forms[form ?? ''] ?? []
    const field = Object.keys(view.state.values)[0] ?? ''
    const { team } = parts.config()
    if (!found) return formError(refusalText('not-found', undefined, team), field)
    if (!mayDo(parts.config(), found.state.lead, found.handoff, user.id, { button }))
      return formError(refusalText('not-allowed', found.handoff, team), field)
    const sent = readForm(questions, view.state.values, view.blocks)
    if ('errors' in sent) return { response_action: 'errors', errors: sent.errors }
    const present = await presentAnswers(parts.hubspot, found.state.id, questions)
    return answerTo(await parts.act(handoffId, user.id, { button, form: { ...sent, present } }), field)
  }
}

function chosenIn({ state }: Submission['view'], block: string): string {
  return Object.values(state.values[block] ?? {})[0]?.selected_option?.value ?? ''
}

function textIn({ state }: Submission['view'], block: string): string | undefined {
  return Object.values(state.values[block] ?? {})[0]?.value?.trim()
}

function formError(text: string, field = 'reason'): object {
  return { response_action: 'errors', errors: { [field]: text } }
}
