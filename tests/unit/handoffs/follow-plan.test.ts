import { describe, expect, it } from 'vitest'
import { followPlan } from '../../../src/handoffs/follow-plan.ts'
import { answerHandoff, endHandoff, type Handoff } from '../../../src/handoffs/handoff.ts'
import type { HandoffKind, Steps } from '../../../src/handoffs/kinds.ts'
import { nextStepAt } from '../../../src/handoffs/plan.ts'
import type { AttributeValue } from '../../../src/rules/attributes.ts'
import type { Outcome } from '../../../src/rules/outcomes.ts'
import { DAY, HOUR, lookupIn, MQL_TO_SALES, NEW_YORK, NOW, started, when } from '../../support/records.ts'

const tell = (who: string): Outcome => ({ do: 'tell', who, buttons: [] })
const step = (days: number, more: Partial<Steps['list'][number]> = {}): Steps['list'][number] => ({
  name: `day ${days}`,
  at: { ms: days * DAY },
  do: [tell(`d${days}`)],
  else: [],
  skippedBy: [],
  ...more,
})
const active = when('signals.activation_reached', { atLeast: 1 })
const STEPS: Steps = {
  list: [
    step(1),
    step(3, { when: active, do: [], else: [tell('cs')] }),
    step(7),
    step(14, { skippedBy: ['cancelled'] }),
  ],
  pausedBy: ['on_hold'],
  resumedBy: ['goes_on'],
  finishedBySignals: ['finished'],
}
const KIND: HandoffKind = { ...MQL_TO_SALES, steps: STEPS }
const begun = () => started(KIND)

const at = (type: string, days: number) => ({ type, at: NOW + days * DAY })
const look = (
  handoff: Handoff,
  days: number,
  {
    fresh = [],
    facts = {},
    steps = STEPS,
  }: { fresh?: { type: string; at: number }[]; facts?: Record<string, AttributeValue>; steps?: Steps } = {},
) => followPlan(handoff, steps, fresh, lookupIn(facts), NOW + days * DAY)
const told = ({ taken }: ReturnType<typeof look>) =>
  taken.flatMap(({ outcomes }) => outcomes.map((outcome) => ('who' in outcome ? outcome.who : outcome.do)))
const results = ({ plan }: Handoff) => plan?.steps.map(({ how }) => how)

describe('the dated steps of a handoff', () => {
  it('are fixed at its start, in order of time; business days count in the calendar', () => {
    const list = [step(3), step(1), { ...step(2), name: 'two open days', at: { businessDays: 2 } }]
    const handoff = started({ ...KIND, steps: { ...STEPS, list } })
    // From Wednesday 10:00 two business days end when Friday closes, at 17:30.
    expect(handoff.plan?.steps.map(({ name, dueAt }) => [name, (dueAt - NOW) / DAY])).toEqual([
      ['day 1', 1],
      ['two open days', 2.3125],
      ['day 3', 3],
    ])
  })

  it('are none of a kind that has none', () => {
    expect(started(MQL_TO_SALES)).not.toHaveProperty('plan')
  })

  it('are taken at their instant and not before, each once', () => {
    const before = begun()
    expect(nextStepAt(before)).toBe(NOW + DAY)
    expect(look(before, 0.999)).toEqual({ handoff: before, taken: [] })
    const first = look(before, 1)
    expect(told(first)).toEqual(['d1'])
    expect(nextStepAt(first.handoff)).toBe(NOW + 3 * DAY)
    expect(look(first.handoff, 1)).toEqual({ handoff: first.handoff, taken: [] })
  })

  it('that are overdue are taken in order, at one look', () => {
    expect(told(look(begun(), 8))).toEqual(['d1', 'cs', 'd7'])
  })

  it.each([
    [{ 'signals.activation_reached': 1 }, ['d1'], ['yes', 'yes', undefined, undefined]],
    [{ 'signals.activation_reached': 0 }, ['d1', 'cs'], ['yes', 'no', undefined, undefined]],
    [{}, ['d1', 'cs'], ['yes', 'no', undefined, undefined]],
  ])('go by their condition: %j', (facts, who, how) => {
    const after = look(begun(), 3, { facts })
    expect(told(after)).toEqual(who)
    expect(results(after.handoff)).toEqual(how)
  })

  it('pause by a signal, and what is left moves by the length of the pause', () => {
    const paused = look(begun(), 2, { fresh: [at('on_hold', 2)] })
    expect(told(paused)).toEqual(['d1'])
    expect(nextStepAt(paused.handoff)).toBeNull()
    expect(look(paused.handoff, 9)).toEqual({ handoff: paused.handoff, taken: [] })
    const resumed = look(paused.handoff, 12, { fresh: [at('goes_on', 12)] })
    expect(resumed.taken).toEqual([])
    expect(resumed.handoff.plan?.steps.map(({ dueAt }) => (dueAt - NOW) / DAY)).toEqual([1, 13, 17, 24])
    expect(told(look(resumed.handoff, 13))).toEqual(['cs'])
  })

  it('follow signals in their own order, also when they are heard late and together', () => {
    const late = look(begun(), 20, { fresh: [at('goes_on', 5), at('on_hold', 2)] })
    // Day 3 is day 6 by then, 7 is 10, 14 is 17.
    expect(told(late)).toEqual(['d1', 'cs', 'd7', 'd14'])
    const still = look(begun(), 20, { fresh: [at('on_hold', 2)] })
    expect(told(still)).toEqual(['d1'])
  })

  it('are not paused twice, nor resumed without a pause', () => {
    const paused = look(begun(), 2, { fresh: [at('on_hold', 1.5), at('on_hold', 2)] }).handoff
    expect(paused.plan?.pausedAt).toBe(NOW + 1.5 * DAY)
    const before = begun()
    expect(look(before, 0.5, { fresh: [at('goes_on', 0.5)] }).handoff).toBe(before)
  })

  it('leave out a step that a signal made needless', () => {
    const { handoff } = look(begun(), 2, { fresh: [at('cancelled', 2)] })
    expect(results(handoff)).toEqual(['yes', undefined, undefined, 'skipped'])
    expect(told(look(handoff, 20))).toEqual(['cs', 'd7'])
  })

  it('are finished by a signal, or by a condition', () => {
    const bySignal = look(begun(), 4, { fresh: [at('finished', 2)] })
    expect(told(bySignal)).toEqual(['d1'])
    expect(results(bySignal.handoff)).toEqual(['yes', 'finished', 'finished', 'finished'])
    const steps: Steps = { ...STEPS, finishedBy: active }
    const byCondition = look(begun(), 2, { steps, facts: { 'signals.activation_reached': 1 } })
    expect(results(byCondition.handoff)).toEqual(['finished', 'finished', 'finished', 'finished'])
    expect(nextStepAt(byCondition.handoff)).toBeNull()
  })

  it('hear nothing of a signal from before the handoff', () => {
    const before = begun()
    expect(look(before, 0.5, { fresh: [{ type: 'finished', at: NOW - HOUR }] }).handoff).toBe(before)
  })

  it('that the config no longer has are passed over, with a line', () => {
    const steps: Steps = { ...STEPS, list: STEPS.list.filter(({ name }) => name !== 'day 1') }
    const after = look(begun(), 3, { steps })
    expect(results(after.handoff)).toEqual(['gone', 'no', undefined, undefined])
    expect(after.handoff.events.map(({ what, detail }) => [what, detail]).slice(1)).toEqual([
      ['step', 'day 1: gone'],
      ['step', 'day 3: no'],
    ])
  })

  it('go on after an answer, and the last one ends the handoff as done', () => {
    const answered = answerHandoff(begun(), { at: NOW + HOUR, how: 'contacted' }, undefined, {
      clock: NEW_YORK,
      holder: NEW_YORK,
    })
    if (!answered) throw new Error('not answered')
    expect(answered.state).toBe('answered')
    const midway = look(answered, 7).handoff
    expect(midway.state).toBe('answered')
    const { handoff } = look(midway, 14)
    expect(handoff).toMatchObject({ state: 'ended', ended: { how: 'done', at: NOW + 14 * DAY } })
  })

  it('go on while nobody has answered, and the last one ends nothing', () => {
    expect(look(begun(), 14).handoff.state).toBe('open')
  })

  it('leave a handoff whose attempts are under way to them', () => {
    const attempts = { count: 3, within: { ms: 30 * DAY }, answered: active, then: { nurture: 'x' } }
    const answered = answerHandoff(begun(), { at: NOW + HOUR, how: 'contacted' }, attempts, {
      clock: NEW_YORK,
      holder: NEW_YORK,
    })
    expect(look(answered as Handoff, 14).handoff.state).toBe('answered')
  })

  it('end with the handoff', () => {
    const over = endHandoff(begun(), { at: NOW + HOUR, how: 'disqualified' }) as Handoff
    expect(look(over, 14)).toEqual({ handoff: over, taken: [] })
    expect(nextStepAt(over)).toBeNull()
  })
})
