import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { chartAlt, chartPng, chartSvg } from '../../../src/charts/chart.ts'
import type { Chart } from '../../../src/reports/report.ts'

const acceptance: Chart = {
  id: 'acceptance',
  title: 'Acceptance of MQLs handed over',
  kind: 'lines',
  unit: 'share',
  x: ['W45', 'W46', 'W47'],
  series: [{ name: 'Accepted', values: [0.42, null, 0.66] }],
  target: { from: 0.4, to: 0.6, name: 'Target: 40 to 60 %' },
}
const sources: Chart = {
  id: 'sources',
  title: 'Leads by source',
  kind: 'bars',
  unit: 'count',
  x: ['ORGANIC_SEARCH', 'PAID_SEARCH', 'REFERRALS', 'EVENTS'],
  series: [
    { name: 'This week', values: [12, 4, 0, null] },
    { name: 'The week before', values: [9, 8, 1, 2] },
  ],
}
const textsIn = (svg: string | null) => [...(svg ?? '').matchAll(/<text[^>]*>([^<]*)</g)].map(([, text = '']) => text)

describe('a chart', () => {
  it('says its figures beside its bars, in the words of the report, and its target by name', () => {
    expect(textsIn(chartSvg(acceptance))).toEqual(
      expect.arrayContaining(['Acceptance of MQLs handed over', 'W45', '42 %', '66 %', '▒ Target: 40 to 60 %']),
    )
    expect(textsIn(chartSvg(sources))).toEqual(
      expect.arrayContaining(['ORGANIC_SEARCH', '12', 'REFERRALS', '0', 'This week', 'The week before']),
    )
  })

  it('is told in words to who does not see it', () => {
    expect(chartAlt(acceptance)).toBe('Acceptance of MQLs handed over. W45 42 %, W46 –, W47 66 %. Target: 40 to 60 %')
    expect(chartAlt(sources)).toContain('This week: ORGANIC_SEARCH 12, PAID_SEARCH 4, REFERRALS 0, EVENTS –')
    expect(chartSvg(acceptance)).toContain(`aria-label="${chartAlt(acceptance)}"`)
  })

  it.each([acceptance, sources])(
    'is drawn the same each time, without what a strict page refuses: $id',
    async (chart) => {
      const first = chartSvg(chart)
      chartSvg({ ...chart, id: 'another' })
      expect(chartSvg(chart)).toBe(first)
      expect(first).not.toMatch(/<style|\sstyle=|\sclass=|<script|\son\w+=/)
      expect(chartSvg(chart, { dark: true })).not.toBe(first)
      expect(await chartPng(chart)).toEqual(await chartPng(chart))
    },
  )

  it('is not drawn where there is nothing to draw', async () => {
    for (const series of [[], [{ name: 'Accepted', values: [null, null, null] }]]) {
      expect(chartSvg({ ...acceptance, series })).toBeNull()
      expect(await chartPng({ ...acceptance, series })).toBeNull()
    }
  })

  it('says how many it leaves out', () => {
    const x = Array.from({ length: 500 }, (_, at) => `source ${at}`)
    const many: Chart = { ...sources, x, series: [{ name: 'Leads', values: x.map((_, at) => at) }] }
    expect(textsIn(chartSvg(many))).toContain('and 470 more, in the table')
  })
})

test.each(['__proto__', 'constructor', 'toString'])('the name %s changes no object of the process', (name) => {
  const target = { from: 1, name }
  const named: Chart = { ...sources, title: name, x: [name, 'b'], series: [{ name, values: [1, 2] }], target }
  for (const kind of ['bars', 'stacked', 'lines', 'funnel'] as const) chartSvg({ ...named, kind })
  expect(Object.keys(Object.prototype)).toEqual([])
  expect(Object.keys(Object)).toEqual([])
})

const unit = fc.constantFrom<Chart['unit']>('count', 'share', 'points', 'change', 'minutes', 'days', 'money')
const figure = fc.integer({ min: -1_000_000_000, max: 1_000_000_000 }).map((one) => one / 1_000)
const chart = fc.record<Chart>({
  id: fc.string(),
  title: fc.string({ unit: 'binary' }),
  kind: fc.constantFrom('bars', 'stacked', 'lines', 'funnel'),
  unit,
  x: fc.array(fc.string({ unit: 'binary' }), { minLength: 1, maxLength: 40 }),
  series: fc.array(
    fc.record({
      name: fc.string({ unit: 'binary' }),
      values: fc.array(fc.option(figure), { maxLength: 40 }),
    }),
    { maxLength: 8 },
  ),
  target: fc.record({ from: figure, name: fc.string() }),
})

test('whatever people call things, there is a picture that Slack takes', { timeout: 60_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(chart, async (one) => {
      const png = await chartPng(one)
      if (one.series.every(({ values }) => values.every((value) => value === null))) return void expect(png).toBeNull()
      expect(png?.subarray(1, 4).toString()).toBe('PNG')
      expect(chartAlt(one).length).toBeLessThanOrEqual(1_000)
    }),
    { numRuns: 60 },
  )
})
