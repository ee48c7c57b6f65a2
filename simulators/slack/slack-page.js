import { closeMenus, closeMenusFromOutside } from './slack-page-blocks.js'
import { showConversation } from './slack-page-conversation.js'
import { showView } from './slack-page-dialogs.js'
import { byId, create, page, send } from './slack-page-elements.js'
import { HOME, homeConversation, showHome } from './slack-page-home.js'

/**
 * @typedef {import('./slack-page-dom.ts').PageConversation} PageConversation
 * @typedef {import('./slack-page-dom.ts').PageState} PageState
 */

const ON_A_PHONE = '(max-width: 700px)'
const wanted = new URLSearchParams(page.location.search).get('user') ?? ''

/** @type {PageState | undefined} */
let state
let reading = false
let readAgain = false
let homeIsOpen = false

/** Reads the state and shows it; a change during the reading causes one more. */
async function refresh() {
  if (reading) {
    readAgain = true
    return
  }
  reading = true
  try {
    const response = await fetch(`/page/state?user=${encodeURIComponent(wanted)}`)
    state = /** @type {PageState} */ (await response.json())
    state.conversations.push(homeConversation(state))
    show(state)
    openHome()
  } finally {
    reading = false
  }
  if (readAgain) {
    readAgain = false
    await refresh()
  }
}

/** @param {PageState} current */
function show(current) {
  const open = openConversation(current)
  byId('root').className = open && page.location.hash !== '' ? 'in-conversation' : 'in-list'
  if (open) {
    markRead(current, open)
    if (open.kind === 'home') showHome(current)
    else showConversation(open, current)
  }
  showPeople(current)
  showList('channels', current, open, (conversation) => conversation.kind !== 'dm' && conversation.kind !== 'home')
  showList('apps', current, open, (conversation) => conversation.kind === 'dm' || conversation.kind === 'home')
  showView(current)
  const unread = current.conversations.reduce((sum, conversation) => sum + unreadIn(current, conversation), 0)
  page.document.title = `${unread > 0 ? `(${unread}) ` : ''}${open?.name ?? 'Slack'} · simulated Slack`
}

/**
 * The conversation in the address, else the DM on a desktop; a phone without one shows the list.
 *
 * @param {PageState} current
 */
function openConversation(current) {
  const id = page.location.hash.slice(1)
  const named = current.conversations.find((conversation) => conversation.id === id)
  if (named || page.matchMedia(ON_A_PHONE).matches) return named
  return current.conversations.find((conversation) => conversation.kind === 'dm')
}

/** @param {PageState} current */
function showPeople(current) {
  const people = byId('person')
  if (people.contains(page.document.activeElement)) return
  people.replaceChildren(
    ...current.users.map((user) => {
      const option = create('option', '', user.name)
      option.value = user.id
      return option
    }),
  )
  people.value = current.you
}

/**
 * @param {string} listId
 * @param {PageState} current
 * @param {PageConversation | undefined} open
 * @param {(conversation: PageConversation) => boolean} belongs
 */
function showList(listId, current, open, belongs) {
  const rows = current.conversations.filter(belongs).map((conversation) => {
    const unread = unreadIn(current, conversation)
    const icon = create(
      'span',
      `icon ${conversation.kind.replace(' ', '-')}`,
      conversation.kind === 'dm' ? 'B' : conversation.kind === 'home' ? '⌂' : '#',
    )
    icon.setAttribute('aria-hidden', 'true')
    const link = create('a', unread > 0 ? 'entry unread' : 'entry', icon, create('span', 'name', conversation.name))
    if (conversation.kind === 'dm') icon.textContent = conversation.name.slice(0, 1).toUpperCase()
    const last = conversation.messages.at(-1)
    link.append(
      create('span', 'preview', last ? decoded(last.text) : conversation.kind === 'home' ? 'Home' : 'No messages yet'),
    )
    if (unread > 0) {
      const badge = create('span', 'count', String(unread))
      badge.setAttribute('aria-label', `${unread} unread`)
      link.append(badge)
    }
    link.setAttribute('href', `#${conversation.id}`)
    if (conversation.id === open?.id) link.setAttribute('aria-current', 'page')
    return create('li', '', link)
  })
  byId(listId).replaceChildren(...rows)
}

/** @param {string} text */
function decoded(text) {
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&')
}

/**
 * @param {PageState} current
 * @param {PageConversation} conversation
 */
function unreadIn(current, conversation) {
  const readTo = Number(page.localStorage.getItem(readKey(current, conversation)) ?? 0)
  return conversation.messages.filter((message) => Number(message.ts) > readTo).length
}

/**
 * @param {PageState} current
 * @param {PageConversation} conversation
 */
function markRead(current, conversation) {
  const last = conversation.messages.at(-1)
  if (last) page.localStorage.setItem(readKey(current, conversation), last.ts)
}

/**
 * @param {PageState} current
 * @param {PageConversation} conversation
 */
function readKey(current, conversation) {
  return `read ${current.you} ${conversation.id}`
}

/** Slack tells the app when somebody opens its Home tab. */
function openHome() {
  const isOpen = page.location.hash === `#${HOME}`
  if (isOpen && !homeIsOpen && state) void send('/page/open-home', { user: state.you })
  homeIsOpen = isOpen
}

function start() {
  closeMenusFromOutside()
  byId('person').addEventListener('change', () => {
    page.location.assign(`/?user=${encodeURIComponent(byId('person').value)}`)
  })
  byId('back').addEventListener('click', () => {
    page.location.hash = ''
  })
  byId('modal').addEventListener('cancel', (event) => {
    event.preventDefault()
    if (state?.view) void send('/page/close-view', { user: state.you, viewId: state.view.id })
  })
  page.addEventListener('hashchange', () => {
    closeMenus()
    if (state) show(state)
    openHome()
  })
  const events = new page.EventSource('/page/events')
  events.onmessage = () => void refresh()
  // After a lost connection something may have been missed.
  events.onopen = () => {
    byId('offline').hidden = true
    void refresh()
  }
  events.onerror = () => {
    byId('offline').hidden = false
  }
}

start()
