import { describe, expect, it } from 'vitest'
import { loadConfig } from '../../../src/config/load.ts'
import type { Handoff } from '../../../src/handoffs/handoff.ts'
import { waitingHandoff } from '../../../src/handoffs/start.ts'
import type { Click, Input, LeadState } from '../../../src/leads/change.ts'
import { next } from '../../../src/leads/next.ts'
import type { Properties } from '../../../src/leads/observe.ts'
import { heldAssignment } from '../../../src/leads/steps.ts'
import {
  answered,
  changeBy,
  changed,
  DAY,
  ended,
  FITTING,
  facts,
  gathered,
  HOUR,
  leadRecord,
  leadState,
  MANAGER,
  MINUTE,
  NOW,
  ORDER,
  REASSIGN,
  REMIND,
  signalsAgo,
  started,
  stateAfter,
} from '../../support/records.ts'

const config = await loadConfig('config', NOW)
const open = started()
const waiting = waitingHandoff(ORDER, NOW)
const passOn: Handoff = { ...open, passOn: { by: 'U1', at: NOW } }
const tried = answered(open, NOW)
const UNTIL = tried.attempts?.until ?? 0
const due = (contact: Properties | null = FITTING, handoffId = '42-1'): Input => ({
  type: 'due',
  handoffId,
  gathered: contact && gathered(contact),
})
const stateOf = (handoff: Handoff, lead = leadRecord()) => leadState(lead, [handoff])

describe('a step that is due', () => {
  it.each<[string, LeadState, Input, number]>([
    ['a rung', stateOf(open), due(), REMIND],
    ['a rung, when HubSpot cannot be asked', stateOf(open), due(null), REMIND],
    ['the end of the attempts', stateOf(tried), due(), UNTIL],
  ])('changes nothing before its time: %s', (_, state, input, at) => {
    expect(next(config, state, input, at - 1)).toBeNull()
    expect(next(config, state, input, at)).not.toBeNull()
  })

  it.each<[string, LeadState, Input]>([
    ['nobody is free yet', stateOf(waiting), due()],
    ['it has ended', stateOf(ended(open, NOW, 'released')), due()],
    ['the lead is not known', leadState(null, [open]), due()],
    ['there is no such handoff', stateOf(open), due(FITTING, '42-9')],
    ['the attempts are over, but whether it was reached cannot be asked', stateOf(tried), due(null)],
  ])('changes nothing when %s', (_, state, input) => {
    expect(next(config, state, input, NOW + 99 * DAY)).toBeNull()
  })

  it('is taken once', () => {
    const change = changed(config, stateOf(open), due(), REMIND)
    expect(change.posts).toMatchObject([{ id: '42-1.reminder-2', kind: 'reminder', rep: 'ae-1' }])
    expect(change.history).toEqual([
      { at: REMIND, what: 'ladder', steps: [{ at: REMIND, what: 'reminded', rep: 'ae-1' }] },
    ])
    expect(changeBy(config, stateAfter(stateOf(open), change), due(), REMIND)).toBeNull()
  })

  it('has the next rep reserved first, who is none of those before', () => {
    const moved = changed(config, stateOf(open), due(), REASSIGN, 'ae-2')
    expect(moved.handoffs).toMatchObject([{ holders: [{ rep: 'ae-1' }, { rep: 'ae-2', assignmentId: '42-1-2' }] }])
    expect(next(config, stateOf(open), due(), REASSIGN)).toEqual({
      wanted: { assignmentId: '42-1-2', pool: 'ae', hadIt: ['ae-1'], prefer: 'open' },
    })
    expect(changed(config, stateOf(open), due(), REASSIGN, null).posts.map(({ kind }) => kind)).toContain(
      'manager-alert',
    )
  })

  it('bothers nobody once HubSpot shows that the rep has responded', () => {
    const change = changed(config, stateOf(open), due({ ...FITTING, num_contacted_notes: '1' }), MANAGER)
    expect(change.posts).toEqual([])
    expect(change.handoffs).toMatchObject([{ state: 'answered', answered: { how: 'seen-in-hubspot', minutes: 240 } }])
    expect(change.lead?.outcomes).toEqual({ answered: { at: MANAGER, minutes: 240 } })
  })

  it('that a person asked for is taken, whatever HubSpot shows', () => {
    const change = changed(config, stateOf(passOn), due({ ...FITTING, num_contacted_notes: '1' }), NOW, 'ae-2')
    expect(change.handoffs).toMatchObject([{ state: 'open', holders: [{ rep: 'ae-1' }, { how: 'passed-on' }] }])
  })
})

describe('the end of the attempts', () => {
  const student = leadRecord({ attributes: facts({ jobTitle: 'Student' }), signals: [] })

  it.each<[string, Properties, ReturnType<typeof leadRecord>, object, object]>([
    ['sales took it on', { lifecyclestage: 'opportunity' }, leadRecord(), { how: 'qualified' }, { how: 'qualified' }],
    ['it was reached', { hs_lead_status: 'CONNECTED' }, leadRecord(), { how: 'done' }, { how: 'done' }],
    [
      'nobody reached it',
      { num_contacted_notes: '2' },
      leadRecord(),
      { how: 'returned', reason: 'no answer after 2 of 3 attempts' },
      { how: 'returned' },
    ],
    [
      'nobody reached it, and it is wrong for us',
      {},
      student,
      { how: 'disqualified', reason: 'student' },
      { how: 'disqualified' },
    ],
  ])('%s', (_, contact, lead, ending, standing) => {
    const change = changed(config, stateOf(tried, lead), due({ ...FITTING, ...contact }), UNTIL)
    expect(change.handoffs).toMatchObject([{ state: 'ended', ended: { at: UNTIL, ...ending } }])
    expect(change.lead?.ended).toEqual({ at: UNTIL, ...standing })
    expect(change.handoffs[0]).not.toHaveProperty('attempts')
  })

  it('sends a lead that nobody reached to the track of its kind, and one that is wrong for us to none', () => {
    const back = changed(config, stateOf(tried), due(), UNTIL)
    expect(back.lead).toMatchObject({
      route: { name: 'no-answer', to: { nurture: 'signal-based' }, reason: 'no answer after 1 of 3 attempts' },
      outcomes: { returned: { at: UNTIL } },
    })
    const out = changed(config, stateOf(tried, student), due(), UNTIL)
    expect(out.lead).toMatchObject({ route: { name: 'negative-icp', to: { disqualify: 'student' } }, outcomes: {} })
  })

  it('of a handoff beside says nothing of where the lead stands', () => {
    const change = changed(config, stateOf({ ...tried, byRoute: false }), due(), UNTIL)
    expect(change.handoffs).toMatchObject([{ ended: { how: 'returned' } }])
    expect(change.lead).toEqual({ ...leadRecord(), stage: { name: 'mql', since: UNTIL } })
  })
})

describe('a click', () => {
  const by = 'U0000AE1'
  const disqualify: Click = { disqualify: { reason: 'not a fit: too small', choice: 'not_a_fit' } }
  const click = (does: Click, handoffId = '42-1'): Input => ({ type: 'click', handoffId, by, does })
  const at = NOW + 7 * MINUTE

  it('contacted: the clock stops, and the time for reaching the lead begins', () => {
    const change = changed(config, stateOf(open), click('contacted'), at)
    expect(change.handoffs).toMatchObject([
      { state: 'answered', answered: { at, how: 'contacted', by, minutes: 7 }, attempts: { count: 3 } },
    ])
    expect(change.lead?.outcomes).toEqual({ answered: { at, minutes: 7 } })
    expect(change.history).toEqual([{ at, what: 'contacted', by }])
  })

  it('contacted, of a kind without attempts: the lead was reached', () => {
    const kinds = { 'mql-to-sales': { ...config.handoffs.kinds['mql-to-sales'], attempts: undefined } }
    const without = { ...config, handoffs: { ...config.handoffs, kinds } } as typeof config
    const change = changed(without, stateOf(open), click('contacted'), at)
    expect(change.lead).toMatchObject({ ended: { how: 'done', at }, outcomes: { answered: { minutes: 7 } } })
  })

  it('pass on: noted, and due at once', () => {
    const change = changed(config, stateOf(open), click('pass-on'), at)
    expect(change.handoffs).toMatchObject([{ state: 'open', passOn: { by, at } }])
    expect(change.lead?.outcomes).toEqual({ 'passed-on': { at } })
    const state = stateAfter(stateOf(open), change)
    expect(next(config, state, due(null), at)).toMatchObject({ wanted: { hadIt: ['ae-1'] } })
  })

  it('disqualify: the lead is out, with every handoff that it has', () => {
    const beside = { ...open, id: '42-2', kind: 'trial', byRoute: false }
    const lead = leadRecord({ wakeAt: NOW + DAY, ended: { how: 'done', at: NOW - DAY }, handoffCount: 2 })
    const change = changed(config, leadState(lead, [open, beside]), click(disqualify), at)
    expect(change.handoffs.map(({ id, ended }) => [id, ended])).toEqual(
      ['42-1', '42-2'].map((id) => [
        id,
        { at, how: 'disqualified', by, reason: 'not a fit: too small', choice: 'not_a_fit' },
      ]),
    )
    expect(change.lead).toMatchObject({
      rejected: { by, reason: 'not a fit: too small', at },
      // A choice, never a person's own words.
      outcomes: { disqualified: { at, reason: 'not_a_fit' } },
      // It goes on cooling down.
      wakeAt: NOW + DAY,
    })
    expect(change.lead).not.toHaveProperty('ended')
  })

  it.each<[string, Click, Click]>([
    ['contacted', 'contacted', 'contacted'],
    ['pass on', 'pass-on', 'pass-on'],
    ['disqualify', disqualify, disqualify],
    ['pass on after contacted', 'contacted', 'pass-on'],
    ['contacted after disqualify', disqualify, 'contacted'],
  ])('the second changes nothing: %s', (_, first, second) => {
    const state = stateAfter(stateOf(open), changed(config, stateOf(open), click(first), at))
    expect(changeBy(config, state, click(second), at + 1)).toBeNull()
  })

  it('disqualify after contacted: who was reached may turn out to be nobody for us', () => {
    const change = changed(config, stateOf(tried), click(disqualify), at)
    expect(change.handoffs).toMatchObject([{ ended: { how: 'disqualified', by } }])
    expect(change.lead).toMatchObject({ rejected: { by, choice: 'not_a_fit' } })
  })

  it('contacted after pass on still counts, and nobody else is looked for', () => {
    const change = changed(config, stateOf(passOn), click('contacted'), at)
    expect(change.handoffs).toMatchObject([{ state: 'answered' }])
    expect(change.handoffs[0]).not.toHaveProperty('passOn')
  })

  it.each<[string, LeadState, Input]>([
    ['on a lead that waits for somebody', stateOf(waiting), click('contacted')],
    ['on a handoff that is not kept', stateOf(open), click('contacted', '42-9')],
    ['on a lead that is not known', leadState(null, [open]), click('contacted')],
  ])('changes nothing %s', (_, state, input) => {
    expect(changeBy(config, state, input, at)).toBeNull()
  })

  it('says first what became of the lead, once', () => {
    const outcomes = { answered: { at: NOW - DAY, minutes: 3 } }
    const lead = leadRecord({ outcomes, signals: signalsAgo('demo_requested', HOUR) })
    expect(changed(config, stateOf(open, lead), click('contacted'), at).lead?.outcomes).toEqual(outcomes)
  })
})

describe('the assignment by which a pool counts a lead', () => {
  const given = { ...open, holders: open.holders.map((holder) => ({ ...holder, how: 'owner-changed' as const })) }
  it.each<[string, Handoff | undefined, boolean]>([
    ['is that of who has it', open, true],
    ['is none once they have answered', tried, false],
    ['is none while nobody is free', waiting, false],
    ['is none when a person chose the rep', given, false],
    ['is none without a handoff', undefined, false],
  ])('%s', (_, handoff, held) => {
    expect(heldAssignment(handoff)).toEqual(held ? { assignmentId: '42-1-1', pool: 'ae' } : undefined)
  })
})
