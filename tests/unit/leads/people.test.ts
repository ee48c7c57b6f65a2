import { describe, expect, it } from 'vitest'
import { loadConfig } from '../../../src/config/load.ts'
import { holderOf } from '../../../src/handoffs/handoff.ts'
import type { LeadRecord } from '../../../src/leads/lead.ts'
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
  setByPersonJustNow,
  started,
  stateAfter,
} from '../../support/records.ts'

const config = await loadConfig('config', NOW)

describe('what people did in HubSpot', () => {
  const lead = leadRecord({ counters: { hs_lead_status: null }, signals: [] })
  const open = { ...started(), baseline: { num_contacted_notes: null, hs_lead_status: null } }
  const noted = { ...FITTING, num_contacted_notes: '1' }

  it('stops the clock, and says how long the lead waited', () => {
    const change = changed(config, leadState(lead, [open]), contactRead(noted), NOW + 7 * MINUTE)
    expect(change.handoffs).toMatchObject([{ state: 'answered', answered: { how: 'seen-in-hubspot', minutes: 7 } }])
    expect(change.lead?.outcomes).toEqual({ answered: { at: NOW + 7 * MINUTE, minutes: 7 } })
    expect(change.history).toContainEqual({ at: NOW + 7 * MINUTE, what: 'seen-in-hubspot' })
  })

  it.each([
    ['a person', setByPersonJustNow('hs_lead_status'), 'answered'],
    ['a workflow', {}, 'open'],
  ])('a status that %s set: %s', (_, history, after) => {
    const status = contactRead({ ...FITTING, hs_lead_status: 'CONNECTED' }, history)
    const state = leadState(lead, [open])
    expect(stateAfter(state, changed(config, state, status)).handoffs['42-1']?.state).toBe(after)
  })

  it.each([
    ['after our own choice is confirmed there, is followed', { hubspot_owner_id: '101' }, 'ae-2'],
    ['before that, is the one from before', {}, 'ae-1'],
  ])('another owner, %s', (_, written, rep) => {
    const state = leadState(lead, [open], { written })
    const change = changed(config, state, contactRead({ ...FITTING, hubspot_owner_id: '102' }))
    const handoff = stateAfter(state, change).handoffs['42-1']
    expect(handoff && holderOf(handoff)?.rep).toBe(rep)
    expect(change.posts.map(({ kind, rep }) => [kind, rep])).toEqual(rep === 'ae-2' ? [['rep-alert', 'ae-2']] : [])
  })

  it('takes the lead out, with the reason that the rules give when they say no as well', () => {
    const word = setByPersonJustNow('hs_lead_status')
    const state = leadState(lead, [open])
    const change = changed(config, state, contactRead({ ...FITTING, hs_lead_status: 'UNQUALIFIED' }, word))
    expect(change.handoffs).toMatchObject([
      { answered: { how: 'seen-in-hubspot' }, ended: { how: 'disqualified' } },
      { kind: 'disqualified-recycle', state: 'open' },
    ])
    expect(change.lead).toMatchObject({
      rejected: { by: 'HubSpot', reason: 'not interested', status: 'UNQUALIFIED', at: NOW },
      outcomes: { disqualified: { reason: 'unqualified' } },
      route: { name: 'not-interested' },
    })
  })

  it('stops the clock of a handoff beside as well, which is no answer of sales', () => {
    const beside = { ...open, byRoute: false }
    const change = changed(config, leadState(lead, [beside]), contactRead(noted))
    expect(change.handoffs).toMatchObject([{ state: 'answered' }])
    expect(change.lead?.outcomes).toEqual({})
  })

  it.each<[string, LeadRecord['ended']]>([
    ['while sales has it', undefined],
    ['after sales had reached it', { how: 'done', at: NOW - DAY }],
  ])('takes the lead out %s: then nothing else stands', (_, before) => {
    const word = setByPersonJustNow('hs_lead_status')
    const unqualified = contactRead({ ...FITTING, hs_lead_status: 'UNQUALIFIED' }, word)
    const handoffs = before ? [ended(answered(open, NOW - DAY), NOW - DAY, 'done')] : [open]
    const state = leadState({ ...lead, ...(before ? { ended: before } : {}) }, handoffs)
    // By the rules alone the lead would not be out.
    const routes = config.routing.routes.filter(({ name }) => name !== 'not-interested')
    const rules = { ...config, routing: { ...config.routing, routes } }
    const change = changed(rules, state, unqualified)
    expect(change.lead).toMatchObject({ rejected: { by: 'HubSpot', reason: 'unqualified' } })
    expect(change.lead).not.toHaveProperty('ended')
    const later = changed(rules, stateAfter(state, change), unqualified, NOW + MINUTE)
    expect(later.decision?.action).toBe('stay-rejected')
  })

  it.each<[string, NonNullable<LeadRecord['rejected']>, string | null, boolean]>([
    [
      'a rep’s click stands, whatever HubSpot’s status says',
      { by: 'U1', reason: 'r', at: NOW - DAY },
      'CONNECTED',
      true,
    ],
    ['a status stands while it is there', { by: 'HubSpot', reason: 'r', at: NOW - DAY, status: 'BAD' }, 'BAD', true],
    [
      'a status that is changed is taken back',
      { by: 'HubSpot', reason: 'r', at: NOW - DAY, status: 'BAD' },
      'NEW',
      false,
    ],
    ['and one that is removed', { by: 'HubSpot', reason: 'r', at: NOW - DAY, status: 'BAD' }, null, false],
  ])('the word of %s', (_, rejected, status, stands) => {
    const said = leadRecord({ rejected, signals: [], counters: { hs_lead_status: status } })
    const change = changed(config, leadState(said), contactRead({ ...FITTING, hs_lead_status: status }))
    expect(change.lead?.rejected).toEqual(stands ? rejected : undefined)
  })

  it.each([
    ['somebody outside the team', '999', true],
    ['a rep of the team', '101', false],
    ['nobody', null, false],
  ])('who had taken the lead over has it as long as they are its owner: now %s is', (_, owner, stands) => {
    const ours = { how: 'taken-over' as const, at: NOW - DAY }
    const taken = leadRecord({ ended: ours, signals: [] })
    const change = changed(config, leadState(taken), contactRead({ ...FITTING, hubspot_owner_id: owner }))
    expect(change.lead?.ended).toEqual(stands ? ours : undefined)
  })

  const byWorkflow = { history: { hs_lead_status: [{ value: 'UNQUALIFIED', at: NOW, source: 'AUTOMATION_PLATFORM' }] } }
  const unqualified = contactRead({ ...FITTING, hs_lead_status: 'UNQUALIFIED' }, byWorkflow)

  it('takes the lead out as well when a workflow set it: that is no answer of the rep', () => {
    const change = changed(config, leadState(lead, [open]), unqualified)
    expect(change.handoffs).toMatchObject([{ state: 'ended', ended: { how: 'disqualified' } }])
    expect(change.handoffs[0]).not.toHaveProperty('answered')
    expect(change.lead).toMatchObject({ rejected: { by: 'a workflow or an app' }, route: { name: 'not-interested' } })
  })

  it('is no word when a workflow set it, where only people are asked', () => {
    const disqualified = [{ changes: 'hs_lead_status', to: ['UNQUALIFIED'], by: 'person' as const }]
    const rules = { ...config, hubspot: { ...config.hubspot, disqualified } }
    const change = changed(rules, leadState(lead), unqualified)
    expect(change.lead).not.toHaveProperty('rejected')
    expect(change.decision).toMatchObject({ action: 'disqualify', route: 'not-interested' })
  })
})
