import { describe, expect, it } from 'vitest'
import type { Fact } from '../../../src/facts/fact.ts'
import { REPORT_KINDS } from '../../../src/reports/kinds.ts'
import { REPORT_NAMES } from '../../../src/reports/report.ts'
import { came, fact, reached, reportOf } from '../../support/report-facts.ts'

// What every object has without having been given it.
const NAMES = ['__proto__', 'constructor', 'toString', 'hasOwnProperty']

function storyOf(name: string): Fact[] {
  const by = { handoff: '1', kind: name, pool: name, rep: name, route: name, source: name }
  return [
    ...came('a', '2026-10-12', { source: name, content: name, route: name, account: name }),
    fact('a', 'signal', '2026-10-12', { rule: name, content: name, account: name, value: 20 }),
    fact('a', 'triggered', '2026-10-12', { rule: name, reason: 'fired' }),
    fact('a', 'scored', '2026-10-12', { reason: name }),
    fact('a', 'waiting', '2026-10-12', by),
    fact('a', 'assigned', '2026-10-12', { ...by, reason: name }),
    fact('a', 'answered', '2026-10-13', { ...by, value: 12 }),
    fact('a', 'stage', '2026-10-13', { stage: name, reason: name }),
    fact('a', 'outcome', '2026-10-13', { stage: name }),
    ...reached('a', 'sql', '2026-10-13'),
    fact('a', 'recycled', '2026-10-14', { ...by, reason: name }),
    fact('b', 'seen', '2026-10-12', { stage: name, source: name }),
    fact('b', 'assigned', '2026-10-12', by),
    fact('b', 'disqualified', '2026-10-14', { ...by, route: 'low', reason: name }),
    fact('b', 'deal', '2026-10-14', { deal: name, stage: name, reason: 'won', amount: '5' }),
    fact('', 'measured', '2026-10-14', { rule: name, value: 1, amount: '2' }),
  ]
}

describe.each(REPORT_NAMES)('the %s report', (kind) => {
  it.each(NAMES)('takes %s for a name like any other', async (name) => {
    const before = Object.getOwnPropertyNames(Object.prototype)
    const settings = { salesKinds: [name], kinds: [name], pools: [name], routes: [name], triggers: [name] }
    const about = { now: '2026-11-02T12:00:00', since: '2026-01-01', settings }
    for (const period of ['2026-W42', '2026-10', '2026-Q4']) {
      const report = await reportOf(REPORT_KINDS[kind], storyOf(name), { period, ...about })
      expect(JSON.stringify(report)).not.toMatch(/native code|\[object|NaN/)
      for (const { rows } of report.sections)
        for (const cell of rows.flatMap((row) => Object.values(row)))
          expect(cell === null || ['string', 'number'].includes(typeof cell)).toBe(true)
    }
    expect(Object.getOwnPropertyNames(Object.prototype)).toEqual(before)
  })
})
