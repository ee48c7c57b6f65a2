import type { Config } from '../../config/config.ts'
import { DISQUALIFY_REASONS } from '../../handoffs/credit.ts'
import type { Button } from '../../handoffs/kinds.ts'
import { mayDo } from '../../leads/may-act.ts'
import { rejectionText } from '../../leads/properties.ts'
import { CONTROLS } from '../../messages/controls.ts'
import { FORM, readForm } from '../../messages/forms.ts'
import type { ActOutcome, Acts } from '../../store/acts.ts'
import type { Leads } from '../../store/leads.ts'
import { type ContactReader, presentAnswers } from './present-answers.ts'
import { type Submission, split } from './slack-payloads.ts'

const REFUSALS: Partial<Record<ActOutcome, string>> & Record<'not-allowed' | 'not-found' | 'too-late', string> = {
  'not-allowed': 'Only the rep who has this lead, its pool and their manager can do that.',
  'not-found': 'Baton does not know this lead.',
  'too-late': 'This lead is settled already: somebody else was faster.',
}

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
    if (view.callback_id === FORM.callback) return onForm({ user, view })
    if (![CONTROLS.disqualify, CONTROLS.reason, CONTROLS.giveReason].some((id) => id === view.callback_id))
      return undefined
    const choice = Object.values(view.state.values.reason ?? {})[0]?.selected_option?.value ?? ''
    const note = Object.values(view.state.values.note ?? {})[0]?.value?.trim()
    const [name, handoffId] = split(view.private_metadata) ?? ['', view.private_metadata]
    const found = await parts.leads.findHandoff(handoffId)
    if (!found) return formError(REFUSALS['not-found'])
    const { handoff } = found
    const button = parts.config().handoffs.kinds[handoff.kind]?.buttons.find((one) => one.name === name)
    const words = view.callback_id === CONTROLS.reason ? reasonOf(button, choice) : DISQUALIFY_REASONS[choice]
    if (!words) return { response_action: 'errors', errors: { reason: 'Choose a reason.' } }
    const said = { reason: rejectionText(words.toLowerCase(), note || undefined), choice }
    const { outcome } = await parts.act(
      handoffId,
      user.id,
      {
        [CONTROLS.disqualify]: { disqualify: said },
        [CONTROLS.giveReason]: { explains: said },
        [CONTROLS.reason]: { button: name, ...said },
      }[view.callback_id] ?? { disqualify: said },
    )
    const refused = refusal(outcome)
    return refused === undefined ? undefined : formError(refused)
  }

  async function onForm({ user, view }: Pick<Submission, 'user' | 'view'>): Promise<object | undefined> {
    const [button, handoffId] = split(view.private_metadata) ?? ['', '']
    const { forms, handoffs } = parts.config()
    const found = await parts.leads.findHandoff(handoffId)
    const form = handoffs.kinds[found?.handoff.kind ?? '']?.buttons.find(({ name }) => name === button)?.form
    const questions = forms[form ?? ''] ?? []
    const refused = (text: string) => formError(text, Object.keys(view.state.values)[0])
    if (!found || !mayDo(parts.config(), found.state.lead, found.handoff, user.id, { button }))
      return refused(REFUSALS['not-allowed'])
    const sent = readForm(questions, view.state.values, view.blocks)
    if ('errors' in sent) return { response_action: 'errors', errors: sent.errors }
    const present = await presentAnswers(parts.hubspot, found.state.id, questions)
    const { outcome } = await parts.act(handoffId, user.id, { button, form: { ...sent, present } })
    const why = refusal(outcome)
    return why === undefined ? undefined : refused(why)
  }
}

/** What a form says when its sender comes too late or may not; undefined when it was done, or had been by the same person. */
function refusal(outcome: ActOutcome): string | undefined {
  return outcome === 'done' || outcome === 'already' ? undefined : (REFUSALS[outcome] ?? REFUSALS['too-late'])
}

function reasonOf(button: Button | undefined, choice: string): string | undefined {
  return button?.reasons?.find((reason) => reason === choice)
}

function formError(text: string, field = 'reason'): object {
  return { response_action: 'errors', errors: { [field]: text } }
}
