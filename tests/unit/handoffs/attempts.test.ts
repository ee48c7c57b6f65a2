import { describe, expect, it } from 'vitest'
import { type Attempt, remindAt } from '../../../src/handoffs/attempt.ts'
import {
  attemptsMade,
  countAttempts,
  hasLeadAnswered,
  nextOfAttempts,
  sayAttempt,
} from '../../../src/handoffs/attempts.ts'
import type { Handoff } from '../../../src/handoffs/handoff.ts'
import { instant } from '../../support/business-time-vectors.ts'
import { answered, DAY, HOUR, MINUTE, NEW_YORK, NOW, started } from '../../support/records.ts'

const said = (minutes: number): Attempt => ({ at: NOW + minutes * MINUTE, how: 'said', by: 'U1' })
const seen = (minutes: number, loggedAt?: number): Attempt => ({
  at: NOW + minutes * MINUTE,
  how: 'seen',
  what: 'calls',
  id: `call-${minutes}`,
  ...(loggedAt === undefined ? {} : { loggedAt: NOW + loggedAt * MINUTE }),
})

describe('attempts', () => {
  it.each<[string, Attempt[], number[]]>([
    ['each by itself', [said(0), said(60), seen(120)], [0, 60, 120]],
    ['said and seen at the same time are one', [said(0), seen(0)], [0]],
    ['said a quarter of an hour after', [seen(0), said(15)], [0]],
    ['said a quarter of an hour before', [said(0), seen(15)], [15]],
    ['further apart they are two', [said(0), seen(16)], [0, 16]],
    ['of two that were seen each is one, and one of them was said', [seen(0), seen(5), said(3)], [0, 5]],
    ['one that was seen is not said twice', [said(0), said(10), seen(5)], [5, 10]],
    ['the nearest is the same', [said(0), seen(14), said(15)], [0, 14]],
    ['told when it was written down', [seen(0, 40), said(41)], [0]],
  ])('%s', (_, made, at) => {
    expect(attemptsMade({ made }).map((one) => (one.at - NOW) / MINUTE)).toEqual(at)
  })

  it('of an older record are the response', () => {
    const { made: _, ...older } = answered(started(), NOW).attempts ?? { until: 0, count: 0, nurture: '' }
    expect(countAttempts({ ...answered(started(), NOW), attempts: older })).toBe(1)
  })

  it('are said while the lead is tried, and a double click says nothing new', () => {
    const tried = answered(started(), NOW)
    expect(sayAttempt(started(), 'U1', NOW)).toBeNull()
    expect(sayAttempt(tried, 'U1', NOW + MINUTE - 1)).toBeNull()
    const after = sayAttempt(tried, 'U1', NOW + MINUTE) as Handoff
    expect(countAttempts(after)).toBe(2)
    expect(sayAttempt({ ...tried, attempts: undefined }, 'U1', NOW + HOUR)).toBeNull()
  })

  it('are next due at the reminder, while too few were made and the lead has not answered, then at the end', () => {
    const tried = answered(started(), NOW)
    const until = tried.attempts?.until ?? 0
    const reminding = (changes: Partial<NonNullable<Handoff['attempts']>> = {}): Handoff => {
      return {
        ...tried,
        attempts: { until, count: 2, nurture: 'slow', made: [said(0)], remindAt: until - DAY, ...changes },
      }
    }
    expect(nextOfAttempts(reminding())).toBe(until - DAY)
    expect(nextOfAttempts(reminding({ made: [said(0), said(60)] }))).toBe(until)
    expect(nextOfAttempts(reminding({ remindedAt: until - DAY }))).toBe(until)
    const acted = { at: NOW + HOUR, what: 'lead-acted', detail: 'email' } as const
    expect(nextOfAttempts({ ...reminding(), events: [acted] })).toBe(until)
  })

  it.each([
    ['a mail after the response', 'email', HOUR, true],
    ['a mail before it', 'email', -HOUR, false],
    ['a meeting that was booked before it', 'meeting', -HOUR, true],
  ])('are answered by %s', (_, detail, after, is) => {
    const events = [{ at: NOW + after, what: 'lead-acted' as const, detail }]
    expect(hasLeadAnswered({ ...answered(started(), NOW), events })).toBe(is)
  })
})

describe('the reminder', () => {
  const wednesday = instant('2026-11-25T22:30:00Z')
  it.each([
    ['a business day before five', { businessDays: 1 }, wednesday, NEW_YORK, instant('2026-11-24T22:30:00Z')],
    ['over a weekend', { businessDays: 3 }, wednesday, NEW_YORK, instant('2026-11-20T22:30:00Z')],
    ['exact time before', { ms: 4 * HOUR }, wednesday, NEW_YORK, wednesday - 4 * HOUR],
    // A whole business day lies between Monday's close and Wednesday at ten.
    ['before an exact end', { businessDays: 1 }, NOW + 7 * DAY, NEW_YORK, instant('2026-11-23T22:30:00Z')],
    ['days on the wall, without a calendar', { businessDays: 1 }, wednesday, undefined, wednesday - DAY],
    ['none that is longer than the time', { businessDays: 5 }, wednesday, NEW_YORK, undefined],
    ['none in a time of hours', { businessDays: 1 }, NOW + 6 * HOUR, NEW_YORK, undefined],
    ['none of exact time that is longer', { ms: 8 * DAY }, wednesday, NEW_YORK, undefined],
    ['none where none is wanted', undefined, wednesday, NEW_YORK, undefined],
  ])('%s', (_, before, until, calendar, at) => {
    expect(remindAt(before, NOW, until, calendar)).toBe(at)
  })
})
