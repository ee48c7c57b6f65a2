import { drawBlock } from './slack-page-blocks.js'
import { byId, create, notify, send } from './slack-page-elements.js'

/**
 * @typedef {import('./slack-page-dom.ts').PageConversation} PageConversation
 * @typedef {import('./slack-page-dom.ts').PageState} PageState
 */

/** Stands for the app's Home tab in the address, and where a click names its channel. */
export const HOME = 'home'
let drawn = ''

/**
 * The Home tab as an entry of the list.
 *
 * @param {PageState} state
 * @returns {PageConversation}
 */
export function homeConversation(state) {
  return { id: HOME, name: `${state.app} Home`, kind: 'home', messages: [], ephemerals: [] }
}

/**
 * Shows the Home tab. What did not change keeps its elements, so that an open menu and the focus survive.
 *
 * @param {PageState} state
 */
export function showHome(state) {
  const { home } = state
  byId('title').textContent = `${state.app} Home`
  byId('composer').textContent = ''
  const list = byId('messages')
  const signature = JSON.stringify([state.you, home])
  if (drawn === signature && list.querySelector('.home-tab')) return
  drawn = signature
  /** @param {{ ts: string, actionId: string, value?: string }} input */
  const act = async (input) => {
    const result = await send('/page/click', { user: state.you, channel: HOME, ...input })
    if (result.status !== 200) notify(result.error ?? `${state.app} answered with status code ${result.status}.`)
  }
  const blocks = (home?.blocks ?? []).map((block) => drawBlock(block, home?.id ?? '', { state, act }))
  list.replaceChildren(
    create(
      'div',
      'home-tab',
      ...(home ? blocks : [create('p', 'empty', 'This is the Home tab. Nothing was published yet.')]),
    ),
  )
}
