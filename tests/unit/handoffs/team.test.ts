import { describe, expect, it } from 'vitest'
import { loadConfig } from '../../../src/config/load.ts'
import {
  calendarOf,
  type Load,
  localDateOf,
  mayAct,
  type Pool,
  poolChain,
  skipReason,
  type Team,
} from '../../../src/handoffs/team.ts'
import { instant } from '../../support/business-time-vectors.ts'
import { NOW } from '../../support/records.ts'

const { team } = await loadConfig('config', NOW)
const ae = pool('ae')

function pool(name: string): Pool {
  const found = team.pools[name]
  if (!found) throw new Error(`no pool ${name}`)
  return found
}
function withRep(change: Partial<Team['reps'][string]>): Team {
  const rep = team.reps['ae-1']
  if (!rep) throw new Error('no rep ae-1')
  return { ...team, reps: { ...team.reps, 'ae-1': { ...rep, ...change } } }
}

describe('skipReason', () => {
  const idle: Load = { today: 0, open: 0 }
  it.each([
    ['free', team, idle, [], undefined],
    ['not active', withRep({ active: false }), idle, [], 'inactive'],
    ['had the lead before', team, idle, ['ae-2', 'ae-1'], 'had-it-before'],
    ['another one had it', team, idle, ['ae-2'], undefined],
    ['one below the cap of the day', team, { today: 24, open: 0 }, [], undefined],
    ['at the cap of the day', team, { today: 25, open: 0 }, [], 'daily-cap'],
    ['one below the cap of open leads', team, { today: 0, open: 39 }, [], undefined],
    ['at the cap of open leads', team, { today: 0, open: 40 }, [], 'open-cap'],
    ['not active and at the cap', withRep({ active: false }), { today: 99, open: 99 }, [], 'inactive'],
  ])('%s', (_, team, load, hadIt, reason) => {
    expect(skipReason(team, ae, 'ae-1', load, hadIt, NOW)).toBe(reason)
  })

  it('a rep who has left the config is not active', () => {
    expect(skipReason(team, ae, 'gone', idle, [], NOW)).toBe('inactive')
  })

  it('a pool without caps has none', () => {
    expect(skipReason(team, { ...ae, caps: {} }, 'ae-1', { today: 999, open: 999 }, [], NOW)).toBeUndefined()
  })

  it.each([
    ['the day before, late', '2026-12-21T04:59:59Z', undefined],
    ['the first day in New York', '2026-12-21T05:00:00Z', 'away'],
    ['the last minute of the last day', '2027-01-01T04:59:59Z', 'away'],
    ['the day after', '2027-01-01T05:00:00Z', undefined],
  ])('away from 21 to 31 December, both included, in the rep’s zone: %s', (_, at, reason) => {
    expect(skipReason(team, ae, 'ae-1', idle, [], instant(at))).toBe(reason)
  })
})

describe('poolChain', () => {
  const chain = (links: Record<string, string | undefined>, name: string) => {
    const pools = Object.fromEntries(Object.entries(links).map(([id, fallback]) => [id, { ...ae, fallback }]))
    return poolChain({ ...team, pools }, name)
  }
  it.each<[Record<string, string | undefined>, string[]]>([
    [{ a: undefined }, ['a']],
    [{ a: 'b', b: 'c', c: undefined }, ['a', 'b', 'c']],
    [{ a: 'b', b: 'a' }, ['a', 'b']],
    [{ a: 'a' }, ['a']],
    [{ a: 'gone' }, ['a']],
    [{ b: undefined }, []],
  ])('%j: %j', (links, pools) => {
    expect(chain(links, 'a')).toEqual(pools)
  })

  it('of the default config', () => {
    expect(poolChain(team, 'ae')).toEqual(['ae', 'sdr'])
  })
})

describe('mayAct', () => {
  it.each([
    ['the rep who has it', 'U0000AE1', 'ae-1', ['ae'], true],
    ['another member of the pool', 'U0000AE2', 'ae-1', ['ae'], true],
    ['the manager', 'U000MGR1', 'ae-1', ['ae'], true],
    ['somebody of another pool', 'U000SDR1', 'ae-1', ['ae'], false],
    ['somebody of the pool that gave the rep', 'U000SDR1', 'sdr-2', ['ae', 'sdr'], true],
    ['a stranger', 'U999', 'ae-1', ['ae', 'sdr'], false],
    ['nobody, when the rep and the pool are gone', 'undefined', 'gone', ['gone'], false],
    ['the rep, when the pool is gone', 'U0000AE1', 'ae-1', ['gone'], true],
  ])('%s', (_, user, rep, pools, allowed) => {
    expect(mayAct(team, user, rep, pools)).toBe(allowed)
  })
})

describe('calendars', () => {
  it('are found by rep', () => {
    expect(calendarOf(team, 'ae-2').timeZone).toBe('Europe/Berlin')
    expect(() => calendarOf(team, 'gone')).toThrow(/no calendar for rep gone/)
  })

  it('give the local date, in UTC for somebody who has left', () => {
    const at = instant('2026-11-18T23:30:00Z')
    expect(['ae-1', 'ae-2', 'gone'].map((rep) => localDateOf(team, rep, at))).toEqual([
      '2026-11-18',
      '2026-11-19',
      '2026-11-18',
    ])
  })
})
