import { describe, expect, it, test } from 'vitest'
import { lackOf, roundsFor, wantedText } from '../../../src/handoffs/segments.ts'
import type { Team } from '../../../src/handoffs/team.ts'
import type { WantedReps } from '../../../src/rules/rep-filter.ts'

const TAGS = { languages: ['German', 'en-US'], skills: ['Enterprise'], countries: ['Deutschland'], regions: ['DACH'] }

test.each<[WantedReps, string | undefined]>([
  [{}, undefined],
  [{ languages: [['de']] }, undefined],
  [{ languages: [['de'], ['en']], skills: [['enterprise']], countries: [['DE']], regions: [['dach']] }, undefined],
  [{ languages: [['de'], ['fr']] }, 'speaks no French'],
  [{ skills: [['healthcare']] }, 'lacks the skill healthcare'],
  [{ countries: [['FR']] }, 'is not for France'],
  [{ regions: [['Nordics', 'Benelux']] }, 'is not for Nordics or Benelux'],
  // One of several will do.
  [{ regions: [['Nordics', 'DACH']] }, undefined],
])('of who wants %j a rep lacks %s', (wanted, expected) => {
  expect(lackOf(TAGS, wanted)).toBe(expected)
})

it('a rep without tags has none of them', () => {
  expect(lackOf({}, { languages: [['en']] })).toBe('speaks no English')
})

it('what is wanted is read by people', () => {
  expect(wantedText({ languages: [['de']], skills: [['enterprise']], regions: [['DACH', 'EMEA']] })).toBe(
    'German, enterprise, DACH or EMEA',
  )
})

describe('the rounds in which pools are asked', () => {
  const rep = (id: string, languages: string[]) => ({ id, languages })
  const team = {
    reps: { ada: rep('ada', ['en']), ben: rep('ben', ['de']), cleo: rep('cleo', []) },
    pools: {
      ae: {
        members: [
          { rep: 'ada', weight: 1 },
          { rep: 'ben', weight: 1 },
        ],
        fallback: 'sdr',
      },
      sdr: { members: [{ rep: 'cleo', weight: 1 }] },
    },
  } as unknown as Team
  const nobodyAsks = () => {
    throw new Error('nothing of the lead has to be known')
  }

  it('are one, and for everybody, when nothing is asked', () => {
    expect(roundsFor(team, 'ae', undefined, nobodyAsks)).toEqual({})
  })

  it('are two: the pool and its fallback with what is wanted, then without', () => {
    const [first, second] = roundsFor(team, 'ae', { languages: [['de']] }, nobodyAsks).rounds ?? []
    expect(first).toEqual({ ae: { ada: 'speaks no German' }, sdr: { cleo: 'speaks no German' } })
    expect(second).toEqual({ ae: {}, sdr: {} })
  })

  it('are one for what waits', () => {
    expect(roundsFor(team, 'ae', { languages: [['de']], strict: true }, nobodyAsks).rounds).toHaveLength(1)
  })

  it('never have a member whose own condition is not met, also where it is unknown', () => {
    const when = { kind: 'test' as const, attribute: 'company.size', test: { atMost: 100 } }
    const own = {
      ...team,
      pools: {
        ae: {
          ...team.pools.ae,
          members: [
            { rep: 'ada', weight: 1, when },
            { rep: 'ben', weight: 1 },
          ],
        },
      },
    } as unknown as Team
    const size = (value: number | undefined) => () => (name: string) => (name === 'company.size' ? value : undefined)
    expect(roundsFor(own, 'ae', undefined, size(50)).rounds).toEqual([{ ae: {} }])
    expect(roundsFor(own, 'ae', undefined, size(900)).rounds).toEqual([
      { ae: { ada: 'gets other leads: company.size is 900, not at most 100' } },
    ])
    const rounds = roundsFor(own, 'ae', { languages: [['en']] }, size(undefined)).rounds
    expect(rounds?.map(({ ae }) => Object.keys(ae ?? {}))).toEqual([['ada', 'ben'], ['ada']])
  })
})
