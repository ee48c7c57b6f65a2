import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { loadConfig } from '../../../src/config/load.ts'
import type { Properties, PropertyHistory } from '../../../src/leads/observe.ts'
import { type Look, observeSignals, signalHistory } from '../../../src/leads/observe-signals.ts'
import { countersOf } from '../../../src/leads/signal-rules.ts'
import { DAY, HOUR, NOW, when } from '../../support/records.ts'

const shipped = (await loadConfig('config', NOW)).hubspot
const NAME = 'recent_conversion_event_name'
/** A rule about forms, with what is in their names; without it for every one. */
const form = (signal: string, ...matches: string[]) => ({
  ...{ signal, rises: 'num_conversion_events', at: 'recent_conversion_date', detail: NAME },
  ...(matches.length > 0 ? { when: when(`hubspot.${NAME}`, { matches }) } : {}),
})
// Forms have fewer rules here, of which the last is about every one.
const hubspot = {
  ...shipped,
  signals: [
    ...shipped.signals.filter(({ rises, during }) => rises !== 'num_conversion_events' && !during),
    form('demo_requested', 'demo'),
    form('trial_started', 'trial'),
    form('webinar_attended', 'webinar'),
    form('content_downloaded'),
  ],
}
const NEW = NOW - HOUR
const OLD = NOW - 2 * DAY

function observe(contact: Properties, before: Properties | null, createdAt = OLD) {
  return observeSignals(hubspot, contact, { before: before && countersOf(hubspot, before, null), createdAt, now: NOW })
}
const types = (...input: Parameters<typeof observe>) => observe(...input).map((signal) => signal.type)

describe('the first sight of a contact', () => {
  const contact = { hs_email_open: '7', num_conversion_events: '1', recent_conversion_event_name: 'Demo request' }

  it('that is more than a day old gives a baseline, no signals', () => {
    expect(observe(contact, null, NOW - DAY - 1)).toEqual([])
    expect(countersOf(hubspot, contact, null)).toEqual({
      hs_email_open: '7',
      hs_email_last_open_date: null,
      hs_email_click: null,
      hs_email_last_click_date: null,
      num_conversion_events: '1',
      recent_conversion_date: null,
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
      {
        id: `num_conversion_events-2@${NOW - HOUR}`,
        type: 'content_downloaded',
        at: NOW - HOUR,
        detail: 'Routing guide',
      },
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
      ['num_conversion_events-4', 'content_downloaded', undefined],
      ['num_conversion_events-3', 'content_downloaded', undefined],
    ])
  })

  it('and without such a rule the others are not guessed', () => {
    const signals = [{ signal: 'demo', rises: 'n', when: when('hubspot.name', { is: 'demo' }) }]
    const found = observeSignals(
      { signals },
      { n: '3', name: 'demo' },
      { before: { n: '0' }, createdAt: OLD, now: NOW },
    )
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
    expect(observeSignals(hubspot, contact, { before, createdAt: OLD, now: NOW })).toEqual([])
  })

  it('gives signals for a new contact', () => {
    expect(observeSignals(hubspot, contact, { before, createdAt: NEW, now: NOW })).toHaveLength(40)
  })
})

/** A contact's forms: so many, the newest of that name and date. */
const forms = (count: number | string | null, name?: string, at?: number): Properties => ({
  num_conversion_events: count === null ? null : String(count),
  ...(name ? { recent_conversion_event_name: name } : {}),
  ...(at === undefined ? {} : { recent_conversion_date: new Date(at).toISOString() }),
})
/** What HubSpot keeps of forms, newest first: name, date, and how much later each property was set. */
const formHistory = (...all: [string, number, number?][]): PropertyHistory => ({
  recent_conversion_event_name: all.map(([value, at, later = 0]) => ({ value, at: at + later, source: 'FORM' })),
  recent_conversion_date: all.map(([, at]) => ({ value: new Date(at).toISOString(), at, source: 'FORM' })),
})
const look = (before: Properties | null, more: Partial<Look> = {}): Look => ({
  before: before && countersOf(hubspot, before, null),
  createdAt: OLD,
  now: NOW,
  ...more,
})
const seenIn = (contact: Properties, how: Look) =>
  observeSignals(hubspot, contact, how).map(({ type, at, detail }) => [type, at - NOW, detail])
const [DEMO, GUIDE, TRIAL] = ['Request a demo', 'Routing guide', 'Free trial']
const NAMES = ['recent_conversion_date', 'recent_conversion_event_name']

describe('several forms between two looks', () => {
  const before = forms(1, GUIDE, NOW - DAY)
  const contact = forms(3, GUIDE, NOW - HOUR)

  it('each have their own date and name by the history', () => {
    const history = formHistory([GUIDE, NOW - HOUR], [DEMO, NOW - 2 * HOUR], [GUIDE, NOW - DAY])
    expect(seenIn(contact, look(before, { history }))).toEqual([
      ['content_downloaded', -HOUR, GUIDE],
      ['demo_requested', -2 * HOUR, DEMO],
    ])
  })

  it.each([-900, 900])('also where HubSpot sets the name %i ms after the date', (later) => {
    const history = formHistory([GUIDE, NOW - HOUR, later], [DEMO, NOW - HOUR - 2_000, later])
    expect(seenIn(contact, look(before, { history })).map(([type]) => type)).toEqual([
      'content_downloaded',
      'demo_requested',
    ])
  })

  it('the same form twice is two', () => {
    const [newest, ...older] = formHistory([DEMO, NOW - HOUR], [DEMO, NOW - 2 * HOUR]).recent_conversion_date ?? []
    const name = [{ value: DEMO, at: NOW - 2 * HOUR, source: 'FORM' }]
    const history = { recent_conversion_date: newest ? [newest, ...older] : [], recent_conversion_event_name: name }
    expect(seenIn(forms(3, DEMO, NOW - HOUR), look(before, { history }))).toEqual([
      ['demo_requested', -HOUR, DEMO],
      ['demo_requested', -2 * HOUR, DEMO],
    ])
  })

  it('what the history does not explain goes to the rule without a condition', () => {
    const history = formHistory([DEMO, NOW - HOUR], [GUIDE, NOW - DAY])
    expect(seenIn(forms(4, DEMO, NOW - HOUR), look(before, { history }))).toEqual([
      ['demo_requested', -HOUR, DEMO],
      ['content_downloaded', -HOUR, undefined],
      ['content_downloaded', -HOUR, undefined],
    ])
  })

  it('a form that came after the contact was read is for the next look', () => {
    const history = formHistory([TRIAL, NOW], [GUIDE, NOW - HOUR], [DEMO, NOW - 2 * HOUR], [GUIDE, NOW - DAY])
    expect(seenIn(contact, look(before, { history })).map(([type]) => type)).toEqual([
      'content_downloaded',
      'demo_requested',
    ])
  })

  it.each<[string, Properties, Look, string[]]>([
    ['two steps', contact, look(before), NAMES],
    ['one step, which the contact itself describes', forms(2, DEMO, NOW), look(before), []],
    ['no step', before, look(before), []],
    ['two forms of a new contact', forms(2, DEMO, NOW), look(null, { createdAt: NEW }), NAMES],
    ['the only form of a new contact', forms(1, DEMO, NOW), look(null, { createdAt: NEW }), []],
    ['a fresh form of an old contact', forms(2, DEMO, NOW - HOUR), look(null), NAMES],
    ['an old form of an old contact', forms(2, DEMO, NOW - 2 * DAY), look(null), []],
    [
      'mails, which may be opened by machines',
      { hs_email_open: '9' },
      look({ hs_email_open: '2' }),
      ['hs_email_last_open_date', 'hs_email_last_send_date'],
    ],
  ])('history is asked for %s: %#', (_, values, how, names) => {
    expect(signalHistory(hubspot, values, how).toSorted()).toEqual(names)
  })
})

describe('the first sight of an old contact', () => {
  it.each<[string, Properties, PropertyHistory, unknown[][]]>([
    ['what it dates within the last day is news', forms(2, DEMO, NOW - 5_000), {}, [['demo_requested', -5_000, DEMO]]],
    ['what is older is not', forms(2, DEMO, NOW - DAY - 1), {}, []],
    ['and neither is what has no date', forms(2, DEMO), {}, []],
    [
      'also what the history dates so',
      forms(9, GUIDE, NOW - 5_000),
      formHistory([GUIDE, NOW - 5_000], [DEMO, NOW - HOUR], [TRIAL, NOW - 2 * DAY]),
      [
        ['content_downloaded', -5_000, GUIDE],
        ['demo_requested', -HOUR, DEMO],
      ],
    ],
    [
      'a mail',
      { hs_email_click: '4', hs_email_last_click_date: String(NOW - HOUR) },
      {},
      [['email_clicked', -HOUR, undefined]],
    ],
  ])('%s', (_, contact, history, found) => {
    expect(seenIn(contact, look(null, { history }))).toEqual(found)
    const after = countersOf(hubspot, contact, null)
    expect(observeSignals(hubspot, contact, { before: after, createdAt: OLD, now: NOW, history })).toEqual([])
  })
})

describe('a counter that falls', () => {
  const seen = (...all: Properties[]) => {
    let before: Properties | null = null
    let found: string[] = []
    for (const contact of all) {
      found = observeSignals(hubspot, contact, { before, createdAt: OLD, now: NOW }).map(({ type }) => type)
      before = countersOf(hubspot, contact, before)
    }
    return found
  }
  const four = forms(4, DEMO, NOW - 3 * DAY)

  it.each<[string, Properties[], string[]]>([
    ['and comes back', [four, forms(null), four], []],
    ['and comes back, date and all gone meanwhile', [four, {}, four], []],
    ['and comes back by steps', [four, forms(1), forms(2), four], []],
    ['to zero and comes back', [four, forms(0), four], []],
    ['rises above what it was', [four, forms(null), forms(5, GUIDE, NOW - HOUR)], ['content_downloaded']],
    [
      'for good, and then there is a new form',
      [four, forms(1, DEMO, NOW - 3 * DAY), forms(2, DEMO, NOW)],
      ['demo_requested'],
    ],
    ['for good, without a new form', [four, forms(1, DEMO, NOW - 3 * DAY), forms(2, DEMO, NOW - 3 * DAY)], []],
  ])('%s', (_, all, found) => {
    expect(seen(...all)).toEqual(found)
  })

  it('a page that comes back is no new visit', () => {
    const page = { hs_analytics_last_timestamp: String(NOW - HOUR), hs_analytics_last_url: 'https://x.example/pricing' }
    expect(seen({}, page)).toEqual(['pricing_page_viewed'])
    expect(seen(page, {}, page)).toEqual([])
  })
})

describe('several pages between two looks', () => {
  const [A, B, C, D] = [NOW - 4_000, NOW - 900, NOW - 500, NOW - 100]
  const visits = (...all: [string, number][]): PropertyHistory => ({
    hs_analytics_last_url: all.map(([value, at]) => ({ value: `https://x.example${value}`, at, source: 'ANALYTICS' })),
    hs_analytics_last_timestamp: all.map(([, at]) => ({ value: String(at), at, source: 'ANALYTICS' })),
  })
  const page = (path: string, at: number) => ({
    hs_analytics_last_timestamp: String(at),
    hs_analytics_last_url: `https://x.example${path}`,
  })
  const history = visits(['/about', D], ['/pricing?plan=pro', C], ['/pricing', B], ['/pricing', A])

  it('are all read', () => {
    expect(seenIn(page('/about', D), look(page('/pricing', A), { history }))).toEqual([
      ['pricing_page_viewed', -500, 'https://x.example/pricing?plan=pro'],
      ['pricing_page_viewed', -900, 'https://x.example/pricing'],
    ])
    expect(signalHistory(hubspot, page('/about', D), look(page('/pricing', A)))).toHaveLength(2)
  })

  it('without a history there is the last one', () => {
    expect(seenIn(page('/about', D), look(page('/pricing', A)))).toEqual([])
    expect(signalHistory(hubspot, page('/pricing', A), look(page('/pricing', A)))).toEqual([])
  })
})

describe('contacts that became one', () => {
  const signal = (type: string, at: number) => ({ id: `x-${at}`, type, at })
  it.each<[string, Properties, Partial<NonNullable<Look['merged']>>, PropertyHistory, unknown[][]]>([
    [
      'what both had is no news',
      forms(6, DEMO, NOW - 5 * DAY),
      { seen: [forms(1, GUIDE, NOW - 9 * DAY), forms(5, DEMO, NOW - 5 * DAY)] },
      {},
      [],
    ],
    [
      'what is known of either is none',
      forms(2, DEMO, NOW - HOUR),
      { seen: [{}, {}], signals: [signal('demo_requested', NOW - HOUR)] },
      {},
      [],
    ],
    [
      'nor a form under the name of the other one’s, where HubSpot has put both together so',
      forms(2, DEMO, NOW - HOUR),
      { seen: [forms(1, GUIDE, NOW - HOUR), forms(0)], signals: [signal('content_downloaded', NOW - HOUR)] },
      {},
      [],
    ],
    [
      'a form since both looks is news',
      forms(3, DEMO, NOW - 2 * DAY),
      { seen: [forms(1, GUIDE, NOW - 9 * DAY), forms(1, GUIDE, NOW - 5 * DAY)] },
      {},
      [['demo_requested', -2 * DAY, DEMO]],
    ],
    [
      'so is one of today that is older than what the other did since',
      forms(3, GUIDE, NOW - HOUR),
      { seen: [forms(0), forms(1, GUIDE, NOW - HOUR)], signals: [signal('content_downloaded', NOW - HOUR)] },
      formHistory([GUIDE, NOW - HOUR], [DEMO, NOW - 2 * HOUR]),
      [['demo_requested', -2 * HOUR, DEMO]],
    ],
    [
      'old forms of one that was unknown are none',
      forms(3, DEMO, NOW - 3 * DAY),
      { seen: [forms(1, GUIDE, NOW - 9 * DAY)], unknown: true },
      {},
      [],
    ],
    [
      'fresh ones are',
      forms(3, DEMO, NOW - HOUR),
      { seen: [forms(1, GUIDE, NOW)], unknown: true },
      {},
      [['demo_requested', -HOUR, DEMO]],
    ],
    [
      'counters without a date start anew',
      { hs_email_open: '9' },
      { seen: [{ hs_email_open: '2' }, { hs_email_open: '3' }] },
      {},
      [],
    ],
  ])('%s', (_, contact, merged, history, found) => {
    const how = look({}, { merged: { seen: [], signals: [], unknown: false, ...merged }, history })
    expect(seenIn(contact, how)).toEqual(found)
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

describe('what a form is beside its kind', () => {
  const rules = [
    { ...form('form_submitted'), beside: true },
    form('demo_requested', 'demo'),
    form('form_submitted', 'newsletter'),
  ]
  const found = (count: string, name: string | null, before = '0') =>
    observeSignals(
      { signals: rules },
      { num_conversion_events: count, [NAME]: name },
      { before: { num_conversion_events: before }, createdAt: OLD, now: NOW },
    )

  it.each([
    ['Request a demo', ['demo_requested', 'form_submitted']],
    ['Contact', ['form_submitted']],
    ['Newsletter', ['form_submitted']],
    [null, ['form_submitted']],
  ])('%s is %j, each once', (name, types) => {
    expect(found('1', name).map(({ type }) => type)).toEqual(types)
  })

  it('has an id of its own', () => {
    expect(new Set(found('3', 'Request a demo').map(({ id }) => id)).size).toBe(4)
  })

  it('is all that is known of forms that nothing describes', () => {
    expect(
      found('3', 'Request a demo')
        .map(({ type }) => type)
        .toSorted(),
    ).toEqual(['demo_requested', 'form_submitted', 'form_submitted', 'form_submitted'])
  })
})

describe('a mail', () => {
  const opened = (count: number, at: number, sent = NOW - DAY, name = 'open'): Properties => ({
    [`hs_email_${name}`]: String(count),
    [`hs_email_last_${name}_date`]: String(at),
    hs_email_last_send_date: String(sent),
  })
  const opens = (...all: number[]): PropertyHistory => ({
    hs_email_last_open_date: all.map((at) => ({ value: String(at), at, source: 'EMAIL' })),
  })

  it.each<[string, Properties, Properties, PropertyHistory, number]>([
    ['opened', opened(3, NOW), opened(2, NOW - HOUR), {}, 1],
    ['opened 3 s after it was sent, by a machine', opened(3, NOW, NOW - 3_000), opened(2, NOW - HOUR), {}, 0],
    ['opened 10 s after it was sent', opened(3, NOW, NOW - 10_000), opened(2, NOW - HOUR), {}, 1],
    ['opened before the newest one was sent', opened(3, NOW - HOUR, NOW), opened(2, NOW - DAY), {}, 1],
    ['opened again 2 s after', opened(3, NOW), opened(2, NOW - 2_000), {}, 0],
    ['opened thrice in 6 s', opened(5, NOW), opened(2, NOW - DAY), opens(NOW, NOW - 3_000, NOW - 6_000, NOW - DAY), 1],
    [
      'opened thrice in 2 h',
      opened(5, NOW),
      opened(2, NOW - DAY),
      opens(NOW, NOW - HOUR, NOW - 2 * HOUR, NOW - DAY),
      3,
    ],
    ['opened at an unknown time', { hs_email_open: '3' }, { hs_email_open: '2' }, {}, 1],
    ['clicked 3 s after it was sent', opened(3, NOW, NOW - 3_000, 'click'), opened(2, NOW - HOUR, 0, 'click'), {}, 0],
    ['with two links clicked in 2 s', opened(3, NOW, NOW - HOUR, 'click'), opened(2, NOW - 2_000, 0, 'click'), {}, 1],
  ])('%s', (_, contact, before, history, count) => {
    expect(observeSignals(hubspot, contact, look(before, { history }))).toHaveLength(count)
  })
})
