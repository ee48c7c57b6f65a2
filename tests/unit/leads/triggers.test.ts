import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { loadConfig } from '../../../src/config/load.ts'
import type { LeadState, NextConfig } from '../../../src/leads/change.ts'
import { unitedFired, unitedTracks } from '../../../src/leads/marks.ts'
import type { Condition } from '../../../src/rules/condition.ts'
import type { Occasion, Trigger } from '../../../src/rules/triggers.ts'
import {
  changed,
  contactRead,
  DAY,
  FITTING,
  HOUR,
  leadState,
  MINUTE,
  NOW,
  signalCame,
  stateAfter,
  when,
} from '../../support/records.ts'

const config = await loadConfig('config', NOW)
const TYPE = 'activation_reached'
const seen = (atLeast = 1, within?: number): Condition => when(`signals.${TYPE}`, { atLeast, within })

/** The default config with one trigger. */
function rulesWith(condition: Condition, once: Occasion, more: Partial<Trigger> = {}, rulesVersion = 1): NextConfig {
  const rule: Trigger = { when: condition, once, do: [{ do: 'note', text: 'fired' }], ...more }
  return { ...config, rulesVersion, triggers: { rule } }
}

const NOBODY = { email: 'x@gmail.com', createdate: new Date(NOW).toISOString() }

/** Plays looks at a contact, each with signals of these types, and says at which of them the trigger did what. */
function play(
  rules: NextConfig,
  looks: { at: number; signals?: string[]; properties?: Record<string, string>; rules?: NextConfig }[],
  begin: LeadState = leadState(null, []),
): { did: [number, string][]; state: LeadState } {
  let state = begin
  const did: [number, string][] = []
  for (const look of looks) {
    const at = NOW + look.at
    const inbox = (look.signals ?? []).map((type, index) => signalCame(type, at - index, { id: `api-${at}-${index}` }))
    const input = contactRead({ ...NOBODY, ...look.properties })
    if (input.type === 'contact') input.gathered.contact = { ...input.gathered.contact, createdAt: NOW }
    const change = changed(look.rules ?? rules, { ...state, inbox }, input, at)
    for (const entry of change.history) if ('rule' in entry && entry.rule) did.push([look.at, entry.what])
    state = stateAfter({ ...state, inbox }, change)
  }
  return { did, state }
}
const firedAt = (...args: Parameters<typeof play>) =>
  play(...args).did.flatMap(([at, what]) => (what === 'triggered' ? [at] : []))
const visits = (...instants: number[]) => instants.map((at) => ({ at, signals: [TYPE] }))

describe('an occasion', () => {
  it.each<[Occasion, number[], number[]]>([
    ['ever', [0, HOUR, 40 * DAY], [0]],
    ['per day', [0, 23 * HOUR, DAY, 2 * DAY - 1], [0, DAY]],
    ['per week', [0, 3 * DAY, 7 * DAY, 13 * DAY, 14 * DAY], [0, 7 * DAY, 14 * DAY]],
    ['per month', [0, 29 * DAY, 31 * DAY], [0, 31 * DAY]],
    ['per signal', [0, 1, HOUR], [0, 1, HOUR]],
    ['per rise', [0, HOUR, 2 * DAY], [0]],
  ])('once %s', (once, looks, fires) => expect(firedAt(rulesWith(seen(), once), visits(...looks))).toEqual(fires))

  it('of a signal is one for what came together', () =>
    expect(firedAt(rulesWith(seen(), 'per signal'), [{ at: 0, signals: [TYPE, TYPE, TYPE] }])).toEqual([0]))

  it('of a span is not a new one by the same signal', () => {
    const rules = rulesWith(seen(1, 30 * DAY), 'per week')
    expect(firedAt(rules, [...visits(0), { at: 8 * DAY }, { at: 9 * DAY, signals: ['email_opened'] }])).toEqual([0])
  })

  it('of a span repeats for what asks about no signal, and is looked at then', () => {
    const rules = rulesWith(when('score', { atMost: 100 }), 'per week')
    const { did, state } = play(rules, [{ at: 0 }, { at: DAY }, { at: 7 * DAY }])
    expect(did.map(([at]) => at)).toEqual([0, 7 * DAY])
    expect(state.lead?.wakeAt).toBeLessThanOrEqual(NOW + 14 * DAY)
  })

  it('of a rise needs a fall in between, also one that time alone brings about and nobody saw', () => {
    const rules = rulesWith(seen(2, 7 * DAY), 'per rise')
    const twice = (at: number) => ({ at, signals: [TYPE, TYPE] })
    expect(firedAt(rules, [twice(0), twice(HOUR), twice(20 * DAY)])).toEqual([0, 20 * DAY])
  })

  it('does not begin anew when its signals are told twice', () => {
    const inbox = [signalCame(TYPE, NOW, { id: 'api-1' })]
    const rules = rulesWith(seen(), 'per signal')
    const input = contactRead(NOBODY)
    const first = stateAfter(leadState(null, []), changed(rules, leadState(null, [], { inbox }), input, NOW))
    const again = changed(rules, { ...first, inbox }, input, NOW + MINUTE)
    expect(again.history.filter((entry) => 'rule' in entry)).toEqual([])
  })
})

describe('a silence', () => {
  const rules = rulesWith(when('quiet', { atLeast: 60 * DAY }), 'per silence')

  it('is looked at when it has lasted long enough', () => {
    const { state } = play(rules, [{ at: 0, signals: [TYPE] }])
    const wakes = [state.lead?.wakeAt ?? 0]
    let last = state
    while ((wakes.at(-1) ?? 0) < NOW + 60 * DAY) {
      last = play(rules, [{ at: (wakes.at(-1) ?? 0) - NOW }], last).state
      wakes.push(last.lead?.wakeAt ?? 0)
    }
    expect(wakes.at(-1)).toBe(NOW + 60 * DAY)
    expect(firedAt(rules, [{ at: 60 * DAY }], last)).toEqual([60 * DAY])
  })

  it.each<[string, { at: number; signals?: string[] }[], number[]]>([
    ['fires once', [{ at: 0 }, { at: 60 * DAY }, { at: 61 * DAY }, { at: 200 * DAY }], [60 * DAY]],
    [
      'fires again after another one',
      [{ at: 0 }, { at: 60 * DAY }, { at: 70 * DAY, signals: [TYPE] }, { at: 130 * DAY }],
      [60 * DAY, 130 * DAY],
    ],
    [
      'is not ended by an opened mail',
      [{ at: 0 }, { at: 59 * DAY, signals: ['email_opened'] }, { at: 60 * DAY }],
      [60 * DAY],
    ],
    [
      'nor by what our own people did',
      [{ at: 0 }, { at: 59 * DAY, signals: ['deal_stage_changed'] }, { at: 60 * DAY }],
      [60 * DAY],
    ],
    [
      'nor by a report of the product',
      [{ at: 0 }, { at: 59 * DAY, signals: ['weekly_usage'] }, { at: 60 * DAY }],
      [60 * DAY],
    ],
    ['is ended by the lead', [{ at: 0 }, { at: 59 * DAY, signals: ['email_clicked'] }, { at: 60 * DAY }], []],
  ])('%s', (_, looks, fires) => expect(firedAt(rules, looks)).toEqual(fires))

  it('that was ended before it fired, of which it is heard afterwards, is no new one until the lead acts again', () => {
    const { state } = play(rules, [{ at: 0 }, { at: 60 * DAY }])
    const late = signalCame(TYPE, NOW + 30 * DAY, { id: 'api-late' })
    const heard = stateAfter(state, changed(rules, { ...state, inbox: [late] }, contactRead(NOBODY), NOW + 61 * DAY))
    expect(firedAt(rules, [{ at: 95 * DAY }], heard)).toEqual([])
  })
})

describe('what follows', () => {
  const then = {
    after: 14 * DAY,
    unless: when('answered', { is: true }),
    do: [{ do: 'note' as const, text: 'still nothing' }],
  }
  const rules = rulesWith(seen(), 'per signal', { then })

  it.each<[string, { at: number; signals?: string[] }[], [number, string][]]>([
    ['is done once, at its time', [{ at: 13 * DAY }, { at: 14 * DAY }, { at: 15 * DAY }], [[14 * DAY, 'followed-up']]],
    ['also long after it', [{ at: 40 * DAY }, { at: 41 * DAY }], [[40 * DAY, 'followed-up']]],
    [
      'not when the lead has answered',
      [{ at: DAY, signals: ['email_clicked'] }, { at: 14 * DAY }],
      [[14 * DAY, 'not-followed-up']],
    ],
    ['an open is no answer', [{ at: DAY, signals: ['email_opened'] }, { at: 14 * DAY }], [[14 * DAY, 'followed-up']]],
  ])('%s', (_, looks, expected) =>
    expect(play(rules, [...visits(0), ...looks]).did.filter(([, what]) => what !== 'triggered')).toEqual(expected),
  )

  it('of each time that it fired has its own time', () => {
    const { did } = play(rulesWith(seen(), 'per signal', { then: { ...then, unless: undefined } }), [
      ...visits(0, 5 * DAY),
      { at: 14 * DAY },
      { at: 19 * DAY },
    ])
    expect(did.filter(([, what]) => what === 'followed-up').map(([at]) => at)).toEqual([14 * DAY, 19 * DAY])
  })

  it('is dropped with the rule', () => {
    const { state } = play(rules, visits(0))
    const { did, state: after } = play({ ...rules, triggers: {} }, [{ at: 20 * DAY }], state)
    expect([did, after.lead?.fired?.rule?.followUps]).toEqual([[], undefined])
  })
})

describe('what was there before', () => {
  const scored = when('score', { atLeast: 15 })
  const persona = { jobtitle: 'VP Marketing' }

  it('makes a new lead a new occasion', () =>
    expect(firedAt(rulesWith(scored, 'per rise'), [{ at: 0, properties: persona }])).toEqual([0]))

  it.each<[Occasion]>([['ever'], ['per week'], ['per rise']])('fires no rule that is new: once %s', (once) => {
    const before = { ...rulesWith(scored, once), triggers: {} }
    const after = rulesWith(scored, once, {}, 2)
    const looks = [{ at: 0, rules: before }, { at: DAY }, { at: 2 * DAY }].map((look) => ({
      ...look,
      properties: persona,
    }))
    expect(firedAt(after, looks)).toEqual([])
  })

  it('fires a new rule by the next signal that it asks about', () => {
    const before = { ...rulesWith(seen(), 'ever'), triggers: {} }
    const after = rulesWith(seen(), 'ever', {}, 2)
    const looks = [{ ...visits(0)[0], at: 0, rules: before }, { at: DAY }, ...visits(2 * DAY)]
    expect(firedAt(after, looks)).toEqual([2 * DAY])
  })

  it('is no occasion of a contact that was old when Baton first saw it', () => {
    const customer = when('stage', { is: 'customer' })
    const input = contactRead({ ...FITTING, lifecyclestage: 'customer' })
    const event = { kind: 'event', event: 'propertyChange', at: NOW } as const
    const change = changed(rulesWith(customer, 'ever'), leadState(null, [], { inbox: [event] }), input, NOW)
    expect(change.history.filter((entry) => 'rule' in entry)).toEqual([])
  })

  it('counts under rules that score otherwise, and nothing fires by them', () => {
    const rules = rulesWith(when('score', { atLeast: 14 }), 'per rise')
    const cold = { ...rules, scoring: { ...rules.scoring, fit: { ...rules.scoring.fit, rules: [] } } }
    const looks = [
      { at: 0, rules: cold },
      { at: DAY, rules: { ...rules, rulesVersion: 9 } },
      { at: 2 * DAY, rules: { ...rules, rulesVersion: 9 } },
    ]
    expect(
      firedAt(
        rules,
        looks.map((look) => ({ ...look, properties: persona })),
      ),
    ).toEqual([])
  })
})

describe('a route that asks about silence', () => {
  const quiet = when('quiet', { atLeast: 30 * DAY })
  const [first, ...others] = config.routing.routes
  const routes = first ? [first, { name: 'asleep', when: quiet, to: { nurture: 'newsletter' } }, ...others] : []
  const rules: NextConfig = { ...config, triggers: {}, routing: { ...config.routing, routes } }

  it('takes the lead at that instant, is seen again from the history, and lets it go by what it does', () => {
    const { state } = play(rules, [{ at: 0, signals: ['email_clicked'] }])
    const near = changed(rules, state, contactRead(NOBODY), NOW + 29.5 * DAY)
    expect(near.decision?.full.wakeAt).toBe(NOW + 30 * DAY)
    const asleep = play(rules, [{ at: 30 * DAY }], state).state
    expect(asleep.lead?.route.name).toBe('asleep')
    const woken = play(rules, [{ at: 31 * DAY, signals: ['email_clicked'] }], asleep).state
    expect(woken.lead?.route.name).toBe(near.lead?.route.name)
  })

  it('decides in the past as it did, by what stood then', () => {
    const { state } = play(rules, [{ at: 0, signals: ['email_clicked'] }])
    const change = changed(rules, state, contactRead(NOBODY), NOW + 30 * DAY)
    const standing = change.decision?.standing
    expect(standing?.quietSince).toBe(NOW)
    const again = changed(
      rules,
      stateAfter(state, change),
      { type: 'rescore', ...(standing ? { standing } : {}) },
      NOW + 30 * DAY,
    )
    expect(again.decision?.route).toBe('asleep')
    expect(changed(config, state, contactRead(NOBODY), NOW + 30 * DAY).decision?.standing).not.toHaveProperty(
      'quietSince',
    )
  })
})

describe('contacts that become one', () => {
  it.each([
    [{ a: { at: 1 } }, { a: { at: 2 } }, { a: { at: 2 } }],
    [{ a: { at: 1, holds: true } }, { b: { at: 2 } }, { a: { at: 1, holds: true }, b: { at: 2 } }],
    [{ a: { holds: true } }, { a: { at: 2 } }, { a: { at: 2, holds: true } }],
    [
      { a: { at: 1, followUps: [{ at: 5, since: 1 }] } },
      { a: { at: 2, followUps: [{ at: 6, since: 2 }] } },
      { a: { at: 2, followUps: [{ at: 6, since: 2 }] } },
    ],
    [undefined, { a: { at: 2 } }, { a: { at: 2 } }],
  ])('%j and %j have fired together', (a, b, fired) => {
    expect(unitedFired(a, b)).toEqual({ fired })
    expect(unitedFired(b, a)).toEqual({ fired })
  })
})

describe('tracks of contacts that become one', () => {
  const by = { what: 'trigger', name: 'rule' } as const
  const [early, late] = [
    { enrolled: { track: 'a', by, at: 1 } },
    { enrolled: { track: 'b', by, at: 2 }, paused: { by, at: 1 } },
  ]

  it('are the newest of each', () => {
    for (const [a, b] of [[early, late] as const, [late, early] as const])
      expect(unitedTracks(a, b)).toEqual({ tracks: late })
    expect(unitedTracks(early, undefined)).toEqual({ tracks: early })
    expect(unitedTracks(undefined, undefined)).toEqual({})
  })
})

describe('whatever comes when', () => {
  const LENGTHS: Partial<Record<Occasion, number>> = {
    'per day': DAY,
    'per week': 7 * DAY,
    'per month': 30 * DAY,
    ever: Number.POSITIVE_INFINITY,
  }
  const look = fc.record({
    after: fc.integer({ min: 1, max: 20 * DAY }),
    signals: fc.array(fc.constantFrom(TYPE, 'email_opened'), { maxLength: 3 }),
  })

  it.each(Object.entries(LENGTHS))('once %s never fires twice within it', (once, length) => {
    fc.assert(
      fc.property(fc.array(look, { maxLength: 12 }), (given) => {
        let at = 0
        const looks = given.map(({ after, signals }) => {
          at += after
          return { at, signals }
        })
        const fires = firedAt(rulesWith(seen(), once as Occasion), looks)
        for (const [index, instant] of fires.entries())
          if (index > 0) expect(instant - (fires[index - 1] ?? 0)).toBeGreaterThanOrEqual(length)
        const first = looks.find(({ signals }) => signals.includes(TYPE))
        expect(fires[0]).toBe(first?.at)
      }),
      { numRuns: 60 },
    )
  })
})
