import { describe, expect, it } from 'vitest'
import { loadConfig } from '../../../src/config/load.ts'
import type { LeadState } from '../../../src/leads/change.ts'
import { wantedProperties } from '../../../src/leads/draft.ts'
import { mirroredId } from '../../../src/leads/mirror.ts'
import type { Properties } from '../../../src/leads/observe.ts'
import { restored } from '../../../src/leads/restore.ts'
import {
  changed,
  contactRead,
  DAY,
  FITTING,
  gathered,
  HOUR,
  leadState,
  MINUTE,
  NOW,
  signalCame,
  stateAfter,
} from '../../support/records.ts'

const config = await loadConfig('config', NOW)
const COUNTERS = { num_conversion_events: '1', recent_conversion_event_name: 'Request a demo', hs_email_click: '3' }
const LOST = leadState(null, [], { inbox: [{ kind: 'event', event: 'propertyChange', at: NOW + HOUR }] })

/** What HubSpot shows of a lead as it stands, beside the contact's own properties. */
function shownBy(state: LeadState, more: Properties = {}): Properties {
  if (!state.lead) throw new Error('no lead')
  const wanted = wantedProperties(config, state.lead, Object.values(state.handoffs))
  return { ...FITTING, ...COUNTERS, ...wanted, ...more }
}

// A lead of this hour that asked for a demo, and of which a signal was sent as well: ae-1 has it.
const before = leadState(null, [], { inbox: [signalCame('webinar_attended', NOW - MINUTE)] })
const young = { contact: { id: '42', createdAt: NOW - HOUR, properties: { ...FITTING, ...COUNTERS } } }
const known = stateAfter(before, changed(config, before, contactRead(FITTING, young)))
const due = known.handoffs['42-1']?.dueAt
// HubSpot does not keep when somebody was told.
const withoutTold = (handoffs: typeof known.handoffs) =>
  Object.values(handoffs).map((one) => ({ ...one, holders: one.holders.map(({ toldAt: _, ...holder }) => holder) }))

const back = (properties: Properties, createdAt = NOW - HOUR) =>
  restored(config, LOST, { id: '42', createdAt, properties })
const without = (...names: string[]) =>
  Object.fromEntries(Object.entries(shownBy(known)).filter(([name]) => !names.includes(name)))

describe('a lead that is rebuilt from HubSpot', () => {
  it('has its signals, handoffs, score and route', () => {
    const { lead, handoffs, written } = back(shownBy(known))
    expect(Object.values(handoffs)).toEqual(withoutTold(known.handoffs))
    const what = (signals: { id: string; type: string; at: number }[] = []) =>
      signals.map(({ id, type, at }) => [mirroredId(id), type, at].join()).sort()
    expect(what(lead?.signals)).toEqual(what(known.lead?.signals))
    const { reasons: _, ...score } = known.lead?.score ?? { reasons: [] }
    expect(lead).toMatchObject({ score, handoffs: known.lead?.handoffs, handoffCount: 1, decisions: 0 })
    expect(lead?.route).toMatchObject({ name: 'tier-1-mql', to: { pool: 'ae' } })
    expect(written.hubspot_owner_id).toBe('101')
  })

  it('is decided again without a post or a second handoff, and nothing is written', () => {
    const properties = { ...shownBy(known), lifecyclestage: 'marketingqualifiedlead' }
    const change = changed(
      config,
      LOST,
      contactRead(properties, { contact: { ...young.contact, properties } }),
      NOW + HOUR,
    )
    expect(change.posts).toEqual([])
    expect(change.handoffs).toEqual(withoutTold(known.handoffs))
    expect(change.lead?.score).toMatchObject({ total: known.lead?.score.total })
    expect(change.toWrite).toBe(false)
    // No fact is told twice.
    expect(change.rebuilt?.lead?.route.name).toBe('tier-1-mql')
  })

  it('is the one that is known, and one that Baton never scored is new', () => {
    expect(restored(config, known, { id: '42', createdAt: NOW, properties: shownBy(known) })).toBe(known)
    expect(back({ ...FITTING, ...COUNTERS })).toBe(LOST)
  })

  it('is not rebuilt from what it carries of a contact whose record is there', () => {
    const properties = { ...shownBy(known), hs_merged_object_ids: '77;42' }
    const contact = { id: '77', createdAt: NOW, properties }
    const merged = leadState(null, [], { id: '77' })
    expect(restored(config, merged, contact, [known])).toBe(merged)
    expect(restored(config, merged, contact).handoffs['77-1']).toMatchObject({ formerly: ['42-1'], dueAt: due })
  })

  it('is none where another contact was copied, as an export and an import do', () => {
    const copy = leadState(null, [], { id: '77' })
    expect(restored(config, copy, { id: '77', createdAt: NOW, properties: shownBy(known) })).toBe(copy)
  })

  it('a stage that somebody set back meanwhile is their word', () => {
    const set = { ...shownBy(known), lifecyclestage: 'lead' }
    const history = {
      lifecyclestage: [
        { value: 'lead', at: NOW + MINUTE, source: 'CRM_UI' },
        { value: 'marketingqualifiedlead', at: NOW, source: 'INTEGRATION' },
      ],
    }
    const change = changed(config, LOST, contactRead(set, { contact: { ...young.contact, properties: set }, history }))
    expect(change.lead?.stageSetBack).toMatchObject({ at: NOW + MINUTE })
  })

  it.each(['recycled', 'disqualified'])('that a person took out stays %s, as it is shown', (stage) => {
    const shown = { baton_route: 'disqualified-by-person', baton_disqualified_reason: 'bad timing', baton_stage: stage }
    const properties = shownBy(known, { ...shown, baton_handoffs: '', hs_lead_status: 'UNQUALIFIED' })
    const change = changed(config, LOST, contactRead(properties, { contact: { ...young.contact, properties } }))
    expect(change.lead?.stage?.name).toBe(stage)
  })

  it.each<[string, string, string]>([
    ['that a person took out', 'disqualified-by-person', 'competitor'],
    ['that nobody reached', 'no-answer', ''],
  ])('%s keeps its route', (_, route, reason) => {
    const shown = {
      ...shownBy(known, { baton_route: route, baton_disqualified_reason: reason }),
      baton_nurture_track: reason ? '' : 'signal-based',
    }
    const { lead } = back(shown)
    expect(lead?.route).toMatchObject({ name: route, to: { nurture: reason ? '' : 'signal-based' } })
    expect(lead?.rejected?.reason).toBe(reason || undefined)
  })
})

describe('what an older version wrote, without mirrors', () => {
  const MIRRORS = ['baton_signals', 'baton_handoffs']
  const owned = (more: Properties = {}) => ({ ...without(...MIRRORS), hubspot_owner_id: '101', ...more })

  it('keeps clock, rep, deadline and as much of the score as HubSpot can explain', () => {
    const { lead, handoffs } = back(owned())
    expect(handoffs['42-1']).toMatchObject({
      kind: 'mql-to-sales-tier-1',
      state: 'open',
      dueAt: due,
      holders: [{ rep: 'ae-1' }],
      ladder: known.handoffs['42-1']?.ladder,
    })
    expect(lead?.signals.map(({ type }) => type).sort()).toEqual([
      'demo_requested',
      'email_clicked',
      'email_clicked',
      'email_clicked',
      'form_submitted',
    ])
  })

  it('never has more than the engagement that stands there', () => {
    const many = back(owned({ baton_engagement_score: '25', hs_email_click: '90' }), NOW - 300 * DAY)
    expect(many.lead?.signals.map(({ type }) => type)).toEqual([...Array(5).fill('email_clicked'), 'form_submitted'])
    expect(back(owned({ baton_engagement_score: '0' })).lead?.signals).toEqual([])
  })

  it.each<[string, Properties, object]>([
    ['waiting', { baton_sla_status: 'waiting', baton_sla_due_at: '' }, { state: 'waiting', holders: [] }],
    ['breached', { baton_sla_status: 'breached' }, { state: 'open', breachedAt: due }],
    [
      'responded',
      { baton_sla_status: 'responded', baton_sla_due_at: '', baton_first_response_minutes: '7' },
      { state: 'ended', answered: { minutes: 7 }, ended: { how: 'done' } },
    ],
  ])('a clock that is %s', (_, shown, handoff) => {
    expect(back(owned(shown)).handoffs['42-1']).toMatchObject(handoff)
  })

  it('has no handoff where the owner is nobody of the team, or no clock is shown', () => {
    expect(back(owned({ hubspot_owner_id: '900' })).handoffs).toEqual({})
    expect(back(owned({ baton_sla_status: 'none' })).handoffs).toEqual({})
  })

  it('a broken mirror is none', () => {
    const broken = back({ ...shownBy(known), hubspot_owner_id: '101', baton_handoffs: '[{', baton_signals: 'edited' })
    expect(broken.handoffs['42-1']).toMatchObject({ dueAt: due, holders: [{ rep: 'ae-1' }] })
  })
})

describe('a contact that was there before Baton', () => {
  const old = gathered().contact
  const found = leadState(null, [], { inbox: [{ kind: 'event', event: 'adopt', at: NOW }] })

  it('is scored and left alone', () => {
    const change = changed(config, found, contactRead())
    expect(change.lead).toMatchObject({
      adopted: { at: NOW, band: 'medium' },
      route: { name: 'adopted' },
      wakeAt: null,
    })
    expect([change.handoffs, change.posts, change.kept]).toEqual([[], [], undefined])
  })

  it.each<[string, LeadState, number]>([
    ['was created within the day', found, NOW - 20 * HOUR],
    [
      'did something meanwhile',
      { ...found, inbox: [...found.inbox, signalCame('demo_requested', NOW)] },
      old.createdAt,
    ],
    [
      'has an event of its own',
      { ...found, inbox: [...found.inbox, { kind: 'event', event: 'propertyChange', at: NOW }] },
      old.createdAt,
    ],
  ])('one that %s is a lead like any other', (_, state, createdAt) => {
    const change = changed(config, state, contactRead(FITTING, { contact: { ...old, createdAt } }))
    expect(change.lead?.adopted).toBeUndefined()
    expect(change.lead?.route.name).not.toBe('adopted')
  })

  it('is rebuilt as such when Redis was lost', () => {
    const adopted = stateAfter(found, changed(config, found, contactRead()))
    const shown = { ...FITTING, ...wantedProperties(config, adopted.lead as never, []) }
    const change = changed(config, { ...LOST }, contactRead(shown), NOW + HOUR)
    expect(change.lead).toMatchObject({ adopted: { band: 'medium' }, route: { name: 'adopted' } })
    expect(change.toWrite).toBe(false)
  })
})
