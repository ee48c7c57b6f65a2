import { expect, it } from 'vitest'
import type { Route } from '../../../src/rules/routing.ts'
import { isDrawn, withSample } from '../../../src/rules/sample.ts'
import { lookupIn } from '../../support/records.ts'

const routeOf = (name: string, share: number): Route => ({
  name,
  to: { nurture: 'newsletter' },
  rescore: 1,
  sample: { share, to: { pool: 'sdr', reps: { languages: ['{language}'] } }, handoff: 'mql-to-sales' },
})
// As HubSpot numbers contacts: one after the other.
const ids = Array.from({ length: 20_000 }, (_, index) => String(401_000_000_000 + index))
const drawnOf = (name: string, share: number) => new Set(ids.filter((id) => isDrawn(routeOf(name, share), id)))

it.each([0.001, 0.03, 0.5, 0.97])('draws a share of %f, whatever the ids are like', (share) => {
  const expected = ids.length * share
  expect(Math.abs(drawnOf('low', share).size - expected)).toBeLessThan(4 * Math.sqrt(expected * (1 - share)))
})

it('draws the same leads again, more with a larger share, and others for another route', () => {
  const small = drawnOf('low', 0.03)
  expect(drawnOf('low', 0.03)).toEqual(small)
  expect(small.isSubsetOf(drawnOf('low', 0.1))).toBe(true)
  const both = small.intersection(drawnOf('medium', 0.03)).size
  // Of 600 three in a hundred, by chance.
  expect(both).toBeLessThan(45)
})

it('sends who is drawn where the sample goes, and says of both how likely that was', () => {
  const routes = [routeOf('low', 0.03)]
  const decision = { route: 'low', to: { nurture: 'newsletter' }, rescore: 1, considered: [] }
  const [drawn] = drawnOf('low', 0.03)
  const other = ids.find((id) => !isDrawn(routeOf('low', 0.03), id))
  const lookup = lookupIn({ language: 'de' })
  expect(withSample(routes, decision, String(drawn), lookup)).toEqual({
    route: 'low',
    to: { pool: 'sdr' },
    reps: { languages: [['de']] },
    handoff: 'mql-to-sales',
    sampled: { share: 0.03 },
    probability: 0.03,
    considered: [],
  })
  expect(withSample(routes, decision, String(other), lookup)).toEqual({ ...decision, probability: 0.97 })
  expect(withSample(routes, decision, undefined, lookup)).toEqual(decision)
  expect(withSample([{ name: 'low', to: { nurture: 'x' } }], decision, String(drawn), lookup)).toEqual(decision)
})
