import { expect, test } from 'vitest'
import type { Calendar } from '../../../src/handoffs/business-time.ts'
import { lastMonthly } from '../../../src/handoffs/monthly.ts'
import { NEW_YORK } from '../../support/records.ts'

const EIGHT = 8 * 60
const KIRITIMATI: Calendar = { ...NEW_YORK, timeZone: 'Pacific/Kiritimati' }
const CLOSED: Calendar = { ...NEW_YORK, hours: {}, overrides: {} }

test.each([
  ['the first of the month, a Tuesday', NEW_YORK, '2026-12-01T13:00:00Z', '2026-12', '2026-12-01T13:00:00Z'],
  ['a minute before', NEW_YORK, '2026-12-01T12:59:00Z', '2026-11', '2026-11-02T13:00:00Z'],
  ['a month that begins on a Friday', NEW_YORK, '2027-01-20T00:00:00Z', '2027-01', '2027-01-01T13:00:00Z'],
  ['a month that begins on a Sunday', NEW_YORK, '2026-11-30T00:00:00Z', '2026-11', '2026-11-02T13:00:00Z'],
  ['summer time', NEW_YORK, '2026-07-10T00:00:00Z', '2026-07', '2026-07-01T12:00:00Z'],
  ['a zone far ahead', KIRITIMATI, '2026-11-30T18:00:00Z', '2026-12', '2026-11-30T18:00:00Z'],
  ['a calendar that is never open', CLOSED, '2026-11-20T00:00:00Z', '2026-11', '2026-11-01T13:00:00Z'],
])('%s', (_, calendar, now, month, at) => {
  expect(lastMonthly(calendar, EIGHT, Date.parse(now))).toEqual({ month, at: Date.parse(at) })
})
