import { expect, test } from 'vitest'
import type { KeptFact } from '../../../src/facts/fact.ts'
import { readFacts, writeFacts } from '../../../src/facts/fact.ts'
import { foldShadow } from '../../../src/facts/shadow.ts'
import { readVerdict, type Verdict, writeVerdict } from '../../../src/leads/verdict.ts'

const verdict = (more: Partial<Verdict> = {}): Verdict => ({
  ...{ score: 64, band: 'high', tier: '2', route: 'mql', to: 'pool sdr', action: 'assign' },
  ...more,
})

let ids = 0
const differs = (
  lead: string,
  at: number,
  to: Partial<Verdict>,
  from: Partial<Verdict> = {},
  shadow = 's1',
): KeptFact => ({
  ...{ id: `${ids++}`, type: 'shadowed', at, lead, shadow },
  ...{ from: writeVerdict(verdict(from)), to: writeVerdict(verdict(to)) },
})
const fact = (type: KeptFact['type'], lead: string, at: number, stage?: string): KeptFact => ({
  ...{ id: `${ids++}`, type, lead, at },
  ...(stage ? { stage } : {}),
})

async function fold(facts: KeptFact[], more: { since?: number; until?: number } = {}) {
  async function* all() {
    yield facts.slice(0, 2)
    yield facts.slice(2)
  }
  return foldShadow(all(), { version: 's1', since: 0, ...more })
}

test('a verdict is read as it was written, also through a fact', () => {
  const one = verdict({
    tier: '',
    route: 'a route with many words in its name',
    to: 'nurture a track with as many words',
  })
  expect(readVerdict(writeVerdict(one))).toEqual(one)
  const text = writeFacts([
    { type: 'shadowed', at: 5, lead: 'p', shadow: 's1', from: writeVerdict(verdict()), to: writeVerdict(one) },
  ])
  expect(readFacts('0-1', text)).toMatchObject([{ shadow: 's1', from: writeVerdict(verdict()), to: writeVerdict(one) }])
})

test('counts decisions and leads by what differs, and from where to where', async () => {
  const sum = await fold([
    differs('a', 1, { score: 44, band: 'medium', route: 'medium', to: 'nurture signal-based', action: 'nurture' }),
    differs('a', 2, { score: 54, band: 'medium', route: 'medium', to: 'nurture signal-based', action: 'nurture' }),
    differs('b', 3, { score: 66 }),
    differs('c', 4, { route: 'mql-2' }),
    differs('d', 5, { tier: '' }, {}),
  ])
  expect(sum.differing).toEqual({ decisions: 5, leads: 4 })
  expect(sum.changed).toEqual({
    score: { decisions: 3, leads: 2 },
    band: { decisions: 2, leads: 1 },
    tier: { decisions: 1, leads: 1 },
    route: { decisions: 3, leads: 2 },
    to: { decisions: 2, leads: 1 },
  })
  expect(sum.meanScoreChange).toBeCloseTo((-20 - 10 + 2) / 3)
  expect(sum.moves.route).toMatchObject([
    { from: 'mql', to: 'medium', decisions: 2, leads: 1 },
    { from: 'mql', to: 'mql-2', decisions: 1, leads: 1 },
  ])
  expect(sum.moves.to).toMatchObject([{ from: 'pool sdr', to: 'nurture signal-based' }])
  expect(sum.moves.tier).toMatchObject([{ from: '2', to: 'none' }])
})

test('counts how leads turned out after they differed, each once', async () => {
  const sum = await fold([
    fact('answered', 'a', 0),
    differs('a', 1, { route: 'medium' }),
    differs('b', 1, { route: 'medium' }),
    fact('answered', 'b', 2),
    fact('answered', 'b', 3),
    fact('outcome', 'b', 4, 'customer'),
    fact('outcome', 'a', 4, 'salesqualifiedlead'),
    fact('disqualified', 'stranger', 4),
  ])
  expect(sum.moves.route).toEqual([
    {
      ...{ from: 'mql', to: 'medium', decisions: 2, leads: 2 },
      outcomes: { answered: 1, accepted: 0, opportunity: 0, customer: 1, disqualified: 0, recycled: 0 },
    },
  ])
})

test('leaves out what another shadow found, and what is of another time', async () => {
  const facts = [
    differs('a', 1, { score: 1 }, {}, 's0'),
    differs('a', 4, { score: 1 }),
    differs('b', 5, { score: 1 }),
    differs('c', 9, { score: 1 }),
  ]
  expect((await fold(facts, { since: 5, until: 8 })).differing).toEqual({ decisions: 1, leads: 1 })
})
