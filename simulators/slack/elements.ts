import { type BlockProblem, checkFields, checkIdentifier, checkItems, checkLength, checkText } from './rules.ts'
import { isObject, type JsonObject } from './types.ts'

/** Where an element stands: a control (actions block, section accessory) or the element of an input block. */
export type ElementPlace = 'control' | 'input'

const ELEMENT_FIELDS: Readonly<Record<string, string[]>> = {
  button: ['text', 'url', 'value', 'style', 'confirm', 'accessibility_label'],
  overflow: ['options', 'confirm'],
  static_select: ['placeholder', 'options', 'initial_option', 'confirm', 'focus_on_load'],
  datepicker: ['placeholder', 'initial_date', 'confirm', 'focus_on_load'],
  users_select: ['placeholder', 'initial_user', 'confirm', 'focus_on_load'],
  radio_buttons: ['options', 'initial_option', 'confirm', 'focus_on_load'],
  plain_text_input: ['placeholder', 'initial_value', 'multiline', 'min_length', 'max_length', 'focus_on_load'],
}
const PLACES: Readonly<Record<ElementPlace, string[]>> = {
  control: ['button', 'overflow'],
  input: ['static_select', 'datepicker', 'users_select', 'radio_buttons', 'plain_text_input'],
}
const MOST_OPTIONS: Readonly<Record<string, number>> = { overflow: 5, radio_buttons: 10, static_select: 100 }

/** Checks a control or an input element. Elements that Slack has and the page cannot draw are refused. */
export function checkElement(value: unknown, place: ElementPlace, pointer: string, problems: BlockProblem[]): void {
  if (!isObject(value)) {
    problems.push({ pointer, message: 'must be an object' })
    return
  }
  const type = typeof value.type === 'string' ? value.type : ''
  const fields = ELEMENT_FIELDS[type]
  if (fields === undefined || !PLACES[place].includes(type)) {
    problems.push({ pointer: `${pointer}/type`, message: `unsupported type in the simulated Slack: ${type || 'none'}` })
    return
  }
  checkFields(value, ['type', 'action_id', ...fields], pointer, problems)
  checkIdentifier(value.action_id, `${pointer}/action_id`, problems)
  if (value.confirm !== undefined) checkConfirm(value.confirm, `${pointer}/confirm`, problems)
  if (value.placeholder !== undefined) {
    checkText(value.placeholder, `${pointer}/placeholder`, { most: 150, plainOnly: true }, problems)
  }
  if (type === 'button') checkButton(value, pointer, problems)
  if (type === 'plain_text_input') checkTextInput(value, pointer, problems)
  if (type === 'datepicker' && value.initial_date !== undefined && !isDate(value.initial_date))
    problems.push({ pointer: `${pointer}/initial_date`, message: 'must be a date as YYYY-MM-DD' })
  const most = MOST_OPTIONS[type]
  if (most !== undefined) {
    checkItems(value.options, most, `${pointer}/options`, problems, (option, at) => {
      checkOption(option, at, { plainOnly: type !== 'radio_buttons', urlAllowed: type === 'overflow' }, problems)
    })
    checkInitialOption(value, pointer, problems)
  }
}

// Slack refuses an initial option that is not one of the options, to the letter.
function checkInitialOption(
  { initial_option: initial, options }: JsonObject,
  pointer: string,
  problems: BlockProblem[],
) {
  if (initial === undefined || !Array.isArray(options)) return
  if (!options.some((option) => JSON.stringify(option) === JSON.stringify(initial)))
    problems.push({ pointer: `${pointer}/initial_option`, message: 'must be one of the options' })
}

function isDate(value: unknown): boolean {
  return typeof value === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(value)
}

function checkButton(button: JsonObject, pointer: string, problems: BlockProblem[]): void {
  checkText(button.text, `${pointer}/text`, { most: 75, plainOnly: true }, problems)
  checkLength(button.value, 2000, `${pointer}/value`, problems)
  checkUrl(button.url, `${pointer}/url`, problems)
  checkLength(button.accessibility_label, 75, `${pointer}/accessibility_label`, problems)
  if (button.style !== undefined && button.style !== 'primary' && button.style !== 'danger') {
    problems.push({ pointer: `${pointer}/style`, message: 'must be primary or danger' })
  }
}

function checkUrl(url: unknown, pointer: string, problems: BlockProblem[]): void {
  checkLength(url, 3000, pointer, problems)
  if (typeof url === 'string' && !URL.canParse(url)) problems.push({ pointer, message: 'must be a valid URL' })
}

function checkTextInput(input: JsonObject, pointer: string, problems: BlockProblem[]): void {
  checkLength(input.initial_value, 3000, `${pointer}/initial_value`, problems)
  for (const key of ['min_length', 'max_length']) {
    const value = input[key]
    if (value !== undefined && (typeof value !== 'number' || value < 0 || value > 3000)) {
      problems.push({ pointer: `${pointer}/${key}`, message: 'must be a number from 0 to 3000' })
    }
  }
}

function checkConfirm(value: unknown, pointer: string, problems: BlockProblem[]): void {
  if (!isObject(value)) {
    problems.push({ pointer, message: 'must be an object' })
    return
  }
  checkFields(value, ['title', 'text', 'confirm', 'deny', 'style'], pointer, problems)
  checkText(value.title, `${pointer}/title`, { most: 100, plainOnly: true }, problems)
  checkText(value.text, `${pointer}/text`, { most: 300 }, problems)
  checkText(value.confirm, `${pointer}/confirm`, { most: 30, plainOnly: true }, problems)
  checkText(value.deny, `${pointer}/deny`, { most: 30, plainOnly: true }, problems)
}

function checkOption(
  option: unknown,
  pointer: string,
  kind: { plainOnly: boolean; urlAllowed: boolean },
  problems: BlockProblem[],
): void {
  if (!isObject(option)) {
    problems.push({ pointer, message: 'must be an object' })
    return
  }
  checkFields(option, ['text', 'value', 'description', ...(kind.urlAllowed ? ['url'] : [])], pointer, problems)
  checkText(option.text, `${pointer}/text`, { most: 75, plainOnly: kind.plainOnly }, problems)
  if (typeof option.value !== 'string' || option.value.length === 0) {
    problems.push({ pointer: `${pointer}/value`, message: 'missing required field: value' })
  }
  checkLength(option.value, 75, `${pointer}/value`, problems)
  if (option.description !== undefined) {
    checkText(option.description, `${pointer}/description`, { most: 75, plainOnly: kind.plainOnly }, problems)
  }
  checkUrl(option.url, `${pointer}/url`, problems)
}
