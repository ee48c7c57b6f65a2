import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { loadConfig } from '../../../src/config/load.ts'
import { type AttributeValue, fillText, type Signal } from '../../../src/rules/attributes.ts'
import { evaluate } from '../../../src/rules/condition.ts'
import { chooseRoute, type Destination, missingForSales, type Route } from '../../../src/rules/routing.ts'
import { fullLookup, scoreLead } from '../../../src/rules/score.ts'
import { whyOf } from '../../../src/rules/why.ts'
import { DAY, facts, lookupIn, NOW, signalsAgo, when } from '../../support/records.ts'

const config = await loadConfig('config', NOW)

function routeOf(values: Record<string, AttributeValue>, signals: Signal[] = []) {
  const attributes = facts(values)
  const score = scoreLead(config, attributes, signals, NOW)
  const { considered, ...decision } = chooseRoute(config.routing.routes, fullLookup(attributes, signals, score, NOW))
  return { ...decision, total: score.total, fit: score.fit.points, considered }
}

const TIER_1 = { jobTitle: 'CMO', 'company.size': 200, 'company.industry': 'internet', 'company.name': 'Northwind' }
const TIER_2 = { jobTitle: 'CMO', 'company.size': 30, 'company.industry': 'internet', 'company.name': 'Smalltown' }
const NO_TIER = { jobTitle: 'CMO', 'company.size': 900, 'company.industry': 'internet', 'company.name': 'Big' }
const prices = (...days: number[]) => signalsAgo('pricing_page_viewed', ...days.map((day) => day * DAY))
const demo = signalsAgo('demo_requested', 0)
const webinar = signalsAgo('webinar_attended', 0)
const content = signalsAgo('content_downloaded', 0)
const much = [...demo, ...webinar]

describe('the default routes', () => {
  it.each<[string, Record<string, AttributeValue>, Signal[], string, Destination]>([
    [
      'a competitor',
      { ...TIER_1, 'email.domain': 'rival.example' },
      much,
      'negative-icp',
      { disqualify: 'competitor' },
    ],
    ['a student', { ...TIER_1, 'email.domain': 'state.edu' }, much, 'negative-icp', { disqualify: 'student' }],
    ['a consultant', { ...TIER_1, jobTitle: 'Consultant' }, much, 'negative-icp', { disqualify: 'consultant' }],
    [
      'a consultant who looks at prices',
      { jobTitle: 'Consultant' },
      prices(1, 2),
      'negative-icp',
      { disqualify: 'consultant' },
    ],
    ['a company of 4', { ...TIER_1, 'company.size': 4 }, much, 'too-small', { disqualify: 'company too small' }],
    ['4 people, prices twice', { 'company.size': 4 }, prices(1, 2), 'too-small', { disqualify: 'company too small' }],
    [
      'somebody not interested',
      { ...TIER_1, leadStatus: 'unqualified' },
      much,
      'not-interested',
      { disqualify: 'not interested' },
    ],
    ['tier 1, prices twice', TIER_1, prices(1, 30), 'hand-raiser', { pool: 'ae' }],
    ['prices twice and nothing else known', {}, prices(1, 30), 'hand-raiser-sdr', { pool: 'sdr' }],
    ['tier 2, prices twice', TIER_2, prices(0, 0), 'hand-raiser-sdr', { pool: 'sdr' }],
    ['tier 1 with 61 or more', TIER_1, demo, 'tier-1-mql', { pool: 'ae' }],
    ['tier 2 with 61 or more', TIER_2, much, 'mql', { pool: 'sdr' }],
    ['no tier with 61 or more', NO_TIER, much, 'mql', { pool: 'sdr' }],
    ['free mail, no company', { 'email.free': true }, much.slice(1), 'personal-email', { nurture: 'newsletter' }],
    [
      'free mail, no company, 30 of engagement',
      { 'email.free': true, jobTitle: 'CMO' },
      [...demo, ...content],
      'personal-email',
      { nurture: 'newsletter' },
    ],
    ['free mail, no company, 35 of engagement', { 'email.free': true }, much, 'medium', { nurture: 'signal-based' }],
    [
      'free mail, but a company',
      { 'email.free': true, 'company.name': 'X', 'company.size': 20 },
      much.slice(1),
      'low',
      { nurture: 'newsletter' },
    ],
    ['31–60 with a high fit', TIER_1, [], 'medium-good-fit', { nurture: 'accelerated' }],
    [
      '31–60',
      { 'company.size': 30 },
      [...demo, ...signalsAgo('email_opened', 0)],
      'medium',
      { nurture: 'signal-based' },
    ],
    ['30', { 'company.size': 30 }, demo, 'low', { nurture: 'newsletter' }],
    ['prices once', {}, prices(1), 'low', { nurture: 'newsletter' }],
    ['prices twice, once more than 30 days ago', {}, prices(1, 31), 'low', { nurture: 'newsletter' }],
    ['nothing known', {}, [], 'low', { nurture: 'newsletter' }],
  ])('%s', (_, values, signals, route, to) => {
    expect(routeOf(values, signals)).toMatchObject({ route, to })
  })

  it.each<[Record<string, AttributeValue>, Signal[], number, string]>([
    [TIER_2, [...demo, ...signalsAgo('email_clicked', 0)], 65, 'mql'],
    [{ ...TIER_2, jobTitle: 'Clerk' }, [...much], 60, 'medium'],
    [{ 'company.size': 30 }, [...content, ...signalsAgo('email_opened', 0, 1, 2)], 29, 'low'],
  ])('%j: the total decides', (values, signals, total, route) => {
    expect(routeOf(values, signals)).toMatchObject({ total, route })
  })

  it.each([
    ['hand-raiser', 'mql-to-sales-tier-1', undefined],
    ['hand-raiser-sdr', 'mql-to-sales', undefined],
    ['tier-1-mql', 'mql-to-sales-tier-1', undefined],
    ['mql', 'mql-to-sales', undefined],
    ['medium-good-fit', undefined, 2 * DAY],
    ['medium', undefined, 7 * DAY],
    ['low', undefined, 30 * DAY],
  ])('%s: clock %s, looked at again after %s ms', (name, handoff, rescore) => {
    expect(config.routing.routes.find((route) => route.name === name)).toMatchObject(
      Object.fromEntries(Object.entries({ handoff, rescore }).filter(([, value]) => value !== undefined)),
    )
  })
})

describe('chooseRoute', () => {
  const routes: Route[] = [
    { name: 'one', when: when('a', { is: 1 }), to: { pool: 'ae' }, handoff: 'h' },
    { name: 'two', when: when('b', { known: true }), to: { disqualify: 'because {b} and {c}' } },
    { name: 'rest', to: { nurture: 'n' }, rescore: 5 },
  ]

  it('takes the first that holds and explains each one up to it', () => {
    expect(chooseRoute(routes, lookupIn({ a: 1, b: 2 }))).toMatchObject({ route: 'one', handoff: 'h' })
    const decision = chooseRoute(routes, lookupIn({ b: 2 }))
    expect(decision).toMatchObject({ route: 'two', to: { disqualify: 'because 2 and unknown' } })
    expect(decision.considered.map(({ route, evaluation }) => [route, evaluation.truth])).toEqual([
      ['one', 'unknown'],
      ['two', 'true'],
    ])
    expect(chooseRoute(routes, lookupIn({}))).toMatchObject({ route: 'rest', to: { nurture: 'n' }, rescore: 5 })
  })

  it('leaves out what a route does not have', () => {
    expect(Object.keys(chooseRoute(routes, lookupIn({ a: 1 })))).toEqual(['route', 'to', 'considered', 'handoff'])
    expect(Object.keys(chooseRoute(routes, lookupIn({})))).toEqual(['route', 'to', 'considered', 'rescore'])
  })

  it('throws when no route is left', () => {
    expect(() => chooseRoute(routes.slice(0, 2), lookupIn({}))).toThrow(/no route matched/)
  })

  it('takes the first one that holds, for any routes', () => {
    const condition = fc.record({ name: fc.constantFrom('a', 'b', 'c'), least: fc.integer({ min: 0, max: 4 }) })
    const known = fc.dictionary(fc.constantFrom('a', 'b', 'c'), fc.integer({ min: 0, max: 4 }))
    fc.assert(
      fc.property(fc.array(condition), known, (conditions, values) => {
        const routes: Route[] = conditions.map(({ name, least }, index) => ({
          name: String(index),
          when: when(name, { atLeast: least }),
          to: { nurture: 'n' },
        }))
        const lookup = lookupIn(values)
        const first = routes.find(({ when }) => when && evaluate(when, lookup).truth === 'true')
        const all = [...routes, { name: 'rest', to: { nurture: 'n' } }]
        expect(chooseRoute(all, lookup).route).toBe(first?.name ?? 'rest')
      }),
    )
  })
})

describe('unknown never routes as if it were zero', () => {
  it('a lead without a company size is not too small, and the explanation says unknown', () => {
    const { route, considered } = routeOf({ ...TIER_1, 'company.size': 'unknown' }, demo)
    expect(route).not.toBe('too-small')
    expect(routeOf({}, demo).considered.find(({ route }) => route === 'too-small')?.evaluation.truth).toBe('unknown')
    expect(considered.find(({ route }) => route === 'too-small')?.evaluation.truth).toBe('unknown')
  })

  it.each<[Record<string, AttributeValue>, string]>([
    [{ 'company.size': 5 }, 'company.size is 5, not at most 4'],
    [{}, 'company.size is unknown'],
    [{ 'company.size': 'many' }, 'company.size is many, not at most 4 (no number)'],
    [{ 'company.size': 'below 6' }, 'company.size is below 6, not at most 4'],
  ])('%j: why it is not too small', (values, why) => {
    const tooSmall = routeOf(values).considered.find(({ route }) => route === 'too-small')
    expect(tooSmall && whyOf(tooSmall.evaluation)).toBe(why)
  })

  it('nor does the opposite of an unknown hold', () => {
    const routes: Route[] = [
      { name: 'not big', when: { kind: 'not', of: when('company.size', { atLeast: 5 }) }, to: { disqualify: 'small' } },
      { name: 'rest', to: { nurture: 'n' } },
    ]
    expect(chooseRoute(routes, lookupIn({})).route).toBe('rest')
    expect(chooseRoute(routes, lookupIn({ 'company.size': 0 })).route).toBe('not big')
  })

  it('nothing is disqualified for what is not known', () => {
    const types = Object.keys(config.scoring.engagement.signals)
    const signals = fc.array(fc.record({ id: fc.uuid(), type: fc.constantFrom(...types), at: fc.constant(NOW) }))
    fc.assert(
      fc.property(signals, fc.boolean(), (signals, free) => {
        expect(routeOf({ 'email.free': free }, signals).to).not.toHaveProperty('disqualify')
      }),
    )
  })
})

describe('missingForSales', () => {
  const required = config.routing.requiredForSales
  it.each<[Record<string, AttributeValue>, string[]]>([
    [{}, ['jobTitle', 'company.size or company.revenue', 'company.industry', 'leadSource.detail']],
    [{ 'company.industry': 'retail', jobTitle: 'CMO' }, ['company.size or company.revenue', 'leadSource.detail']],
    [{ jobTitle: 'CMO', 'company.revenue': 9, 'company.industry': 'x', 'leadSource.detail': 'y' }, []],
    [{ jobTitle: 'CMO', 'company.size': 0, 'company.industry': 'x', 'leadSource.detail': 'y' }, []],
  ])('of %j: %j', (values, missing) => {
    expect(missingForSales(required, facts(values))).toEqual(missing)
  })

  it('never misses the score, which Baton always has', () => {
    expect(missingForSales(['score', 'jobTitle'], {})).toEqual(['jobTitle'])
  })
})

test('fillText puts attributes into a text', () => {
  const lookup = lookupIn({ 'icp.negative': 'competitor', size: 0 })
  expect(fillText('{icp.negative}', lookup)).toBe('competitor')
  expect(fillText('{ size } of {name}, {}', lookup)).toBe('0 of unknown, {}')
  expect(fillText('{name}', lookupIn({ name: '{icp.negative} $& $1' }))).toBe('{icp.negative} $& $1')
})
