import { expect, it } from 'vitest'
import { asMarkdown, asText } from '../../../src/what-if/render.ts'
import { result } from './result.ts'

const MOVED = result({
  bands: [
    { from: 'low', to: 'low', leads: 1_204 },
    { from: 'low', to: 'high', leads: 3 },
  ],
  routes: Array.from({ length: 15 }, (_, index) => ({
    from: `r${index}`,
    to: 'mql',
    leads: 20 - index,
    why: 'fit a|b',
  })),
  failed: ['6 leads move (6 %), allowed 5 %'],
  unknown: [{ what: 'property city was never kept', leads: 2_400 }],
})

it('fits the terminal, shortens long tables, and ends with what failed', () => {
  for (const width of [80, 120]) {
    const lines = asText(MOVED, width).split('\n').slice(1)
    expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(width)
  }
  const text = asText(MOVED)
  expect(text).toContain('and 3 more')
  expect(text).toMatch(/low {2,}1,204 +0 +3 +0/)
  expect(text).toContain('2,400 leads: property city was never kept')
  expect(text.endsWith('FAILED 6 leads move (6 %), allowed 5 %')).toBe(true)
})

const BOTH = { before: 1_000, after: 2_000 }
const REP = { ...BOTH, rep: 'sdr-1' }

it('puts the columns of a wide table below each other, so that nothing of it is cut off', () => {
  const [rep] = result().reps
  if (!rep) throw new Error('the result has no rep')
  const loads = { leads: BOTH, perWeek: BOTH, busiestWeek: BOTH, busy: BOTH, waiting: BOTH, late: BOTH }
  const lines = asText(result({ reps: [{ ...rep, ...loads, rep: 'sdr-1' }] }), 80).split('\n')
  expect(lines.join('\n')).not.toContain('…')
  expect(lines.slice(1).every(({ length }) => length <= 80)).toBe(true)
  expect(lines.filter((line) => line.startsWith('  rep  ')).length).toBeGreaterThan(1)
  expect(lines.filter((line) => line.startsWith('  sdr-1  ')).join()).toMatch(/(1,000 → 2,000.*){6}/)
  expect(lines.some((line) => line.endsWith('too late'))).toBe(true)
})

it('shows the leads of each rep in each week, the last eight of them', () => {
  const weeks = Array.from({ length: 9 }, (_, index) => ({ ...REP, rep: 'ae-1', week: `2026-10-0${index + 1}` }))
  const text = asText(result({ weeks }), 200)
  expect(text).toMatch(/rep +10-02 .* 10-09\n/)
  expect(text).toContain('the last 8 of 9 weeks')
  expect(text).not.toMatch(/rep .*10-01/)
  expect(asText(result({ weeks: weeks.slice(0, 1) }))).not.toContain('Leads by week')
})

it('is Markdown that nothing in a config can break', () => {
  const text = asMarkdown(MOVED)
  expect(text).toContain('| r0 | mql | 20 | fit a\\|b |')
  expect(text).toContain('**FAILED 6 leads move (6 %), allowed 5 %**')
  const forged = asMarkdown(result({ routes: [{ from: '<img src=x>', to: 'a\n# b', leads: 1, why: '[x](y)' }] }))
  expect(forged).not.toMatch(/(?<!\\)<img|^# b/m)
})

it('says that nothing could be compared, and that no answer is known', () => {
  const nothing = asText(result({ leads: { stored: 3, sampled: 3, compared: 0 } }))
  expect(nothing).toContain('NOT ENOUGH DATA')
  expect(nothing).not.toMatch(/Leads that change|Never fired|Reps/)
  expect(asText(result())).toContain('no answer is known: whether deadlines would hold cannot be said')
})
