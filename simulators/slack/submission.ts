import { isObject, type JsonObject, objectsIn, type SimulatedView, textIn } from './types.ts'

/** What a person entered, as `view.state.values`, or the complaints that Slack's own form shows before it sends. */
export type FilledView = { values: JsonObject; errors?: undefined } | { errors: Record<string, string> }

/**
 * Turns what was entered, by block_id, into the values of a `view_submission`. Complains as Slack's client does about an
 * empty required field and about text outside its length. Throws for a block_id that is no input of the view and for an
 * option that the view does not offer.
 */
export function fillView(view: SimulatedView, entered: Record<string, string | null>): FilledView {
  const inputs = view.blocks.filter((block) => block.type === 'input')
  const known = new Set(inputs.map((block) => textIn(block, 'block_id')))
  for (const blockId of Object.keys(entered)) {
    if (!known.has(blockId)) throw new Error(`no input block ${blockId} in view ${view.id}`)
  }
  const values: JsonObject = {}
  const errors: Record<string, string> = {}
  for (const block of inputs) {
    const blockId = textIn(block, 'block_id')
    const element = isObject(block.element) ? block.element : {}
    const value = blockId in entered ? entered[blockId] || null : initialOf(element)
    const complaint = complaintAbout(element, value, block.optional === true)
    if (complaint) errors[blockId] = complaint
    values[blockId] = { [textIn(element, 'action_id')]: stateOf(element, value) }
  }
  return Object.keys(errors).length > 0 ? { errors } : { values }
}

// What nobody touches is sent as the form showed it.
function initialOf({ initial_value, initial_date, initial_option }: JsonObject): string | null {
  const option = isObject(initial_option) ? initial_option.value : undefined
  return String(initial_value ?? initial_date ?? option ?? '') || null
}

function complaintAbout(element: JsonObject, value: string | null, optional: boolean): string | undefined {
  if (value === null) return optional ? undefined : 'Please complete this required field.'
  if (element.type !== 'plain_text_input') return undefined
  const { min_length: least, max_length: most } = element
  if (typeof least === 'number' && value.length < least) return `Please enter at least ${least} characters.`
  if (typeof most === 'number' && value.length > most) return `Please enter at most ${most} characters.`
  return undefined
}

function stateOf(element: JsonObject, value: string | null): JsonObject {
  const type = textIn(element, 'type')
  if (type === 'plain_text_input') return { type, value }
  if (type === 'users_select') return { type, selected_user: value }
  if (type === 'datepicker') return { type, selected_date: value }
  if (value === null) return { type, selected_option: null }
  const option = objectsIn(element.options).find((candidate) => candidate.value === value)
  if (!option) throw new Error(`the view offers no option ${value}`)
  return { type, selected_option: option }
}
