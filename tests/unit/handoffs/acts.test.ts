import { describe, expect, it } from 'vitest'
import { loadConfig } from '../../../src/config/load.ts'
import { standingButtons } from '../../../src/handoffs/buttons.ts'
import type { Handoff } from '../../../src/handoffs/handoff.ts'
import { dueRungs, nextDue } from '../../../src/handoffs/ladder.ts'
import { poolMembersNow } from '../../../src/handoffs/pool-members.ts'
import { beginAnew } from '../../../src/handoffs/reopen.ts'
import { snooze, snoozeUntil } from '../../../src/handoffs/snooze.ts'
import { canUndo, isUndoOver, undoAnswer } from '../../../src/handoffs/undo.ts'
import { answered, ELAPSED, HOUR, MINUTE, NOW, started } from '../../support/records.ts'

const open = started(ELAPSED, NOW)
const withUndo = (handoff: Handoff): Handoff => ({ ...handoff, undo: { until: NOW + 20 * MINUTE, lead: {} } })

describe('an answer', () => {
  const given = withUndo(answered(open, NOW + 10 * MINUTE))

  it.each([
    ['at once', given, NOW + 10 * MINUTE, true],
    ['in the last millisecond', given, NOW + 20 * MINUTE - 1, true],
    ['after that', given, NOW + 20 * MINUTE, false],
    ['without a click', answered(open, NOW + 10 * MINUTE), NOW + 11 * MINUTE, false],
    [
      'that ended it',
      { ...given, state: 'ended' as const, ended: { at: NOW + 10 * MINUTE, how: 'done' as const } },
      NOW + 11 * MINUTE,
      true,
    ],
    [
      'once it was settled otherwise',
      { ...given, state: 'ended' as const, ended: { at: NOW + 12 * MINUTE, how: 'disqualified' as const } },
      NOW + 13 * MINUTE,
      false,
    ],
  ])('can be taken back, or not: %s', (_, handoff, at, can) => {
    expect(canUndo(handoff, at)).toBe(can)
    expect(undoAnswer(handoff, 'U1', at) !== null).toBe(can)
  })

  it('leaves deadline and ladder as they were, and a wish that it had ended', () => {
    const passOn = { by: 'U2', at: NOW + 5 * MINUTE, to: 'ae-2' }
    const wished = { ...given, undo: { until: NOW + 20 * MINUTE, passOn, lead: {} } }
    const { events, ...after } = undoAnswer(wished, 'U1', NOW + 15 * MINUTE) ?? open
    const { events: _, ...before } = open
    expect(after).toEqual({ ...before, passOn })
    expect(events.at(-1)).toEqual({ at: NOW + 15 * MINUTE, what: 'undone', by: 'U1' })
  })

  it('wants attention when its time for that is over', () => {
    expect(nextDue(given)).toBe(NOW + 20 * MINUTE)
    expect([isUndoOver(given, NOW + 20 * MINUTE - 1), isUndoOver(given, NOW + 20 * MINUTE)]).toEqual([false, true])
  })
})

describe('a reminder', () => {
  // Reminded after one hour, given to another after two.
  it.each<[string, Handoff, number, number | undefined]>([
    ['by half an hour', open, NOW + 50 * MINUTE, NOW + 80 * MINUTE],
    ['at most until the next rung', open, NOW + 100 * MINUTE, NOW + 2 * HOUR],
    ['not when that comes within minutes', open, NOW + 116 * MINUTE, undefined],
    ['not of a short clock', started({ ...ELAPSED, respondWithin: { ms: 14 * MINUTE } }, NOW), NOW + MINUTE, undefined],
    ['not after an answer', answered(open, NOW + MINUTE), NOW + 2 * MINUTE, undefined],
    ['not while it is being passed on', { ...open, passOn: { at: NOW } }, NOW + MINUTE, undefined],
  ])('is put off %s', (_, handoff, at, until) => {
    expect(snoozeUntil(handoff, at)).toBe(until)
  })

  it('comes then, once, and the deadline stays; a second time it is not put off', () => {
    const after = snooze(open, 'U1', NOW + 50 * MINUTE)
    if (!after) throw new Error('not snoozed')
    expect(after.dueAt).toBe(open.dueAt)
    expect(after.ladder.filter((rung) => rung.do === 'remind').map(({ dueAt }) => dueAt)).toEqual([NOW + 80 * MINUTE])
    expect(after.ladder.filter((rung) => rung.do !== 'remind')).toEqual(
      open.ladder.filter((rung) => rung.do !== 'remind'),
    )
    expect(dueRungs(after, NOW + 79 * MINUTE)).toEqual([])
    expect(snooze(after, 'U1', NOW + 60 * MINUTE)).toBeNull()
  })

  it('comes as well where none was to come any more', () => {
    const reminded = {
      ...open,
      ladder: open.ladder.map((rung) => (rung.do === 'remind' ? { ...rung, doneAt: rung.dueAt } : rung)),
    }
    const after = snooze(reminded, 'U1', NOW + 70 * MINUTE)
    expect(after?.ladder.filter((rung) => rung.do === 'remind' && rung.doneAt === undefined)).toHaveLength(1)
  })
})

describe('a handoff that begins anew', () => {
  it('has a clock and a ladder from now on, and its course until then', () => {
    const before = withUndo(answered(open, NOW + MINUTE))
    const holder = { rep: 'ae-1', pool: 'ae', how: 'reopened', assignmentId: '42-1-2', by: 'U9' } as const
    const after = beginAnew(before, ELAPSED, holder, undefined, NOW + 5 * HOUR)
    expect(after).toMatchObject({ id: before.id, state: 'open', startedAt: NOW + 5 * HOUR, dueAt: NOW + 6 * HOUR })
    for (const gone of ['answered', 'attempts', 'undo', 'breachedAt', 'ended']) expect(after).not.toHaveProperty(gone)
    expect(after.holders).toHaveLength(2)
    expect(after.events.map(({ what }) => what)).toEqual([...before.events.map(({ what }) => what), 'reopened'])
  })
})

describe('what messages offer besides', () => {
  const given = withUndo(answered(open, NOW + MINUTE))
  const { undo: _, ...later } = given
  it.each<[string, Handoff, Parameters<typeof standingButtons>[1], string[]]>([
    ['the rep who has it', open, 'rep', ['snooze']],
    ['its pool', open, 'pool', []],
    ['the manager, while it is open', open, 'manager', []],
    ['the rep who has just answered', given, 'rep', ['undo']],
    ['its pool then', given, 'pool', ['undo']],
    ['the manager then', given, 'manager', ['undo']],
    ['the rep later', later, 'rep', []],
    ['the manager later', later, 'manager', ['reopen']],
    ['who is told by name', given, 'named', []],
  ])('%s', (_who, handoff, reader, names) => {
    expect(standingButtons(handoff, reader).map(({ name }) => name)).toEqual(names)
  })
})

describe('the members of a pool as they are now', () => {
  it('come with who is at work first, without some', async () => {
    const { team } = await loadConfig('config', NOW)
    const ledger = { days: {}, open: { 'sdr-2': 60 } }
    // Ten in the morning in New York.
    expect(poolMembersNow(team, 'sdr', ledger, [], NOW)).toEqual([
      { rep: 'sdr-1', name: 'Cleo Park', is: 'open' },
      { rep: 'sdr-2', name: 'Dan Moss', is: 'capped' },
    ])
    expect(poolMembersNow(team, 'sdr', ledger, ['sdr-1'], NOW).map(({ rep }) => rep)).toEqual(['sdr-2'])
    const { 'sdr-1': cleo } = team.reps
    const unreached = { ...team, reps: { ...team.reps, ...(cleo ? { 'sdr-1': { ...cleo, unreachable: NOW } } : {}) } }
    expect(poolMembersNow(unreached, 'sdr', ledger, [], NOW).map(({ is }) => is)).toEqual(['capped', 'unreachable'])
    const night = NOW + 12 * HOUR
    expect(poolMembersNow(team, 'ae', { days: {}, open: {} }, [], night).map(({ is }) => is)).toEqual([
      'closed',
      'closed',
    ])
    expect(poolMembersNow(team, 'nobody', ledger, [], NOW)).toEqual([])
  })
})
