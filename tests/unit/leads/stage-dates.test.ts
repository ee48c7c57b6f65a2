import { expect, test } from 'vitest'
import { contactReads } from '../../../src/config/config.ts'
import { STAGE_DATES, withStageDates } from '../../../src/leads/stage-dates.ts'
import { changed, contactRead, DAY, FITTING, leadState, NOW, stateAfter } from '../../support/records.ts'
import { loadTestConfig } from '../../support/stage.ts'

const iso = (at: number) => new Date(at).toISOString()

test.each([
  ['HubSpot says when', { hs_v2_date_entered_customer: iso(NOW - 3 * DAY) }, {}, { customer: { at: NOW - 3 * DAY } }],
  ['in its other form', { hs_v2_date_entered_opportunity: String(NOW - DAY) }, {}, { opportunity: { at: NOW - DAY } }],
  [
    'what is known stands',
    { hs_v2_date_entered_customer: iso(NOW - DAY) },
    { customer: { at: 5 } },
    { customer: { at: 5 } },
  ],
  ['no date yet', { hs_v2_date_entered_salesqualifiedlead: '' }, {}, {}],
  ['a date to come', { hs_v2_date_entered_salesqualifiedlead: iso(NOW + DAY) }, {}, {}],
  ['no date at all', { hs_v2_date_entered_customer: 'soon' }, {}, {}],
])('%s', (_, properties, before, after) => {
  expect(withStageDates(before, properties, NOW)).toEqual(after)
})

test('a look at a contact asks for the dates, and notes when it went on, not when that was seen', async () => {
  const config = await loadTestConfig({}, NOW)
  expect(contactReads(config)).toEqual(expect.arrayContaining(Object.values(STAGE_DATES)))
  const first = stateAfter(leadState(null), changed(config, leadState(null), contactRead(), NOW - 20 * DAY))
  const dates = {
    hs_v2_date_entered_salesqualifiedlead: iso(NOW - 9 * DAY),
    hs_v2_date_entered_opportunity: iso(NOW - 2 * DAY),
  }
  const later = changed(config, first, contactRead({ ...FITTING, lifecyclestage: 'opportunity', ...dates }))
  expect(later.lead?.outcomes).toMatchObject({
    salesqualifiedlead: { at: NOW - 9 * DAY },
    opportunity: { at: NOW - 2 * DAY },
  })
})
