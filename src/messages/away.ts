import { zoneOf } from '../handoffs/away.ts'
import { localDate } from '../handoffs/business-time.ts'
import type { Team } from '../handoffs/team.ts'
import type { Modal } from './controls.ts'
import { plainText } from './texts.ts'

/*
 * The form by which somebody says that they are away, or one of theirs is.
 */

/** The form's id, and its fields by block id. */
export const AWAY_FORM = {
  callback: 'home.away',
  rep: 'rep',
  what: 'what',
  from: 'from',
  until: 'until',
  choice: 'choice',
} as const

// Slack takes 100 options.
const MOST_REPS = 100

/** The form. Of one rep it asks when; of several also who, and whether they are away or back. */
export function awayModal(team: Team, reps: readonly string[], now: number): Modal {
  const plain = (text: string) => ({ type: 'plain_text' as const, text: plainText(text, 75) })
  const [first = ''] = reps
  const many = reps.length !== 1
  const what = [
    { text: plain('Away'), value: 'away' },
    { text: plain('Back'), value: 'back' },
  ] as const
  return {
    type: 'modal',
    callback_id: AWAY_FORM.callback,
    private_metadata: many ? '' : first,
    title: plain(many ? 'Away or back' : 'I am away'),
    submit: plain('Save'),
    close: plain('Cancel'),
    blocks: [
      {
        type: 'context',
        elements: [
          {
            type: 'mrkdwn',
            verbatim: true,
            text: `Who is away gets no new leads. Open leads stay theirs: pass on what cannot wait. Days count in the time zone of ${many ? 'the rep' : 'your calendar'}.`,
          },
        ],
      },
      ...(many
        ? [
            {
              type: 'input' as const,
              block_id: AWAY_FORM.rep,
              label: plain('Who'),
              element: {
                type: 'static_select' as const,
                action_id: AWAY_FORM.choice,
                options: reps
                  .slice(0, MOST_REPS)
                  .map((rep) => ({ text: plain(team.reps[rep]?.name ?? rep), value: rep })),
              },
            },
            {
              type: 'input' as const,
              block_id: AWAY_FORM.what,
              label: plain('Is'),
              element: {
                type: 'radio_buttons' as const,
                action_id: AWAY_FORM.choice,
                options: [...what],
                initial_option: what[0],
              },
            },
          ]
        : []),
      {
        type: 'input',
        block_id: AWAY_FORM.from,
        label: plain('From'),
        optional: true,
        element: { type: 'datepicker', action_id: AWAY_FORM.choice, initial_date: localDate(zoneOf(team, first), now) },
      },
      {
        type: 'input',
        block_id: AWAY_FORM.until,
        label: plain('Until, this day included'),
        optional: true,
        hint: plain(many ? 'Empty: until they are back' : 'Empty: until you say that you are back'),
        element: { type: 'datepicker', action_id: AWAY_FORM.choice },
      },
    ],
  }
}
