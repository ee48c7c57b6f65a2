import type { KnownBlock } from '@slack/types'
import type { Handoff } from '../handoffs/handoff.ts'
import { displayName, type LeadRecord } from '../leads/lead.ts'
import { CONTROLS, contactUrl } from './controls.ts'
import { plainText } from './texts.ts'

const MENU = { disqualify: 'Disqualify', explain: 'Why this score' } as const

/** The buttons of a message whose lead is being tried. */
export function attemptControls(lead: LeadRecord, handoff: Handoff): KnownBlock {
  const name = plainText(displayName(lead.attributes), 40)
  return {
    type: 'actions',
    elements: [
      {
        type: 'button',
        action_id: CONTROLS.attempt,
        text: { type: 'plain_text', text: 'Attempt made' },
        value: handoff.id,
        accessibility_label: `Attempt made to reach ${name}`,
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
