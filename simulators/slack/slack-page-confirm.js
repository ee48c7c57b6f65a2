import { create, createButton, drawText, page } from './slack-page-elements.js'

/**
 * @typedef {import('./slack-page-dom.ts').BlockElement} BlockElement
 * @typedef {import('./slack-page-dom.ts').PageState} PageState
 */

/**
 * Asks before a control acts, as its `confirm` object says; answers true when the person agrees.
 *
 * @param {NonNullable<BlockElement['confirm']>} confirm
 * @param {PageState} state
 * @returns {Promise<boolean>}
 */
export function confirmFirst(confirm, state) {
  const dialog = create('dialog', 'dialog')
  return new Promise((resolve) => {
    const answerWith = (/** @type {boolean} */ answer) => () => {
      dialog.close()
      dialog.remove()
      resolve(answer)
    }
    dialog.addEventListener('cancel', answerWith(false))
    dialog.append(
      create(
        'div',
        'modal',
        create('header', 'modal-head', create('h2', '', confirm.title.text)),
        create('div', 'modal-body', ...drawText(confirm.text, state)),
        create(
          'footer',
          'modal-foot',
          createButton('button', confirm.deny.text, answerWith(false)),
          createButton('button primary', confirm.confirm.text, answerWith(true)),
        ),
      ),
    )
    page.document.body.append(dialog)
    dialog.showModal()
  })
}
