import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { loadConfig } from '../../../src/config/load.ts'
import { countersOf, observeSignals, type Properties } from '../../../src/leads/observe.ts'
import { DAY, HOUR, NOW, when } from '../../support/records.ts'

const { hubspot } = await loadConfig('config', NOW)
const NEW = NOW - HOUR
const OLD = NOW - 2 * DAY

function observe(contact: Properties, before: Properties | null, createdAt = OLD) {
  return observeSignals(hubspot, contact, before && countersOf(hubspot, before), createdAt, NOW)
}
const types = (...input: Parameters<typeof observe>) => observe(...input).map((signal) => signal.type)

describe('the first sight of a contact', () => {
  const contact = { hs_email_open: '7', num_conversion_events: '1', recent_conversion_event_name: 'Demo request' }

  it('that is more than a day old gives a baseline, no signals', () => {
    expect(observe(contact, null, NOW - DAY - 1)).toEqual([])
    expect(countersOf(hubspot, contact)).toEqual({
      hs_email_open: '7',
      hs_email_click: null,
      num_conversion_events: '1',
      hs_analytics_last_timestamp: null,
      hs_lead_status: null,
    })
    expect(observe(contact, contact)).toEqual([])
  })

  it.each([NOW, NEW, NOW - DAY])('that was created at %i gives what its counters show', (createdAt) => {
    expect(types(contact, null, createdAt).toSorted()).toEqual(['demo_requested', ...Array(7).fill('email_opened')])
  })
})

describe('a counter that rises', () => {
  it.each([
    [null, '1', 1],
    ['3', '4', 1],
    ['3', '6', 3],
    ['3', '3', 0],
    ['3', '2', 0],
    ['3', null, 0],
    ['3', 'many', 0],
    ['0', '250', 100],
  ])('from %s to %s gives %i', (before, after, count) => {
    const found = observe({ hs_email_open: after }, { hs_email_open: before })
    expect(found).toHaveLength(count)
    expect(new Set(found.map((signal) => signal.id)).size).toBe(count)
  })

  it('is dated and described by the properties that the rule names', () => {
    const contact = {
      num_conversion_events: '2',
      recent_conversion_event_name: 'Routing guide',
      recent_conversion_date: String(NOW - HOUR),
    }
    expect(observe(contact, { num_conversion_events: '1' })).toEqual([
      { id: 'num_conversion_events-2', type: 'content_downloaded', at: NOW - HOUR, detail: 'Routing guide' },
    ])
  })

  it.each([
    ['in the future', String(NOW + HOUR)],
    ['unreadable', 'soon'],
    ['not there', null],
  ])('is dated now when the date is %s', (_, date) => {
    expect(observe({ hs_email_open: '1', hs_email_last_open_date: date }, {})).toMatchObject([{ at: NOW }])
  })

  it('keeps 200 characters of a detail', () => {
    const contact = { num_conversion_events: '1', recent_conversion_event_name: 'x'.repeat(500) }
    expect(observe(contact, {})[0]?.detail).toHaveLength(200)
  })
})

describe('the first rule that matches a property wins', () => {
  it.each([
    ['Request a Demo', 'demo_requested'],
    ['Free trial sign-up', 'trial_started'],
    ['Webinar: routing', 'webinar_attended'],
    ['Demo of our webinar', 'demo_requested'],
    ['Routing guide', 'content_downloaded'],
    [null, 'content_downloaded'],
  ])('%s is %s', (name, type) => {
    expect(types({ num_conversion_events: '1', recent_conversion_event_name: name }, {})).toEqual([type])
  })

  it('of several steps at once only the newest is described, the others go to the rule without a condition', () => {
    const contact = { num_conversion_events: '5', recent_conversion_event_name: 'Demo' }
    const found = observe(contact, { num_conversion_events: '2' })
    expect(found.map(({ id, type, detail }) => [id, type, detail])).toEqual([
      ['num_conversion_events-5', 'demo_requested', 'Demo'],
      ['num_conversion_events-3', 'content_downloaded', undefined],
      ['num_conversion_events-4', 'content_downloaded', undefined],
    ])
  })

  it('and without such a rule the others are not guessed', () => {
    const signals = [{ signal: 'demo', rises: 'n', when: when('hubspot.name', { is: 'demo' }) }]
    const found = observeSignals({ signals }, { n: '3', name: 'demo' }, { n: '0' }, OLD, NOW)
    expect(found.map((signal) => signal.id)).toEqual(['n-3'])
  })
})

describe('a property that changes', () => {
  const prices = (at: string, url = 'https://www.example.com/pricing') => ({
    hs_analytics_last_timestamp: at,
    hs_analytics_last_url: url,
  })
  const [first, second] = [String(NOW - 2 * HOUR), String(NOW - HOUR)]

  it.each([
    ['another visit', prices(second), prices(first), ['pricing_page_viewed']],
    ['the same visit', prices(first), prices(first), []],
    ['a visit to another page', prices(second, 'https://www.example.com/blog'), prices(first), []],
    ['the first visit', prices(first), {}, ['pricing_page_viewed']],
    ['nothing any more', { hs_analytics_last_url: 'https://www.example.com/pricing' }, prices(first), []],
  ])('%s', (_, contact, before, found) => {
    expect(types(contact, before)).toEqual(found)
  })

  it('is told by its value, so that another read finds the same signal', () => {
    expect(observe(prices(second), prices(first))).toEqual([
      {
        id: `hs_analytics_last_timestamp-${second}`,
        type: 'pricing_page_viewed',
        at: NOW - HOUR,
        detail: 'https://www.example.com/pricing',
      },
    ])
  })
})

describe('a property that the config names only now', () => {
  const before = { hs_email_open: '2' }
  const contact = { hs_email_open: '2', hs_email_click: '40', hs_analytics_last_timestamp: String(NOW) }

  it('is a baseline for a contact that is more than a day old', () => {
    expect(observeSignals(hubspot, contact, before, OLD, NOW)).toEqual([])
  })

  it('gives signals for a new contact', () => {
    expect(observeSignals(hubspot, contact, before, NEW, NOW)).toHaveLength(40)
  })
})

describe('properties', () => {
  const count = fc.integer({ min: 0, max: 60 })

  it('reading step by step finds the ids that reading once finds', () => {
    fc.assert(
      fc.property(fc.array(count, { minLength: 1, maxLength: 6 }), (counts) => {
        const steps = counts.toSorted((a, b) => a - b).map((value) => ({ hs_email_open: String(value) }))
        const found = steps.flatMap((step, index) => observe(step, steps[index - 1] ?? {}).map((signal) => signal.id))
        const atOnce = observe(steps.at(-1) ?? {}, {}).map((signal) => signal.id)
        expect(found.toSorted()).toEqual(atOnce.toSorted())
      }),
    )
  })

  it('reading the same state again finds nothing', () => {
    fc.assert(
      fc.property(count, count, fc.constantFrom('Demo', 'Guide', null), (opens, conversions, name) => {
        const contact = {
          hs_email_open: String(opens),
          num_conversion_events: String(conversions),
          recent_conversion_event_name: name,
        }
        expect(observe(contact, contact)).toEqual([])
      }),
    )
  })
})
