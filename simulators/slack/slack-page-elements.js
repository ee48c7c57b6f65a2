import { parseMrkdwn } from './slack-page-text.js'

/**
 * @typedef {import('./slack-page-dom.ts').PageElement} PageElement
 * @typedef {import('./slack-page-dom.ts').PageEvent} PageEvent
 * @typedef {import('./slack-page-dom.ts').PageWindow} PageWindow
 * @typedef {import('./slack-page-dom.ts').PageState} PageState
 * @typedef {import('./slack-page-dom.ts').TextObject} TextObject
 */

/** The browser's window. */
export const page = /** @type {PageWindow} */ (/** @type {unknown} */ (globalThis))

/**
 * A new element. Text becomes text nodes, never markup.
 *
 * @param {string} name
 * @param {string} className
 * @param {(PageElement | string)[]} children
 * @returns {PageElement}
 */
export function create(name, className, ...children) {
  const element = page.document.createElement(name)
  if (className !== '') element.className = className
  element.append(...children)
  return element
}

/**
 * A button that does something when pressed.
 *
 * @param {string} className
 * @param {string} text
 * @param {(event: PageEvent) => void} onPress
 */
export function createButton(className, text, onPress) {
  const button = create('button', className, text)
  button.setAttribute('type', 'button')
  button.addEventListener('click', onPress)
  return button
}

/**
 * The element with this id, which the page's HTML has.
 *
 * @param {string} id
 * @returns {PageElement}
 */
export function byId(id) {
  const element = page.document.querySelector(`#${id}`)
  if (!element) throw new Error(`the page has no #${id}`)
  return element
}

/**
 * The nodes of a text object: mrkdwn with its marks, plain_text as it stands.
 *
 * @param {TextObject | undefined} object
 * @param {PageState} state
 * @returns {(PageElement | string)[]}
 */
export function drawText(object, state) {
  if (!object) return []
  return object.type === 'plain_text' ? [object.text] : parseMrkdwn(object.text, state).map(drawToken)
}

/** @type {Record<string, string>} */
const TAGS = { bold: 'strong', italic: 'em', strike: 's', quote: 'blockquote', code: 'code', preformatted: 'pre' }

/**
 * @param {import('./slack-page-text.js').Token} token
 * @returns {PageElement | string}
 */
function drawToken(token) {
  switch (token.kind) {
    case 'text':
      return token.text
    case 'break':
      return create('br', '')
    case 'mention':
      return create('span', 'mention', token.text)
    case 'link': {
      const link = create('a', '', token.text)
      link.setAttribute('href', token.url)
      link.setAttribute('target', '_blank')
      link.setAttribute('rel', 'noopener noreferrer')
      return link
    }
    case 'code':
    case 'preformatted':
      return create(TAGS[token.kind] ?? 'code', '', token.text)
    default:
      return create(TAGS[token.kind] ?? 'span', '', ...token.children.map(drawToken))
  }
}

/**
 * Sends a JSON body to the simulator and answers what it says.
 *
 * @param {string} path
 * @param {object} body
 * @returns {Promise<{ status?: number, errors?: Record<string, string>, error?: string }>}
 */
export async function send(path, body) {
  const headers = { 'content-type': 'application/json' }
  const response = await fetch(path, { method: 'POST', headers, body: JSON.stringify(body) })
  return /** @type {{ status?: number, error?: string }} */ (await response.json())
}

/**
 * Shows a notice at the foot of the page until the next one, or for some seconds.
 *
 * @param {string} text
 */
export function notify(text) {
  const notice = byId('notice')
  notice.textContent = text
  notice.hidden = false
  setTimeout(() => {
    if (notice.textContent === text) notice.hidden = true
  }, 6_000)
}
