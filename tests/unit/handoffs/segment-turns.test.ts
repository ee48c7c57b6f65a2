import { describe, expect, it, test } from 'vitest'
import { credit, emptyPoolLedger, type PoolLedger, reserve, unreserve } from '../../../src/handoffs/ledger.ts'
import type { Team } from '../../../src/handoffs/team.ts'

const NOTHING = new Map<string, string>()
const START = Date.parse('2026-11-18T15:00:00Z')
// Longer than a reservation counts: each lead stands for itself.
const MINUTES = 2 * 60_000

const FOR = {
  everybody: [],
  ann: ['bob', 'cat'],
  others: ['ann'],
}
type Segment = keyof typeof FOR

/** Gives out leads one after the other, each to a member for whom it is, and counts who got how many of each kind. */
function give(leads: Segment[], weights = { ann: 1, bob: 1, cat: 1 }, from = emptyPoolLedger()) {
  const members = Object.entries(weights).map(([rep, weight]) => ({ rep, weight }))
  const calendar = { timeZone: 'UTC', hours: {}, holidays: [], overrides: {} }
  const reps = members.map(({ rep }) => [rep, { id: rep, active: true, away: [], calendar: 'always' }])
  const team = { reps: Object.fromEntries(reps), calendars: { always: calendar } } as unknown as Team
  const pool = { members, manager: 'm', channel: 'C', caps: {} }
  const counts: Record<Segment, Record<string, number>> = { everybody: {}, ann: {}, others: {} }
  let ledger: PoolLedger = from
  for (const [index, segment] of leads.entries()) {
    const request = {
      assignmentId: `lead-${index}`,
      hadIt: [],
      unfit: Object.fromEntries(FOR[segment].map((rep) => [rep, 'is not'])),
    }
    const now = START + (ledger.rotation.version + index) * MINUTES
    const { ledger: after, result } = reserve(team, pool, request, ledger, NOTHING, now)
    ledger = { ...after, reserved: {} }
    const rep = result.rep ?? 'nobody'
    counts[segment][rep] = (counts[segment][rep] ?? 0) + 1
  }
  return { counts, ledger, team, pool }
}

const many = (segment: Segment, count: number): Segment[] => Array<Segment>(count).fill(segment)

describe('leads that are for some of the members', () => {
  it('go to these in turn, and nobody is flooded or passed over later', () => {
    const { counts, ledger } = give(many('ann', 90))
    expect(counts.ann).toEqual({ ann: 90 })
    expect(give(many('everybody', 30), undefined, ledger).counts.everybody).toEqual({ ann: 10, bob: 10, cat: 10 })
    expect(give(many('others', 30), undefined, ledger).counts.others).toEqual({ bob: 15, cat: 15 })
  })

  test.each([
    [1, 1],
    [2, 1],
    [9, 1],
    [5, 3],
  ])('with weights of %i and %i, whatever the others get in between', (bob, cat) => {
    const leads = many('others', (bob + cat) * 10).flatMap((each, index): Segment[] => [
      ...many('ann', 1 + (index % 4)),
      each,
      ...many('everybody', index % 3),
    ])
    const { counts } = give(leads, { ann: 1, bob, cat })
    expect(counts.others).toEqual({ bob: bob * 10, cat: cat * 10 })
  })

  it('begin with who has waited longest in the pool, and not with the first of the list again', () => {
    const { counts } = give(['everybody', 'everybody', 'others'])
    expect(counts).toMatchObject({ everybody: { ann: 1, bob: 1 }, others: { cat: 1 } })
  })

  it('give a turn back where it was taken', () => {
    const { ledger: before, team, pool } = give(['others', 'others', 'others'])
    const request = { assignmentId: 'one-more', hadIt: [], unfit: { ann: 'is not' } }
    const { ledger } = reserve(team, pool, request, before, NOTHING, START + 10 * MINUTES)
    const [segment] = Object.keys(ledger.segments ?? {})
    expect(ledger.segments?.[segment ?? '']?.members.cat).toMatchObject({ turns: 2 })
    const after = unreserve(ledger, NOTHING, 'one-more').ledger
    expect(after.segments?.[segment ?? '']?.members.cat).toMatchObject({ turns: 1 })
    expect(after.rotation).toEqual(before.rotation)
  })

  it('credit a turn where it was taken, when the lead was nobody for us', () => {
    const { ledger, team } = give(['others', 'others', 'everybody'])
    const [segment = ''] = Object.keys(ledger.segments ?? {})
    const turn = { at: START, before: null, segment }
    const after = credit(team, ledger, 'one', { rep: 'bob', since: START, how: 'rotation', turn }).ledger
    expect(after.segments?.[segment]?.members.bob).toMatchObject({ turns: 0 })
    expect(after.rotation).toEqual(ledger.rotation)
    const hosted = credit(team, ledger, 'two', { rep: 'ann', since: START, how: 'meeting-host' }).ledger
    expect([hosted.rotation, hosted.segments]).toEqual([ledger.rotation, ledger.segments])
  })

  it('are forgotten by segment beyond fifty of them, the one that was quiet longest first', () => {
    const reps = Array.from({ length: 60 }, (_, index) => `rep-${index}`)
    const members = reps.map((rep) => ({ rep, weight: 1 }))
    const team = {
      reps: Object.fromEntries(reps.map((id) => [id, { id, active: true, away: [], calendar: '' }])),
      calendars: {},
    } as unknown as Team
    const pool = { members, manager: 'm', channel: 'C', caps: {} }
    let ledger = emptyPoolLedger()
    for (const [index, own] of reps.entries()) {
      const unfit = Object.fromEntries(reps.filter((rep) => rep !== own).map((rep) => [rep, 'is not']))
      const request = { assignmentId: own, hadIt: [], unfit }
      ledger = reserve(team, pool, request, ledger, NOTHING, START + index * MINUTES).ledger
    }
    expect(Object.keys(ledger.segments ?? {})).toEqual(reps.slice(10).map((rep) => JSON.stringify([rep])))
  })
})
