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

it('is Markdown that nothing in a config can break', () => {
  const text = asMarkdown(MOVED)
  expect(text).toContain('| r0 | mql | 20 | fit a\\|b |')
  expect(text).toContain('**FAILED 6 leads move (6 %), allowed 5 %**')
  const forged = asMarkdown(result({ routes: [{ from: '<img src=x>', to: 'a\n# b', leads: 1, why: '[x](y)' }] }))
  expect(forged).not.toMatch(/(?<!\\)<img|^# b/m)
})

it('says that nothing could be compared, and that no answer is known', () => {
  expect(asText(result({ leads: { stored: 3, sampled: 3, compared: 0 } }))).toContain('NOT ENOUGH DATA')
  expect(asText(result())).toContain('no answer is known: whether deadlines would hold cannot be said')
})
