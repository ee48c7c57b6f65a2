import { describe, expect, it } from 'vitest'
import { DISQUALIFY_REASONS } from '../../../src/handoffs/credit.ts'
import { contactUrl } from '../../../src/messages/contact-url.ts'
import { disqualifyModal } from '../../../src/messages/controls.ts'
import { leadRecord } from '../../support/records.ts'
import { objectsIn } from '../../support/slack-blocks.ts'

describe('the modal', () => {
  it('asks for a reason, and a note if there is more to say', () => {
    const modal = disqualifyModal(leadRecord(), 'opaque')
    expect(modal).toMatchObject({ type: 'modal', callback_id: 'lead.disqualify', private_metadata: 'opaque' })
    expect(modal.blocks).toMatchObject([
      { type: 'context' },
      { block_id: 'reason', element: { action_id: 'choice', type: 'radio_buttons' } },
      { block_id: 'note', optional: true, element: { action_id: 'text' } },
    ])
    const values = objectsIn(modal.blocks).flatMap((object) => (typeof object.value === 'string' ? [object.value] : []))
    expect(values).toEqual(Object.keys(DISQUALIFY_REASONS))
  })
})

it.each([
  [{ id: '42', portalId: '7001' }, 'https://app.hubspot.com/contacts/7001/record/0-1/42'],
  [{ id: '4/2', portalId: '7 1' }, 'https://app.hubspot.com/contacts/7%201/record/0-1/4%2F2'],
  [{ id: '42' }, 'https://app.hubspot.com/contacts'],
])('a contact %j is at %s', (lead, url) => {
  expect(contactUrl(lead)).toBe(url)
})
