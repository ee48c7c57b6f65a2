import { describe, expect, it } from 'vitest'
import type { Cell, Unit } from '../../../src/reports/report.ts'
import { cellText, dayText, unbroken } from '../../../src/reports/words.ts'

describe('a figure in words', () => {
  it.each<[Cell, Unit, string]>([
    [null, 'share', '–'],
    [Number.NaN, 'share', '–'],
    ['Ada Lovelace', 'text', 'Ada Lovelace'],
    ['not known', 'share', 'not known'],
    [0, 'count', '0'],
    [1250, 'count', '1,250'],
    [2.25, 'count', '2.3'],
    [-3, 'count', '−3'],
    [0.47, 'share', '47 %'],
    [0.4749, 'share', '47 %'],
    [0.055, 'share', '5.5 %'],
    // What is off 99 % must not read as 99 %, and only all is all.
    [0.9896, 'share', '98.9 %'],
    [0.957, 'share', '95.7 %'],
    [0.9999, 'share', '99.9 %'],
    [1, 'share', '100 %'],
    [0, 'share', '0 %'],
    [0.0002, 'share', '< 0.1 %'],
    [0.03, 'points', '+3 points'],
    [-0.125, 'points', '−12.5 points'],
    [0.01, 'points', '+1 point'],
    [0, 'points', '0 points'],
    [0.12, 'change', '+12 %'],
    [-1, 'change', '−100 %'],
    [-0.001, 'change', '0 %'],
    [14, 'change', '+1,400 %'],
    [0, 'minutes', '0 min'],
    [0.4, 'minutes', '< 1 min'],
    [38, 'minutes', '38 min'],
    [59.6, 'minutes', '1 h'],
    [125, 'minutes', '2 h 05 min'],
    [4_000, 'minutes', '66 h 40 min'],
    [1, 'days', '1 day'],
    [3.46, 'days', '3.5 days'],
    [0.04, 'days', '< 0.1 days'],
    [31.4, 'days', '31 days'],
    [12_500.4, 'money', '12,500'],
    [-200, 'money', '−200'],
    [Date.parse('2026-11-18T15:00Z'), 'instant', 'Wed 18 Nov, 16:00 CET'],
  ])('%j as %s is %s', (value, unit, text) => {
    expect(cellText(value, unit, 'Europe/Berlin')).toBe(text)
  })
})

it('a day has its year', () => {
  expect(dayText(Date.parse('2025-12-31T23:30Z'), 'Europe/Berlin')).toBe('1 Jan 2026')
})

it('a figure and its unit stand on one line', () => {
  const text = 'Leads: 29 % of 4 days, < 0.1 % and −1 point, within 2 h 05 min; in 3 hours 12 minor ones'
  expect(unbroken(text)).toBe(
    'Leads: 29\u00a0% of 4\u00a0days, < 0.1\u00a0% and −1\u00a0point, within 2\u00a0h 05\u00a0min; in 3 hours 12 minor ones',
  )
})
