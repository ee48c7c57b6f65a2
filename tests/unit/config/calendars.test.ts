import { expect, test } from 'vitest'
import { fixturesIn, problemsIn, useConfigDirectories } from '../../support/config.ts'

const makeDirectory = useConfigDirectories()

/** What is said of opening hours that make no sense, by fixture in `tests/fixtures/config/calendars`. */
const MESSAGES: Record<string, string[]> = {
  'never-open': [
    'team.yaml:4  calendars.office.hours: has no open time in the next 400 days; give it at least one shift',
  ],
  'overlap-in-an-override': [
    'team.yaml:6  calendars.office.overrides.2026-12-24: 09:00-12:00 and 11:00-13:00 overlap; write them as one, or let one end earlier',
  ],
  'overlapping-days': [
    'team.yaml:4  calendars.office.hours: on fri 09:00-17:30 and 09:00-12:00 overlap; write them as one, or let one end earlier',
  ],
  'overlapping-shifts': [
    'team.yaml:4  calendars.office.hours: on mon, tue, wed, thu, fri 09:00-13:00 and 12:00-17:30 overlap; write them as one, or let one end earlier',
  ],
  'shift-into-the-next-day': [
    'team.yaml:4  calendars.office.hours: on sun 22:00-09:30 runs into 09:00-17:30 of the next day; let it end earlier',
  ],
  'shift-of-no-length': [
    'team.yaml:4  calendars.office.hours: on mon, tue, wed, thu, fri 18:00-18:00 has no length; remove it (a whole day is 00:00-24:00)',
  ],
}

test.each(Object.entries(MESSAGES))('%s', async (fixture, messages) => {
  expect(await problemsIn(await makeDirectory(`calendars/${fixture}`))).toEqual(messages)
})

test('every fixture has its messages here', async () => {
  expect(Object.keys(MESSAGES).sort()).toEqual(await fixturesIn('calendars'))
})
