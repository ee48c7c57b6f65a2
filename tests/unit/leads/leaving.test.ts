import { describe, expect, it } from 'vitest'
import { loadConfig } from '../../../src/config/load.ts'
import { waitingHandoff } from '../../../src/handoffs/start.ts'
import type { Change, Input, LeadState } from '../../../src/leads/change.ts'
import {
  changeBy,
  changed,
  contactRead,
  DAY,
  leadRecord,
  leadState,
  MINUTE,
  NOW,
  ORDER,
  signalCame,
  started,
  stateAfter,
} from '../../support/records.ts'

const config = await loadConfig('config', NOW)
const demo = signalCame('demo_requested', NOW - MINUTE)
const fresh = (...inbox: LeadState['inbox']) => leadState(null, [], { inbox })

const event = (event: string, at: number, more: { survivor?: string } = {}) =>
  ({ kind: 'event', event, at, ...more }) as const

describe('a contact that HubSpot shows although it was deleted', () => {
  const second = 1_000
  it.each<[string, LeadState['inbox'], boolean]>([
    ['is left alone for a moment', [event('deletion', NOW - second)], true],
    ['whatever else came in', [event('deletion', NOW - second), demo, event('propertyChange', NOW)], true],
    ['is alive after a minute', [event('deletion', NOW - MINUTE)], false],
    ['is alive when it was restored since', [event('restore', NOW), event('deletion', NOW - second)], false],
    ['is left alone when it was restored before', [event('restore', NOW - 2 * second), event('deletion', NOW)], true],
    ['is alive without such an event', [event('restore', NOW), demo], false],
  ])('%s', (_, inbox, isLeft) => {
    const state = leadState(leadRecord(), [started()], { inbox })
    const change = changed(config, state, contactRead())
    if (isLeft)
      expect(change).toEqual({ handoffs: [], posts: [], history: [], toWrite: false, postponedUntil: NOW + 2 * second })
    else expect(change.inboxDone).toBe(true)
  })
})

describe('HubSpot has no such contact', () => {
  const missing: Input = { type: 'missing' }

  it('its handoffs end, nothing is written to it, and it is looked at no more', () => {
    const waiting = waitingHandoff({ ...ORDER, id: '42-2' }, NOW)
    const state = leadState(leadRecord({ wakeAt: NOW }), [started(), waiting])
    const change = changed(config, state, missing)
    expect(change.handoffs.map(({ id, ended }) => [id, ended?.how])).toEqual([
      ['42-1', 'missing'],
      ['42-2', 'missing'],
    ])
    expect(change.lead).toMatchObject({ missingSince: NOW, wakeAt: null })
    expect(change).toMatchObject({ toWrite: false, inboxDone: true })
    expect(changed(config, stateAfter(state, change), missing, NOW + DAY).lead?.missingSince).toBe(NOW)
  })

  it.each<[string, LeadState, Partial<Change>]>([
    [
      'a contact of this moment is looked for again',
      fresh(event('creation', NOW - MINUTE + 1)),
      { postponedUntil: NOW + 5_000 },
    ],
    ['one of a minute ago is not', fresh(event('creation', NOW - MINUTE)), { inboxDone: true }],
    ['signals wait for it', fresh(demo), { postponedUntil: NOW + MINUTE }],
    [
      'but not for ever',
      fresh(signalCame('demo_requested', NOW - 2 * DAY)),
      { givenUp: 'signals of a contact that HubSpot does not have' },
    ],
    [
      'the one that lives on is told of a merge, and this one waits for it',
      leadState(leadRecord(), [started()], { inbox: [event('merge', NOW, { survivor: '43' })] }),
      {
        postponedUntil: NOW + MINUTE,
        forward: { to: '43', items: [{ kind: 'event', event: 'merge', at: NOW, merged: ['42'] }] },
        handoffs: [],
      },
    ],
  ])('%s', (_, state, change) => {
    expect(changed(config, state, missing)).toMatchObject({ toWrite: false, posts: [], ...change })
  })

  it('and HubSpot names the one that lives on: that one is told, whatever the events say', () => {
    const state = leadState(leadRecord(), [], { inbox: [event('merge', NOW, { survivor: '43' })] })
    const told = changed(config, state, { type: 'missing', movedTo: '44' })
    expect(told.forward).toMatchObject({ to: '44', items: [{ event: 'merge', merged: ['42'] }] })
    expect(told).toMatchObject({ postponedUntil: NOW + MINUTE, handoffs: [] })
    expect(told).not.toHaveProperty('inboxDone')
  })
})

describe('a contact that another one has taken in', () => {
  const own = { ...started(), id: '43-1', leadId: '43' }
  const state = leadState(leadRecord({ id: '43', handoffs: { 'mql-to-sales': '43-1' } }), [own])

  it('ends its handoffs, keeps where it went, and is looked at no more', () => {
    const change = changed(config, state, { type: 'merged', into: '42', taken: ['43-1.rep-alert-1'] })
    expect(change.lead).toMatchObject({ mergedInto: '42', wakeAt: null })
    expect(change.handoffs).toMatchObject([{ id: '43-1', ended: { how: 'merged' } }])
    expect(change).toMatchObject({ toWrite: false, inboxDone: true, messages: {}, posts: [] })
  })

  it('hands on what has come meanwhile, also when Baton never knew it, and is closed once', () => {
    const inbox = [event('change', NOW), demo]
    const forward = { to: '42', items: [demo] }
    expect(
      changed(config, { ...state, inbox }, { type: 'merged', into: '42', taken: ['43-1.rep-alert-1'] }),
    ).toMatchObject({ forward })
    const unknown = changed(
      config,
      { ...fresh(...inbox), id: '43' },
      { type: 'merged', into: '42', taken: ['43-1.rep-alert-1'] },
    )
    // Whoever has read it before and found nothing must not write it now.
    expect(unknown).toMatchObject({ forward, inboxDone: true, toWrite: false, fence: true })
    expect(unknown).not.toHaveProperty('lead')
    const closed = leadState(leadRecord({ id: '43', mergedInto: '42' }))
    expect(changeBy(config, closed, { type: 'merged', into: '42', taken: ['43-1.rep-alert-1'] })).toBeNull()
  })

  it('hands on what comes for it later', () => {
    const inbox = [signalCame('demo_requested', NOW)]
    const gone = leadState(leadRecord({ id: '43', mergedInto: '42' }), [], { inbox })
    expect(changed(config, gone, { type: 'missing' })).toMatchObject({
      forward: { to: '42', items: inbox },
      inboxDone: true,
      toWrite: false,
    })
  })
})
