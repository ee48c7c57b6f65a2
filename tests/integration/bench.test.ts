import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { measure, type Row } from '../bench/row.ts'
import { tableOf } from '../bench/table.ts'
import { WITHOUT_REDIS_SERVER } from '../support/redis.ts'

const ROOT = join(import.meta.dirname, '..', '..')
const FIGURE = String.raw`[\d,.]+`

// What each row says it is about, what its figure lies between, and what stands behind it.
const COSTS: Record<string, [what: string, low: number, high: number, rest: RegExp]> = {
  commands: ['Redis commands a lead, one event each', 20, 160, /^commands .* ≤ 80 commands +(met|missed)$/],
  'file-bytes': ['append-only-file bytes a lead, one event each', 1.5, 9, /^kB .* ≤ 4.5 kB +(met|missed)$/],
  'memory-lead': ['memory in Redis per lead with 20 signals', 1.5, 6, /^KiB .* ≤ 3 KiB +(met|missed)$/],
  'memory-handoff': ['memory in Redis per open handoff', 1.4, 6, /^KiB .* ≤ 3 KiB +(met|missed)$/],
  'memory-decision': ['memory in Redis per kept routing decision', 250, 2_000, /^B .* -$/],
  'memory-fact': ['memory in Redis per fact', 50, 200, /^B .* -$/],
  fold: ["a week's facts counted, of 1.5 M a year", 0.01, Number.POSITIVE_INFINITY, /^ms .* -$/],
}

async function bench(...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [join(ROOT, 'tests', 'bench', 'main.ts'), ...args])
  return stdout
}

describe.skipIf(WITHOUT_REDIS_SERVER)('the benchmark', () => {
  test('gives a table with a figure, its ceiling, their ratio and whether the aim is met', async () => {
    const table = await bench('--tiny', '--only', 'scoring', '--only', 'webhooks')
    const line = (what: string, aim: string) =>
      new RegExp(`^\\d  ${what} +${FIGURE}/s +${FIGURE}/s +${FIGURE} +- +≥ ${aim} x +(met|missed)$`, 'm')
    expect(table).toMatch(line('webhook events acknowledged', '1'))
    expect(table).toMatch(line('leads scored and explained, 30 rules, 50 signals', '40'))
    expect(table).not.toContain('FAILED')
  })

  test('knows what a lead, a handoff, a decision and a fact cost Redis', { timeout: 240_000 }, async () => {
    const table = await bench('--tiny', ...Object.keys(COSTS).flatMap((name) => ['--only', name]))
    const lines = table.split('\n').slice(3, 3 + Object.keys(COSTS).length)
    for (const [index, [what, low, high, rest]] of Object.values(COSTS).entries()) {
      const [, name, figure, after] = /^\d {2}(.*?) {2,}([\d,.]+) (.*)$/.exec(lines[index] ?? '') ?? []
      expect([name, after]).toEqual([what, expect.stringMatching(rest)])
      expect(Number(figure?.replaceAll(',', '')), what).toSatisfy((value) => value >= low && value <= high)
    }
    expect(table).not.toContain('FAILED')
  })

  test('says which rows there are when there is no such row', async () => {
    await expect(bench('--only', 'nothing')).rejects.toMatchObject({
      code: 2,
      stderr: expect.stringContaining('There is no row nothing; there are webhooks, '),
    })
  })
})

/** A row whose figures are known beforehand. */
function known(figures: number[], ceilings: number[], aim: Row['aim'], order: string[] = []): Row {
  return {
    name: 'known',
    what: 'known figures',
    unit: '/s',
    how: 'made up',
    aim,
    open: async () => ({
      baton: async () => {
        order.push('baton')
        return figures.shift() ?? Number.NaN
      },
      ceiling: async () => {
        order.push('ceiling')
        return ceilings.shift() ?? Number.NaN
      },
      close: async () => {},
    }),
  }
}

const NO_REDIS = { redis: undefined as never, pick: () => 1, say: () => {} }

test('Baton and its ceiling take turns, and the run with the middle ratio counts', async () => {
  const order: string[] = []
  const row = known([50, 90, 10], [100, 100, 100], { of: 'ratio', is: '>=', value: 0.5 }, order)
  const result = await measure(row, NO_REDIS, 3)
  expect(order).toEqual(['baton', 'ceiling', 'ceiling', 'baton', 'baton', 'ceiling'])
  expect(result).toMatchObject({ figure: 50, ceiling: 100, ratio: 0.5, lowest: 0.1, highest: 0.9, met: true })
  expect(tableOf([{ row, result }])[1]).toBe(
    '1  known figures  50.0/s  100/s    0.50   0.10 to 0.90       ≥ 0.5 x  met',
  )
})

test.each([
  [{ of: 'ratio', is: '>=', value: 0.51 }, false],
  [{ of: 'ratio', is: '<=', value: 0.5 }, true],
  [{ of: 'figure', is: '<=', value: 49 }, false],
] as const)('an aim of %o for 50 against 100 is met: %s', async (aim, met) => {
  expect((await measure(known([50], [100], aim), NO_REDIS, 1)).met).toBe(met)
})

test('a row of which nothing is asked stands in the table without an aim', async () => {
  const row = known([50], [100], undefined)
  const result = await measure(row, NO_REDIS, 1)
  expect(result.met).toBeNull()
  expect(tableOf([{ row, result }])[1]).toBe('1  known figures  50.0/s  100/s    0.50   -                  -')
})

test('a row that failed stands in the table with what went wrong', () => {
  const lines = tableOf([{ row: known([], [], { of: 'ratio', is: '<=', value: 2 }), failure: 'it broke' }])
  expect(lines[1]).toMatch(/known figures .* FAILED$/)
  expect(lines.at(-1)).toContain('FAILED: it broke')
})
