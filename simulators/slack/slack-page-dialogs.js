import { drawBlock } from './slack-page-blocks.js'
import { byId, create, createButton, drawText, notify, send } from './slack-page-elements.js'

/**
 * @typedef {import('./slack-page-dom.ts').Block} Block
 * @typedef {import('./slack-page-dom.ts').BlockElement} BlockElement
 * @typedef {import('./slack-page-dom.ts').PageElement} PageElement
 * @typedef {import('./slack-page-dom.ts').PageState} PageState
 * @typedef {import('./slack-page-dom.ts').PageView} PageView
 */

/** @type {{ id: string, hash: string } | undefined} */
let shown
/** @type {Map<string, () => string | null>} */
let readers = new Map()

/**
 * Shows the person's topmost modal, or closes the dialog. What was typed stays when only the complaints changed.
 *
 * @param {PageState} state
 */
export function showView(state) {
  const dialog = byId('modal')
  const { view } = state
  if (!view) {
    if (shown) dialog.close()
    shown = undefined
    return
  }
  if (shown?.id !== view.id || shown.hash !== view.hash) {
    const wasOpen = shown !== undefined
    dialog.replaceChildren(drawView(view, state))
    shown = { id: view.id, hash: view.hash }
    if (!wasOpen) dialog.showModal()
    dialog.querySelector('input, textarea, select')?.focus()
  }
  for (const block of view.blocks) {
    if (block.type === 'input') showComplaint(block.block_id, view.errors[block.block_id])
  }
}

/**
 * @param {PageView} view
 * @param {PageState} state
 */
function drawView(view, state) {
  readers = new Map()
  const closeView = () => void send('/page/close-view', { user: state.you, viewId: view.id })
  const dismiss = createButton('dismiss', '×', closeView)
  dismiss.setAttribute('aria-label', 'Close')
  const title = create('h2', '', view.title)
  title.setAttribute('id', 'modal-title')
  const context = { state, act: async () => notify('Controls inside a modal are not simulated.') }
  const blocks = view.blocks.map((block) =>
    block.type === 'input' ? drawInput(block, state) : drawBlock(block, '', context),
  )
  const buttons = [createButton('button', view.source.close?.text ?? 'Cancel', closeView)]
  if (view.source.submit) {
    const submit = create('button', 'button primary', view.source.submit.text)
    submit.setAttribute('type', 'submit')
    buttons.push(submit)
  }
  const form = create(
    'form',
    'modal',
    create('header', 'modal-head', title, dismiss),
    create('div', 'modal-body', ...blocks),
    create('footer', 'modal-foot', ...buttons),
  )
  form.setAttribute('novalidate', '')
  form.addEventListener('submit', (event) => {
    event.preventDefault()
    void submitView(view, state)
  })
  return form
}

/**
 * @param {PageView} view
 * @param {PageState} state
 */
async function submitView(view, state) {
  const values = Object.fromEntries([...readers].map(([blockId, read]) => [blockId, read()]))
  const result = await send('/page/submit', { user: state.you, viewId: view.id, values })
  if (result.status !== 200 && !result.errors) notify('We had some trouble connecting. Try again?')
}

/**
 * @param {string} blockId
 * @param {string | undefined} complaint
 */
function showComplaint(blockId, complaint) {
  const place = byId(complaintId(blockId))
  place.textContent = complaint ?? ''
  place.hidden = complaint === undefined
}

/** @param {string} blockId */
function complaintId(blockId) {
  return `complaint-${blockId.replaceAll(/[^\w-]/g, '_')}`
}

/**
 * @param {Block} block
 * @param {PageState} state
 */
function drawInput(block, state) {
  const label = [...drawText(block.label, state)]
  if (block.optional) label.push(create('span', 'optional', ' (optional)'))
  const complaint = create('p', 'complaint')
  complaint.setAttribute('id', complaintId(block.block_id))
  complaint.setAttribute('role', 'alert')
  complaint.hidden = true
  const hint = block.hint ? [create('p', 'hint', ...drawText(block.hint, state))] : []
  const element = block.element
  if (element?.type === 'radio_buttons') {
    const group = create('fieldset', 'input', create('legend', 'label', ...label), ...drawRadios(block, element, state))
    group.append(complaint, ...hint)
    return group
  }
  const field =
    element?.type === 'plain_text_input'
      ? drawTextField(element)
      : element?.type === 'datepicker'
        ? drawDate(element)
        : drawSelect(element, state)
  readers.set(block.block_id, () => field.value || null)
  const named = create('label', 'input', create('span', 'label', ...label), field)
  named.append(complaint, ...hint)
  return named
}

/**
 * @param {Block} block
 * @param {BlockElement} element
 * @param {PageState} state
 */
function drawRadios(block, element, state) {
  const options = (element.options ?? []).map((option) => {
    const radio = create('input', '')
    radio.setAttribute('type', 'radio')
    radio.setAttribute('name', block.block_id)
    radio.value = option.value
    radio.checked = element.initial_option?.value === option.value
    return { radio, row: create('label', 'radio', radio, create('span', '', ...drawText(option.text, state))) }
  })
  readers.set(block.block_id, () => options.find(({ radio }) => radio.checked)?.radio.value ?? null)
  return options.map(({ row }) => row)
}

/** @param {BlockElement} element */
function drawDate(element) {
  const field = create('input', 'field-control')
  field.setAttribute('type', 'date')
  field.value = element.initial_date ?? ''
  return field
}

/** @param {BlockElement} element */
function drawTextField(element) {
  const field = create(element.multiline ? 'textarea' : 'input', 'field-control')
  if (element.multiline) field.setAttribute('rows', '4')
  if (element.placeholder) field.setAttribute('placeholder', element.placeholder.text)
  field.value = element.initial_value ?? ''
  return field
}

/**
 * @param {BlockElement | undefined} element
 * @param {PageState} state
 */
function drawSelect(element, state) {
  const people = element?.type === 'users_select'
  const options = people
    ? state.users.map(({ id, name }) => ({ value: id, text: name }))
    : (element?.options ?? []).map(({ value, text }) => ({ value, text: text.text }))
  const field = create('select', 'field-control')
  const nothing = create('option', '', element?.placeholder?.text ?? 'Select an option')
  nothing.value = ''
  field.append(nothing)
  for (const { value, text } of options) {
    const option = create('option', '', text)
    option.value = value
    field.append(option)
  }
  field.value = (people ? element?.initial_user : element?.initial_option?.value) ?? ''
  return field
}
