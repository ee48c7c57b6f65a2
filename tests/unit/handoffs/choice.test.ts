import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { loadConfig } from '../../../src/config/load.ts'
import type { RepRequest } from '../../../src/handoffs/choice.ts'
import { emptyPoolLedger, type PoolLedger, reserve, unreserve } from '../../../src/handoffs/ledger.ts'
import { chooseRep, emptyLedger, takeTurn } from '../../../src/handoffs/rotation.ts'
import { firstAtWork, type Pool, type Team } from '../../../src/handoffs/team.ts'
import { instant } from '../../support/business-time-vectors.ts'
import { NOW } from '../../support/records.ts'
import { ledgerAfter, memberOf, past, weightedMembers } from '../../support/rotation-pools.ts'

const { team } = await loadConfig('config', NOW)
const sdr = poolOf(team)
const request: RepRequest = { assignmentId: '42-1-1', pool: 'sdr', hadIt: [] }
const NOTHING = new Map<string, string>()
// The morning in Berlin; New York opens in five hours.
const BERLIN_ONLY = instant('2026-11-18T09:00:00Z')

function poolOf({ pools }: Team): Pool {
  const pool = pools.sdr
  if (!pool) throw new Error('no pool sdr')
  return pool
}
function asked(
  more: Partial<Parameters<typeof reserve>[2]>,
  settings: Pool = sdr,
  ledger = emptyPoolLedger(),
  now = NOW,
) {
  return reserve(team, settings, { ...request, ...more }, ledger, NOTHING, now)
}

describe('the order of choice', () => {
  const first = [
    { rep: 'sdr-2', why: 'company-owner' as const },
    { rep: 'sdr-1', why: 'company-lead' as const },
  ]
  const capped: PoolLedger = { ...emptyPoolLedger(), open: { 'sdr-2': 60 } }

  it('is the owner first, whatever the pool and the caps, and that is no turn', () => {
    const { ledger, result } = asked({ keep: 'ae-1', first }, sdr, { ...emptyPoolLedger(), open: { 'ae-1': 999 } })
    expect(result).toMatchObject({ rep: 'ae-1', why: 'kept-owner' })
    expect(ledger.rotation).toEqual(emptyLedger())
    expect(ledger.reserved['42-1-1']).toMatchObject({ rep: 'ae-1', turn: null, why: 'kept-owner' })
  })

  it('is then who comes first and can take it, with a turn', () => {
    const { ledger, result } = asked({ first })
    expect(result).toMatchObject({ rep: 'sdr-2', why: 'company-owner' })
    expect(memberOf(ledger.rotation, 'sdr-2')).toMatchObject({ turns: 1, lastAssignedAt: NOW })
    expect(asked({ first }, sdr, capped).result).toMatchObject({ rep: 'sdr-1', why: 'company-lead' })
    expect(asked({ first, hadIt: ['sdr-2'] }).result).toMatchObject({ rep: 'sdr-1', why: 'company-lead' })
    expect(asked({ first: [{ rep: 'ae-1', why: 'company-owner' }] }).result).toMatchObject({
      rep: 'sdr-1',
      why: 'rotation',
    })
  })

  it('is the owner of the company or nobody, where they are asked', () => {
    const { ledger, result } = asked({ owner: 'sdr-2', first: [{ rep: 'sdr-1', why: 'company-lead' }] })
    expect(result).toMatchObject({ rep: 'sdr-2', why: 'company-owner' })
    expect(memberOf(ledger.rotation, 'sdr-2')).toMatchObject({ turns: 1 })
    // Of nobody's rotation: they have the lead, and the pool counts no turn.
    const other = asked({ owner: 'ae-1' })
    expect(other.result).toMatchObject({ rep: 'ae-1', why: 'company-owner' })
    expect(other.ledger.rotation).toEqual(emptyLedger())
    expect(other.ledger.days['ae-1']?.leads).toBe(1)
    // What a lead wants of a rep is not asked of who owns the company; the caps hold for them.
    expect(asked({ owner: 'sdr-2', unfit: { 'sdr-2': 'speaks no German' } }).result.rep).toBe('sdr-2')
    expect(asked({ owner: 'sdr-2' }, sdr, capped).result).toMatchObject({
      rep: null,
      members: [{ rep: 'sdr-2', skipped: 'open-cap' }],
    })
  })

  it('is among those for whom the lead is, and says why the others are passed over', () => {
    const unfit = { 'sdr-1': 'speaks no German' }
    const { result } = asked({ unfit, first: [{ rep: 'sdr-1', why: 'company-lead' }] })
    expect(result).toMatchObject({ rep: 'sdr-2', why: 'rotation' })
    expect(result.members).toMatchObject([
      { rep: 'sdr-1', skipped: 'unfit', lacks: 'speaks no German' },
      { rep: 'sdr-2', skipped: null },
    ])
    // Whoever keeps the lead as its owner is not asked for anything.
    expect(asked({ unfit, keep: 'sdr-1' }).result.rep).toBe('sdr-1')
  })

  it('is the rotation in the end, which says when it chooses a stand-in', () => {
    expect(asked({}).result).toMatchObject({ rep: 'sdr-1', why: 'rotation' })
    expect(asked({ standInFor: 'ae-1' }).result).toMatchObject({ rep: 'sdr-1', why: 'stand-in' })
  })

  it('says the same when it is asked again, and forgets what is taken back', () => {
    const { ledger } = asked({ first })
    expect(asked({}, sdr, ledger).result).toMatchObject({ rep: 'sdr-2', why: 'company-owner', held: true })
    const back = unreserve(ledger, NOTHING, '42-1-1').ledger
    expect(back.reserved).toEqual({})
    expect(memberOf(back.rotation, 'sdr-2')).toMatchObject({ turns: 0, lastAssignedAt: null })
    expect(unreserve(ledger, new Map([['42-1-1', 'sdr-2']]), '42-1-1').ledger).toBe(ledger)
  })
})

describe('who is at work', () => {
  const mixed: Pool = {
    ...sdr,
    members: [
      { rep: 'sdr-1', weight: 1 },
      { rep: 'ae-2', weight: 1 },
    ],
  }

  it('comes first, where that is preferred', () => {
    const { result } = asked({ prefer: 'open' }, mixed, emptyPoolLedger(), BERLIN_ONLY)
    expect(result.rep).toBe('ae-2')
    expect(result.members.map(({ rep, skipped }) => [rep, skipped])).toEqual([
      ['sdr-1', 'closed'],
      ['ae-2', null],
    ])
    expect(asked({}, mixed, emptyPoolLedger(), BERLIN_ONLY).result.rep).toBe('sdr-1')
  })

  it('does not when they cannot take it: then it is who opens first of those who can', () => {
    const away = { ...team, reps: { ...team.reps } }
    const ben = away.reps['ae-2']
    if (ben) away.reps['ae-2'] = { ...ben, away: [{ from: '2026-11-18', to: '2026-11-18' }] }
    const { result } = reserve(away, mixed, { ...request, prefer: 'open' }, emptyPoolLedger(), NOTHING, BERLIN_ONLY)
    expect(result.rep).toBe('sdr-1')
  })

  it.each([
    ['both are open', NOW, ['sdr-1', 'ae-2']],
    ['one is open', BERLIN_ONLY, ['ae-2']],
    ['at night, one opens first', instant('2026-11-18T01:00:00Z'), ['ae-2']],
    ['in the lunch break of one', instant('2026-11-18T17:30:00Z'), ['sdr-1']],
  ])('%s', (_, now, first) => {
    expect(firstAtWork(team, ['sdr-1', 'ae-2'], now)).toEqual(first)
  })
})

describe('a turn by another rule', () => {
  it('lifts nobody who could have taken the lead, and floods nobody who could not', () => {
    fc.assert(
      fc.property(past, weightedMembers(9, 3), fc.integer({ min: 1, max: 60 }), (stretches, members, leads) => {
        const [lucky, other, absent] = members
        if (!lucky || !other || !absent) return
        const skip = { [absent.rep]: 'away' as const }
        let ledger = ledgerAfter(stretches)
        // Both get as many as their weight, by whatever rule.
        for (let lead = 0; lead < leads; lead++) {
          for (const member of [lucky, other]) {
            const { ledger: next } = chooseRep({ members: [lucky, other, absent], ledger, skip, at: lead })
            for (let turn = 0; turn < member.weight; turn++) ledger = takeTurn(ledger, member, next, lead)
          }
        }
        const before = ledger.level
        // Whoever was away gets no more than a round in a row.
        let row = 0
        for (; row < 200; row++) {
          const choice = chooseRep({ members: [lucky, other, absent], ledger, skip: {}, at: leads + row })
          expect(choice.ledger.level.turns * before.weight).toBeGreaterThanOrEqual(
            before.turns * choice.ledger.level.weight,
          )
          ledger = choice.ledger
          if (choice.rep !== absent.rep) break
        }
        expect(row).toBeLessThanOrEqual(2 * absent.weight + 2)
      }),
    )
  })
})
