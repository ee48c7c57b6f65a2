import type { FormQuestion } from '../leads/forms.ts'
import { type FormSent, presentAnswer } from '../leads/forms.ts'
import type { LeadRecord } from '../leads/lead.ts'
import { CONTROLS, type Modal } from './controls.ts'
import { who } from './lines.ts'
import { escapeText, plainText } from './texts.ts'

/*
 * The forms that buttons open: what sales knows of a lead before it goes on. Every question can be left unknown.
 */

/** The action id of every field; a field's block id is its property. */
export const FORM = { answer: 'answer' } as const

/** What a choice is called that nobody knows; in HubSpot its property stays empty. */
export const UNKNOWN = 'unknown'

const LONGEST = 500
const DATE = /^\d{4}-\d{2}-\d{2}$/
const plain = (text: string, max: number) => ({ type: 'plain_text' as const, text: plainText(text, max) })

/**
 * The modal that asks the questions of a form. It shows what HubSpot has (`present`, if it said so just now); `privateText` comes
 * back with the submission, and begins with the name of the button.
 */
export function formModal(
  lead: LeadRecord,
  label: string,
  questions: readonly FormQuestion[],
  privateText: string,
  present: Record<string, string> = {},
): Modal {
  const known = { ...lead, properties: { ...lead.properties, ...present } }
  return {
    type: 'modal',
    callback_id: `${CONTROLS.own}${privateText.split(':')[0]}`,
    private_metadata: privateText,
    title: plain(label, 24),
    submit: plain(label, 24),
    close: { type: 'plain_text', text: 'Cancel' },
    blocks: [
      {
        type: 'context',
        elements: [
          {
            type: 'mrkdwn',
            verbatim: true,
            text: `${who(lead)}. What nobody knows yet may stay unknown; the answers are written to HubSpot.`,
          },
        ],
      },
      ...questions.map((question) => field(question, presentAnswer(known, question.property))),
    ],
  }
}

function field({ ask, property, type, options = [] }: FormQuestion, present: string): Modal['blocks'][number] {
  const input = { type: 'input' as const, block_id: property, optional: true, label: plain(ask, 200) }
  const shown = shownOf({ type, options }, present)
  if (type === 'date') {
    const initial = shown ? { initial_date: shown } : {}
    return { ...input, element: { type: 'datepicker', action_id: FORM.answer, ...initial } }
  }
  if (type === 'text') {
    const hint = plain('Leave it empty when it is unknown.', 100)
    const initial = shown ? { initial_value: shown } : {}
    return {
      ...input,
      hint,
      element: { type: 'plain_text_input', action_id: FORM.answer, multiline: true, max_length: LONGEST, ...initial },
    }
  }
  // What somebody else has put there is offered as well, so that it can stay.
  const values = options.includes(shown) || !shown ? options : [shown, ...options]
  const choices = [...values.filter((one) => one !== UNKNOWN), UNKNOWN].map((value) => ({
    text: plain(value === UNKNOWN ? 'Unknown' : value, 75),
    value,
  }))
  const initial = choices.find(({ value }) => value === shown)
  return {
    ...input,
    element: {
      type: 'static_select',
      action_id: FORM.answer,
      options: choices,
      ...(initial ? { initial_option: initial } : {}),
    },
  }
}

// What a field can show of a value: a text that is too long for it is not shown, and so it stays.
function shownOf({ type }: Pick<FormQuestion, 'type' | 'options'>, present: string): string {
  if (type === 'date') return DATE.test(present) ? present : ''
  return present.length <= (type === 'text' ? LONGEST : 75) ? present : ''
}

/** A field of a form as Slack sends it. */
export interface FieldState {
  selected_option?: { value: string } | null | undefined
  selected_date?: string | null | undefined
  value?: string | null | undefined
}

/** A block of a modal, as far as it says what a field had shown. */
export interface FieldBlock {
  block_id?: string | undefined
  element?:
    | {
        initial_value?: string | undefined
        initial_date?: string | undefined
        initial_option?: { value: string } | undefined
      }
    | undefined
}

/** Reads a form that was sent: its answers, or what is wrong with them, by field and in words. */
export function readForm(
  questions: readonly FormQuestion[],
  values: Readonly<Record<string, Readonly<Record<string, FieldState>>>>,
  blocks: readonly FieldBlock[],
): FormSent | { errors: Record<string, string> } {
  const sent: FormSent = { answers: {}, shown: {} }
  const errors: Record<string, string> = {}
  for (const question of questions) {
    const { property, type, options = [] } = question
    const { element } = blocks.find((block) => block.block_id === property) ?? {}
    const shown = element?.initial_option?.value ?? element?.initial_date ?? element?.initial_value ?? ''
    const state = Object.values(values[property] ?? {})[0]
    const text = (state?.selected_option?.value ?? state?.selected_date ?? state?.value ?? '').trim()
    const answer = type === 'choice' && text === UNKNOWN ? '' : text
    sent.shown[property] = shown
    sent.answers[property] = answer
    if (type === 'choice' && answer !== '' && answer !== shown && !options.includes(answer))
      errors[property] = 'That is no longer offered. Close the form and open it again.'
    if (type === 'date' && answer !== '' && !DATE.test(answer)) errors[property] = 'Choose a date.'
    if (answer.length > LONGEST) errors[property] = `Write at most ${LONGEST} characters.`
  }
  return Object.keys(errors).length > 0 ? { errors } : sent
}

/** What is known of a lead by the questions of forms, as one line; the unknown is said as well. Null without questions. */
export function answersLine(lead: LeadRecord, questions: readonly FormQuestion[]): string | null {
  if (questions.length === 0) return null
  const said = questions.map(({ ask, property }) => {
    const value = presentAnswer(lead, property)
    return `${escapeText(ask, 60)}: ${value ? escapeText(value, 150) : UNKNOWN}`
  })
  return said.join(' · ')
}
