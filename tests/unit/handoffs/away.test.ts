import { describe, expect, it } from 'vitest'
import { loadConfig } from '../../../src/config/load.ts'
import { absenceAt, type Said, saidAfter, spanOf } from '../../../src/handoffs/away.ts'
import { awayWords, untilWords } from '../../../src/handoffs/away-words.ts'
import type { Team } from '../../../src/handoffs/team.ts'
import { instant } from '../../support/business-time-vectors.ts'
import { NOW } from '../../support/records.ts'

const { team } = await loadConfig('config', NOW)
const ZONE = 'America/New_York'
const [HOUR, DAY] = [60 * 60_000, 24 * 60 * 60_000]

function withSaid(said: Said[]): Team {
  const rep = team.reps['ae-1']
  if (!rep) throw new Error('no rep ae-1')
  return { ...team, reps: { ...team.reps, 'ae-1': { ...rep, said } } }
}
const away = (from: number, until: number | null, by = 'U000MGR1'): Said => ({ from, until, by })
const here = (from: number, until: number | null): Said => ({ from, until, by: 'U0000AE1', here: true })
const IN_LEAVE = instant('2026-12-24T12:00:00Z')
const LEAVE_ENDS = instant('2027-01-01T05:00:00Z')

describe('absenceAt', () => {
  it.each<[string, Said[], number, boolean]>([
    ['nothing was said', [], NOW, false],
    ['the first millisecond', [away(NOW, NOW + HOUR)], NOW, true],
    ['before it', [away(NOW + 1, NOW + HOUR)], NOW, false],
    ['the last millisecond', [away(NOW, NOW + HOUR)], NOW + HOUR - 1, true],
    ['after it', [away(NOW, NOW + HOUR)], NOW + HOUR, false],
    ['without an end', [away(NOW, null)], NOW + 400 * DAY, true],
    ['by team.yaml', [], IN_LEAVE, true],
    ['here after all, though team.yaml says away', [here(IN_LEAVE, LEAVE_ENDS)], IN_LEAVE, false],
    ['away again after that', [here(IN_LEAVE, LEAVE_ENDS), away(IN_LEAVE, null)], IN_LEAVE, true],
    ['what was said of another time is no word about this one', [here(NOW, NOW + HOUR)], IN_LEAVE, true],
  ])('%s', (_, said, at, expected) => {
    expect(absenceAt(withSaid(said), 'ae-1', at) !== undefined).toBe(expected)
  })
})

describe('saidAfter', () => {
  const AWAY = { away: { from: NOW, until: NOW + HOUR } }
  it.each<[string, Said[], Parameters<typeof saidAfter>[2], number, Said[] | null]>([
    ['away', [], AWAY, NOW, [away(NOW, NOW + HOUR, 'x')]],
    ['what is over is forgotten', [away(NOW - DAY, NOW)], AWAY, NOW, [away(NOW, NOW + HOUR, 'x')]],
    ['what is planned stays', [away(NOW + DAY, null)], AWAY, NOW, [away(NOW + DAY, null), away(NOW, NOW + HOUR, 'x')]],
    ['what the news says anew is forgotten', [away(NOW - DAY, NOW + 1)], AWAY, NOW, [away(NOW, NOW + HOUR, 'x')]],
    [
      'what goes on longer stays',
      [away(NOW - DAY, null)],
      AWAY,
      NOW,
      [away(NOW - DAY, null), away(NOW, NOW + HOUR, 'x')],
    ],
    ['back', [away(NOW, null)], 'back', NOW, []],
    ['back, and away later', [away(NOW, NOW + 1), away(NOW + DAY, null)], 'back', NOW, [away(NOW + DAY, null)]],
    ['back, of one who was not away', [], 'back', NOW, null],
    ['back, of what was only planned', [away(NOW + DAY, null)], 'back', NOW, []],
    ['back, though team.yaml says away', [], 'back', IN_LEAVE, [{ ...here(IN_LEAVE, LEAVE_ENDS), by: 'x' }]],
  ])('%s', (_, said, news, at, expected) => {
    expect(saidAfter(withSaid(said), 'ae-1', news, 'x', at)).toEqual(expected)
  })
})

describe('in words', () => {
  const monday = spanOf(ZONE, { from: '2026-11-30', to: '2026-11-30' })
  it.each([
    ['whole days', monday.until, 'until Mon 30 Nov'],
    ['an instant', monday.until - HOUR, 'until Mon 30 Nov, 23:00 GMT-5'],
    ['no end', null, 'until they are back'],
  ])('%s', (_, until, words) => {
    expect(untilWords(until, ZONE)).toBe(words)
  })

  it.each([
    ['by somebody of the team', [away(NOW, monday.until)], NOW, 'away until Mon 30 Nov, said by Mia Chen'],
    ['by a machine', [away(NOW, monday.until, 'cli')], NOW, 'away until Mon 30 Nov, said by the command line'],
    ['by team.yaml', [], IN_LEAVE, 'away until Thu 31 Dec'],
    ['not away', [], NOW, undefined],
  ])('%s', (_, said, at, words) => {
    expect(awayWords(withSaid(said), 'ae-1', at)).toBe(words)
  })
})

it('a day in which the clocks change is a whole day', () => {
  const { from, until } = spanOf(ZONE, { from: '2026-11-01', to: '2026-11-01' })
  expect(until - from).toBe(25 * HOUR)
})
