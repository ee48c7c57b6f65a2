import { confirmFirst } from './slack-page-confirm.js'
import { create, createButton, drawText, page } from './slack-page-elements.js'

/**
 * @typedef {import('./slack-page-dom.ts').Block} Block
 * @typedef {import('./slack-page-dom.ts').BlockElement} BlockElement
 * @typedef {import('./slack-page-dom.ts').DrawContext} DrawContext
 * @typedef {import('./slack-page-dom.ts').PageElement} PageElement
 * @typedef {import('./slack-page-dom.ts').PageMessage} PageMessage
 */

/**
 * The blocks of a message, or its text when it has none.
 *
 * @param {PageMessage} message
 * @param {DrawContext} context
 * @returns {PageElement[]}
 */
export function drawMessage(message, context) {
  if (message.files) return message.files.map(drawFile)
  if (message.blocks.length === 0) {
    return [create('div', 'block section', ...drawText({ type: 'mrkdwn', text: message.text }, context.state))]
  }
  return message.blocks.map((block) => drawBlock(block, message.ts, context))
}

/**
 * A picture with its title.
 *
 * @param {NonNullable<PageMessage['files']>[number]} file
 */
function drawFile({ id, title, alt }) {
  const picture = create('img', '')
  picture.setAttribute('src', `/page/file/${id}`)
  picture.setAttribute('alt', alt)
  return create('figure', 'block file', create('figcaption', '', title), picture)
}

/**
 * One block; input blocks are drawn by the modal.
 *
 * @param {Block} block
 * @param {string} ts the message that its controls belong to
 * @param {DrawContext} context
 * @returns {PageElement}
 */
export function drawBlock(block, ts, context) {
  const { state } = context
  switch (block.type) {
    case 'header':
      return create('h3', 'block header', ...drawText(block.text, state))
    case 'divider':
      return create('hr', 'block divider')
    case 'context':
      return create(
        'div',
        'block context',
        ...(block.elements ?? []).map((element) => create('span', 'context-item', ...drawText(element, state))),
      )
    case 'actions':
      return create(
        'div',
        'block actions',
        ...(block.elements ?? []).map((element) => drawControl(element, ts, context)),
      )
    default:
      return drawSection(block, ts, context)
  }
}

/**
 * @param {Block} block
 * @param {string} ts
 * @param {DrawContext} context
 */
function drawSection(block, ts, context) {
  const body = create('div', 'section-body')
  if (block.text) body.append(create('div', 'section-text', ...drawText(block.text, context.state)))
  if (block.fields) {
    const fields = block.fields.map((field) => create('div', 'field', ...drawText(field, context.state)))
    body.append(create('div', 'fields', ...fields))
  }
  const section = create('div', 'block section', body)
  if (block.accessory) section.append(create('div', 'accessory', drawControl(block.accessory, ts, context)))
  return section
}

/**
 * @param {BlockElement} element
 * @param {string} ts
 * @param {DrawContext} context
 * @returns {PageElement}
 */
function drawControl(element, ts, context) {
  if (element.type === 'overflow') return drawOverflow(element, ts, context)
  const style = element.style === 'primary' || element.style === 'danger' ? ` ${element.style}` : ''
  const button = createButton(`button${style}`, element.text.text, async () => {
    if (element.confirm && !(await confirmFirst(element.confirm, context.state))) return
    if (element.url) openLink(element.url)
    button.disabled = true
    await context.act({ ts, actionId: element.action_id, value: element.value })
    button.disabled = false
  })
  if (element.accessibility_label) button.setAttribute('aria-label', element.accessibility_label)
  return button
}

/**
 * @param {BlockElement} element
 * @param {string} ts
 * @param {DrawContext} context
 */
function drawOverflow(element, ts, context) {
  const menu = create('div', 'menu')
  menu.setAttribute('role', 'menu')
  menu.hidden = true
  const toggle = createButton('button more', '', () => {
    const wasHidden = menu.hidden
    closeMenus()
    if (wasHidden) openMenu(menu, toggle)
  })
  toggle.append(create('span', 'dots', '•••'))
  toggle.setAttribute('aria-label', element.accessibility_label ?? 'More actions')
  toggle.setAttribute('aria-haspopup', 'menu')
  toggle.setAttribute('aria-expanded', 'false')
  for (const option of element.options ?? []) {
    const item = createButton('menu-item', option.text.text, async () => {
      closeMenus()
      if (element.confirm && !(await confirmFirst(element.confirm, context.state))) return
      if (option.url) openLink(option.url)
      await context.act({ ts, actionId: element.action_id, value: option.value })
    })
    item.setAttribute('role', 'menuitem')
    menu.append(item)
  }
  return create('div', 'overflow', toggle, menu)
}

const ROOM_FOR_MENU = 280
/** @type {{ menu: PageElement, toggle: PageElement } | undefined} */
let opened

/**
 * @param {PageElement} menu
 * @param {PageElement} toggle
 */
function openMenu(menu, toggle) {
  // Above the button, unless the head of the page is in the way.
  menu.className = toggle.getBoundingClientRect().top > ROOM_FOR_MENU ? 'menu' : 'menu below'
  menu.hidden = false
  toggle.setAttribute('aria-expanded', 'true')
  opened = { menu, toggle }
  menu.querySelector('.menu-item')?.focus()
}

/** Closes the open overflow menu, if there is one. */
export function closeMenus() {
  if (!opened) return
  opened.menu.hidden = true
  opened.toggle.setAttribute('aria-expanded', 'false')
  opened = undefined
}

/** Makes a press elsewhere, and Escape, close the open menu. */
export function closeMenusFromOutside() {
  page.document.addEventListener('click', (event) => {
    if (opened && !opened.menu.contains(event.target) && !opened.toggle.contains(event.target)) closeMenus()
  })
  page.document.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' || !opened) return
    const { toggle } = opened
    closeMenus()
    toggle.focus()
  })
}

/** @param {string} url */
function openLink(url) {
  if (/^https?:\/\//i.test(url)) page.open(url, '_blank', 'noopener,noreferrer')
}
