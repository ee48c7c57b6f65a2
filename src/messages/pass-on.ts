import type { PoolMember } from '../handoffs/pool-members.ts'
import type { LeadRecord } from '../leads/lead.ts'
import { CONTROLS, type Modal } from './controls.ts'
import { who } from './lines.ts'
import { plainText } from './texts.ts'

/*
 * The form by which a rep passes a lead on: to whoever is next, or to somebody of the pool, with a note.
 */

/** What stands for whoever is next. A rep's id has no star. */
export const WHOEVER = '*'
/** The fields of the form, by block and action id. */
export const PASS_ON = { to: 'to', note: 'note', choice: 'choice', text: 'text' } as const

// Slack takes 100 options, of which one is whoever is next.
const MOST_MEMBERS = 99
const LONGEST_NOTE = 300

const HOW = {
  open: 'at work',
  closed: 'not at work now',
  away: 'away',
  capped: 'has enough leads',
  unreachable: 'not reachable in Slack',
} as const

/** The form, with the members of the pool as they are now: who is at work comes first. `privateText` comes back with the submission. */
export function passOnModal(lead: LeadRecord, members: readonly PoolMember[], privateText: string): Modal {
  const plain = (text: string) => ({ type: 'plain_text' as const, text: plainText(text, 75) })
  const whoever = { text: plain('Whoever is next'), value: WHOEVER }
  const options = members.slice(0, MOST_MEMBERS).map(({ rep, name, is }) => ({
    text: plain(`${is === 'open' ? '' : '⚠ '}${plainText(name, 50)} (${HOW[is]})`),
    value: rep,
  }))
  return {
    type: 'modal',
    callback_id: CONTROLS.passOn,
    private_metadata: privateText,
    title: plain('Pass on'),
    submit: plain('Pass On'),
    close: plain('Cancel'),
    blocks: [
      {
        type: 'context',
        elements: [{ type: 'mrkdwn', verbatim: true, text: `${who(lead)}. The clock goes on.` }],
      },
      {
        type: 'input',
        block_id: PASS_ON.to,
        label: plain('To'),
        element: {
          type: 'static_select',
          action_id: PASS_ON.choice,
          initial_option: whoever,
          options: [whoever, ...options],
        },
      },
      {
        type: 'input',
        block_id: PASS_ON.note,
        optional: true,
        label: plain('Note for them'),
        element: { type: 'plain_text_input', action_id: PASS_ON.text, multiline: true, max_length: LONGEST_NOTE },
      },
    ],
  }
}
