import { describe, expect, it } from 'vitest'
import { endHandoff, type Handoff, type HandoffEnding, slaStatus } from '../../../src/handoffs/handoff.ts'
import { dueRungs, nextDue, takeDueSteps } from '../../../src/handoffs/ladder.ts'
import { instant } from '../../support/business-time-vectors.ts'
import {
  ELAPSED,
  HOUR,
  MANAGER,
  MINUTE,
  MQL_TO_SALES,
  NEW_YORK,
  NOW,
  nextRep,
  REASSIGN,
  REMIND,
  started,
} from '../../support/records.ts'

describe('the end', () => {
  const end = (how: HandoffEnding, at: number, handoff = started()) =>
    endHandoff(handoff, { at, how, by: 'U0000AE1', reason: 'why' }, NEW_YORK)

  it.each<[HandoffEnding, Handoff['status']]>([
    ['contacted', 'responded'],
    ['seen-in-hubspot', 'responded'],
    ['disqualified', 'closed'],
    ['contact-gone', 'closed'],
  ])('%s: %s', (how, status) => {
    const before = { ...started(), passOn: { by: 'U1', at: NOW } }
    const ended = end(how, NOW + 5 * MINUTE, before)
    expect(ended).toMatchObject({
      status,
      ended: { at: NOW + 5 * MINUTE, how, by: 'U0000AE1', reason: 'why', minutes: 5 },
    })
    expect(ended?.events.at(-1)).toEqual({ at: NOW + 5 * MINUTE, what: how, by: 'U0000AE1', detail: 'why' })
    expect(ended).not.toHaveProperty('passOn')
    expect(ended).not.toHaveProperty('breachedAt')
    expect(before.status).toBe('open')
  })

  it('a click after the end changes nothing', () => {
    const ended = end('contacted', NOW + MINUTE)
    if (!ended) throw new Error('not ended')
    expect(end('contacted', NOW + 2 * MINUTE, ended)).toBeNull()
    expect(end('disqualified', NOW + 2 * MINUTE, ended)).toBeNull()
    expect(nextDue(ended)).toBeNull()
    expect(dueRungs(ended, MANAGER)).toEqual([])
    expect(takeDueSteps(ended, MANAGER, nextRep('ae-2'))).toEqual({ handoff: ended, notices: [] })
    expect(takeDueSteps({ ...ended, passOn: { by: 'U1', at: NOW } }, MANAGER, nextRep('ae-2')).notices).toEqual([])
  })

  it.each([
    ['within the hour', NOW + 59 * MINUTE, undefined],
    ['at the deadline', REMIND, undefined],
    ['after it, before any timer saw it', REMIND + 1, REMIND],
  ])('%s: breached at %s', (_, at, breachedAt) => {
    expect(end('contacted', at)?.breachedAt).toBe(breachedAt)
  })

  it.each([
    ['before lunch to after it', '2026-11-18T16:30', '2026-11-18T18:10', 40],
    ['over night', '2026-11-18T22:00', '2026-11-19T14:15', 45],
    ['outside of any hours', '2026-11-21T12:00', '2026-11-21T15:00', 0],
    ['over Thanksgiving', '2026-11-25T22:20', '2026-11-27T14:05', 15],
  ])('response minutes count the hours of the clock: %s', (_, start, at, minutes) => {
    const handoff = started(MQL_TO_SALES, instant(`${start}:00Z`))
    expect(end('contacted', instant(`${at}:00Z`), handoff)?.ended?.minutes).toBe(minutes)
  })

  it('response minutes are elapsed ones for an elapsed clock, and when the calendar is gone from the config', () => {
    const start = instant('2026-11-21T12:00:00Z')
    expect(end('contacted', start + 90 * MINUTE, started(ELAPSED, start))?.ended?.minutes).toBe(90)
    const ending = { at: start + 90 * MINUTE, how: 'contacted' as const }
    expect(endHandoff(started(MQL_TO_SALES, start), ending, undefined)?.ended?.minutes).toBe(90)
  })

  it('response minutes count from the start, also after a reassignment, and are never negative', () => {
    const moved = takeDueSteps(started(), REASSIGN, nextRep('ae-2')).handoff
    expect(end('contacted', NOW + 4 * HOUR, moved)?.ended?.minutes).toBe(180)
    expect(endHandoff(started(ELAPSED), { at: NOW - HOUR, how: 'contacted' }, undefined)?.ended?.minutes).toBe(0)
    expect(end('contacted', NOW - HOUR)?.ended?.minutes).toBe(0)
  })
})

describe('slaStatus', () => {
  const breached = takeDueSteps(started(), REMIND, null).handoff
  const responded = endHandoff(started(), { at: NOW + 1, how: 'contacted' }, NEW_YORK) ?? undefined
  const late = endHandoff(breached, { at: REMIND + 1, how: 'contacted' }, NEW_YORK) ?? undefined
  const out = endHandoff(started(), { at: NOW + 1, how: 'disqualified' }, NEW_YORK) ?? undefined
  it.each([
    ['no handoff', undefined, 'none'],
    ['open', started(), 'running'],
    ['open after the deadline', breached, 'breached'],
    ['answered in time', responded, 'responded'],
    ['answered late', late, 'breached'],
    ['disqualified', out, 'none'],
  ])('%s', (_, handoff, status) => {
    expect(slaStatus(handoff)).toBe(status)
  })
})
