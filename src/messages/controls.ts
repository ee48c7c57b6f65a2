import type { KnownBlock, ModalView } from '@slack/types'
import { DISQUALIFY_REASONS } from '../handoffs/credit.ts'
import type { Handoff } from '../handoffs/handoff.ts'
import { displayName, type LeadRecord } from '../leads/lead.ts'
import { who } from './lines.ts'
import { plainText } from './texts.ts'

/** A Block Kit modal, as Slack's own types have it. */
export type Modal = ModalView

/** The ids of the controls (contract, "Slack"). An overflow option's value is its name, a colon and the handoff id. */
export const CONTROLS = {
  contacted: 'lead.contacted',
  attempt: 'lead.attempt',
  open: 'lead.open',
  more: 'lead.more',
  disqualify: 'lead.disqualify',
} as const
const MENU = { pass_on: 'Pass on', disqualify: 'Disqualify', explain: 'Why this score' } as const

/** The buttons and the menu of a message that still wants something. */
export function controls(lead: LeadRecord, handoff: Handoff): KnownBlock {
  const name = plainText(displayName(lead.attributes), 40)
  return {
    type: 'actions',
    elements: [
      {
        type: 'button',
        action_id: CONTROLS.contacted,
        style: 'primary',
        text: { type: 'plain_text', text: 'Contacted' },
        value: handoff.id,
        accessibility_label: `Contacted ${name}`,
      },
      {
        type: 'button',
        action_id: CONTROLS.open,
        text: { type: 'plain_text', text: 'Open in HubSpot' },
        url: contactUrl(lead),
        value: handoff.id,
      },
      {
        type: 'overflow',
        action_id: CONTROLS.more,
        options: Object.entries(MENU).map(([value, label]) => ({
          text: { type: 'plain_text' as const, text: label },
          value: `${value}:${handoff.id}`,
        })),
      },
    ],
  }
}

/** The link to the contact alone, for a message that nobody can act on in Slack. */
export function openInHubSpot(lead: LeadRecord): KnownBlock {
  const text = { type: 'plain_text' as const, text: 'Open in HubSpot' }
  return { type: 'actions', elements: [{ type: 'button', action_id: CONTROLS.open, text, url: contactUrl(lead) }] }
}

/** Where a person opens the contact. HubSpot redirects to the account's own region. */
export function contactUrl(lead: Pick<LeadRecord, 'id' | 'portalId'>): string {
  return lead.portalId
    ? `https://app.hubspot.com/contacts/${encodeURIComponent(lead.portalId)}/record/0-1/${encodeURIComponent(lead.id)}`
    : 'https://app.hubspot.com/contacts'
}

/** The modal that asks why a lead is disqualified. `privateText` comes back with the submission. */
export function disqualifyModal(lead: LeadRecord, privateText: string): Modal {
  const options = Object.entries(DISQUALIFY_REASONS).map(([value, text]) => ({
    text: { type: 'plain_text' as const, text },
    value,
  }))
  return {
    type: 'modal',
    callback_id: CONTROLS.disqualify,
    private_metadata: privateText,
    title: { type: 'plain_text', text: 'Disqualify lead' },
    submit: { type: 'plain_text', text: 'Disqualify Lead' },
    close: { type: 'plain_text', text: 'Cancel' },
    blocks: [
      {
        type: 'context',
        elements: [
          { type: 'mrkdwn', verbatim: true, text: `${who(lead)}. Stops the clock and writes the reason to HubSpot.` },
        ],
      },
      {
        type: 'input',
        block_id: 'reason',
        label: { type: 'plain_text', text: 'Reason' },
        element: { type: 'radio_buttons', action_id: 'choice', options },
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

export { DISQUALIFY_REASONS }
