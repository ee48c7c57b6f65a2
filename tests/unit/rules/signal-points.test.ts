import { describe, expect, it } from 'vitest'
import { mostOf, type Points, pointsText, worthOf } from '../../../src/rules/signal-points.ts'

const each: Points = { per: 10, of: 1, atMost: 15 }
const taken: Points = { per: 5, of: -2, atMost: 8 }
const steps: Points = {
  steps: [
    { from: 3, points: 5 },
    { from: 10, points: 8 },
  ],
}

describe('what a signal is worth', () => {
  it.each<[Points, string | undefined, number | undefined]>([
    [5, undefined, 5],
    [-5, '100', -5],
    [each, '20', 2],
    [each, '25', 2.5],
    [each, '1e9', 15],
    [each, '-20', 0],
    [each, '0', 0],
    [each, undefined, undefined],
    [each, '', undefined],
    [each, 'many', undefined],
    [taken, '5', -2],
    [taken, '1000', -8],
    [{ per: 10, of: 1 }, '5000', 500],
    [steps, '2.9', 0],
    [steps, '3', 5],
    [steps, '9', 5],
    [steps, '10', 8],
    [steps, '1000', 8],
    [steps, undefined, undefined],
  ])('%j of an amount of %s: %s', (points, value, worth) => {
    const found = worthOf(points, value === undefined ? {} : { value })
    expect(found === undefined ? found : found + 0).toBe(worth)
  })

  it.each<[Points, number, string]>([
    [5, 5, '5'],
    [each, 15, '1 for each 10 minutes, at most 15'],
    [taken, -8, '-2 for each 5 minutes, at most -8'],
    [{ per: 2, of: 0.5 }, Number.POSITIVE_INFINITY, '0.5 for each 2 minutes'],
    [steps, 8, '5 from 3 minutes, 8 from 10 minutes'],
  ])('%j is at most %i: %s', (points, most, text) => {
    expect(mostOf(points)).toBe(most)
    expect(pointsText(points, 'minutes')).toBe(text)
  })
})
