import { describe, expect, it } from 'vitest'
import { loadConfig } from '../../../src/config/load.ts'
import type { Ending } from '../../../src/handoffs/endings.ts'
import type { Handoff } from '../../../src/handoffs/handoff.ts'
import { waitingHandoff } from '../../../src/handoffs/start.ts'
import type { InboxItem } from '../../../src/leads/change.ts'
import type { Standing } from '../../../src/leads/decision.ts'
import type { LeadRecord } from '../../../src/leads/lead.ts'
import { next } from '../../../src/leads/next.ts'
import type { Properties } from '../../../src/leads/observe.ts'
import { raisedHandSince, salesHandoff, standingOf } from '../../../src/leads/standing.ts'
import {
  answered,
  changed,
  contactRead,
  DAY,
  ended,
  FITTING,
  leadRecord,
  leadState,
  MINUTE,
  NOW,
  ORDER,
  signalCame,
  signalsAgo,
  started,
  stateAfter,
} from '../../support/records.ts'

const config = await loadConfig('config', NOW)
const END = NOW - DAY
const open = started()
const done: LeadRecord['ended'] = { how: 'done', at: END }
const rejected: LeadRecord['rejected'] = { by: 'U1', reason: 'not a fit', at: END }
const [demo, mail] = [signalsAgo('demo_requested', 0), signalsAgo('email_opened', 0)]
const oldDemo = signalsAgo('demo_requested', DAY)

describe('what stands for a lead', () => {
  it.each<[string, Pick<LeadRecord, 'ended' | 'rejected'> | null, Handoff[], typeof demo, Standing]>([
    ['nothing, of a new one', null, [], demo, { withSales: false, rejected: false }],
    ['sales, while the clock runs', {}, [open], [], { withSales: true, rejected: false }],
    ['sales, while it is being reached', {}, [answered(open, NOW)], [], { withSales: true, rejected: false }],
    ['nothing, while nobody is free', {}, [waitingHandoff(ORDER, NOW)], [], { withSales: false, rejected: false }],
    ['nothing, by a handoff beside', {}, [{ ...open, byRoute: false }], [], { withSales: false, rejected: false }],
    ['sales, once it was reached', { ended: done }, [], mail, { withSales: true, rejected: false }],
    ['its end, not a signal of the same moment', { ended: done }, [], oldDemo, { withSales: true, rejected: false }],
    [
      'that it comes back, by raising its hand',
      { ended: done },
      [],
      demo,
      { withSales: true, comesBack: true, rejected: false },
    ],
    [
      'that it comes back, once it has cooled down',
      { ended: { ...done, cooled: true } },
      [],
      [],
      { withSales: true, comesBack: true, rejected: false },
    ],
    ['not that it comes back, while a rep has it', { ended: done }, [open], demo, { withSales: true, rejected: false }],
    [
      'rest, once nobody reached it',
      { ended: { how: 'returned', at: END } },
      [],
      [],
      { withSales: false, rejected: false, resting: true },
    ],
    [
      'no rest after any signal',
      { ended: { how: 'returned', at: END } },
      [],
      mail,
      { withSales: false, rejected: false, resting: false },
    ],
    [
      'rest, not a signal of the moment in which its attempts ended',
      { ended: { how: 'returned', at: END } },
      [],
      oldDemo,
      { withSales: false, rejected: false, resting: true },
    ],
    [
      'rest, whatever our own people did about it',
      { ended: { how: 'returned', at: END } },
      [],
      mail.map((signal) => ({ ...signal, by: 'sales' as const })),
      { withSales: false, rejected: false, resting: true },
    ],
    [
      'no rest, where one signal of several is new',
      { ended: { how: 'returned', at: END } },
      [],
      [...oldDemo, ...mail],
      { withSales: false, rejected: false, resting: false },
    ],
    [
      'whoever outside the team has it, whatever it does',
      { ended: { how: 'taken-over', at: END } },
      [],
      demo,
      { withSales: true, rejected: false },
    ],
    ['a person’s word', { rejected }, [], mail, { withSales: false, rejected: true }],
    ['no word any more, once it raises its hand', { rejected }, [], demo, { withSales: false, rejected: false }],
  ])('%s', (_, lead, handoffs, signals, standing) => {
    expect(standingOf(config, lead, handoffs, signals)).toEqual(standing)
  })

  it.each<[Ending, Standing]>([
    ['qualified', { withSales: true, rejected: false }],
    ['done', { withSales: true, rejected: false }],
    ['taken-over', { withSales: true, rejected: false }],
    ['returned', { withSales: false, rejected: false, resting: true }],
    ['recycled', { withSales: false, rejected: false, resting: true }],
    ['rejected', { withSales: false, rejected: false, resting: true }],
    ['expired', { withSales: false, rejected: false }],
    ['disqualified', { withSales: false, rejected: false }],
    ['released', { withSales: false, rejected: false }],
    ['missing', { withSales: false, rejected: false }],
    ['merged', { withSales: false, rejected: false }],
  ])('after a handoff that ended as %s, while it does nothing', (how, standing) => {
    expect(standingOf(config, { ended: { how, at: END } }, [], [])).toEqual(standing)
  })

  it('is the handoff with sales that is not over, not one beside it', () => {
    const beside = { ...open, id: '42-2', byRoute: false }
    expect(salesHandoff([beside, open])).toBe(open)
    expect(salesHandoff([beside, ended(open, NOW, 'done')])).toBeUndefined()
  })

  it.each([
    ['demo_requested', 20, true],
    ['webinar_attended', 20, false],
    ['webinar_attended', 15, true],
    ['unheard_of', 0, false],
    ['constructor', 0, false],
  ])('%s raises its hand where %d points are asked for: %s', (type, points, raises) => {
    const rules = { scoring: config.scoring, handoffs: { comesBack: { points } } }
    expect(raisedHandSince(rules, signalsAgo(type, 0), END)).toBe(raises)
  })
})

/** Whether a rep is looked for when the contact is read, after those signals have come. */
function isHeard(lead: LeadRecord, inbox: InboxItem[], contact: Properties = FITTING, handoffs: Handoff[] = []) {
  const answer = next(config, leadState(lead, handoffs, { inbox }), contactRead(contact), NOW)
  return answer !== null && 'wanted' in answer
}

// Its rules send this lead to sales by what it did before the end.
const signals = signalsAgo('pricing_page_viewed', 2 * DAY, 3 * DAY)

describe('nobody is deaf: a lead comes back', () => {
  const unqualified = { ...FITTING, hs_lead_status: 'UNQUALIFIED' }
  const counters = { hs_lead_status: 'UNQUALIFIED' }
  const out = { name: 'negative-icp', to: { disqualify: 'student' }, reason: 'student', at: END }
  const over = (how: 'done' | 'qualified' | 'returned' | 'disqualified' | 'missing') => [
    ended(answered(open, END), END, how),
  ]

  // By itself, by a mail that it opens, by asking for a demo.
  it.each<[string, Partial<LeadRecord>, Handoff[], Properties, [boolean, boolean, boolean]]>([
    ['that was reached', { ended: done }, over('done'), FITTING, [false, false, true]],
    ['that sales took on', { ended: { how: 'qualified', at: END } }, over('qualified'), FITTING, [false, false, true]],
    ['that nobody reached', { ended: { how: 'returned', at: END } }, over('returned'), FITTING, [false, true, true]],
    ['that a rep took out', { rejected }, over('disqualified'), FITTING, [false, false, true]],
    [
      'that a person took out in HubSpot, where it says so still',
      { rejected: { ...rejected, by: 'HubSpot', status: 'UNQUALIFIED' }, counters },
      over('disqualified'),
      unqualified,
      [false, false, true],
    ],
    [
      'that the rules took out at the end of the attempts, once they say otherwise',
      { ended: { how: 'disqualified', at: END }, route: out },
      over('disqualified'),
      FITTING,
      [true, true, true],
    ],
    ['that the rules took out, once they say otherwise', { route: out }, [], FITTING, [true, true, true]],
    [
      'whose contact was deleted, once it is restored',
      { missingSince: END },
      over('missing'),
      FITTING,
      [true, true, true],
    ],
  ])('%s', (_, changes, handoffs, contact, heard) => {
    const lead = leadRecord({ signals, ...changes })
    const came = [[], [signalCame('email_opened', NOW)], [signalCame('demo_requested', NOW)]]
    expect(came.map((inbox) => isHeard(lead, inbox, contact, handoffs))).toEqual(heard)
  })

  it('that was reached, cooled down and rises again', () => {
    const small = [signalCame('webinar_attended', NOW), signalCame('content_downloaded', NOW)]
    expect(isHeard(leadRecord({ signals, ended: done }), small)).toBe(false)

    const cold = changed(config, leadState(leadRecord({ signals: [], ended: done })), contactRead())
    expect(cold.decision).toMatchObject({ route: 'medium-good-fit', action: 'stay-with-sales' })
    expect(cold.lead?.ended).toEqual({ ...done, cooled: true })
    if (!cold.lead) throw new Error('no record')
    expect(isHeard(cold.lead, [])).toBe(false)
    expect(isHeard(cold.lead, small)).toBe(true)
  })

  it.each<[string, Partial<LeadRecord>]>([
    ['that was reached', { ended: done }],
    ['that a person took out', { rejected }],
  ])('%s, to its owner first, also where others do not stay with theirs', (_, changes) => {
    const rules = { ...config, routing: { ...config.routing, keepOwner: false } }
    const owned = contactRead({ ...FITTING, hubspot_owner_id: '102' })
    const asked = (lead: LeadRecord | null) =>
      next(rules, leadState(lead, [], { inbox: [signalCame('demo_requested', NOW)] }), owned, NOW)
    expect(asked(leadRecord({ signals, ...changes }))).toMatchObject({ wanted: { keep: 'ae-2' } })
    expect(asked(null)).not.toHaveProperty('wanted.keep')
  })

  it('that came back is with sales, whatever its status in HubSpot said before', () => {
    const word = { ...rejected, by: 'HubSpot', status: 'UNQUALIFIED' }
    const inbox = [signalCame('demo_requested', NOW)]
    const before = leadState(leadRecord({ signals, rejected: word, counters }), [], { inbox })
    const back = changed(config, before, contactRead(unqualified))
    expect(back.lead).not.toHaveProperty('rejected')
    expect(back.lead).toMatchObject({ overruledStatus: 'UNQUALIFIED', route: { to: { pool: 'ae' } } })

    const state = stateAfter(before, back)
    const again = changed(config, state, contactRead(unqualified), NOW + MINUTE)
    expect(again.decision).toMatchObject({ action: 'stay-with-sales', route: 'returning-tier-1' })
    expect(again.lead?.overruledStatus).toBe('UNQUALIFIED')
    // Another status is a new one, which the rules hear.
    const moved = changed(config, state, contactRead({ ...FITTING, hs_lead_status: 'CONNECTED' }), NOW + MINUTE)
    expect(moved.lead?.attributes.leadStatus?.value).toBe('CONNECTED')
    expect(moved.lead).not.toHaveProperty('overruledStatus')
  })

  it('that came back twice: the status that it overruled at first stays overruled', () => {
    const inbox = [signalCame('demo_requested', NOW)]
    const before = leadState(leadRecord({ signals, rejected, overruledStatus: 'UNQUALIFIED', counters }), [], { inbox })
    const back = changed(config, before, contactRead(unqualified))
    expect(back.lead).not.toHaveProperty('rejected')
    expect(back.lead).toMatchObject({ overruledStatus: 'UNQUALIFIED', route: { to: { pool: 'ae' } } })
  })

  it('forgets how an earlier handoff ended, once it is routed anew', () => {
    const earlier = ended(answered(open, END), END, 'returned')
    const now = { ...started(), id: '42-2' }
    const { lead } = changed(config, leadState(leadRecord(), [earlier, now]), contactRead())
    expect(lead).not.toHaveProperty('ended')
  })
})
