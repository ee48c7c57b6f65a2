import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Config } from '../../../src/config/config.ts'
import type { Attributes, AttributeValue } from '../../../src/rules/attributes.ts'
import { withPlaces } from '../../../src/rules/places.ts'
import { possibleRoutes } from '../../../src/rules/possible-routes.ts'
import { chooseRoute } from '../../../src/rules/routing.ts'
import { fullLookup, scoreLead } from '../../../src/rules/score.ts'
import { facts, NOW, signalsAgo } from '../../support/records.ts'
import { loadTestConfig } from '../../support/stage.ts'

let config: Config
beforeAll(async () => {
  config = await loadTestConfig({}, NOW)
})

const FACTS = {
  jobTitle: ['VP Marketing', 'CEO', 'Student', 'Consultant', 'Engineer'],
  'company.size': [3, 30, 240, 5_000],
  'company.industry': ['computer software', 'retail'],
  'company.domain': ['rival.example', 'acme.example'],
  country: ['Germany', 'US'],
} satisfies Record<string, AttributeValue[]>
const NAMES = Object.keys(FACTS) as (keyof typeof FACTS)[]

const beside = (mql: boolean) => ({ stage: mql ? 'mql' : 'lead', returning: false })

function routeOf(attributes: Attributes, signals: ReturnType<typeof signalsAgo>): string {
  const score = scoreLead(config, attributes, signals, NOW)
  const lookup = fullLookup(attributes, signals, score, NOW, beside(score.mql))
  return chooseRoute(config.routing.routes, lookup).route
}
function possible(attributes: Attributes, signals: ReturnType<typeof signalsAgo>, open: string[]): string[] {
  return possibleRoutes(config, { attributes, signals }, new Set(open), beside, NOW).map(({ name }) => name)
}

describe('the routes that a lead may still take', () => {
  it.each<[string, Record<string, AttributeValue>, string[], string[]]>([
    ['all is known', { 'company.size': 240, 'company.industry': 'retail' }, [], ['low']],
    ['only what no rule asks for is open', { 'company.size': 240 }, ['company.revenue', 'company.techStack'], ['low']],
    [
      'a competitor',
      { 'email.domain': 'rival.example' },
      ['company.size', 'company.industry', 'jobTitle'],
      ['negative-icp'],
    ],
    ['a size that is open', {}, ['company.size'], ['too-small', 'low']],
    [
      'an industry that is open cannot be worth a tier without the size',
      { 'company.size': 30 },
      ['company.industry'],
      ['low'],
    ],
  ])('%s', (_, known, open, routes) => {
    expect(possible(facts(known), [], open)).toEqual(routes)
  })

  it('hold whatever turns out', () => {
    const value = (name: keyof typeof FACTS) => fc.constantFrom<AttributeValue | undefined>(undefined, ...FACTS[name])
    const lead = fc.record(
      Object.fromEntries(NAMES.map((name) => [name, fc.record({ is: value(name), open: fc.boolean() })])),
    )
    const types = fc.subarray(['demo_requested', 'pricing_page_viewed', 'webinar_attended', 'email_clicked'])
    fc.assert(
      fc.property(lead, types, (drawn, signalTypes) => {
        const signals = signalTypes.flatMap((type) => signalsAgo(type, 0, 1))
        const all = Object.entries(drawn)
        const is = (some: typeof all) =>
          withPlaces(
            config.icp,
            facts(Object.fromEntries(some.flatMap(([name, one]) => (one.is === undefined ? [] : [[name, one.is]])))),
          )
        const open = all.filter(([, one]) => one.open).map(([name]) => name)
        const places = open.includes('country') ? ['region', 'language'] : []
        const known = is(all.filter(([, one]) => !one.open))
        expect(possible(known, signals, [...open, ...places])).toContain(routeOf(is(all), signals))
      }),
      { numRuns: 400 },
    )
  })
})
