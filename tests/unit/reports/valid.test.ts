import { describe, expect, it } from 'vitest'
import type { KeptFact } from '../../../src/facts/fact.ts'
import { validByLead } from '../../../src/reports/valid.ts'

const fact = (id: string, type: KeptFact['type'], at: number, more: Partial<KeptFact> = {}): KeptFact => ({
  id,
  type,
  at,
  lead: 'ada',
  ...more,
})
const one = { handoff: '1' }
const idsOf = (facts: KeptFact[]) =>
  Object.fromEntries([...validByLead(facts)].map(([lead, own]) => [lead, own.map(({ id }) => id)]))

describe('the facts of a stream', () => {
  it('come lead by lead, each by time', () => {
    const facts = [
      fact('a', 'seen', 5),
      fact('b', 'seen', 6, { lead: 'bob' }),
      fact('c', 'deal', 2),
      fact('d', 'told', 5),
    ]
    expect(idsOf(facts)).toEqual({ ada: ['c', 'a', 'd'], bob: ['b'] })
  })

  it('leave out what a correction names, before or behind it, and the correction', () => {
    const facts = [fact('x', 'corrected', 1, { of: 'b' }), fact('a', 'seen', 1), fact('b', 'seen', 2)]
    expect(idsOf(facts)).toEqual({ ada: ['a'] })
  })

  it('leave out what a correction takes back of a handoff: its type alone, and what was before', () => {
    const breach = (id: string, at: number, more = {}) => fact(id, 'breached', at, { ...one, ...more })
    const facts = [
      breach('early', 1),
      breach('of another handoff', 1, { handoff: '2' }),
      breach('of another lead', 1, { lead: 'bob' }),
      fact('of another type', 'reminded', 1, one),
      fact('back', 'corrected', 2, { ...one, reason: 'breached' }),
      breach('anew', 3),
      fact('about nothing', 'corrected', 4),
    ]
    expect(idsOf(facts)).toEqual({
      ada: ['of another handoff', 'of another type', 'anew'],
      bob: ['of another lead'],
    })
  })

  it('leave out of answers those that were taken back, each the last one before; that it was stays', () => {
    const facts = [
      fact('first', 'answered', 1, one),
      fact('other', 'answered', 1, { handoff: '2' }),
      fact('second', 'answered', 2, one),
      fact('undone', 'undone', 3, one),
      fact('third', 'answered', 4, one),
    ]
    expect(idsOf(facts)).toEqual({ ada: ['first', 'other', 'undone', 'third'] })
  })
})
