import { describe, expect, it } from 'vitest'
import { ENDINGS, type Ending } from '../../../src/handoffs/endings.ts'
import { type Answer, answerHandoff, endHandoff, type Handoff } from '../../../src/handoffs/handoff.ts'
import { dueRungs, nextDue, takeDueSteps } from '../../../src/handoffs/ladder.ts'
import { waitingHandoff } from '../../../src/handoffs/start.ts'
import { handoffStatus, slaStatus } from '../../../src/handoffs/status.ts'
import { instant } from '../../support/business-time-vectors.ts'
import {
  ATTEMPTS,
  answered,
  DAY,
  ELAPSED,
  ended,
  HOUR,
  MANAGER,
  MINUTE,
  MQL_TO_SALES,
  NEW_YORK,
  NOW,
  nextRep,
  ORDER,
  REASSIGN,
  REMIND,
  started,
} from '../../support/records.ts'

const CALENDARS = { clock: NEW_YORK, holder: NEW_YORK }

describe('the answer', () => {
  it.each<Answer>(['contacted', 'seen-in-hubspot'])('%s: responded', (how) => {
    const before = { ...started(), passOn: { by: 'U1', at: NOW } }
    const after = answerHandoff(before, { at: NOW + 5 * MINUTE, how, by: 'U0000AE1' }, ATTEMPTS, CALENDARS)
    if (!after) throw new Error('not answered')
    expect(after).toMatchObject({
      state: 'answered',
      answered: { at: NOW + 5 * MINUTE, how, by: 'U0000AE1', minutes: 5 },
    })
    expect(handoffStatus(after)).toBe('responded')
    expect(after.events.at(-1)).toEqual({ at: NOW + 5 * MINUTE, what: how, by: 'U0000AE1' })
    for (const gone of ['passOn', 'breachedAt', 'ended']) expect(after).not.toHaveProperty(gone)
    expect(before.state).toBe('open')
  })

  it('is the end of a kind without attempts, and says nothing that the answer has not said', () => {
    const after = answered(started(), NOW + MINUTE, 'contacted', null)
    expect(after).toMatchObject({ state: 'ended', ended: { at: NOW + MINUTE, how: 'done' } })
    expect(after.events.map(({ what }) => what)).toEqual(['started', 'contacted'])
    expect(nextDue(after)).toBeNull()
  })

  it.each([
    ['business days of the rep', { businessDays: 5 }, NEW_YORK, instant('2026-11-25T22:30:00Z')],
    ['exact time', { ms: 36 * HOUR }, NEW_YORK, NOW + 36 * HOUR],
    ['days on the wall, when the calendar is gone from the config', { businessDays: 3 }, undefined, NOW + 3 * DAY],
  ])('begins the time for reaching the lead: %s', (_, within, holder, until) => {
    const calendars = { clock: NEW_YORK, holder }
    const after = answerHandoff(started(), { at: NOW, how: 'contacted' }, { ...ATTEMPTS, within }, calendars)
    const made = [{ at: NOW, how: 'said' }]
    expect(after?.attempts).toEqual({ until, count: 3, nurture: 'signal-based', made })
    expect(after && nextDue(after)).toBe(until)
  })

  it('of the second of two clicks changes nothing, and no rung is taken any more', () => {
    const first = answered(started(), NOW + MINUTE)
    expect(answerHandoff(first, { at: NOW + 2 * MINUTE, how: 'contacted' }, ATTEMPTS, CALENDARS)).toBeNull()
    expect(dueRungs(first, MANAGER)).toEqual([])
    expect(takeDueSteps(first, MANAGER, nextRep('ae-2'))).toEqual({ handoff: first, messages: [], tells: [] })
    expect(takeDueSteps({ ...first, passOn: { by: 'U1', at: NOW } }, MANAGER, nextRep('ae-2')).messages).toEqual([])
  })

  it.each([
    ['within the hour', NOW + 59 * MINUTE, undefined],
    ['at the deadline', REMIND, undefined],
    ['after it, before any timer saw it', REMIND + 1, REMIND],
  ])('%s: breached at %s', (_, at, breachedAt) => {
    expect(answered(started(), at).breachedAt).toBe(breachedAt)
    expect(ended(started(), at, 'disqualified').breachedAt).toBe(breachedAt)
  })

  it.each([
    ['before lunch to after it', '2026-11-18T16:30', '2026-11-18T18:10', 40],
    ['over night', '2026-11-18T22:00', '2026-11-19T14:15', 45],
    ['outside of any hours', '2026-11-21T12:00', '2026-11-21T15:00', 0],
    ['over Thanksgiving', '2026-11-25T22:20', '2026-11-27T14:05', 15],
  ])('response minutes count the hours of the clock: %s', (_, start, at, minutes) => {
    const handoff = started(MQL_TO_SALES, instant(`${start}:00Z`))
    expect(answered(handoff, instant(`${at}:00Z`)).answered?.minutes).toBe(minutes)
  })

  it('response minutes are elapsed ones for an elapsed clock, and when the calendar is gone from the config', () => {
    const start = instant('2026-11-21T12:00:00Z')
    expect(answered(started(ELAPSED, start), start + 90 * MINUTE).answered?.minutes).toBe(90)
    const answer = { at: start + 90 * MINUTE, how: 'contacted' as const }
    const without = { clock: undefined, holder: undefined }
    expect(answerHandoff(started(MQL_TO_SALES, start), answer, undefined, without)?.answered?.minutes).toBe(90)
  })

  it('response minutes count from the start, also after a reassignment, and are never negative', () => {
    const moved = takeDueSteps(started(), REASSIGN, nextRep('ae-2')).handoff
    expect(answered(moved, NOW + 4 * HOUR).answered?.minutes).toBe(180)
    expect(answered(started(ELAPSED), NOW - HOUR).answered?.minutes).toBe(0)
    expect(answered(started(), NOW - HOUR).answered?.minutes).toBe(0)
  })
})

describe('the end', () => {
  it.each<Ending>(['disqualified', 'rejected', 'recycled', 'taken-over', 'released', 'expired', 'missing', 'merged'])(
    '%s: closed',
    (how) => {
      const before = { ...started(), passOn: { by: 'U1', at: NOW } }
      const after = ended(before, NOW + 5 * MINUTE, how, { by: 'U0000AE1', reason: 'why' })
      expect(after).toMatchObject({
        state: 'ended',
        ended: { at: NOW + 5 * MINUTE, how, by: 'U0000AE1', reason: 'why' },
      })
      expect(handoffStatus(after)).toBe('closed')
      expect(after.events.at(-1)).toEqual({ at: NOW + 5 * MINUTE, what: how, by: 'U0000AE1', detail: 'why' })
      for (const gone of ['passOn', 'breachedAt', 'answered']) expect(after).not.toHaveProperty(gone)
      expect(before.state).toBe('open')
    },
  )

  it('a click after the end changes nothing', () => {
    const out = ended(started(), NOW + MINUTE, 'disqualified')
    expect(answerHandoff(out, { at: NOW + 2 * MINUTE, how: 'contacted' }, ATTEMPTS, CALENDARS)).toBeNull()
    expect(endHandoff(out, { at: NOW + 2 * MINUTE, how: 'missing' })).toBeNull()
    expect(nextDue(out)).toBeNull()
    expect(dueRungs(out, MANAGER)).toEqual([])
    expect(takeDueSteps(out, MANAGER, nextRep('ae-2'))).toEqual({ handoff: out, messages: [], tells: [] })
  })

  it.each(ENDINGS)('after an answer, %s: the answer stays, and the lead is tried no more', (how) => {
    const after = ended(answered(started(), NOW + MINUTE), NOW + DAY, how)
    expect(after).toMatchObject({ state: 'ended', answered: { minutes: 1 }, ended: { how } })
    expect(after).not.toHaveProperty('attempts')
    expect(after).not.toHaveProperty('breachedAt')
    expect(nextDue(after)).toBeNull()
  })

  it('of one that waited breaches nothing', () => {
    const after = ended(waitingHandoff(ORDER, NOW), NOW + DAY, 'released')
    expect(after.events.map(({ what }) => what)).toEqual(['waiting', 'released'])
    expect(after).not.toHaveProperty('breachedAt')
  })
})

describe('where a handoff stands', () => {
  const breached = takeDueSteps(started(), REMIND, null).handoff
  const responded = answered(started(), NOW + 1)

  it.each<[string, Handoff | undefined, ReturnType<typeof slaStatus>]>([
    ['no handoff', undefined, 'none'],
    ['waiting', waitingHandoff(ORDER, NOW), 'waiting'],
    ['open', started(), 'running'],
    ['open after the deadline', breached, 'breached'],
    ['answered in time', responded, 'responded'],
    ['answered late', answered(breached, REMIND + 1), 'breached'],
    ['reached', ended(responded, NOW + DAY, 'done'), 'responded'],
    ['taken on by sales', ended(responded, NOW + DAY, 'qualified'), 'responded'],
    ['reached after a late answer', ended(answered(breached, REMIND + 1), NOW + DAY, 'done'), 'breached'],
    ['nobody reached it', ended(responded, NOW + DAY, 'returned'), 'none'],
    ['disqualified', ended(started(), NOW + 1, 'disqualified'), 'none'],
    ['disqualified after the deadline', ended(breached, REMIND + 1, 'disqualified'), 'none'],
    ['released before anybody took it', ended(waitingHandoff(ORDER, NOW), NOW + 1, 'released'), 'none'],
  ])('for the CRM: %s', (_, handoff, status) => {
    expect(slaStatus(handoff)).toBe(status)
  })

  it.each<[string, Handoff, ReturnType<typeof handoffStatus>]>([
    ['waiting', waitingHandoff(ORDER, NOW), 'waiting'],
    ['open', started(), 'open'],
    ['open after the deadline', breached, 'open'],
    ['answered', responded, 'responded'],
    ['answered, of a kind without attempts', answered(started(), NOW + 1, 'contacted', null), 'responded'],
    ['reached', ended(responded, NOW + DAY, 'done'), 'responded'],
    ['nobody reached it', ended(responded, NOW + DAY, 'returned'), 'closed'],
    ['disqualified', ended(started(), NOW + 1, 'disqualified'), 'closed'],
  ])('for the API: %s', (_, handoff, status) => {
    expect(handoffStatus(handoff)).toBe(status)
  })
})
