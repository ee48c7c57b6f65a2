import type { Config } from '../../config/config.ts'
import { DISQUALIFY_REASONS } from '../../handoffs/credit.ts'
import type { Handoff } from '../../handoffs/handoff.ts'
import type { Button } from '../../handoffs/kinds.ts'
import type { Click } from '../../leads/change.ts'
import { rejectionText } from '../../leads/properties.ts'
import { CONTROLS } from '../../messages/controls.ts'
import { FORM, readForm } from '../../messages/forms.ts'
import type { Leads, StoredLead } from '../../store/leads.ts'
import { type ContactReader, presentAnswers } from './present-answers.ts'
import { type Submission, split } from './slack-payloads.ts'

const NOT_YOURS = 'Only the rep who has this lead, its pool and their manager can do that.'
const SETTLED = 'This lead is settled already.'

/** What forms that were sent use. */
export interface SubmissionParts {
  config: () => Config
  leads: Leads
  hubspot: ContactReader
}

/** What settles a handoff by a person's word, and says who may. */
export interface Settling {
  settle(handoffId: string, by: string, does: Click): Promise<boolean>
  allowed(handoff: Handoff, state: StoredLead, user: string): boolean
}

/** Does what a form asks for that somebody has sent. Answers what is wrong with it, for the form; undefined when nothing is. */
export function onSubmission(parts: SubmissionParts, { settle, allowed }: Settling) {
  return async ({ user, view }: Submission): Promise<object | undefined> => {
    if (view.callback_id === FORM.callback) return onForm({ user, view })
    if (![CONTROLS.disqualify, CONTROLS.reason, CONTROLS.giveReason].some((id) => id === view.callback_id))
      return undefined
    const choice = Object.values(view.state.values.reason ?? {})[0]?.selected_option?.value ?? ''
    const note = Object.values(view.state.values.note ?? {})[0]?.value?.trim()
    const [name, handoffId] = split(view.private_metadata) ?? ['', view.private_metadata]
    const found = await parts.leads.findHandoff(handoffId)
    if (!found || !allowed(found.handoff, found.state, user.id)) return formError(NOT_YOURS)
    const { handoff } = found
    const button = parts.config().handoffs.kinds[handoff.kind]?.buttons.find((one) => one.name === name)
    const words = view.callback_id === CONTROLS.reason ? reasonOf(button, choice) : DISQUALIFY_REASONS[choice]
    if (!words) return { response_action: 'errors', errors: { reason: 'Choose a reason.' } }
    const said = { reason: rejectionText(words.toLowerCase(), note || undefined), choice }
    const done = await settle(
      handoffId,
      user.id,
      {
        [CONTROLS.disqualify]: { disqualify: said },
        [CONTROLS.giveReason]: { explains: said },
        [CONTROLS.reason]: { button: name, ...said },
      }[view.callback_id] ?? { disqualify: said },
    )
    // Who sends it twice has settled it.
    return done || handoff.ended?.by === user.id ? undefined : formError(SETTLED)
  }

  async function onForm({ user, view }: Pick<Submission, 'user' | 'view'>): Promise<object | undefined> {
    const [button, handoffId] = split(view.private_metadata) ?? ['', '']
    const { forms, handoffs } = parts.config()
    const found = await parts.leads.findHandoff(handoffId)
    const form = handoffs.kinds[found?.handoff.kind ?? '']?.buttons.find(({ name }) => name === button)?.form
    const questions = forms[form ?? ''] ?? []
    const refused = (text: string) => formError(text, Object.keys(view.state.values)[0])
    if (!found || !allowed(found.handoff, found.state, user.id)) return refused(NOT_YOURS)
    const sent = readForm(questions, view.state.values, view.blocks)
    if ('errors' in sent) return { response_action: 'errors', errors: sent.errors }
    const present = await presentAnswers(parts.hubspot, found.state.id, questions)
    const done = await settle(handoffId, user.id, { button, form: { ...sent, present } })
    // Who sends it twice has settled it.
    const { ended, answered } = found.handoff
    const isOwn = ended ? ended.by === user.id : answered?.by === user.id
    return done || isOwn ? undefined : refused(SETTLED)
  }
}

function reasonOf(button: Button | undefined, choice: string): string | undefined {
  return button?.reasons?.find((reason) => reason === choice)
}

function formError(text: string, field = 'reason'): object {
  return { response_action: 'errors', errors: { [field]: text } }
}
