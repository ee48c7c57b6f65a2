import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Handoff, holderOf } from '../../../src/handoffs/handoff.ts'
import type { HandoffKind } from '../../../src/handoffs/kinds.ts'
import { nextDue, takeDueSteps, wantsAnotherRep } from '../../../src/handoffs/ladder.ts'
import { RUNG_ACTIONS } from '../../../src/handoffs/rungs.ts'
import { HOUR, MINUTE, NOW, nextRep, started } from '../../support/records.ts'
import { frozen } from '../../support/rotation-pools.ts'

const EVENT_OF = {
  remind: 'reminded',
  reassign: 'reassigned',
  'alert-manager': 'manager-alerted',
  tell: 'told',
  end: 'time-up',
} as const
const minutes = fc.integer({ min: 0, max: 600 }).map((count) => ({ ms: count * MINUTE }))
const kinds: fc.Arbitrary<HandoffKind> = fc.record({
  withSales: fc.constant(true),
  starts: fc.constant([]),
  tells: fc.constant([]),
  buttons: fc.constant([]),
  on: fc.constant({}),
  respondWithin: minutes,
  hours: fc.constantFrom('business', 'elapsed'),
  ladder: fc.array(fc.record({ at: minutes, do: fc.constantFrom(...RUNG_ACTIONS) }), { maxLength: 6 }),
})
/** Moments at which somebody looks, and whether there is another rep and a wish to pass on at that time. */
const visits = fc
  .array(fc.record({ after: fc.integer({ min: 0, max: 40 * HOUR }), found: fc.boolean(), passOn: fc.boolean() }), {
    maxLength: 8,
  })
  .map((list) => list.toSorted((a, b) => a.after - b.after))

function visit(handoff: Handoff, at: number, found: boolean, passOn: boolean) {
  const asked: Handoff = passOn ? { ...handoff, passOn: { by: 'U1', at } } : handoff
  const number = handoff.holders.length + 1
  const next = found && wantsAnotherRep(asked, at) ? nextRep(`ae-${number}`, number) : null
  return takeDueSteps(frozen(structuredClone(asked)), at, next)
}

test('each rung is taken once, at the first look after it is due, in order, and no deadline ever moves', () => {
  fc.assert(
    fc.property(kinds, visits, (kind, visits) => {
      const first = started(kind)
      let handoff = first
      for (const { after, found, passOn } of visits) {
        handoff = visit(handoff, NOW + after, found, passOn).handoff
        const { dueAt, ladder, startedAt, calendar, counted } = handoff
        expect({ dueAt, startedAt, calendar, counted }).toEqual({
          dueAt: first.dueAt,
          startedAt: first.startedAt,
          calendar: first.calendar,
          counted: first.counted,
        })
        expect(ladder.map((rung) => rung.dueAt)).toEqual(first.ladder.map((rung) => rung.dueAt))
      }
      for (const rung of handoff.ladder) {
        expect(rung.doneAt).toBe(visits.map(({ after }) => NOW + after).find((at) => at >= rung.dueAt))
      }
      const done = handoff.ladder.filter((rung) => rung.doneAt !== undefined && rung.do !== 'reassign')
      const told = handoff.events
        .map((event) => event.what)
        .filter((what) => /reminded|manager-alerted|told|time-up/.test(what))
      expect(told).toEqual(done.toSorted((a, b) => a.dueAt - b.dueAt).map((rung) => EVENT_OF[rung.do]))
      expect(handoff.events.map((event) => event.at)).toEqual(handoff.events.map((event) => event.at).toSorted())
    }),
  )
})

test('one look gives each reader one message at most, and moves the lead once at most', () => {
  fc.assert(
    fc.property(kinds, visits, (kind, visits) => {
      let handoff = started(kind)
      for (const { after, found, passOn } of visits) {
        const before = handoff
        const wanted = wantsAnotherRep(passOn ? { ...before, passOn: { by: 'U1', at: 0 } } : before, NOW + after)
        const step = visit(before, NOW + after, found, passOn)
        handoff = step.handoff
        expect(step.messages.filter((message) => message !== 'manager-alert').length).toBeLessThanOrEqual(1)
        expect(step.messages.filter((message) => message === 'manager-alert').length).toBeLessThanOrEqual(1)
        expect(handoff.holders.length - before.holders.length).toBe(wanted && found ? 1 : 0)
        if (wanted && !found) expect(step.messages).toContain('manager-alert')
        if (wanted && found) expect(step.messages).toContain('rep-alert')
        expect(holderOf(handoff)?.rep).toBe(`ae-${handoff.holders.length}`)
        expect(handoff.passOn).toBeUndefined()
      }
    }),
  )
})

test('what is due next is never in the past after a look, and the breach is the deadline', () => {
  fc.assert(
    fc.property(kinds, visits, (kind, visits) => {
      let handoff = started(kind)
      for (const { after, found, passOn } of visits) {
        const now = NOW + after
        handoff = visit(handoff, now, found, passOn).handoff
        const next = nextDue(handoff)
        if (next !== null) expect(next).toBeGreaterThan(now)
        const dueAt = handoff.dueAt ?? Number.NaN
        expect(handoff.breachedAt).toBe(dueAt <= now ? dueAt : undefined)
      }
    }),
  )
})
