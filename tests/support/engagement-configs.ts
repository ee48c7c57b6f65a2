import fc from 'fast-check'
import type { Signal } from '../../src/rules/attributes.ts'
import type { EngagementConfig } from '../../src/rules/engagement.ts'

/** The ways in which points fade. */
export const DECAYS = ['inactivity', 'half-life', 'window', 'cap'] as const
export type Decay = (typeof DECAYS)[number]

// Small numbers on purpose: so ages, windows, periods and half-lives meet each other and their ends.
const span = fc.integer({ min: 1, max: 400 })
const pointsFrom = (min: number) => fc.oneof(fc.integer({ min, max: 30 }), fc.double({ min, max: 30, noNaN: true }))
const types = ['a', 'b', 'c'] as const

/**
 * Engagement rules for the signals a, b and c with those forms of decay; without a list, each is there or not. Only `falling`
 * ones leave out what can make a score rise by itself: points that are taken away, and signals that end no inactivity.
 */
export function engagementConfigs(decays?: readonly Decay[], only?: 'falling'): fc.Arbitrary<EngagementConfig> {
  const maybe = <T>(decay: Decay, value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => {
    if (!decays) return fc.option(value, { nil: undefined })
    return decays.includes(decay) ? value : fc.constant(undefined)
  }
  const rule = fc.record({
    points: pointsFrom(only ? 0 : -30),
    resets: only ? fc.constant(undefined) : fc.constantFrom(undefined, false as const),
    cap: maybe('cap', fc.record({ count: fc.integer({ min: 1, max: 4 }), per: span })),
    halfLife: maybe('half-life', span),
  })
  return fc.record({
    max: fc.integer({ min: 0, max: 100 }),
    window: maybe('window', span),
    signals: fc.record({ a: rule, b: rule, c: rule }),
    inactivity: maybe(
      'inactivity',
      fc.record({
        points: fc.integer({ min: -30, max: 0 }),
        every: span,
        meanwhile: fc.option(fc.integer({ min: 0, max: 20 }), { nil: undefined }),
      }),
    ),
  })
}

/** Signals at 0–1000 with different ids, some of a type that has no points, in no order. */
export const someSignals: fc.Arbitrary<Signal[]> = fc
  .uniqueArray(
    fc.record({
      id: fc.string({ minLength: 1, maxLength: 3 }),
      type: fc.constantFrom(...types, ...types, 'unknown', 'constructor', '__proto__'),
      at: fc.integer({ min: 0, max: 1_000 }),
    }),
    { selector: (signal) => signal.id, maxLength: 25 },
  )
  .map((signals) => signals.toReversed())

/** An instant before, among or after the signals: those that come later are from the future. */
export const someInstant = fc.integer({ min: 0, max: 2_500 })
