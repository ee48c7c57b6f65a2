import { describe, expect, it } from 'vitest'
import { type Calendar, parseShift } from '../../../src/handoffs/business-time.ts'
import { type Handoff, holderOf } from '../../../src/handoffs/handoff.ts'
import type { HandoffKind } from '../../../src/handoffs/kinds.ts'
import { dueRungs, managerHearsAt, nextDue, takeDueSteps, wantsAnotherRep } from '../../../src/handoffs/ladder.ts'
import { startHandoff, waitingHandoff } from '../../../src/handoffs/start.ts'
import { instant } from '../../support/business-time-vectors.ts'
import {
  answered,
  BY_ROUTE,
  DAY,
  ELAPSED,
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

const names = (handoff: Handoff) => handoff.events.map((event) => event.what)
const iso = (at: number | null) => (at === null ? 'never' : new Date(at).toISOString().slice(0, 16))
const FIRST = { rep: 'ae-1', pool: 'ae', how: 'rotation', assignmentId: '42-1-1' } as const

describe('the clock counts the business hours of the first rep', () => {
  // Start, then remind and deadline at 1 h, reassign at 2 h, manager at 4 h, all in UTC; New York is at −5 h.
  it.each([
    ['in the morning', '2026-11-18T14:00', '2026-11-18T15:00', '2026-11-18T16:00', '2026-11-18T19:00'],
    ['over lunch', '2026-11-18T16:30', '2026-11-18T18:30', '2026-11-18T19:30', '2026-11-18T21:30'],
    ['to the end of a shift', '2026-11-18T16:00', '2026-11-18T17:00', '2026-11-18T19:00', '2026-11-18T21:00'],
    ['at night', '2026-11-18T03:00', '2026-11-18T15:00', '2026-11-18T16:00', '2026-11-18T19:00'],
    ['over Thanksgiving', '2026-11-25T21:30', '2026-11-25T22:30', '2026-11-27T15:00', '2026-11-27T17:00'],
    ['at a weekend', '2026-11-21T12:00', '2026-11-23T15:00', '2026-11-23T16:00', '2026-11-23T19:00'],
    ['on a short day before a holiday', '2026-12-24T16:30', '2026-12-28T14:30', '2026-12-28T15:30', '2026-12-28T18:30'],
  ])('%s', (_, start, first, second, third) => {
    const handoff = started(MQL_TO_SALES, instant(`${start}:00Z`))
    expect(iso(handoff.dueAt)).toBe(first)
    expect(handoff.ladder.map((rung) => [rung.do, iso(rung.dueAt)])).toEqual([
      ['remind', first],
      ['reassign', second],
      ['alert-manager', third],
    ])
    expect(handoff.counted.reduce((sum, { from, to }) => sum + to - from, 0)).toBe(HOUR)
    expect(handoff.calendar).toBe('us-east')
  })

  it('or elapsed time, when the handoff says so', () => {
    const handoff = started(ELAPSED, instant('2026-11-25T21:30:00Z'))
    expect([handoff.dueAt, ...handoff.ladder.map((rung) => rung.dueAt)].map(iso)).toEqual([
      '2026-11-25T22:30',
      '2026-11-25T22:30',
      '2026-11-25T23:30',
      '2026-11-26T01:30',
    ])
    expect(handoff).toMatchObject({ calendar: null, counted: [] })
  })

  it.each(['business', 'elapsed'] as const)('or business days, with %s hours', (hours) => {
    const kind: HandoffKind = { ...BY_ROUTE, respondWithin: { businessDays: 5 }, hours, ladder: [] }
    expect(iso(started(kind, instant('2026-11-20T15:00:00Z')).dueAt)).toBe('2026-11-30T22:30')
  })

  it.each([
    [{ ms: 2 * HOUR }, 2 * HOUR],
    [{ businessDays: 3 }, 3 * DAY],
  ])('and goes on by elapsed time in a calendar that never opens: %j', (respondWithin, ms) => {
    const calendar: Calendar = { timeZone: 'UTC', hours: {}, holidays: [], overrides: {} }
    const kind: HandoffKind = { ...BY_ROUTE, respondWithin, hours: 'business', ladder: [] }
    expect(startHandoff(ORDER, kind, FIRST, { name: 'shut', calendar }, NOW).dueAt).toBe(NOW + ms)
  })

  it('starts open, with its first holder and event', () => {
    expect(started()).toMatchObject({
      v: 2,
      id: '42-1',
      leadId: '42',
      kind: 'mql-to-sales',
      state: 'open',
      startedAt: NOW,
      holders: [{ rep: 'ae-1', pool: 'ae', how: 'rotation', assignmentId: '42-1-1', since: NOW }],
      events: [{ at: NOW, what: 'started', rep: 'ae-1' }],
    })
  })
})

describe('the ladder', () => {
  it('does nothing before a rung is due', () => {
    const handoff = started()
    expect(nextDue(handoff)).toBe(REMIND)
    expect(dueRungs(handoff, REMIND - 1)).toEqual([])
    expect(takeDueSteps(handoff, REMIND - 1, null)).toEqual({ handoff, messages: [], tells: [] })
  })

  it('reminds, reassigns and tells the manager, each at its time', () => {
    const reminded = takeDueSteps(started(), REMIND, null)
    expect(reminded.messages).toEqual(['reminder'])
    expect(reminded.handoff.breachedAt).toBe(REMIND)
    expect(nextDue(reminded.handoff)).toBe(REASSIGN)
    expect(managerHearsAt(reminded.handoff)).toBe(MANAGER)

    const moved = takeDueSteps(reminded.handoff, REASSIGN, nextRep('ae-2'))
    expect(moved.messages).toEqual(['rep-alert'])
    expect(holderOf(moved.handoff)).toEqual({ ...nextRep('ae-2'), since: REASSIGN, how: 'reassigned' })
    expect(nextDue(moved.handoff)).toBe(MANAGER)

    const told = takeDueSteps(moved.handoff, MANAGER, null)
    expect(told.messages).toEqual(['manager-alert'])
    expect(names(told.handoff)).toEqual(['started', 'reminded', 'reassigned', 'manager-alerted'])
    expect(nextDue(told.handoff)).toBeNull()
    expect(managerHearsAt(told.handoff)).toBeNull()
    expect(told.handoff.state).toBe('open')
  })

  it('does what is overdue once, in order, with one message for each reader', () => {
    const { handoff, messages } = takeDueSteps(started(), MANAGER + DAY, nextRep('ae-2'))
    expect(names(handoff)).toEqual(['started', 'reminded', 'reassigned', 'manager-alerted'])
    expect(messages.toSorted()).toEqual(['manager-alert', 'rep-alert'])
    expect(handoff.ladder.map((rung) => rung.doneAt)).toEqual(Array(3).fill(MANAGER + DAY))
    expect(takeDueSteps(handoff, MANAGER + 2 * DAY, nextRep('ae-3', 3))).toEqual({ handoff, messages: [], tells: [] })
  })

  it('tells the manager at once when nobody is left, and the rep keeps the lead', () => {
    const { handoff, messages } = takeDueSteps(started(), REASSIGN, null)
    expect(messages).toEqual(['reminder', 'manager-alert'])
    expect(names(handoff)).toEqual(['started', 'reminded', 'nobody-left'])
    expect(holderOf(handoff)?.rep).toBe('ae-1')
  })

  it('tells the manager once when nobody is left and the manager’s rung is due as well', () => {
    const { messages } = takeDueSteps(started(), MANAGER, null)
    expect(messages.filter((message) => message === 'manager-alert')).toHaveLength(1)
  })

  it('moves no deadline when the lead moves, whatever the calendar of the next rep', () => {
    const before = started()
    const { handoff } = takeDueSteps(before, REASSIGN, nextRep('berlin'))
    expect(handoff).toMatchObject({ dueAt: before.dueAt, calendar: 'us-east', startedAt: NOW })
    expect(handoff.ladder.map((rung) => rung.dueAt)).toEqual(before.ladder.map((rung) => rung.dueAt))
  })

  it('asks for another rep only when a step needs one', () => {
    expect(wantsAnotherRep(started(), REMIND)).toBe(false)
    expect(wantsAnotherRep(started(), REASSIGN)).toBe(true)
    expect(wantsAnotherRep({ ...started(), passOn: { by: 'U1', at: NOW } }, NOW)).toBe(true)
    expect(wantsAnotherRep(answered(started(), NOW), REASSIGN)).toBe(false)
    expect(wantsAnotherRep(takeDueSteps(started(), REASSIGN, nextRep('ae-2')).handoff, MANAGER)).toBe(false)
  })

  it('records a breach also when no rung stands at the deadline', () => {
    const handoff = started({ ...MQL_TO_SALES, ladder: [] })
    expect(nextDue(handoff)).toBe(REMIND)
    expect(takeDueSteps(handoff, REMIND - 1, null).handoff.breachedAt).toBeUndefined()
    const breached = takeDueSteps(handoff, REMIND + 5, null)
    expect(breached).toMatchObject({ messages: [], handoff: { breachedAt: REMIND } })
    expect(nextDue(breached.handoff)).toBeNull()
  })
})

describe('passing on', () => {
  const asked: Handoff = { ...started(), passOn: { by: 'U0000AE1', at: NOW + MINUTE } }

  it('is due at once and gives the lead to the next rep', () => {
    expect(nextDue(asked)).toBe(NOW + MINUTE)
    const { handoff, messages } = takeDueSteps(asked, NOW + MINUTE, nextRep('ae-2'))
    expect(messages).toEqual(['rep-alert'])
    expect(holderOf(handoff)).toMatchObject({ rep: 'ae-2', how: 'passed-on', by: 'U0000AE1' })
    expect(handoff.events.at(-1)).toEqual({ at: NOW + MINUTE, what: 'passed-on', rep: 'ae-2', by: 'U0000AE1' })
    expect(handoff.passOn).toBeUndefined()
    expect(nextDue(handoff)).toBe(REMIND)
    expect(handoff.dueAt).toBe(asked.dueAt)
  })

  it('tells the manager when nobody else is left', () => {
    const { handoff, messages } = takeDueSteps(asked, NOW + MINUTE, null)
    expect(messages).toEqual(['manager-alert'])
    expect(holderOf(handoff)?.rep).toBe('ae-1')
    expect(handoff.events.at(-1)).toEqual({ at: NOW + MINUTE, what: 'nobody-left', by: 'U0000AE1' })
    expect(handoff.passOn).toBeUndefined()
  })

  it('takes one rep, not two, when the lead was to be reassigned in the same moment', () => {
    const { handoff, messages } = takeDueSteps(asked, REASSIGN, nextRep('ae-2'))
    expect(handoff.holders.map((holder) => holder.rep)).toEqual(['ae-1', 'ae-2'])
    expect(messages).toEqual(['rep-alert'])
    expect(takeDueSteps(handoff, REASSIGN + 1, nextRep('ae-3', 3)).handoff.holders).toHaveLength(2)
  })
})

describe('waiting for somebody to be free', () => {
  const waiting = waitingHandoff(ORDER, NOW)

  it('has no holder and no clock, and no step of it is ever due', () => {
    expect(waiting).toMatchObject({ id: '42-1', state: 'waiting', startedAt: NOW, dueAt: null, ladder: [] })
    expect(waiting.events).toEqual([{ at: NOW, what: 'waiting' }])
    expect(holderOf(waiting)).toBeUndefined()
    expect(nextDue(waiting)).toBeNull()
    expect(wantsAnotherRep(waiting, MANAGER + DAY)).toBe(false)
    expect(takeDueSteps(waiting, MANAGER + DAY, nextRep('ae-2'))).toEqual({ handoff: waiting, messages: [], tells: [] })
  })
})

it('a night shift is business time as well', () => {
  const nights: Calendar = { ...NEW_YORK, hours: { wed: [parseShift('22:00-02:00')] } }
  const handoff = startHandoff(ORDER, MQL_TO_SALES, FIRST, { name: 'nights', calendar: nights }, NOW)
  expect([handoff.dueAt, ...handoff.ladder.slice(1).map((rung) => rung.dueAt)].map(iso)).toEqual([
    '2026-11-19T04:00',
    '2026-11-19T05:00',
    '2026-11-19T07:00',
  ])
})
