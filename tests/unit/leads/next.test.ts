import { describe, expect, it } from 'vitest'
import { loadConfig } from '../../../src/config/load.ts'
import type { Change, Input, LeadState } from '../../../src/leads/change.ts'
import { type DecisionEntry, isDecision } from '../../../src/leads/history.ts'
import { next, replay } from '../../../src/leads/next.ts'
import {
  answered,
  BEST_FIT,
  changeBy,
  changed,
  contactRead,
  DAY,
  FITTING,
  HOUR,
  leadRecord,
  leadState,
  MINUTE,
  NOW,
  signalCame,
  signalsAgo,
  started,
  stateAfter,
} from '../../support/records.ts'

const config = await loadConfig('config', NOW)
const demo = signalCame('demo_requested', NOW - MINUTE)
const webinar = signalCame('webinar_attended', NOW)
const fresh = (...inbox: LeadState['inbox']) => leadState(null, [], { inbox })
const postsOf = ({ posts }: Change) => posts.map(({ kind, rep }) => [kind, rep])
const STUDENT = { ...FITTING, jobtitle: 'Student' }

describe('a contact that was read', () => {
  it('has a rep reserved first, under an id that asking again does not change', () => {
    const wanted = { wanted: { assignmentId: '42-1-1', pool: 'ae', hadIt: [], prefer: 'open' } }
    expect(next(config, fresh(demo), contactRead(), NOW)).toEqual(wanted)
    expect(next(config, fresh(demo), contactRead(), NOW + MINUTE)).toEqual(wanted)
  })

  it('is asked for the owner whom it has', () => {
    const owned = contactRead({ ...FITTING, hubspot_owner_id: '102' })
    expect(next(config, fresh(demo), owned, NOW)).toMatchObject({ wanted: { keep: 'ae-2' } })
  })

  it('whose owner is nobody of the team is theirs: no handoff, and the manager hears of it once', () => {
    const strange = contactRead({ ...FITTING, hubspot_owner_id: '999' })
    const change = changed(config, fresh(demo), strange)
    expect(change).toMatchObject({ handoffs: [], posts: [], decision: { action: 'stay-with-sales' } })
    expect(change.notices).toEqual([{ what: 'owned-elsewhere', lead: '42', pool: 'ae', owner: '999', at: NOW }])
    expect(change.lead?.ended).toEqual({ how: 'taken-over', at: NOW })
    const again = stateAfter(fresh(), change)
    expect(changed(config, { ...again, inbox: [webinar] }, strange, NOW + DAY).notices).toBeUndefined()
  })

  it('goes to the rep, with everything that this takes in one change', () => {
    const change = changed(config, fresh(demo, webinar), contactRead())
    expect(change.lead).toMatchObject({
      pseudonym: 'fresh',
      route: { name: 'tier-1-mql' },
      handoffs: { 'mql-to-sales-tier-1': '42-1' },
      decisions: 1,
    })
    expect(change.handoffs).toMatchObject([{ id: '42-1', state: 'open', byRoute: true, holders: [{ rep: 'ae-1' }] }])
    expect(postsOf(change)).toEqual([
      ['rep-alert', 'ae-1'],
      ['pool-alert', undefined],
      ['hot-alert', undefined],
    ])
    // The first alert knows since when the lead could have been told.
    expect(change.posts[0]?.since).toBe(NOW - MINUTE)
    expect(change.history).toMatchObject([
      { what: 'stage', reason: 'lead to mql' },
      { what: 'decided', number: 1, choice: { rep: 'ae-1' } },
    ])
    expect(change).toMatchObject({ inboxDone: true, toWrite: true, kept: { number: 1, rep: 'ae-1' } })
  })

  it('makes no line of the history when it says nothing new', () => {
    const first = changed(config, fresh(demo), contactRead())
    const again = changed(config, stateAfter(fresh(), first), contactRead(), NOW + 1)
    expect(again).toMatchObject({ history: [], handoffs: [], posts: [], inboxDone: true })
    expect(again).not.toHaveProperty('kept')
    expect(again.lead?.decisions).toBe(1)
  })

  it('tells the manager once of a lead that a rep has and that gets hot', () => {
    const before = leadRecord({ score: { ...leadRecord().score, band: 'high' }, signals: [] })
    const inbox = [demo, webinar]
    const state = leadState(before, [started()], { inbox })
    const hot = changed(config, state, contactRead())
    expect(postsOf(hot)).toEqual([['hot-alert', undefined]])
    const message = { handoffId: '42-1', kind: 'hot-alert' as const, channel: 'D1', ts: '1', shown: 'x' }
    expect(changed(config, { ...state, messages: { a: message } }, contactRead()).posts).toEqual([])
    // What was told about an earlier handoff, or otherwise about this one, is something else.
    for (const other of [{ handoffId: '42-0' }, { kind: 'rep-alert' as const }]) {
      const messages = { a: { ...message, ...other } }
      expect(postsOf(changed(config, { ...state, messages }, contactRead()))).toEqual([['hot-alert', undefined]])
    }
  })
})

describe('nobody is free', () => {
  const first = changed(config, fresh(demo), contactRead(), NOW, null)
  const state = stateAfter(fresh(), first)
  const anHourLater = stateAfter(state, changed(config, state, contactRead(), NOW + HOUR, null))

  it('the lead waits in sight; its manager hears of all that wait in one message', () => {
    expect(first.handoffs).toMatchObject([{ id: '42-1', state: 'waiting', startedAt: NOW, dueAt: null, pool: 'ae' }])
    expect(postsOf(first)).toEqual([])
    expect(first.lead?.wakeAt).toBe(NOW + MINUTE)
  })

  it('it is tried again, remembers since when, and tells nobody twice', () => {
    const again = changed(config, state, contactRead(), NOW + HOUR, null)
    expect(again).toMatchObject({ posts: [], handoffs: [], history: [] })
    expect(again.lead?.wakeAt).toBe(NOW + HOUR + MINUTE)
    expect(anHourLater.handoffs['42-1']).toMatchObject({ state: 'waiting', startedAt: NOW })
  })

  it.each([
    ['kind', { kind: 'mql-to-sales' }],
    ['pool', { pool: 'sdr' }],
  ])('what waits as another %s waits as the new one from now on, under its own number', (_, was) => {
    const waiting = first.handoffs.map((handoff) => ({ ...handoff, ...was }))
    const other = { ...state, handoffs: Object.fromEntries(waiting.map((handoff) => [handoff.id, handoff])) }
    const change = changed(config, other, contactRead(), NOW + HOUR, null)
    expect(change.handoffs).toMatchObject([{ id: '42-1', kind: 'mql-to-sales-tier-1', pool: 'ae', state: 'waiting' }])
    expect(change.lead?.handoffCount).toBe(1)
  })

  it('until somebody is: the same handoff begins, with its clock', () => {
    const taken = changed(config, anHourLater, contactRead(), NOW + 2 * HOUR, 'ae-2')
    expect(taken.handoffs).toMatchObject([
      { id: '42-1', state: 'open', startedAt: NOW + 2 * HOUR, events: [{ what: 'started', rep: 'ae-2' }] },
    ])
    expect(postsOf(taken)).toEqual([
      ['rep-alert', 'ae-2'],
      ['pool-alert', undefined],
    ])
    expect(taken.lead).toMatchObject({ handoffCount: 1, handoffs: { 'mql-to-sales-tier-1': '42-1' } })
  })

  it('or until nobody is wanted any more', () => {
    const released = changed(config, anHourLater, contactRead(STUDENT), NOW + 2 * HOUR, 'ae-2')
    expect(released.handoffs).toMatchObject([{ id: '42-1', state: 'ended', ended: { how: 'released' } }])
    expect(released.decision).toMatchObject({ action: 'disqualify' })
  })
})

describe('a decision that is computed again', () => {
  // Read, read with more, left alone, out by the rules, computed again by a change of rules.
  const steps: [Input, LeadState['inbox']][] = [
    [contactRead(STUDENT), []],
    [contactRead(), [demo]],
    [contactRead(), [webinar]],
    [contactRead({ ...FITTING, jobtitle: null }), []],
    [{ type: 'rescore' }, []],
  ]
  const made: { entry: DecisionEntry; change: Change }[] = []
  let state = fresh()
  for (const [index, [input, inbox]] of steps.entries()) {
    state = { ...state, inbox }
    const change = changed(config, state, input, NOW + index * HOUR)
    state = stateAfter(state, change)
    for (const entry of change.history.filter(isDecision)) made.push({ entry, change })
  }
  const entries = made.map(({ entry }) => entry)
  const said = ({ score, route, action, missing, wakeAt }: NonNullable<Change['decision']>['full']) => ({
    score: {
      total: score.total,
      fit: { ...score.fit, contributions: score.fit.contributions.map((one) => ({ ...one, explain: one.explain() })) },
      engagement: score.engagement.points,
      band: score.band,
      icp: score.icp,
    },
    counted: score.engagement.contributions.map(({ signal, points }) => [signal.id, points]),
    route,
    action,
    missing,
    wakeAt,
  })

  it('is what was decided, whatever the lead became since', () => {
    expect(entries.map(({ number, route }) => [number, route])).toEqual([
      [1, 'negative-icp'],
      [2, 'tier-1-mql'],
      [3, 'tier-1-mql'],
      [4, 'tier-1-mql'],
      [5, 'tier-1-mql'],
    ])
    const { lead } = state
    if (!lead) throw new Error('no record')
    const rejected = { by: 'U1', reason: 'x', at: NOW }
    for (const later of [lead, { ...lead, rejected }, { ...lead, missingSince: NOW }, { ...lead, mergedInto: '43' }]) {
      for (const { entry, change } of made) {
        const again = replay(config, later, entries, entry)
        if (!again || !change.decision) throw new Error(`decision ${entry.number} is not kept`)
        expect(said(again.decision)).toEqual(said(change.decision.full))
      }
    }
  })

  it('says what it was made from, and nothing of one that the history does not hold', () => {
    const { lead } = state
    const [first] = entries
    if (!lead || !first) throw new Error('no record')
    expect(replay(config, lead, entries, first)?.inputs.attributes.jobTitle?.value).toBe('Student')
    expect(replay(config, lead, entries, { ...first, number: 9 })).toBeNull()
  })

  it('is another by other rules', () => {
    const { lead } = state
    const [first] = entries
    if (!lead || !first) throw new Error('no record')
    const lenient = { ...config, icp: { ...config.icp, negative: [] } }
    expect(replay(lenient, lead, entries, first)?.decision.route.route).not.toBe(first.route)
  })
})

describe('other rules', () => {
  const rescore: Input = { type: 'rescore' }

  it('compute a lead again from what is kept of it', () => {
    const properties = { jobtitle: 'CMO', numemployees: '30' }
    const change = changed(config, leadState(leadRecord({ properties, attributes: {}, signals: [] })), rescore)
    expect(change.lead?.attributes).toMatchObject({ jobTitle: { value: 'CMO' }, 'company.size': { value: 30 } })
    expect(change).toMatchObject({ decision: { route: 'low' }, history: [{ what: 'decided' }] })
    expect(change).not.toHaveProperty('inboxDone')
  })

  it('send a lead for whom a rep is wanted now through the main job', () => {
    const change = changed(config, leadState(leadRecord({ readBy: null })), rescore)
    expect(change).toMatchObject({ refresh: true, handoffs: [], posts: [], history: [] })
    expect(change).not.toHaveProperty('lead')
  })

  it('tell the manager once of a lead that a rep has and that they make hot', () => {
    const score = { ...leadRecord().score, band: 'high' }
    const signals = [...signalsAgo('demo_requested', 0), ...signalsAgo('webinar_attended', 0)]
    const lead = leadRecord({ score, signals, attributes: BEST_FIT, readBy: null })
    expect(postsOf(changed(config, leadState(lead, [started()]), rescore))).toEqual([['hot-alert', undefined]])
    const message = { handoffId: '42-1', kind: 'hot-alert' as const, channel: 'D1', ts: '1', shown: 'x' }
    expect(changed(config, leadState(lead, [started()], { messages: { a: message } }), rescore).posts).toEqual([])
    expect(changed(config, leadState(lead, [answered(started(), NOW)]), rescore).posts).toEqual([])
    for (const other of [{ handoffId: '42-0' }, { kind: 'rep-alert' as const }]) {
      const messages = { a: { ...message, ...other } }
      expect(changed(config, leadState(lead, [started()], { messages }), rescore).posts).toHaveLength(1)
    }
  })

  it.each<[string, string, number]>([
    ['was hot before', 'hot', 0],
    ['rises, and is not hot', 'low', 20 * DAY],
  ])('tell nobody of a lead that a rep has and that %s', (_, band, age) => {
    const score = { ...leadRecord().score, band }
    const signals = [...signalsAgo('demo_requested', age), ...signalsAgo('webinar_attended', 0).slice(age > 0 ? 1 : 0)]
    const lead = leadRecord({ score, signals, attributes: BEST_FIT, readBy: null })
    const change = changed(config, leadState(lead, [started()]), rescore)
    expect(change.lead?.score.band).toBe(age > 0 ? 'high' : 'hot')
    expect(change.posts).toEqual([])
  })

  it('keep the decision where it moves the lead, and only there', () => {
    const lead = leadRecord({ attributes: BEST_FIT, readBy: null, signals: signalsAgo('demo_requested', 0) })
    const state = leadState(lead, [started()])
    const moved = changed(config, state, rescore)
    expect(moved).toMatchObject({ lead: { score: { band: 'high' } }, kept: { rep: null, score: 70 } })
    expect(changed(config, stateAfter(state, moved), rescore)).not.toHaveProperty('kept')
  })

  it.each([
    ['there is none', null],
    ['its contact is gone', leadRecord({ missingSince: NOW })],
    ['another contact has taken it in', leadRecord({ mergedInto: '43' })],
  ])('leave a lead alone when %s', (_, lead) => {
    expect(changeBy(config, leadState(lead), rescore)).toBeNull()
  })
})

describe('erasing', () => {
  it.each([
    ['a lead, whose handoffs end', leadState(leadRecord(), [started()], { inbox: [demo] }), ['released']],
    ['one that Baton does not know', fresh(), []],
  ])('%s leaves nothing to write, to send or to note', (_, state, endings) => {
    const change = next(config, state, { type: 'erase' }, NOW)
    expect(change).toEqual({
      handoffs: endings.map((how) => expect.objectContaining({ state: 'ended', ended: { at: NOW, how } })),
      posts: [],
      history: [],
      messages: {},
      toWrite: false,
      erased: true,
    })
  })
})
