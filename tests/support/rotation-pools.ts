import fc from 'fast-check'
import {
  chooseRep,
  emptyLedger,
  type MemberLedger,
  type RotationLedger,
  type RotationMember,
  type SkipReason,
} from '../../src/handoffs/rotation.ts'

const reasons: SkipReason[] = ['away', 'inactive', 'daily-cap', 'open-cap', 'had-it-before']

/** The reps of the generated pools. Awkward names are in on purpose. */
export const names = ['ae-1', 'ae-2', 'sdr-1', 'constructor', '__proto__', '7']

/** Members in any order, each with a weight from 1 to `maxWeight`. */
export function weightedMembers(maxWeight: number, minLength = 0): fc.Arbitrary<RotationMember[]> {
  const weight = fc.integer({ min: 1, max: maxWeight })
  return fc
    .record({
      reps: fc.shuffledSubarray(names, { minLength }),
      weights: fc.array(weight, { minLength: 6, maxLength: 6 }),
    })
    .map(({ reps, weights }) => reps.map((rep, index) => ({ rep, weight: weights[index] ?? 1 })))
}

/** Who cannot take a lead, and why; it may name reps who are not in the pool. */
export const skip: fc.Arbitrary<Record<string, SkipReason>> = fc
  .array(fc.tuple(fc.constantFrom(...names), fc.constantFrom(...reasons)), { maxLength: 3 })
  .map((entries) => Object.fromEntries(entries))

/** A pool's past: stretches of leads, each with the members of the time and those who could not take any. */
export const past = fc.array(fc.record({ members: weightedMembers(9), skip, leads: fc.integer({ min: 1, max: 25 }) }), {
  maxLength: 5,
})

/** Leads that come in a row for the same members, with the same skips. */
export type Stretch = { members: RotationMember[]; skip: Record<string, SkipReason>; leads: number }

/** Gives out leads, each later than the one before. Ledgers are frozen, so that a change in place throws. */
export function give(
  from: RotationLedger,
  { members, skip, leads }: Stretch,
): { reps: string[]; ledger: RotationLedger } {
  let ledger = from
  const reps: string[] = []
  for (let lead = 0; lead < leads; lead++) {
    const choice = chooseRep({ members, ledger: frozen(ledger), skip, at: ledger.version + 1 })
    if (choice.rep !== null) reps.push(choice.rep)
    ledger = choice.ledger
  }
  return { reps, ledger }
}

/** The ledger of a pool with that past. */
export function ledgerAfter(stretches: Stretch[]): RotationLedger {
  let ledger = emptyLedger()
  for (const stretch of stretches) ledger = give(ledger, stretch).ledger
  return ledger
}

/** The value itself, frozen all the way down. */
export function frozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value)
    for (const inner of Object.values(value)) frozen(inner)
  }
  return value
}

/** A rep's entry in the ledger, or a new member's. */
export function memberOf(ledger: RotationLedger, rep: string): MemberLedger {
  const entry = Object.entries(ledger.members).find(([name]) => name === rep)
  return entry?.[1] ?? { turns: 0, weight: 1, lastAssignedAt: null }
}

/** Calls back with the leads of each member in every run of picks, from each beginning to each end. */
export function eachRun(reps: string[], check: (leads: (rep: string) => number, length: number) => void): void {
  for (let first = 0; first < reps.length; first++) {
    const leads = new Map<string, number>()
    for (let last = first; last < reps.length; last++) {
      const rep = reps[last] ?? ''
      leads.set(rep, (leads.get(rep) ?? 0) + 1)
      check((name) => leads.get(name) ?? 0, last - first + 1)
    }
  }
}
