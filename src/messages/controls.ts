import type { KnownBlock, ModalView } from '@slack/types'
import { DISQUALIFY_REASONS } from '../handoffs/credit.ts'
import type { Handoff } from '../handoffs/handoff.ts'
import type { Button, ButtonAct } from '../handoffs/kinds.ts'
import type { LeadRecord } from '../leads/lead.ts'
import { contactUrl } from './contact-url.ts'
import { who } from './lines.ts'
import { leadName } from './names.ts'
import { plainText } from './texts.ts'

/** A Block Kit modal, as Slack's own types have it. */
export type Modal = ModalView

/** The ids of the controls (contract, "Slack"). An overflow option's value is its name, a colon and the handoff id. */
export const CONTROLS = {
  contacted: 'lead.contacted',
  undo: 'lead.undo',
  attempt: 'lead.attempt',
  passOn: 'lead.pass_on',
  open: 'lead.open',
  more: 'lead.more',
  disqualify: 'lead.disqualify',
  /** Begins the id of a kind's own button, and of the form that it opens; its name follows, for ids are unique in a message. */
  own: 'handoff.',
  /** The same in messages of an older version, whose values begin with the name. */
  button: 'handoff.button.',
  giveReason: 'handoff.give-reason',
} as const
/** What the buttons that every handoff may have are called in the menu. */
const MENU_VALUES: Partial<Record<ButtonAct, string>> = {
  'pass-on': 'pass_on',
  disqualify: 'disqualify',
  explain: 'explain',
  snooze: 'snooze',
  reopen: 'reopen',
}
// Those whose value is the handoff id alone.
const OF_THEIR_OWN: Readonly<Record<string, string>> = {
  contacted: CONTROLS.contacted,
  attempt: CONTROLS.attempt,
  undo: CONTROLS.undo,
}
// Slack takes five options in a menu, and one row should hold no more than two buttons of ours.
const INLINE = 2
const IN_MENU = 5
// What a row holds on a phone that is 390 pixels wide, and how wide things are there, as far as letters tell.
const ROW = 312
const [MENU_WIDTH, GAP] = [44, 8]
const widthOf = (label: string) => 28 + 9 * [...label].length
/** The link in a menu: its option opens the address, and says nothing to Baton. */
export const LINK_OPTION = 'open'
const LINK = 'HubSpot'

/** Which buttons stand in the row, in the menu, and beside it because the menu is full; whether the link is in the menu. */
interface Row {
  inline: readonly Button[]
  menu: readonly Button[]
  over: readonly Button[]
  isLinkInMenu: boolean
}

/**
 * The buttons and the menu of a message that still wants something: the first two that settle it, the link to HubSpot, and the
 * rest in the menu, so that it is one row on a phone. Who has more than fit there has buttons for them.
 */
export function controls(lead: LeadRecord, handoff: Handoff, buttons: readonly Button[]): KnownBlock {
  const name = leadName(lead, 40)
  const { inline, menu, over, isLinkInMenu } = rowOf(buttons)
  const button = (one: Button, isFirst: boolean) => ({
    type: 'button' as const,
    action_id: OF_THEIR_OWN[one.name] ?? `${CONTROLS.own}${one.name}`,
    // An attempt is one of several things to do, and what is done need not be undone: nothing calls for them more than the rest.
    ...(isFirst && one.act !== 'attempt' && one.act !== 'undo' ? { style: 'primary' as const } : {}),
    text: { type: 'plain_text' as const, text: plainText(one.label, 75) },
    value: handoff.id,
    accessibility_label: plainText(`${one.label} ${name}`, 75),
  })
  const link = {
    type: 'button' as const,
    action_id: CONTROLS.open,
    text: { type: 'plain_text' as const, text: LINK },
    url: contactUrl(lead),
    value: handoff.id,
    accessibility_label: `Open ${name} in HubSpot`,
  }
  const options = [
    ...(isLinkInMenu ? [{ text: link.text, value: `${LINK_OPTION}:${handoff.id}`, url: link.url }] : []),
    ...menu.map((one) => ({
      text: { type: 'plain_text' as const, text: plainText(one.label, 75) },
      value: `${MENU_VALUES[one.act] ?? one.name}:${handoff.id}`,
    })),
  ]
  return {
    type: 'actions',
    elements: [
      ...inline.map((one, index) => button(one, index === 0)),
      ...(isLinkInMenu ? [] : [link]),
      ...over.map((one) => button(one, false)),
      ...(options.length === 0 ? [] : [{ type: 'overflow' as const, action_id: CONTROLS.more, options }]),
    ],
  }
}

// The first way to share them out that fits on a phone; the usual one where none does.
function rowOf(buttons: readonly Button[]): Row {
  const ways = [INLINE, 1].flatMap((count) => [false, true].map((isLinkInMenu) => shared(buttons, count, isLinkInMenu)))
  return ways.find(fits) ?? shared(buttons, INLINE, false)
}

function shared(buttons: readonly Button[], count: number, isLinkInMenu: boolean): Row {
  const [first, ...others] = buttons.filter(({ act }) => MENU_VALUES[act] === undefined)
  // What was pressed by mistake is taken back at once or not at all.
  const ordered = [
    ...(first ? [first] : []),
    ...others.sort((a, b) => Number(b.act === 'undo') - Number(a.act === 'undo')),
  ]
  const inline = ordered.slice(0, count)
  const rest = buttons.filter((button) => !inline.includes(button))
  const room = IN_MENU - (isLinkInMenu ? 1 : 0)
  const over = rest.filter((button) => !(button.act in MENU_VALUES)).slice(0, Math.max(0, rest.length - room))
  const menu = rest.filter((button) => !over.includes(button)).slice(0, room)
  return { inline, menu, over, isLinkInMenu }
}

function fits({ inline, menu, over, isLinkInMenu }: Row): boolean {
  const labels = [...inline.map(({ label }) => label), ...(isLinkInMenu ? [] : [LINK])]
  const hasMenu = menu.length > 0 || isLinkInMenu
  const widths = [...labels.map(widthOf), ...(hasMenu ? [MENU_WIDTH] : [])]
  return over.length === 0 && widths.reduce((sum, width) => sum + width + GAP, -GAP) <= ROW
}

/** The button by which somebody says why a lead was taken out. */
export function reasonControls(lead: LeadRecord, handoff: Handoff): KnownBlock {
  return {
    type: 'actions',
    elements: [
      {
        type: 'button',
        action_id: CONTROLS.giveReason,
        style: 'primary',
        text: { type: 'plain_text', text: 'Give the Reason' },
        value: handoff.id,
        accessibility_label: `Give the reason for ${leadName(lead, 40)}`,
      },
      {
        type: 'button',
        action_id: CONTROLS.open,
        text: { type: 'plain_text', text: 'Open in HubSpot' },
        url: contactUrl(lead),
        value: handoff.id,
      },
    ],
  }
}

/** The link to the contact alone, for a message that nobody can act on in Slack. */
export function openInHubSpot(lead: LeadRecord): KnownBlock {
  const text = { type: 'plain_text' as const, text: 'Open in HubSpot' }
  return { type: 'actions', elements: [{ type: 'button', action_id: CONTROLS.open, text, url: contactUrl(lead) }] }
}

/** The modal that asks why a lead is disqualified. `privateText` comes back with the submission. */
export function disqualifyModal(lead: LeadRecord, privateText: string): Modal {
  return asking(lead, privateText, {
    callback: CONTROLS.disqualify,
    title: 'Disqualify lead',
    submit: 'Disqualify Lead',
    what: 'Stops the clock and writes the reason to HubSpot.',
    reasons: DISQUALIFY_REASONS,
  })
}

/** The modal that asks why a lead was disqualified in HubSpot. */
export function whyModal(lead: LeadRecord, privateText: string): Modal {
  return asking(lead, privateText, {
    callback: CONTROLS.giveReason,
    title: 'Why is it out?',
    submit: 'Save',
    what: 'Writes the reason to HubSpot.',
    reasons: DISQUALIFY_REASONS,
  })
}

/** The modal that asks for one of the reasons of a button. */
export function reasonModal(lead: LeadRecord, button: Button, privateText: string): Modal {
  return asking(lead, privateText, {
    callback: `${CONTROLS.own}${button.name}`,
    title: plainText(button.label, 24),
    submit: plainText(button.label, 24),
    what: '',
    reasons: Object.fromEntries((button.reasons ?? []).map((reason) => [reason, reason])),
  })
}

// Slack shows up to ten options as a list of radio buttons, and more in a menu.
const MOST_RADIOS = 10

function asking(
  lead: LeadRecord,
  privateText: string,
  form: { callback: string; title: string; submit: string; what: string; reasons: Record<string, string> },
): Modal {
  const options = Object.entries(form.reasons).map(([value, text]) => ({
    text: { type: 'plain_text' as const, text: plainText(text, 75) },
    value,
  }))
  return {
    type: 'modal',
    callback_id: form.callback,
    private_metadata: privateText,
    title: { type: 'plain_text', text: form.title },
    submit: { type: 'plain_text', text: form.submit },
    close: { type: 'plain_text', text: 'Cancel' },
    blocks: [
      {
        type: 'context',
        elements: [{ type: 'mrkdwn', verbatim: true, text: [`${who(lead)}.`, form.what].filter(Boolean).join(' ') }],
      },
      {
        type: 'input',
        block_id: 'reason',
        label: { type: 'plain_text', text: 'Reason' },
        element:
          options.length > MOST_RADIOS
            ? { type: 'static_select', action_id: 'choice', options }
            : { type: 'radio_buttons', action_id: 'choice', options },
      },
      {
        type: 'input',
        block_id: 'note',
        optional: true,
        label: { type: 'plain_text', text: 'Note' },
        element: { type: 'plain_text_input', action_id: 'text', multiline: true, max_length: 300 },
      },
    ],
  }
}
