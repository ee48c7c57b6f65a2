import { describe, expect, it } from 'vitest'
import { loadConfig } from '../../../src/config/load.ts'
import type { AttributeValue } from '../../../src/rules/attributes.ts'
import { type IcpResult, matchIcp } from '../../../src/rules/icp.ts'
import { withTitle } from '../../../src/rules/titles.ts'
import { lookupIn, NOW, when } from '../../support/records.ts'

const config = await loadConfig('config', NOW)
const match = (values: Record<string, AttributeValue>) => matchIcp(config.icp, withTitle(lookupIn(values)))

describe('the default profile', () => {
  it.each<[Record<string, AttributeValue>, number | undefined]>([
    [{ 'company.size': 51, 'company.industry': 'Computer Software' }, 1],
    [{ 'company.size': 500, 'company.industry': 'financial services' }, 1],
    [{ 'company.size': 501, 'company.industry': 'internet' }, undefined],
    [{ 'company.size': 51, 'company.industry': 'retail' }, undefined],
    [{ 'company.size': 51 }, undefined],
    [{ 'company.size': 50, 'company.industry': 'internet' }, 2],
    [{ 'company.size': 11 }, 2],
    [{ 'company.size': 10 }, undefined],
    [{}, undefined],
  ])('%j is tier %s', (values, tier) => {
    expect(match(values).tier).toBe(tier)
  })

  it.each([
    ['CMO', 'marketing leader'],
    ['VP of Marketing', 'marketing leader'],
    ['Director of Marketing', 'marketing leader'],
    ['vp, Sales EMEA', 'revenue leader'],
    ['Co-Founder & CEO', 'founder'],
    ['Accountant', undefined],
  ])('%s is the persona %s', (jobTitle, persona) => {
    expect(match({ jobTitle }).persona).toBe(persona)
  })

  it.each<[Record<string, AttributeValue>, string | undefined]>([
    [{ 'email.domain': 'RIVAL.example' }, 'competitor'],
    [{ 'email.domain': 'state.edu' }, 'student'],
    [{ jobTitle: 'PhD student' }, 'student'],
    [{ jobTitle: 'Independent Consultant' }, 'consultant'],
    [{ 'email.domain': 'rival.example', jobTitle: 'Consultant' }, 'competitor'],
    [{ jobTitle: 'CMO' }, undefined],
    [{}, undefined],
  ])('%j is negative: %s', (values, negative) => {
    expect(match(values).negative).toBe(negative)
  })
})

describe('first match wins', () => {
  const anything = when('a', { known: true })
  const both = [
    { kind: 'tier', name: '1', truth: 'unknown' },
    { kind: 'tier', name: '2', truth: 'true' },
    { kind: 'persona', name: 'p', truth: 'true' },
    { kind: 'negative', name: 'n', truth: 'true' },
  ]
  const result: IcpResult = matchIcp(
    {
      tiers: [
        { tier: 1, when: when('b', { is: 1 }) },
        { tier: 2, when: anything },
        { tier: 3, when: anything },
      ],
      minimumCompanySize: 5,
      personas: [
        { name: 'p', when: anything },
        { name: 'q', when: anything },
      ],
      negative: [
        { reason: 'n', when: anything },
        { reason: 'o', when: anything },
      ],
    },
    lookupIn({ a: 1 }),
  )

  it('in each list, and an unknown is not a match', () => {
    expect(result).toMatchObject({ tier: 2, persona: 'p', negative: 'n' })
  })

  it('explains each try up to the match and none after it', () => {
    expect(result.checks.map(({ kind, name, evaluation }) => ({ kind, name, truth: evaluation.truth }))).toEqual(both)
  })
})
