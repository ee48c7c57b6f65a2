import { drawMessage } from './slack-page-blocks.js'
import { byId, create, notify, send } from './slack-page-elements.js'
import { formatDate } from './slack-page-text.js'

/**
 * @typedef {import('./slack-page-dom.ts').PageConversation} PageConversation
 * @typedef {import('./slack-page-dom.ts').PageElement} PageElement
 * @typedef {import('./slack-page-dom.ts').PageMessage} PageMessage
 * @typedef {import('./slack-page-dom.ts').PageState} PageState
 */

/** @type {Map<string, { signature: string, node: PageElement }>} */
const drawn = new Map()
let drawnConversation = ''

/**
 * Shows one conversation. A message that did not change keeps its element, so that an open menu and the focus survive;
 * the list stays at its end when it was there.
 *
 * @param {PageConversation} conversation
 * @param {PageState} state
 */
export function showConversation(conversation, state) {
  const list = byId('messages')
  const changed = drawnConversation !== `${state.you} ${conversation.id}`
  const atEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 80
  if (changed) drawn.clear()
  drawnConversation = `${state.you} ${conversation.id}`
  byId('title').textContent = conversation.kind === 'dm' ? conversation.name : `# ${conversation.name}`
  byId('composer').hidden = false
  byId('composer').textContent =
    conversation.kind === 'dm'
      ? 'Sending messages to this app has been turned off.'
      : 'Writing in channels is not simulated.'
  list.replaceChildren(...drawRows(conversation, state))
  if (changed || atEnd) list.scrollTop = list.scrollHeight
}

/**
 * @param {PageConversation} conversation
 * @param {PageState} state
 * @returns {PageElement[]}
 */
function drawRows(conversation, state) {
  const rows = []
  let day = ''
  for (const message of inOrder(conversation)) {
    const at = Number(message.ts) * 1000
    const messageDay = formatDate('date_long_pretty', at, state) ?? ''
    if (messageDay !== day) rows.push(create('div', 'day', create('span', '', capitalized(messageDay))))
    day = messageDay
    rows.push(row(message, conversation, state))
  }
  if (rows.length === 0) rows.push(create('p', 'empty', 'No messages yet. They appear here as they arrive.'))
  return rows
}

/** @param {PageConversation} conversation */
function inOrder(conversation) {
  return [...conversation.messages, ...conversation.ephemerals].sort(
    (left, right) => Number(left.ts) - Number(right.ts),
  )
}

/**
 * @param {PageMessage} message
 * @param {PageConversation} conversation
 * @param {PageState} state
 */
function row(message, conversation, state) {
  const parent = conversation.messages.find((other) => other.ts === message.threadTs)
  const signature = JSON.stringify([message, parent?.text, state.timeZone])
  const known = drawn.get(message.ts)
  if (known?.signature === signature) return known.node
  const node = drawRow(message, parent, conversation, state)
  drawn.set(message.ts, { signature, node })
  return node
}

/**
 * @param {PageMessage} message
 * @param {PageMessage | undefined} parent
 * @param {PageConversation} conversation
 * @param {PageState} state
 */
function drawRow(message, parent, conversation, state) {
  const byApp = message.author === undefined || message.author === state.botUser
  const author = byApp ? state.app : (state.users.find((user) => user.id === message.author)?.name ?? 'Someone')
  const head = create('div', 'message-head', create('span', 'author', author))
  if (byApp) head.append(create('span', 'badge', 'APP'))
  head.append(create('time', '', formatDate('time', Number(message.ts) * 1000, state) ?? ''))
  /** @param {{ ts: string, actionId: string, value?: string }} input */
  const act = async (input) => {
    const result = await send('/page/click', { user: state.you, channel: conversation.id, ...input })
    if (result.status !== 200) notify(clickNotice(result, state.app))
  }
  const body = create('div', 'message-body', head)
  if (message.user !== undefined) body.append(create('div', 'only-you', 'Only visible to you'))
  if (parent && parent !== message) body.append(create('div', 'in-thread', `replied to a thread: ${parent.text}`))
  body.append(...drawMessage(message, { state, act }))
  const avatar = create('div', byApp ? 'avatar app' : 'avatar', author.slice(0, 1).toUpperCase())
  avatar.setAttribute('aria-hidden', 'true')
  const article = create('article', message.user === undefined ? 'message' : 'message ephemeral', avatar, body)
  article.setAttribute('aria-label', `${author}: ${message.text}`)
  return article
}

/**
 * @param {{ status?: number, error?: string }} result
 * @param {string} app
 */
function clickNotice(result, app) {
  if (result.error) return `Slack could not do that: ${result.error}`
  return result.status ? `${app} answered with status code ${result.status}.` : `${app} did not respond in time.`
}

/** @param {string} text */
function capitalized(text) {
  return text.slice(0, 1).toUpperCase() + text.slice(1)
}
