import { describe, expect, it } from 'vitest'
import { loadConfig } from '../../../src/config/load.ts'
import type { Gathered, InboxItem, NextConfig } from '../../../src/leads/change.ts'
import type { LeadRecord } from '../../../src/leads/lead.ts'
import type { Properties } from '../../../src/leads/observe.ts'
import { attributesAgain, readingOf } from '../../../src/leads/reading.ts'
import type { Attributes, Signal } from '../../../src/rules/attributes.ts'
import {
  DAY,
  FITTING,
  facts,
  gathered,
  HOUR,
  leadRecord,
  leadState,
  NOW,
  signalCame,
  signalsAgo,
  when,
} from '../../support/records.ts'

const config = await loadConfig('config', NOW)

/** What is known of contact 42 now, whose record said that before. */
function read(
  before: Partial<LeadRecord> | null,
  properties: Properties = FITTING,
  more: Partial<Gathered> & { inbox?: InboxItem[]; rules?: NextConfig } = {},
) {
  const { inbox = [], rules = config, ...rest } = more
  const state = leadState(before && leadRecord(before), [], { inbox })
  return readingOf(rules, state, gathered(properties, rest), NOW)
}

const said = (value: string, source: string): Attributes[string] => ({ value, source })

describe('what is known besides HubSpot', () => {
  const apollo = { jobTitle: said('Chief of Staff', 'apollo'), country: said('Spain', 'apollo') }

  it('is kept, as it was said first, and HubSpot’s own word goes before it', () => {
    const found = { country: said('France', 'apollo'), 'company.revenue': said('5', 'apollo') }
    const { attributes } = read({ attributes: apollo }, FITTING, { found })
    expect(attributes).toMatchObject({ country: apollo.country, 'company.revenue': found['company.revenue'] })
    expect(attributes.jobTitle).toEqual({ value: 'VP Marketing', source: 'hubspot:jobtitle' })
  })

  it('is not what HubSpot said before and says no more, nor what follows from that', () => {
    const attributes = {
      country: said('Spain', 'hubspot:country'),
      'company.domain': said('northwind.example', 'company:domain'),
      'email.free': { value: true, source: 'list of free mail providers' },
    }
    const known = read({ attributes }).attributes
    for (const name of Object.keys(attributes)) expect(known).not.toHaveProperty(name)
  })

  it.each([
    ['matched', false],
    ['not-found', false],
    ['failed', true],
    ['rate-limited', true],
    ['late', true],
  ] as const)('a provider that answers %s has failed: %s', (status, failed) => {
    const earlier = { other: { status: 'matched' as const, at: NOW - DAY } }
    const reading = read({ enrichment: earlier }, FITTING, { outcomes: { apollo: status } })
    expect(reading.enrichmentFailed).toBe(failed)
    expect(reading.enrichment).toEqual({ ...earlier, apollo: { status, at: NOW } })
  })

  it('is the portal that the newest event named, or an earlier one', () => {
    const event = (portalId: string): InboxItem => ({ kind: 'event', event: 'creation', at: NOW, portalId })
    expect(read({ portalId: '7001' }).portalId).toBe('7001')
    expect(read({ portalId: '7001' }, FITTING, { inbox: [event('7002'), event('7003')] }).portalId).toBe('7003')
    expect(read(null)).not.toHaveProperty('portalId')
  })
})

describe('the raw properties that are kept', () => {
  it('are those that have a value', () => {
    const { properties, company } = read(null, { ...FITTING, country: '', hs_lead_status: null }, { company: {} })
    expect(properties).toMatchObject({ jobtitle: 'VP Marketing' })
    for (const name of ['country', 'hs_lead_status']) expect(properties).not.toHaveProperty(name)
    expect(company).toEqual({})
    expect(read(null, FITTING, { company: null }).company).toBeNull()
  })
})

describe('the signals that are kept', () => {
  const ids = (signals: Signal[]) => signals.map(({ id }) => id)
  const sent = (type: string, at: number, id: string) => signalCame(type, at, { id })

  it('stand in the order in which they happened, whenever they came', () => {
    const known = signalsAgo('demo_requested', HOUR)
    const inbox = [sent('email_opened', NOW, 'new'), sent('email_opened', NOW - DAY, 'old')]
    expect(ids(read({ signals: known }, FITTING, { inbox }).signals)).toEqual(['old', 'demo_requested-0', 'new'])
  })

  it('stand as they were told first', () => {
    const [known] = signalsAgo('demo_requested', HOUR)
    const again = { kind: 'signal', signal: { id: 'demo_requested-0', type: 'email_opened', at: NOW }, receivedAt: NOW }
    expect(read({ signals: known ? [known] : [] }, FITTING, { inbox: [again as InboxItem] }).signals).toEqual([known])
  })

  it('are the newest 500', () => {
    const many = Array.from({ length: 501 }, (_, age) => ({ id: `${age}`, type: 'email_opened', at: NOW - age * HOUR }))
    const { signals } = read({ signals: many })
    expect([signals.length, signals[0]?.id, signals.at(-1)?.id]).toEqual([500, '499', '0'])
  })

  it('go when neither scoring nor a route looks back so far', () => {
    const far: NextConfig = {
      ...config,
      routing: {
        ...config.routing,
        routes: [
          {
            name: 'asked-last-year',
            to: { nurture: 'n' },
            when: when('signals.demo_requested', { atLeast: 1, within: 400 * DAY }),
          },
          ...config.routing.routes,
        ],
      },
    }
    const signals = signalsAgo('demo_requested', 180 * DAY, 180 * DAY + 1, 400 * DAY, 400 * DAY + 1)
    expect(ids(read({ signals }).signals)).toEqual(['demo_requested-0'])
    expect(ids(read({ signals }, FITTING, { rules: far }).signals)).toHaveLength(3)
  })

  it('are none of a merge’s counters, which say what each contact had done', () => {
    const contact = { ...FITTING, hs_email_open: '9' }
    const before = { counters: { hs_email_open: '2' }, signals: [] }
    expect(read(before, contact).signals).toHaveLength(7)
    expect(read(before, contact, { merging: [leadState(null, [], { id: '43' })] }).signals).toEqual([])
  })
})

describe('what the kept values say under other rules', () => {
  const kept = leadRecord({
    properties: { jobtitle: 'VP Marketing', hs_lead_status: 'UNQUALIFIED' },
    company: { numberofemployees: '30' },
    attributes: {
      country: said('Spain', 'apollo'),
      jobTitle: said('Student', 'hubspot:jobtitle'),
      'company.size': { value: 240, source: 'company:numberofemployees' },
    },
  })

  it('is HubSpot’s word as it was kept, with what others said', () => {
    expect(attributesAgain(config, kept)).toEqual({
      country: said('Spain', 'apollo'),
      language: said('es', 'list of languages'),
      jobTitle: said('VP Marketing', 'hubspot:jobtitle'),
      leadStatus: said('UNQUALIFIED', 'hubspot:hs_lead_status'),
      'company.size': { value: 30, source: 'company:numberofemployees' },
    })
  })

  it('is not the lead status that the lead overruled', () => {
    const overruled = { ...kept, overruledStatus: 'UNQUALIFIED' }
    expect(attributesAgain(config, overruled)).not.toHaveProperty('leadStatus')
    expect(attributesAgain(config, { ...kept, overruledStatus: 'NEW' })).toHaveProperty('leadStatus')
  })

  it('is what was known before, where no values were kept', () => {
    const attributes = facts({ jobTitle: 'CMO' })
    expect(attributesAgain(config, { ...kept, readBy: null, attributes })).toEqual(attributes)
  })
})
