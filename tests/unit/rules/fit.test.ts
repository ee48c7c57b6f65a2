import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { loadConfig } from '../../../src/config/load.ts'
import type { AttributeValue } from '../../../src/rules/attributes.ts'
import { scoreFit } from '../../../src/rules/fit.ts'
import { matchIcp } from '../../../src/rules/icp.ts'
import { icpLookup } from '../../../src/rules/score.ts'
import { withTitle } from '../../../src/rules/titles.ts'
import { facts, lookupIn, NOW, when } from '../../support/records.ts'

const config = await loadConfig('config', NOW)

function fitOf(values: Record<string, AttributeValue>) {
  return scoreFit(config.scoring.fit, icpLookup(facts(values), matchIcp(config.icp, withTitle(lookupIn(values)))))
}

describe('the table of points', () => {
  it.each<[string, number, Record<string, AttributeValue>]>([
    ['company-size-tier-1', 20, { 'company.size': 51 }],
    ['company-size-tier-1', 20, { 'company.size': 500 }],
    ['industry-tier-1', 15, { 'company.industry': 'Computer Software' }],
    ['buyer-persona', 15, { jobTitle: 'CMO' }],
    ['company-size-tier-2', 10, { 'company.size': 11 }],
    ['company-size-tier-2', 10, { 'company.size': 50 }],
    ['below-minimum-size', -20, { 'company.size': 4 }],
    ['negative-icp', -30, { 'email.domain': 'rival.example' }],
    ['negative-icp', -30, { jobTitle: 'student' }],
    ['negative-icp', -30, { jobTitle: 'consultant' }],
  ])('%s gives %i', (rule, points, values) => {
    const result = fitOf(values)
    expect(result.points).toBe(points)
    expect(result.contributions.filter((contribution) => contribution.points !== 0)).toMatchObject([{ rule, points }])
  })

  it.each([5, 10, 501])('a company of %i gives and takes nothing', (size) => {
    expect(fitOf({ 'company.size': size }).points).toBe(0)
  })

  it('adds up to the maximum of 50', () => {
    expect(fitOf({ 'company.size': 200, 'company.industry': 'internet', jobTitle: 'CMO' }).points).toBe(50)
  })

  it('may be negative', () => {
    expect(fitOf({ 'company.size': 2, jobTitle: 'student' }).points).toBe(-50)
  })
})

describe('the breakdown', () => {
  it('lists every rule, and tells unknown from no', () => {
    const { points, contributions } = fitOf({ 'company.size': 20 })
    expect(points).toBe(10)
    expect(contributions.map(({ rule, points, worth, truth }) => [rule, points, worth, truth])).toEqual([
      ['company-size-tier-1', 0, 20, 'false'],
      ['industry-tier-1', 0, 15, 'unknown'],
      ['buyer-persona', 0, 15, 'false'],
      ['company-size-tier-2', 10, 10, 'true'],
      ['below-minimum-size', 0, -20, 'false'],
      ['negative-icp', 0, -30, 'false'],
    ])
  })

  it('an unknown size is not a size of 0', () => {
    expect(fitOf({}).contributions.find(({ rule }) => rule === 'below-minimum-size')).toMatchObject({
      points: 0,
      truth: 'unknown',
    })
  })
})

describe('rounding', () => {
  const always = when('a', { known: true })
  it.each([
    [[2.5], 3],
    [[-2.5], -2],
    [[0.5, -3], -2],
    [[0.25, 0.25], 1],
    [[0.4, 0.4, 0.4], 1],
    [[2.3, 0.3, -1.1], 2],
    [[49.4, 0.4], 50],
    [[2.4999], 2],
  ])('%j is %i: half up, once', (points, rounded) => {
    const rules = points.map((points, index) => ({ id: String(index), points, when: always }))
    expect(scoreFit({ max: 50, rules }, lookupIn({ a: 1 })).points).toBe(rounded)
  })

  it('is never above the maximum, always the whole number of what counted', () => {
    const points = fc.double({ min: -100, max: 100, noNaN: true })
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 100 }), fc.array(fc.tuple(points, fc.boolean())), (max, entries) => {
        const rules = entries.map(([points, fires], index) => ({
          id: String(index),
          points,
          when: when(fires ? 'a' : 'b', { known: true }),
        }))
        const result = scoreFit({ max, rules }, lookupIn({ a: 1 }))
        const sum = entries.filter(([, fires]) => fires).reduce((total, [points]) => total + points, 0)
        expect(Number.isInteger(result.points)).toBe(true)
        expect(result.points).toBeLessThanOrEqual(max)
        expect(Math.abs(result.points - Math.min(max, sum))).toBeLessThanOrEqual(0.5 + 1e-6)
      }),
    )
  })
})
