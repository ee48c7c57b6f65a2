import { describe, expect, it } from 'vitest'
import { loadConfig } from '../../../src/config/load.ts'
import { FACT_TYPES, type Fact } from '../../../src/facts/fact.ts'
import { factsOf } from '../../../src/facts/facts-of.ts'
import { changeOwner, type Handoff } from '../../../src/handoffs/handoff.ts'
import { takeDueSteps } from '../../../src/handoffs/ladder.ts'
import { waitingHandoff } from '../../../src/handoffs/start.ts'
import type { Click, Input, LeadState, NextConfig } from '../../../src/leads/change.ts'
import {
  answered,
  bySignal,
  changed,
  contactRead,
  DAY,
  ended,
  FITTING,
  gathered,
  HOUR,
  leadRecord,
  leadState,
  MINUTE,
  MQL_TO_SALES,
  NOW,
  ORDER,
  REASSIGN,
  REMIND,
  SECOND,
  setByPersonJustNow,
  signalCame,
  started,
} from '../../support/records.ts'

const loaded = await loadConfig('config', NOW)
const trial = { ...MQL_TO_SALES, ...bySignal('trial_started', 'sdr') }
const kinds = { ...loaded.handoffs.kinds, trial }
const config: NextConfig = { ...loaded, triggers: {}, handoffs: { ...loaded.handoffs, kinds } }

const open = { ...started(), baseline: { num_contacted_notes: null, hs_lead_status: null } }
const waiting = waitingHandoff(ORDER, NOW - HOUR)
const tried = answered(open, NOW)
const reminded = takeDueSteps(open, REMIND, null).handoff
// Nothing about it changes when its contact is read and it is with sales.
const lead = leadRecord({
  signals: [],
  score: { ...leadRecord().score, band: 'medium' },
  counters: { hs_lead_status: null },
})
const demo = signalCame('demo_requested', NOW - 30 * SECOND)
const byPerson = setByPersonJustNow('hs_lead_status')
const click = (does: Click): Input => ({ type: 'click', handoffId: '42-1', by: 'U0000AE1', does })
const due = (properties = FITTING): Input => ({ type: 'due', handoffId: '42-1', gathered: gathered(properties) })

const digest = (company: string) => `digest-of-${company.length}-letters`

/** The facts of a change, without what stands in all or many of them. A signal has its own instant. */
function factsBy(state: LeadState, input: Input, now = NOW, rep: string | null = 'ae-1') {
  const told = factsOf(state, changed(config, state, input, now, rep), now, digest)
  return told.map(({ at, lead, config, account, ...fact }) => {
    expect(lead).toBe(state.lead?.pseudonym ?? 'fresh')
    if (fact.type !== 'signal') expect(at).toBe(now)
    expect(FACT_TYPES).toHaveProperty(fact.type)
    return Object.fromEntries(Object.entries(fact).filter(([, value]) => value !== undefined))
  })
}
const stateOf = (handoffs: Handoff[], inbox: LeadState['inbox'] = []) => leadState(lead, handoffs, { inbox })
const SALES = { handoff: '1', kind: 'mql-to-sales', pool: 'ae', route: 'tier-1-mql' }
const HELD = { ...SALES, rep: 'ae-1' }

describe('what happens to a lead', () => {
  it('the first sight of it, with where it stands, and the rep who gets it', () => {
    const properties = { ...FITTING, hs_analytics_source: 'PAID_SEARCH' }
    const form = signalCame('demo_requested', NOW - 30 * SECOND, { detail: 'Request a demo' })
    const route = 'tier-1-mql'
    const where = { source: 'PAID_SEARCH', content: 'Request a demo', route }
    expect(factsBy(leadState(null, [], { inbox: [form] }), contactRead(properties))).toEqual([
      { type: 'seen', ...where, stage: 'lead' },
      { type: 'scored', value: 70, reason: 'high', route },
      { type: 'routed', ...where, reason: 'pool ae', value: 30 },
      { type: 'signal', rule: 'demo_requested', content: 'Request a demo', value: 20 },
      { type: 'assigned', ...HELD, kind: 'mql-to-sales-tier-1', source: 'PAID_SEARCH', reason: 'rotation', value: 30 },
    ])
  })

  it('what it has done since, each form, page and kind of act once, with the points that engagement rose by', () => {
    const page = (id: string, ago: number) =>
      signalCame('pricing_page_viewed', NOW - ago, { id, detail: 'https://www.example.com/pricing?plan=pro' })
    const inbox = [
      page('1', 4 * HOUR),
      signalCame('content_downloaded', NOW - 3 * HOUR, { id: '2', detail: 'Guide: Download' }),
      page('3', 2 * HOUR),
    ]
    const signals = (state: LeadState) => factsBy(state, contactRead()).filter(({ type }) => type === 'signal')
    // 5 for each of two visits, 10 for the download.
    const cold = { ...lead, score: { ...lead.score, engagement: 0 } }
    expect(signals(leadState(cold, [open], { inbox }))).toEqual([
      { type: 'signal', rule: 'pricing_page_viewed', content: '/pricing', value: 20 },
      { type: 'signal', rule: 'content_downloaded', content: 'Guide: Download' },
    ])
    expect(signals(stateOf([open]))).toEqual([])
  })

  it('of a lead with a thousand pages at once not more than 25 of them', () => {
    const inbox = Array.from({ length: 100 }, (_, n) =>
      signalCame('form_submitted', NOW - n * SECOND, { id: `f${n}`, detail: `Form ${n}` }),
    )
    expect(factsBy(stateOf([open], inbox), contactRead()).filter(({ type }) => type === 'signal')).toHaveLength(25)
  })

  it.each([
    ['the domain of its company', { email: 'a@north.example' }, { domain: 'acme.example' }, 'domain-acme.example'],
    [
      'that of its address, as long as HubSpot knows no company',
      { email: 'a@acme.example' },
      null,
      'domain-acme.example',
    ],
    [
      'HubSpot’s company, of an address that says nothing',
      { email: 'a@gmail.com', associatedcompanyid: '7' },
      {},
      'company-7',
    ],
    ['never a free mail provider', { email: 'a@gmail.com' }, { domain: 'gmail.com' }, undefined],
  ])('the account that it counts for: %s', (_, properties, company, account) => {
    const change = changed(config, leadState(null), contactRead({ ...FITTING, ...properties }, { company }), NOW)
    const facts = factsOf(leadState(null), change, NOW, (key) => key)
    expect(facts.find(({ type }) => type === 'seen')?.account).toBe(account)
    expect(facts.find(({ type }) => type === 'scored')).not.toHaveProperty('account')
  })

  it('the content that the lead saw, and not the id of a deal, by which the person would be found', () => {
    const form = signalCame('demo_requested', NOW - 30 * SECOND, { detail: 'Request a demo' })
    const moved = signalCame('deal_stage_changed', NOW - SECOND, { id: 'deal-77-1', detail: '77' })
    if (moved.kind === 'signal') moved.signal.by = 'sales'
    const facts = factsBy(leadState(null, [], { inbox: [form, moved] }), contactRead())
    expect(facts.find(({ type }) => type === 'seen')).toMatchObject({ content: 'Request a demo' })
  })

  it.each<[string, LeadState, Input, object[]]>([
    ['nothing new', stateOf([open]), contactRead(), []],
    [
      'another band',
      leadState(leadRecord({ signals: [] }), [open]),
      contactRead(),
      [{ type: 'scored', value: 50, reason: 'medium', route: 'tier-1-mql' }],
    ],
    [
      'another route, that takes it out',
      leadState(leadRecord({ ...lead, handoffs: {} })),
      contactRead({ ...FITTING, numemployees: '240', hs_lead_status: 'UNQUALIFIED' }),
      [
        { type: 'routed', reason: 'disqualify', route: 'not-interested' },
        { type: 'disqualified', reason: 'unqualified', route: 'not-interested' },
        { type: 'stage', stage: 'disqualified', reason: 'mql' },
      ],
    ],
    [
      'another stage that is an outcome',
      stateOf([open]),
      contactRead({ ...FITTING, lifecyclestage: 'opportunity' }),
      [
        { type: 'stage', stage: 'opportunity', reason: 'mql' },
        { type: 'outcome', stage: 'opportunity' },
      ],
    ],
    [
      'another stage that is none',
      leadState(leadRecord({ ...lead, score: { ...lead.score, mql: false } }), [open]),
      contactRead({ ...FITTING, lifecyclestage: 'marketingqualifiedlead' }),
      [{ type: 'stage', stage: 'mql', reason: 'lead' }],
    ],
    [
      'a customer that is none any more',
      leadState({ ...lead, attributes: { ...lead.attributes, lifecycleStage: { value: 'customer', source: 'x' } } }, [
        open,
      ]),
      contactRead({ ...FITTING, lifecyclestage: 'other' }),
      [{ type: 'outcome', stage: 'churn' }],
    ],
    [
      'another answer of a provider',
      stateOf([open]),
      contactRead(FITTING, { outcomes: { apollo: 'failed' } }),
      [{ type: 'enrichment', source: 'apollo', reason: 'failed' }],
    ],
    [
      'the same answer again',
      leadState({ ...lead, enrichment: { apollo: { status: 'failed', at: NOW - DAY } } }, [open]),
      contactRead(FITTING, { outcomes: { apollo: 'failed' } }),
      [],
    ],
    ['its erasure', stateOf([open]), { type: 'erase' }, []],
  ])('%s', (_, state, input, facts) => {
    expect(factsBy(state, input)).toEqual(facts)
  })
})

describe('what happens to a handoff', () => {
  it.each<[string, LeadState, Input, number, object[]]>([
    [
      'a rung: a reminder, at the deadline',
      stateOf([open]),
      due(),
      REMIND,
      [
        { type: 'reminded', ...HELD },
        { type: 'breached', ...HELD },
      ],
    ],
    [
      'a rung: the next rep',
      stateOf([open]),
      due(),
      REASSIGN,
      [
        { type: 'reminded', ...SALES, rep: 'ae-1' },
        { type: 'reassigned', ...SALES, rep: 'ae-2' },
        { type: 'breached', ...SALES, rep: 'ae-2' },
      ],
    ],
    [
      'the next rep, after the breach was told',
      stateOf([reminded]),
      due(),
      REASSIGN,
      [{ type: 'reassigned', ...SALES, rep: 'ae-2' }],
    ],
    ['a wish to pass it on', stateOf([open]), click('pass-on'), NOW, [{ type: 'passed-on', ...HELD }]],
    [
      'and who gets it then',
      stateOf([{ ...open, passOn: { by: 'U1', at: NOW } }]),
      due(),
      NOW,
      [{ type: 'assigned', ...SALES, rep: 'ae-2', reason: 'passed-on' }],
    ],
    [
      'the answer',
      stateOf([open]),
      click('contacted'),
      NOW + 7 * MINUTE,
      [{ type: 'answered', ...HELD, value: 7, reason: 'contacted' }],
    ],
    [
      'the answer that HubSpot shows',
      stateOf([open]),
      due({ ...FITTING, num_contacted_notes: '1' }),
      REMIND,
      [{ type: 'answered', ...HELD, value: 60, reason: 'unclear' }],
    ],
    [
      'that it was reached: the answer has said so',
      stateOf([tried]),
      due({ ...FITTING, hs_lead_status: 'CONNECTED' }),
      NOW + 9 * DAY,
      [],
    ],
    [
      'that sales took it on',
      stateOf([tried]),
      due({ ...FITTING, lifecyclestage: 'opportunity' }),
      NOW + 9 * DAY,
      [
        { type: 'stage', stage: 'opportunity', reason: 'mql' },
        { type: 'outcome', stage: 'opportunity' },
        { type: 'accepted', ...HELD, reason: 'qualified' },
      ],
    ],
    [
      'its end for a contact that is gone',
      stateOf([open]),
      { type: 'missing' },
      NOW,
      [
        { type: 'gone', reason: 'missing' },
        { type: 'ended', ...HELD, reason: 'missing' },
      ],
    ],
    [
      'its end in another contact, which goes on there',
      stateOf([open]),
      { type: 'merged', into: '43', taken: [] },
      NOW,
      [{ type: 'gone', reason: 'merged' }],
    ],
  ])('%s', (_, state, input, now, facts) => {
    expect(factsBy(state, input, now, 'ae-2')).toEqual(facts)
  })

  it('nobody reached it: it goes back, to another route', () => {
    expect(factsBy(stateOf([tried]), due(), NOW + 9 * DAY)).toEqual([
      { type: 'routed', reason: 'nurture signal-based', route: 'no-answer' },
      { type: 'recycled', ...HELD, reason: 'returned' },
    ])
  })

  it('another owner in HubSpot', () => {
    const change = { handoffs: [changeOwner(open, 'ae-2', NOW)], posts: [], history: [], toWrite: false }
    expect(factsOf(stateOf([open]), change, NOW, digest)).toMatchObject([
      { type: 'assigned', reason: 'owner-changed', rep: 'ae-2', handoff: '1' },
    ])
  })

  it('a signal that starts one', () => {
    const inbox = [signalCame('trial_started', NOW)]
    const beside = { handoff: '2', kind: 'trial', pool: 'sdr', route: 'trial_started' }
    expect(factsBy(stateOf([open], inbox), contactRead(), NOW).filter(({ handoff }) => handoff)).toEqual([
      { type: 'trigger', ...beside, rep: 'ae-1', rule: 'trial_started' },
      { type: 'assigned', ...beside, rep: 'ae-1', reason: 'rotation', value: 0 },
    ])
  })
})

describe('a lead that waits for somebody', () => {
  const ofHandoff = (...input: Parameters<typeof factsBy>) => factsBy(...input).filter(({ handoff }) => handoff)
  const state = stateOf([waiting], [demo])
  const TIER_1 = { ...SALES, kind: 'mql-to-sales-tier-1' }

  it('is counted once, however often it is tried again', () => {
    expect(ofHandoff(stateOf([], [demo]), contactRead(), NOW, null)).toEqual([
      { type: 'waiting', ...TIER_1, handoff: '2' },
    ])
    const again = stateOf([{ ...waiting, kind: 'mql-to-sales-tier-1' }], [demo])
    expect(ofHandoff(again, contactRead(), NOW, null)).toEqual([])
  })

  it('and then who got it, and how long it took since it was heard of', () => {
    expect(ofHandoff(state, contactRead())).toEqual([
      { type: 'assigned', ...TIER_1, rep: 'ae-1', reason: 'rotation', value: 30 },
    ])
  })

  it('or its end, when nobody is wanted any more', () => {
    expect(ofHandoff(stateOf([waiting]), contactRead())).toEqual([{ type: 'ended', ...SALES, reason: 'released' }])
  })
})

describe('a person’s word', () => {
  it('in HubSpot is one fact, also where the rules say no as well', () => {
    const out = contactRead({ ...FITTING, hs_lead_status: 'UNQUALIFIED' }, byPerson)
    expect(
      factsBy(leadState({ ...lead, handoffs: {} }), out).filter(({ type }) => type === 'disqualified'),
    ).toHaveLength(1)
  })

  const disqualify = (choice: string) => click({ disqualify: { reason: `${choice}: Dana-Canary has left`, choice } })

  it('is a fact of the lead, with the choice alone', () => {
    expect(factsBy(stateOf([open]), disqualify('not_a_fit'))).toEqual([
      { type: 'disqualified', route: 'tier-1-mql', reason: 'not_a_fit' },
      { type: 'stage', stage: 'disqualified', reason: 'mql' },
    ])
  })

  it('of a lead that came back meanwhile is a fact of its own, with its own choice', () => {
    const before = { ...lead, outcomes: { disqualified: { at: NOW - DAY, reason: 'not_a_fit' } } }
    expect(factsBy(leadState(before, [open]), disqualify('competitor'))).toEqual([
      { type: 'disqualified', route: 'tier-1-mql', reason: 'competitor' },
      { type: 'stage', stage: 'disqualified', reason: 'mql' },
    ])
  })
})

describe('a lead that stays in its stage', () => {
  it('is acted on by a button of the list', () => {
    const facts = factsBy(leadState(lead), { type: 'stuck', by: 'U0000MGR', does: 'act' })
    expect(facts).toContainEqual({ type: 'acted' })
  })

  const archived = { at: NOW, by: { what: 'list' as const, name: 'stuck' } }
  it.each([
    ['is archived', lead, { ...lead, archived }, ['archived']],
    ['is archived and deleted then', { ...lead, archived }, { ...lead, archived, missingSince: NOW }, []],
    ['comes back from the archive', { ...lead, archived }, lead, ['gone']],
    ['is restored', { ...lead, missingSince: NOW }, lead, ['gone']],
    ['is restored to the archive', { ...lead, archived, missingSince: NOW }, { ...lead, archived }, []],
  ])('%s', (_, before, after, types) => {
    const change = { lead: after, handoffs: [], posts: [], history: [], toWrite: false }
    const facts = factsOf(leadState(before), change, NOW, digest)
    const about = facts.filter(({ type }) => type === 'archived' || type === 'gone')
    expect(about.map(({ type }) => type)).toEqual(types)
    for (const { type, reason } of about) expect(reason).toBe(type === 'gone' ? 'back' : 'list')
  })
})

it('what a merged contact brings along was counted where it happened', () => {
  const theirs = { ...ended(tried, NOW, 'returned'), id: '43-1', leadId: '43' }
  const other = leadState(leadRecord({ id: '43', handoffs: { 'mql-to-sales': '43-1' } }), [theirs])
  const input = contactRead(FITTING, { merging: [other] })
  expect(factsBy(stateOf([open]), input).filter(({ handoff }) => handoff === '2')).toEqual([])
})

it('no fact says who the lead is, or what a person wrote', () => {
  const properties = {
    ...FITTING,
    email: 'dana.canary@canary.example',
    firstname: 'Dana-Canary',
    lastname: 'Ruiz-Canary',
    jobtitle: 'VP Marketing Canary',
    hs_analytics_source: 'PAID_SEARCH',
    hs_analytics_last_url: 'https://www.example.com/?email=dana.canary@canary.example',
  }
  const page = signalCame('demo_requested', NOW, { detail: 'https://www.example.com/demo?email=dana.canary#canary' })
  const first = leadState(null, [], { inbox: [page, signalCame('trial_started', NOW)] })
  const inputs: [LeadState, Input, number][] = [
    [first, contactRead(properties, { company: { name: 'Canary Ltd', numberofemployees: '240' } }), NOW],
    [stateOf([open]), click({ disqualify: { reason: 'wrong data: Dana-Canary', choice: 'wrong_data' } }), NOW],
    [stateOf([open]), contactRead({ ...properties, hs_lead_status: 'UNQUALIFIED' }, byPerson), NOW],
    [stateOf([open]), due(properties), REASSIGN],
    [stateOf([tried]), due(properties), NOW + 9 * DAY],
  ]
  const facts: Fact[] = inputs.flatMap(([state, input, now]) =>
    factsOf(state, changed(config, state, input, now), now, digest),
  )
  expect(facts.length).toBeGreaterThan(10)
  expect(facts.map(({ content }) => content)).toContain('/demo')
  expect(JSON.stringify(facts)).not.toMatch(/canary|ruiz|northwind|U0000AE1|"42/i)
})
