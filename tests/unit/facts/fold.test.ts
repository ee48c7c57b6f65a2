import { describe, expect, it } from 'vitest'
import type { FactField, KeptFact } from '../../../src/facts/fact.ts'
import { foldFacts } from '../../../src/facts/fold.ts'
import { DAY, NOW } from '../../support/records.ts'

let count = 0
const fact = (type: KeptFact['type'], at: number, more: Partial<KeptFact> = {}): KeptFact => ({
  id: `0-1-0.${count++}`,
  type,
  at,
  lead: 'a',
  ...more,
})

async function* inParts(facts: KeptFact[]) {
  for (const one of facts) yield [one]
}
const fold = async (facts: KeptFact[], by: FactField[] = []) =>
  Object.fromEntries(await foldFacts(inParts(facts), { from: NOW, to: NOW + DAY }, by))

describe('facts of a span', () => {
  it.each([
    ['before it', NOW - 1, {}],
    ['at its beginning', NOW, { seen: { count: 1, values: 0, total: 0 } }],
    ['at its end', NOW + DAY - 1, { seen: { count: 1, values: 0, total: 0 } }],
    ['after it', NOW + DAY, {}],
  ])('count when they happened in it: %s', async (_, at, sums) => {
    expect(await fold([fact('seen', at)])).toEqual(sums)
  })

  it('are counted by type and fields, of which each may be absent', async () => {
    const facts = [
      fact('assigned', NOW, { pool: 'ae', rep: 'ae-1', value: 4 }),
      fact('assigned', NOW + 1, { pool: 'ae', rep: 'ae-1', value: 0 }),
      fact('assigned', NOW, { pool: 'sdr' }),
      fact('seen', NOW),
    ]
    expect(await fold(facts, ['pool', 'rep'])).toEqual({
      'assigned\tae\tae-1': { count: 2, values: 2, total: 4 },
      'assigned\tsdr\t': { count: 1, values: 0, total: 0 },
      'seen\t\t': { count: 1, values: 0, total: 0 },
    })
  })

  it('do not count when a later one takes them back, also one after the span or in a part before', async () => {
    const wrong = fact('disqualified', NOW, { id: 'wrong' })
    const right = fact('disqualified', NOW)
    const back = fact('corrected', NOW + 2 * DAY, { of: 'wrong' })
    const sums = { disqualified: { count: 1, values: 0, total: 0 } }
    expect(await fold([wrong, right, back])).toEqual(sums)
    expect(await fold([back, wrong, right])).toEqual(sums)
  })

  it('do not count of answers those that were taken back, each the last one before', async () => {
    const answer = (minutes: number) => fact('answered', NOW + minutes, { handoff: '1', value: minutes })
    const undone = (at: number) => fact('undone', NOW + at, { handoff: '1' })
    const other = fact('answered', NOW, { handoff: '2', value: 5 })
    const sums = await fold([answer(1), other, undone(2), answer(3), undone(4), answer(7)])
    expect(sums.answered).toEqual({ count: 2, values: 2, total: 12 })
  })

  it('do not count when what happened to their handoff is taken back', async () => {
    const breached = (handoff: string) => fact('breached', NOW, { handoff })
    const others = [breached('2'), fact('reminded', NOW, { handoff: '1' }), fact('seen', NOW)]
    const back = fact('corrected', NOW + 1, { handoff: '1', reason: 'breached' })
    const one = { count: 1, values: 0, total: 0 }
    expect(await fold([breached('1'), ...others, back])).toEqual({ breached: one, reminded: one, seen: one })
    // One that names neither takes nothing back.
    expect(await fold([...others, fact('corrected', NOW + 1)])).toEqual({ breached: one, reminded: one, seen: one })
  })
})
