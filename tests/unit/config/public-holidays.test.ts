import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { loadConfig } from '../../../src/config/load.ts'
import { addBusinessTime } from '../../../src/handoffs/business-time.ts'
import { LOADED_AT, problemsIn, useConfigDirectories } from '../../support/config.ts'

const makeDirectory = useConfigDirectories()

/** A config whose calendar `europe` has these lines in the place of its holidays. */
async function withCalendar(...lines: string[]): Promise<string> {
  const directory = await makeDirectory()
  const file = join(directory, 'team.yaml')
  const text = await readFile(file, 'utf8')
  const calendar = [
    '  office:',
    '    timeZone: Europe/Berlin',
    '    hours: { mon-fri: ["09:00-17:00"] }',
    ...lines.map((line) => `    ${line}`),
  ]
  await writeFile(file, text.replace(/^calendars:\n/m, `calendars:\n${calendar.join('\n')}\n`))
  return directory
}

async function officeOf(...lines: string[]) {
  const { team } = await loadConfig(await withCalendar(...lines), LOADED_AT)
  const { office } = team.calendars
  if (!office) throw new Error('no calendar')
  return office
}

describe('the public holidays of a place', () => {
  test.each([
    [
      '{ country: DE, state: BY }',
      ['2026-01-06', '2026-06-04', '2027-03-26', '2040-10-03'],
      ['2026-03-08', '2026-12-24'],
    ],
    ['{ country: DE, state: BE }', ['2026-03-08', '2026-10-03'], ['2026-01-06']],
    ['{ country: de, state: by }', ['2026-01-06'], ['2026-03-08']],
    ['{ country: DE }', ['2026-10-03'], ['2026-01-06', '2026-03-08']],
    ['{ country: US }', ['2026-07-03', '2026-11-26', '2027-11-25'], ['2026-11-27', '2026-11-24']],
    ['{ country: TR }', ['2026-05-27', '2026-05-28', '2026-05-31'], ['2026-05-26', '2026-06-01']],
  ])('%s', async (place, closed, open) => {
    const { holidays } = await officeOf(`publicHolidays: ${place}`)
    expect(closed.filter((date) => !holidays.includes(date))).toEqual([])
    expect(open.filter((date) => holidays.includes(date))).toEqual([])
  })

  test('are computed for the years around the present one, whatever that is', async () => {
    const directory = await withCalendar('publicHolidays: { country: DE }')
    const { team } = await loadConfig(directory, Date.parse('2051-06-01T00:00:00Z'))
    expect(team.calendars.office?.holidays).toEqual(expect.arrayContaining(['2050-10-03', '2051-10-03', '2071-10-03']))
  })

  test('stand beside those that are written by hand, which win; hours for one date open it', async () => {
    const office = await officeOf(
      'publicHolidays: { country: DE, state: BY }',
      'holidays: [2026-12-28, 2026-12-29]',
      'overrides: { 2026-12-25: ["10:00-12:00"], 2026-12-29: ["10:00-12:00"] }',
    )
    const hour = 3_600_000
    const due = (from: string) => {
      const found = addBusinessTime(office, Date.parse(from), 2 * hour)
      return found && new Date(found.due).toISOString()
    }
    // Friday the 25th is opened by hand, Saturday and Sunday are closed anyway, Monday and Tuesday are closed by hand.
    expect(due('2026-12-24T16:00:00Z')).toBe('2026-12-25T11:00:00.000Z')
    expect(due('2026-12-25T12:00:00Z')).toBe('2026-12-30T10:00:00.000Z')
    // Epiphany is a holiday in Bavaria.
    expect(due('2027-01-05T16:00:00Z')).toBe('2027-01-07T10:00:00.000Z')
  })
})

test.each([
  ['{ country: DD }', 'country: no public holidays are known of "DD"; did you mean "AD"?'],
  ['{ country: Germany }', 'country: no public holidays are known of "Germany"; did you mean "DE"?'],
  ['{ country: DE, state: Bayern }', 'state: no state "Bayern" of DE is known; did you mean "BY"?'],
  ['{ country: DE, state: BX }', 'state: no state "BX" of DE is known; did you mean "BB"?'],
  ['{ country: PL, state: MZ }', 'state: no state "MZ" of PL is known; PL has the same ones everywhere: leave it out'],
  ['{ contry: DE }', 'contry: unknown key; did you mean "country"?'],
  ['{ state: BY }', 'country: is missing; add it (text)'],
])('%s is told with its line', async (place, message) => {
  const told = await problemsIn(await withCalendar(`publicHolidays: ${place}`))
  expect(told).toContainEqual(expect.stringContaining(`team.yaml:6  calendars.office.publicHolidays.${message}`))
})
