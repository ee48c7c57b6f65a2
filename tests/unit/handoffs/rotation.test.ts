import { describe, expect, test } from 'vitest'
import {
  chooseRep,
  emptyLedger,
  giveTurnBack,
  type RotationLedger,
  type RotationMember,
  type SkipReason,
} from '../../../src/handoffs/rotation.ts'

type Skip = Record<string, SkipReason | undefined>

/** Gives out leads one minute apart, each with its own skips, and returns who got them and the ledger after the last. */
function give(members: RotationMember[], skips: Skip[], from: RotationLedger = emptyLedger()) {
  let ledger = from
  const reps: (string | null)[] = []
  for (const skip of skips) {
    const choice = chooseRep({ members, ledger, skip, at: (ledger.version + 1) * 60_000 })
    reps.push(choice.rep)
    ledger = choice.ledger
  }
  return { reps, ledger }
}

function everyoneThere(leads: number): Skip[] {
  return Array.from({ length: leads }, () => ({}))
}

function withoutRep(rep: string, leads: number): Skip[] {
  return Array.from({ length: leads }, () => ({ [rep]: 'away' as const }))
}

const ann = { rep: 'ann', weight: 1 }
const bob = { rep: 'bob', weight: 1 }
const cat = { rep: 'cat', weight: 1 }

describe('who is next', () => {
  test.each<[string, RotationMember[], Skip[], (string | null)[]]>([
    ['equal weights take turns', [ann, bob, cat], everyoneThere(6), ['ann', 'bob', 'cat', 'ann', 'bob', 'cat']],
    [
      'weights 2, 1, 1: on a tie at a whole round the one who has waited longest',
      [{ rep: 'ann', weight: 2 }, bob, cat],
      everyoneThere(8),
      ['ann', 'bob', 'cat', 'ann', 'bob', 'cat', 'ann', 'ann'],
    ],
    ['one member gets everything', [ann], everyoneThere(3), ['ann', 'ann', 'ann']],
    ['an empty pool gives to nobody', [], everyoneThere(1), [null]],
    ['a skipped member is passed over', [ann, bob], [{ ann: 'away' }, {}, {}], ['bob', 'ann', 'bob']],
    ['nobody left', [ann, bob], [{ ann: 'daily-cap', bob: 'open-cap' }], [null]],
    [
      'whoever was away starts where the others are',
      [ann, bob],
      [...withoutRep('bob', 6), {}, {}, {}, {}],
      ['ann', 'ann', 'ann', 'ann', 'ann', 'ann', 'bob', 'ann', 'bob', 'ann'],
    ],
    ['a skip of someone who is not in the pool is nothing', [ann], [{ zoe: 'away' }], ['ann']],
    [
      'a rep may be named like something every object has',
      [
        { rep: 'constructor', weight: 1 },
        { rep: '__proto__', weight: 1 },
      ],
      everyoneThere(4),
      ['constructor', '__proto__', 'constructor', '__proto__'],
    ],
  ])('%s', (_, members, skips, reps) => {
    expect(give(members, skips).reps).toEqual(reps)
  })

  test('among equals, never had a lead comes before had one, however long ago', () => {
    const ledger: RotationLedger = {
      version: 4,
      level: { turns: 1, weight: 1 },
      members: {
        ann: { turns: 2, weight: 1, lastAssignedAt: 20 },
        bob: { turns: 2, weight: 1, lastAssignedAt: 10 },
        cat: { turns: 2, weight: 1, lastAssignedAt: null },
      },
    }
    expect(give([ann, bob, cat], everyoneThere(3), ledger).reps).toEqual(['cat', 'bob', 'ann'])
  })

  test('shares are compared exactly: 1/3 of a huge count is not 0.333', () => {
    const third = 1_000_000_007
    const ledger: RotationLedger = {
      version: 1,
      level: { turns: 0, weight: 1 },
      members: {
        ann: { turns: 3 * third + 1, weight: 3, lastAssignedAt: 1 },
        bob: { turns: third, weight: 1, lastAssignedAt: 2 },
      },
    }
    expect(chooseRep({ members: [{ rep: 'ann', weight: 3 }, bob], ledger, skip: {}, at: 3 }).rep).toBe('bob')
  })
})

describe('the ledger', () => {
  test('records the lead, the level and the version', () => {
    const { ledger } = give([{ rep: 'ann', weight: 2 }, bob], everyoneThere(3))
    expect(ledger).toEqual({
      version: 3,
      level: { turns: 1, weight: 2 },
      members: {
        ann: { turns: 2, weight: 2, lastAssignedAt: 180_000 },
        bob: { turns: 1, weight: 1, lastAssignedAt: 120_000 },
      },
    })
  })

  test('is the one passed in when nobody is left', () => {
    const { ledger } = give([ann, bob], everyoneThere(3))
    const nobody = { ann: 'away', bob: 'inactive' } as const
    const choice = chooseRep({ members: [ann, { rep: 'bob', weight: 5 }], ledger, skip: nobody, at: 9 })
    expect(choice.rep).toBeNull()
    expect(choice.ledger).toBe(ledger)
  })

  test('keeps those who left; a return resets nobody', () => {
    const before = give([ann, bob], everyoneThere(4)).ledger
    const without = give([ann], everyoneThere(1), before).ledger
    expect(without.members.bob).toEqual(before.members.bob)
    expect(give([ann, bob], everyoneThere(2), without).reps).toEqual(['bob', 'ann'])
  })

  test('a new member starts at the level, not at zero', () => {
    const { ledger } = give([ann, bob], everyoneThere(20))
    const after = give([ann, bob, cat], everyoneThere(6), ledger)
    expect(after.reps).toEqual(['cat', 'ann', 'bob', 'cat', 'ann', 'bob'])
    expect(after.ledger.members.cat?.turns).toBe(9 + 1 + 1)
  })

  test('a new weight keeps the share, rounded up', () => {
    const { ledger } = give([ann, bob], everyoneThere(10))
    const members = [{ rep: 'ann', weight: 3 }, bob]
    const { candidates } = chooseRep({ members, ledger, skip: {}, at: 11 * 60_000 })
    expect(candidates.map(({ rep, turns }) => [rep, turns])).toEqual([
      ['ann', 15],
      ['bob', 5],
    ])
    const odd = { ...ledger, members: { ...ledger.members, ann: { turns: 16, weight: 3, lastAssignedAt: 5 } } }
    const back = chooseRep({ members: [{ rep: 'ann', weight: 2 }, bob], ledger: odd, skip: {}, at: 11 * 60_000 })
    expect(back.candidates[0]?.turns).toBe(11)
  })
})

describe('the candidates', () => {
  test('name every member with its reason, and the turns before this lead', () => {
    const { ledger } = give([ann, bob, cat], everyoneThere(3))
    const skip: Skip = { ann: 'had-it-before', cat: 'daily-cap', bob: undefined }
    expect(chooseRep({ members: [ann, bob, cat], ledger, skip, at: 1 }).candidates).toEqual([
      { rep: 'ann', weight: 1, turns: 1, lastAssignedAt: 60_000, skipped: 'had-it-before' },
      { rep: 'bob', weight: 1, turns: 1, lastAssignedAt: 120_000, skipped: null },
      { rep: 'cat', weight: 1, turns: 1, lastAssignedAt: 180_000, skipped: 'daily-cap' },
    ])
  })
})

describe('a turn that is given back', () => {
  test('leaves the member where they were, by turns and by their last lead', () => {
    const { ledger } = give([ann, bob], everyoneThere(3))
    const { rep, ledger: taken } = chooseRep({ members: [ann, bob], ledger, skip: {}, at: 9 * 60_000 })
    expect(rep).toBe('bob')
    const after = giveTurnBack(taken, 'bob', { at: 9 * 60_000, before: 2 * 60_000 })
    expect(after.members.bob).toEqual(ledger.members.bob)
    expect(give([ann, bob], everyoneThere(2), after).reps).toEqual(['bob', 'ann'])
  })

  test('and the first one ever is as if it had never been: never comes before long ago', () => {
    const { ledger } = give([ann], everyoneThere(1))
    const after = giveTurnBack(ledger, 'ann', { at: 60_000, before: null })
    expect(after.members.ann).toEqual({ turns: 0, weight: 1, lastAssignedAt: null })
  })

  test('keeps a last lead that came since', () => {
    const { ledger } = give([ann], everyoneThere(2))
    expect(giveTurnBack(ledger, 'ann', { at: 60_000, before: null }).members.ann?.lastAssignedAt).toBe(120_000)
  })
})

test.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])('a weight of %s is refused', (weight) => {
  const members = [ann, { rep: 'bob', weight }]
  expect(() => chooseRep({ members, ledger: emptyLedger(), skip: {}, at: 0 })).toThrow(RangeError)
  expect(() => chooseRep({ members, ledger: emptyLedger(), skip: {}, at: 0 })).toThrow('the weight of bob')
})
