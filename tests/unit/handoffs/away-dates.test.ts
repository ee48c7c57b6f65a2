import { describe, expect, it } from 'vitest'
import { awaySpan } from '../../../src/handoffs/away-dates.ts'

// A Thursday, 10:00 in New York.
const NOW = Date.parse('2026-11-26T15:00:00Z')
const ZONE = 'America/New_York'
const day = (date: string) => Date.parse(`${date}T05:00:00Z`)

describe('awaySpan', () => {
  it.each<[string, number, number | null]>([
    ['', NOW, null],
    ['until friday', NOW, day('2026-11-28')],
    ['Until Thursday', NOW, day('2026-11-27')],
    ['until 2026-12-05', NOW, day('2026-12-06')],
    ['until dec 5', NOW, day('2026-12-06')],
    ['until 5th December', NOW, day('2026-12-06')],
    ['until 5.12.', NOW, day('2026-12-06')],
    ['till tomorrow', NOW, day('2026-11-28')],
    ['until 15:30', NOW, Date.parse('2026-11-26T20:30:00Z')],
    ['until 3pm', NOW, Date.parse('2026-11-26T20:00:00Z')],
    ['mon-fri', day('2026-11-30'), day('2026-12-05')],
    ['Mon – Fri', day('2026-11-30'), day('2026-12-05')],
    ['monday to friday', day('2026-11-30'), day('2026-12-05')],
    ['thu-fri', day('2026-11-26'), day('2026-11-28')],
    ['fri-mon', day('2026-11-27'), day('2026-12-01')],
    ['2026-12-01 2026-12-05', day('2026-12-01'), day('2026-12-06')],
    ['2026-12-01 - 2026-12-05', day('2026-12-01'), day('2026-12-06')],
    ['from 2026-12-01 until 2026-12-05', day('2026-12-01'), day('2026-12-06')],
    ['dec 24 to jan 2', day('2026-12-24'), day('2027-01-03')],
    ['from dec 24', day('2026-12-24'), null],
    ['tomorrow', day('2026-11-27'), day('2026-11-28')],
    ['on friday', day('2026-11-27'), day('2026-11-28')],
    ['next week', day('2026-11-30'), day('2026-12-07')],
    ['for 3 days', NOW, day('2026-11-29')],
    ['for an hour', NOW, NOW + 3_600_000],
  ])('%j', (words, from, until) => {
    expect(awaySpan(words, ZONE, NOW)).toEqual({ from, until })
  })

  it.each([
    ['until someday', 'I do not understand "until someday".'],
    ['12/5', 'I do not understand "12/5".'],
    ['2026-02-30', 'I do not understand "2026-02-30".'],
    ['the week after', 'I do not understand "the week after".'],
    ['for 0 days', 'I do not understand "for 0 days".'],
    ['until 25:00', 'I do not understand "until 25:00".'],
    ['until 9am', 'The end is before the beginning.'],
    ['2026-11-01 2026-11-05', 'That is over already.'],
    ['2026-12-05 2026-12-01', 'The end is before the beginning.'],
    ['until 2028-12-05', 'That is more than a year ahead: is the year right?'],
  ])('%j is not clear', (words, unclear) => {
    expect(awaySpan(words, ZONE, NOW)).toEqual({ unclear })
  })
})
