import { describe, expect, it } from 'vitest'
import {
  alertDelivered,
  alertOnItsWay,
  holderRefused,
  isServiceBreach,
  undeliveredSince,
} from '../../../src/handoffs/delivery.ts'
import type { Handoff } from '../../../src/handoffs/handoff.ts'
import { nextDue, takeDueSteps } from '../../../src/handoffs/ladder.ts'

const MINUTE = 60_000
const START = Date.parse('2026-11-18T15:00:00Z')
const minutesOn = (minutes: number) => START + minutes * MINUTE

/** Reminded after 5 minutes, taken away after 10, the manager hears after 20; due after 5. */
function handoff(): Handoff {
  return {
    ...{ v: 2, id: '1-1', leadId: '1', kind: 'mql-to-sales', route: 'mql', pool: 'sdr', byRoute: true, state: 'open' },
    ...{ startedAt: START, dueAt: minutesOn(5), calendar: null, counted: [], baseline: {} },
    ladder: [
      { do: 'remind', dueAt: minutesOn(5) },
      { do: 'reassign', dueAt: minutesOn(10) },
      { do: 'alert-manager', dueAt: minutesOn(20) },
    ],
    holders: [{ rep: 'sdr-1', pool: 'sdr', since: START, how: 'rotation', assignmentId: '1-1-1' }],
    events: [{ at: START, what: 'started', rep: 'sdr-1' }],
  }
}

const untold = () => alertOnItsWay(handoff())
const rungs = ({ ladder }: Handoff) => ladder.map(({ dueAt }) => (dueAt - START) / MINUTE)

describe('an alert that Slack has not taken', () => {
  it('holds back what is for the rep; the deadline and the manager are for the lead', () => {
    const { handoff: later, messages } = takeDueSteps(untold(), minutesOn(20), null)
    expect(messages).toEqual(['manager-alert'])
    expect(later.holders).toHaveLength(1)
    expect(later.breachedAt).toBe(minutesOn(5))
    expect([isServiceBreach(later), undeliveredSince(later), nextDue(later)]).toEqual([true, START, null])
  })

  it.each([
    ['at once', 0.005, [5, 10, 20], false],
    ['within a tenth of the rung', 0.4, [5, 10, 20], false],
    ['late for the first rung alone', 0.8, [5.8, 10, 20], true],
    ['before the deadline', 4, [9, 14, 20], true],
    ['after the whole ladder', 30, [35, 40, 20], true],
  ])('that comes %s leaves the rep the time of their rungs', (_, minutes, expected, late) => {
    const told = alertDelivered(untold(), 0, undefined, minutesOn(minutes))
    expect(rungs(told)).toEqual(expected)
    expect(told.holders[0]?.toldAt).toBe(minutesOn(minutes))
    expect(isServiceBreach(told)).toBe(late)
    expect(told.events.some(({ what }) => what === 'told-late')).toBe(late)
  })

  it('that comes twice, or to who was told by an older version, changes nothing', () => {
    const told = alertDelivered(untold(), 0, undefined, minutesOn(4))
    expect(alertDelivered(told, 0, undefined, minutesOn(9))).toBe(told)
    const older = handoff()
    expect(alertDelivered(older, 0, undefined, minutesOn(9))).toBe(older)
    expect([undeliveredSince(older), nextDue(older)]).toEqual([undefined, minutesOn(5)])
  })

  it('costs no open hours while it is closed', () => {
    const calendar = {
      timeZone: 'UTC',
      hours: { wed: [{ from: 16 * 60, to: 24 * 60 }] },
      holidays: [],
      overrides: {},
    } as never
    const told = alertDelivered({ ...untold(), calendar: 'late' }, 0, calendar, minutesOn(30))
    expect(rungs(told)).toEqual([5, 10, 20])
  })
})

describe('a rep who cannot be reached', () => {
  it('loses the lead at once, is not reminded, and has not been silent', () => {
    const refused = holderRefused(untold(), minutesOn(0))
    expect(nextDue(refused)).toBe(START)
    const next = { rep: 'sdr-2', pool: 'sdr', assignmentId: '1-1-2' }
    const { handoff: moved, messages } = takeDueSteps(refused, minutesOn(0), next)
    expect(moved.holders.at(-1)).toMatchObject({ rep: 'sdr-2', how: 'unreachable' })
    expect(moved.events.map(({ what }) => what)).toEqual(['started', 'not-told', 'unreachable'])
    expect(messages).toEqual(['rep-alert'])
  })

  it.each([
    [null, 'nobody-left'],
    ['stays', 'owner-stays'],
  ] as const)(
    'is told to the manager at once where the next is %s, and asked for again by the rungs',
    (next, event) => {
      const { handoff: kept, messages } = takeDueSteps(holderRefused(untold(), START), START, next)
      expect(messages).toEqual(['manager-alert'])
      expect(kept.events.at(-1)?.what).toBe(event)
      expect(undeliveredSince(kept)).toBe(START)
      expect(takeDueSteps(kept, minutesOn(5), next).messages).toEqual([])
      expect(takeDueSteps(kept, minutesOn(10), { rep: 'sdr-2', pool: 'sdr', assignmentId: '1-1-2' }).messages).toEqual([
        'rep-alert',
      ])
      expect(undeliveredSince(alertDelivered(kept, 0, undefined, minutesOn(1)))).toBeUndefined()
    },
  )

  it('is refused once, however often it is tried', () => {
    const refused = holderRefused(untold(), START)
    expect(holderRefused(refused, minutesOn(5))).toBe(refused)
  })
})
