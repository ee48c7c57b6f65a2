import { describe, expect, it } from 'vitest'
import { loadConfig } from '../../../src/config/load.ts'
import type { Handoff } from '../../../src/handoffs/handoff.ts'
import type { PostedMessage } from '../../../src/handoffs/posts.ts'
import { waitingHandoff } from '../../../src/handoffs/start.ts'
import type { LeadState } from '../../../src/leads/change.ts'
import { unite, united } from '../../../src/leads/merge.ts'
import type { Signal } from '../../../src/rules/attributes.ts'
import {
  answered,
  bySignal,
  changed,
  contactRead,
  DAY,
  ended,
  FITTING,
  HOUR,
  leadRecord,
  leadState,
  MQL_TO_SALES,
  NOW,
  ORDER,
  signalCame,
  signalsAgo,
  started,
  stateAfter,
} from '../../support/records.ts'

const config = await loadConfig('config', NOW)

/** Contact 43, which is merged into 42, with what Baton keeps of it. */
function other(handoff: Handoff | undefined, changes: Parameters<typeof leadRecord>[0] = {}): LeadState {
  const own = handoff && { ...handoff, id: '43-1', leadId: '43' }
  const handoffs: Record<string, string> = own ? { [own.kind]: own.id } : {}
  return leadState(leadRecord({ id: '43', pseudonym: 'lead-b', handoffs, ...changes }), own ? [own] : [])
}
const survivor = (handoff?: Handoff, changes: Parameters<typeof leadRecord>[0] = {}) =>
  leadState(leadRecord(handoff ? changes : { handoffs: {}, handoffCount: 0, ...changes }), handoff ? [handoff] : [])

const early = started(undefined, NOW - HOUR)
const late = started(undefined, NOW)
const waiting = waitingHandoff(ORDER, NOW - DAY)
const endings = (handoffs: LeadState['handoffs']) =>
  Object.values(handoffs).map(({ id, state, ended }) => [id, ended?.how ?? state])

describe('two leads that sales has', () => {
  it.each<[string, Handoff, Handoff, [string, string][]]>([
    [
      'the older clock goes on, the survivor’s',
      early,
      late,
      [
        ['42-1', 'open'],
        ['42-2', 'merged'],
      ],
    ],
    [
      'the older clock goes on, the other’s',
      late,
      early,
      [
        ['42-1', 'merged'],
        ['42-2', 'open'],
      ],
    ],
    [
      'the one that was answered goes on',
      early,
      answered(late, NOW),
      [
        ['42-1', 'merged'],
        ['42-2', 'answered'],
      ],
    ],
    [
      'the one that somebody has goes on',
      waiting,
      late,
      [
        ['42-1', 'merged'],
        ['42-2', 'open'],
      ],
    ],
    [
      'also of different kinds',
      early,
      { ...late, kind: 'x' },
      [
        ['42-1', 'open'],
        ['42-2', 'merged'],
      ],
    ],
    [
      'what has ended stays so',
      ended(early, NOW, 'returned'),
      late,
      [
        ['42-1', 'returned'],
        ['42-2', 'open'],
      ],
    ],
  ])('have one handoff then: %s', (_, own, theirs, after) => {
    expect(endings(unite(survivor(own), [other(theirs)], NOW).handoffs)).toEqual(after)
  })

  it('and a handoff beside goes on besides', () => {
    const beside = { ...late, kind: 'trial', byRoute: false }
    const { handoffs } = unite(survivor(early), [other(beside)], NOW)
    expect(endings(handoffs)).toEqual([
      ['42-1', 'open'],
      ['42-2', 'open'],
    ])
  })

  it('but of two beside of one kind only one goes on', () => {
    const beside = { kind: 'trial', byRoute: false }
    const { handoffs } = unite(survivor({ ...early, ...beside }), [other({ ...late, ...beside })], NOW)
    expect(endings(handoffs)).toEqual([
      ['42-1', 'open'],
      ['42-2', 'merged'],
    ])
  })

  it('the end of one is committed, whichever contact brought it', () => {
    for (const [own, theirs, over] of [
      [early, late, '42-2'],
      [late, early, '42-1'],
    ] as const) {
      const input = contactRead(FITTING, { merging: [other(theirs)] })
      const { handoffs } = changed(config, survivor(own), input)
      expect(handoffs.filter(({ ended }) => ended?.how === 'merged').map(({ id }) => id)).toEqual([over])
    }
  })
})

describe('what a contact brings along', () => {
  const message: PostedMessage = {
    handoffId: '43-1',
    kind: 'rep-alert',
    rep: 'ae-1',
    channel: 'D1',
    ts: '1',
    shown: 'x',
  }
  const theirs: LeadState = { ...other(early), messages: { '43-1.rep-alert-1': message } }
  const united = unite(survivor(), [theirs], NOW)

  it('its handoff goes on under a number of the survivor, with clock, holder and messages, and is found by its old id', () => {
    const { id: _, leadId: __, ...same } = early
    expect(united.handoffs['42-1']).toEqual({ ...same, id: '42-1', leadId: '42', formerly: ['43-1'] })
    expect(united.lead).toMatchObject({ handoffs: { 'mql-to-sales': '42-1' }, handoffCount: 1, merged: ['43'] })
    expect(united.messages).toEqual({ '43-1.rep-alert-1': { ...message, handoffId: '42-1' } })
  })

  it('what triggers did of either they have done of both, and it is known since the earlier day', () => {
    const [mine, own] = [
      { quiet: { at: NOW - 5 } },
      { quiet: { at: NOW - 9, holds: true }, downloads: { at: NOW - 1 } },
    ]
    const one = { ...survivor(), lead: leadRecord({ fired: mine, knownSince: NOW - 50 }) }
    const two = { ...theirs, lead: { ...leadRecord({ fired: own, knownSince: NOW - 80 }), id: theirs.id } }
    expect(unite(one, [two], NOW).lead).toMatchObject({
      fired: { quiet: { at: NOW - 5, holds: true }, downloads: { at: NOW - 1 } },
      knownSince: NOW - 80,
    })
  })

  it('the id of every contact that was merged before stays known', () => {
    const twice = unite(
      survivor(),
      [{ ...theirs, handoffs: { '43-1': { ...early, id: '43-1', formerly: ['44-1'] } } }],
      NOW,
    )
    expect(twice.handoffs['42-1']?.formerly).toEqual(['44-1', '43-1'])
  })

  it('what people were told of either goes on, under ids of the survivor', () => {
    const told = (to: string, within?: string) => ({
      to,
      because: [],
      at: NOW,
      opens: [],
      ...(within ? { within } : {}),
    })
    const message = { handoffId: '43-told-1', kind: 'told' as const, to: 'cs', channel: 'C1', ts: '1', shown: 'x' }
    const own = survivor()
    const both = unite(
      { ...own, lead: own.lead && { ...own.lead, told: { '42-told-1': told('mgr-1') } } },
      [
        {
          ...theirs,
          lead: theirs.lead && { ...theirs.lead, told: { '43-told-1': told('cs'), '43-told-2': told('ae-1', '43-1') } },
          messages: { '43-told-1.told-cs': message },
        },
      ],
      NOW,
    )
    expect(both.lead?.told).toEqual({
      '42-told-1': told('mgr-1'),
      '42-told-2': told('cs'),
      '42-told-3': told('ae-1', '42-1'),
    })
    expect(both.messages).toEqual({ '43-told-1.told-cs': { ...message, handoffId: '42-told-2' } })
  })

  it('what somebody opened at either is still to begin, and that it is back still holds', () => {
    const opening = (kind: string) => ({ kind, by: { what: 'trigger' as const, name: 'silent' }, at: NOW })
    const own = survivor(undefined, { toOpen: [opening('trial')] })
    const returning = { at: NOW - HOUR }
    const more = { toOpen: [opening('save-attempt')], returning }
    const both = unite(own, [{ ...theirs, lead: theirs.lead && { ...theirs.lead, ...more } }], NOW)
    expect(both.lead?.toOpen?.map(({ kind }) => kind)).toEqual(['trial', 'save-attempt'])
    expect(both.lead?.returning).toEqual(returning)
  })

  it('what HubSpot was told of either is told anew', () => {
    expect(unite({ ...survivor(), written: { baton_score: '1' } }, [theirs], NOW).written).toEqual({})
  })

  it('a contact that was taken in already changes nothing', () => {
    const again = unite({ ...united, written: { baton_score: '1' } }, [theirs], NOW)
    expect(again).toEqual({ ...united, written: { baton_score: '1' } })
  })

  it('signals that wait in its inbox come along, events do not', () => {
    const event = { kind: 'event' as const, event: 'merge', at: NOW }
    const inbox = [event, signalCame('demo_requested', NOW)]
    expect(unite(survivor(), [{ ...theirs, inbox }], NOW).inbox).toEqual([signalCame('demo_requested', NOW)])
  })
})

describe('signals of both', () => {
  const [first] = signalsAgo('demo_requested', HOUR)
  if (!first) throw new Error('no signal')
  const mine: Signal = { ...first, decision: 4 }
  const join = (theirs: Signal[]) =>
    unite(survivor(early, { signals: [mine] }), [other(late, { signals: theirs })], NOW)

  it.each<[string, Signal, Signal[]]>([
    ['the same is counted once, whatever its id', { ...first, id: 'api-1' }, []],
    [
      'another counts, and belongs to no decision of this lead',
      { ...first, id: 'b', type: 'a', decision: 2 },
      [{ ...first, id: 'b', type: 'a' }],
    ],
    [
      'another under the same id gets one of its own',
      { ...first, at: NOW },
      [{ ...first, at: NOW, id: `${first.id}~43` }],
    ],
  ])('%s', (_, theirs, more) => {
    expect(join([theirs]).lead?.signals).toEqual([mine, ...more])
  })
})

describe('what stands of both', () => {
  it.each([
    ['the newer word', NOW - DAY, NOW, NOW],
    ['the newer word, the survivor’s', NOW, NOW - DAY, NOW],
  ])('%s', (_, own, theirs, at) => {
    const word = (when: number) => ({
      rejected: { by: 'U1', reason: 'x', at: when },
      ended: { how: 'done' as const, at: when },
    })
    const { lead } = unite(survivor(early, word(own)), [other(late, word(theirs))], NOW)
    expect(lead).toMatchObject({ rejected: { at }, ended: { at } })
  })

  it('the first of each outcome of the survivor, and what only the other became', () => {
    const own = { answered: { at: NOW, minutes: 1 } }
    const theirs = { answered: { at: NOW, minutes: 9 }, customer: { at: NOW } }
    const { lead } = unite(survivor(early, { outcomes: own }), [other(late, { outcomes: theirs })], NOW)
    expect(lead?.outcomes).toEqual({ ...own, customer: { at: NOW } })
  })
})

describe('a survivor that Baton does not know', () => {
  const unknown = leadState(null)

  it('begins as the contact that it was, with a history of its own', () => {
    const { lead, handoffs } = unite(unknown, [other(early, { decisions: 7, mergedInto: '42', handoffCount: 1 })], NOW)
    expect(lead).toMatchObject({ id: '42', decisions: 0, handoffs: { 'mql-to-sales': '42-1' }, handoffCount: 1 })
    expect(lead?.merged).toEqual(['43'])
    expect(lead).not.toHaveProperty('mergedInto')
    expect(Object.keys(handoffs)).toEqual(['42-1'])
  })

  it('begins new when Baton knows neither', () => {
    const neither = { ...leadState(null), id: '43', inbox: [signalCame('demo_requested', NOW)] }
    const after = unite(unknown, [neither], NOW)
    expect(after).toMatchObject({ lead: null, handoffs: {}, inbox: [signalCame('demo_requested', NOW)] })
  })
})

it('what HubSpot counted of both is no news after a merge', () => {
  const opened = { ...FITTING, hs_email_open: '9', hs_email_click: '4' }
  const state = survivor(early, { counters: { hs_email_open: '5', hs_email_click: '4' } })
  expect(changed(config, state, contactRead(opened)).lead?.signals.map(({ type }) => type)).toContain('email_opened')
  const merged = changed(config, state, contactRead(opened, { merging: [other(late, { signals: [] })] }))
  expect(merged.lead?.signals.map(({ type }) => type)).not.toContain('email_opened')
  // From here on it counts from what both have done.
  const next = changed(config, stateAfter(state, merged), contactRead({ ...opened, hs_email_open: '10' }))
  expect(next.lead?.signals.filter(({ type }) => type === 'email_opened')).toHaveLength(1)
})

describe('what a merge does not begin', () => {
  const trial = { ...MQL_TO_SALES, ...bySignal('trial_started', 'sdr') }
  const rules = { ...config, handoffs: { ...config.handoffs, kinds: { ...config.handoffs.kinds, trial } } }
  const tried = (decision: number | undefined): Signal => ({
    ...{ id: 't', type: 'trial_started', at: NOW - HOUR },
    ...(decision === undefined ? {} : { decision }),
  })
  const over = { ...ended(late, NOW, 'done'), kind: 'trial', byRoute: false }

  it.each([
    ['a handoff for a signal that had its own once', 1, 0],
    ['but one for a signal that nobody has heard yet', undefined, 1],
  ])('%s', (_, decision, count) => {
    const merging = [other(over, { signals: [tried(decision)] })]
    const change = changed(rules, survivor(early), contactRead(FITTING, { merging }))
    expect(change.lead?.signals.map(({ type }) => type)).toContain('trial_started')
    expect(change.handoffs.filter(({ kind, state }) => kind === 'trial' && state !== 'ended')).toHaveLength(count)
  })
})

describe('what HubSpot has put together of both', () => {
  const notes = (count: number, status?: string) => ({
    num_contacted_notes: String(count),
    ...(status ? { hs_lead_status: status } : {}),
  })
  const open = { ...early, baseline: { num_contacted_notes: '1', hs_lead_status: 'NEW' } }
  // The rep's lead had been contacted once before the handoff, the other contact as often as said.
  it.each<[string, Record<string, string> | null, Record<string, string>, Record<string, string | null>]>([
    ['the sum of both is no answer', notes(5), notes(6, 'NEW'), { num_contacted_notes: '6', hs_lead_status: 'NEW' }],
    [
      'what is more than the sum is one',
      notes(5),
      notes(7, 'NEW'),
      { num_contacted_notes: '6', hs_lead_status: 'NEW' },
    ],
    ['nor is the larger one', notes(5), notes(5, 'NEW'), { num_contacted_notes: '5', hs_lead_status: 'NEW' }],
    ['nor what an unknown contact had', null, notes(9, 'NEW'), { num_contacted_notes: '9', hs_lead_status: 'NEW' }],
    [
      'nor the status that the other one had',
      notes(0, 'CONNECTED'),
      notes(1, 'CONNECTED'),
      { num_contacted_notes: '1', hs_lead_status: 'CONNECTED' },
    ],
    [
      'but another status is',
      notes(0, 'CONNECTED'),
      notes(1, 'OPEN_DEAL'),
      { num_contacted_notes: '1', hs_lead_status: 'NEW' },
    ],
  ])('%s', (_, theirs, values, baseline) => {
    const mine = survivor(open, { properties: notes(1, 'NEW') })
    const merging = [theirs ? other(undefined, { properties: theirs }) : { ...leadState(null), id: '43' }]
    const contact = { id: '42', createdAt: 0, properties: values }
    expect(united(config, mine, { contact, merging }, NOW).handoffs['42-1']?.baseline).toEqual(baseline)
    // The same when the handoff comes from the one that is merged.
    if (!theirs) return
    const reverse = [other(open, { properties: notes(1, 'NEW') })]
    const after = united(config, survivor(undefined, { properties: theirs }), { contact, merging: reverse }, NOW)
    expect(after.handoffs['42-1']?.baseline).toEqual(baseline)
  })

  it('a status by which a person took the other one out is no new word', () => {
    const status = { hs_lead_status: 'UNQUALIFIED' }
    const mine = survivor(early, { counters: { hs_lead_status: 'NEW' } })
    const contact = { id: '42', createdAt: 0, properties: status }
    const after = united(config, mine, { contact, merging: [other(undefined, { counters: status })] }, NOW)
    expect(after.lead?.counters).toEqual(status)
  })
})
