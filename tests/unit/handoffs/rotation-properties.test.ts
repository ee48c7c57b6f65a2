import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { chooseRep, emptyLedger, type RotationMember } from '../../../src/handoffs/rotation.ts'
import {
  eachRun,
  frozen,
  give,
  ledgerAfter,
  memberOf,
  names,
  past,
  skip,
  weightedMembers,
} from '../../support/rotation-pools.ts'

describe('fair', () => {
  test('the shares of members who were there throughout differ by at most one lead', () => {
    fc.assert(
      fc.property(weightedMembers(9, 2), fc.array(skip, { maxLength: 80 }), (members, skips) => {
        let ledger = emptyLedger()
        const absent = new Set<string>()
        for (const skip of skips) {
          ledger = chooseRep({ members, ledger, skip, at: ledger.version + 1 }).ledger
          for (const rep of Object.keys(skip)) absent.add(rep)
          const present = members.filter((member) => !absent.has(member.rep))
          for (const a of present) {
            for (const b of present) {
              // |a/wa − b/wb| ≤ max(1/wa, 1/wb), times wa · wb.
              const difference = memberOf(ledger, a.rep).turns * b.weight - memberOf(ledger, b.rep).turns * a.weight
              expect(Math.abs(difference)).toBeLessThanOrEqual(Math.max(a.weight, b.weight))
            }
          }
        }
      }),
    )
  })

  test('whoever is chosen has the least share of those who could take the lead, and had waited longest on a tie', () => {
    fc.assert(
      fc.property(past, weightedMembers(9, 1), skip, (stretches, members, skip) => {
        const ledger = ledgerAfter(stretches)
        const { rep, candidates } = chooseRep({ members, ledger, skip, at: ledger.version + 1 })
        const able = candidates.filter((candidate) => candidate.skipped === null)
        const chosen = able.find((candidate) => candidate.rep === rep)
        expect(chosen === undefined).toBe(able.length === 0)
        if (!chosen) return
        for (const other of able) {
          const difference = chosen.turns * other.weight - other.turns * chosen.weight
          expect(difference).toBeLessThanOrEqual(0)
          const waited = (name: string) => memberOf(ledger, name).lastAssignedAt ?? -1
          if (difference === 0) expect(waited(chosen.rep)).toBeLessThanOrEqual(waited(other.rep))
        }
      }),
    )
  })

  test('the same input gives the same answer, and a ledger that was stored as JSON too', () => {
    fc.assert(
      fc.property(past, weightedMembers(9), skip, fc.nat(), (stretches, members, skip, at) => {
        const ledger = ledgerAfter(stretches)
        const choice = chooseRep({ members, ledger: frozen(ledger), skip: frozen(skip), at })
        expect(chooseRep({ members, ledger, skip, at })).toEqual(choice)
        expect(chooseRep({ members, ledger: JSON.parse(JSON.stringify(ledger)), skip, at })).toEqual(choice)
      }),
    )
  })
})

/**
 * "Not flooded", for a member m who comes back to a pool whose weights stay as they are (weight w of a total W, M members, all
 * available), over ANY run of k picks from the return on, however long m was away:
 * against each other member: leads of m ÷ w − leads of theirs ÷ their weight ≤ 1/w + 1/(their weight);
 * in all: leads of m ≤ (k + M − 2) · w/W + 1; with equal weights ≤ ⌈k / M⌉, a strict turn.
 */
describe('back from leave', () => {
  const leave = fc
    .record({
      before: fc.nat({ max: 60 }),
      away: fc.integer({ min: 1, max: 150 }),
      after: fc.integer({ min: 1, max: 60 }),
    })
    .map(({ before, away, after }) => [before, away, after] as const)

  function returned(members: RotationMember[], [before, away, after]: readonly [number, number, number]): string[] {
    const rep = members[0]?.rep ?? ''
    const left = ledgerAfter([
      { members, skip: {}, leads: before },
      { members, skip: Object.fromEntries([[rep, 'away']]), leads: away },
    ])
    return give(left, { members, skip: {}, leads: after }).reps
  }

  test('nobody gets more than the fair share and one lead in any run', () => {
    fc.assert(
      fc.property(weightedMembers(9, 2), leave, (members, leave) => {
        const total = members.reduce((sum, member) => sum + member.weight, 0)
        const back = members[0] ?? { rep: '', weight: 1 }
        let tooMany = 0
        eachRun(returned(members, leave), (leads, length) => {
          const own = leads(back.rep)
          for (const other of members.slice(1)) {
            const ahead = own * other.weight - leads(other.rep) * back.weight
            tooMany = Math.max(tooMany, ahead - (other.weight + back.weight))
          }
          tooMany = Math.max(tooMany, (own - 1) * total - (length + members.length - 2) * back.weight)
        })
        expect(tooMany).toBe(0)
      }),
    )
  })

  test('with equal weights it is a strict turn from the first lead', () => {
    fc.assert(
      fc.property(weightedMembers(1, 2), leave, (members, leave) => {
        let tooMany = 0
        eachRun(returned(members, leave), (leads, length) => {
          tooMany = Math.max(tooMany, leads(members[0]?.rep ?? '') - Math.ceil(length / members.length))
        })
        expect(tooMany).toBe(0)
      }),
    )
  })
})

describe('editing the pool', () => {
  test('changes the turns of nobody who was not edited and was up to the level', () => {
    fc.assert(
      fc.property(past, weightedMembers(9, 1), weightedMembers(9, 1), (stretches, members, edited) => {
        const before = give(ledgerAfter(stretches), { members, skip: {}, leads: 10 }).ledger
        const { rep, ledger } = chooseRep({ members: edited, ledger: before, skip: {}, at: before.version + 1 })
        for (const { rep: name, weight } of members) {
          const now = edited.find((member) => member.rep === name)
          if (now && now.weight !== weight) continue
          const lead = name === rep ? 1 : 0
          expect(memberOf(ledger, name).turns).toBe(memberOf(before, name).turns + lead)
        }
        const left = Object.keys(before.members).filter((name) => !edited.some((member) => member.rep === name))
        for (const name of left) expect(memberOf(ledger, name)).toEqual(memberOf(before, name))
      }),
    )
  })

  test('a new weight moves a share up by less than one lead and never down', () => {
    fc.assert(
      fc.property(past, weightedMembers(9, 1), skip, (stretches, members, skip) => {
        const ledger = ledgerAfter(stretches)
        const { level } = ledger
        for (const { rep, weight, turns, skipped } of chooseRep({ members, ledger, skip, at: 1 }).candidates) {
          const known = memberOf(ledger, rep)
          const share = (known.turns * weight) / known.weight
          const least = skipped ? share : Math.max(share, (level.turns * weight) / level.weight)
          expect(turns).toBeGreaterThanOrEqual(least - 1e-9)
          expect(turns).toBeLessThan(least + 1)
        }
      }),
    )
  })

  // Against each other member b, in any run of leads after the edit: leads of a ÷ wa − leads of b ÷ wb ≤ 1/wa + 1/wb, as after a
  // leave; if the edit changed b's weight, + 1/(b's weight before), for the turn that was rounded up.
  test('gives nobody a burst', () => {
    const edit = fc.constantFrom<(member: RotationMember, weight: number) => RotationMember>(
      (member) => member,
      (member, weight) => ({ ...member, weight }),
    )
    const edited = weightedMembers(9, names.length).chain((all) =>
      fc.record({
        all: fc.constant(all),
        stretches: fc.array(
          fc.record({ members: fc.shuffledSubarray(all), skip, leads: fc.integer({ min: 1, max: 40 }) }),
          { maxLength: 5 },
        ),
        members: fc
          .tuple(fc.shuffledSubarray(all, { minLength: 2 }), edit, fc.integer({ min: 1, max: 9 }))
          .map(([kept, change, weight]) =>
            kept.map((member, index) => (index === 0 ? change(member, weight) : member)),
          ),
      }),
    )
    fc.assert(
      fc.property(edited, ({ all, stretches, members }) => {
        const { reps } = give(ledgerAfter(stretches), { members, skip: {}, leads: 40 })
        let furthest = Number.NEGATIVE_INFINITY
        eachRun(reps, (leads) => {
          for (const a of members) {
            for (const b of members) {
              const before = all.find((member) => member.rep === b.rep)?.weight ?? b.weight
              const rounded = before === b.weight ? 0 : 1 / before
              const allowed = 1 / a.weight + 1 / b.weight + rounded
              furthest = Math.max(furthest, leads(a.rep) / a.weight - leads(b.rep) / b.weight - allowed)
            }
          }
        })
        expect(furthest).toBeLessThanOrEqual(1e-9)
      }),
      { numRuns: 60 },
    )
  })
})

describe('always', () => {
  test('the level and the turns never fall, the version counts the leads', () => {
    fc.assert(
      fc.property(past, (stretches) => {
        let ledger = emptyLedger()
        let given = 0
        for (const stretch of stretches) {
          const next = give(ledger, stretch)
          given += next.reps.length
          expect(next.ledger.version).toBe(given)
          const [now, before] = [next.ledger.level, ledger.level]
          expect(now.turns * before.weight).toBeGreaterThanOrEqual(before.turns * now.weight)
          for (const [rep, entry] of Object.entries(ledger.members)) {
            const later = memberOf(next.ledger, rep)
            expect(later.turns * entry.weight).toBeGreaterThanOrEqual(entry.turns * later.weight)
          }
          ledger = next.ledger
        }
      }),
    )
  })

  test('the candidates are the members, each once, in their order, with their reason', () => {
    fc.assert(
      fc.property(past, weightedMembers(9), skip, (stretches, members, skip) => {
        const { rep, candidates } = chooseRep({ members, ledger: ledgerAfter(stretches), skip, at: 1 })
        const reason = new Map(Object.entries(skip))
        expect(candidates.map(({ rep, weight, skipped }) => ({ rep, weight, skipped }))).toEqual(
          members.map((member) => ({ ...member, skipped: reason.get(member.rep) ?? null })),
        )
        if (rep !== null) expect(reason.has(rep)).toBe(false)
      }),
    )
  })
})
