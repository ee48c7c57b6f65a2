import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { loadConfig } from '../../../src/config/load.ts'
import { decide } from '../../../src/leads/decision.ts'
import type { AttributeValue } from '../../../src/rules/attributes.ts'
import { LOADED_AT, problemsIn, useConfigDirectories } from '../../support/config.ts'
import { facts, NOW } from '../../support/records.ts'

const makeDirectory = useConfigDirectories()

// The sample of the contract is in the old form: sizes and industries stand in conditions, in three files.
const SIZE_1 = 'company.size: { between: [51, 500] }'
const SIZE_2 = 'company.size: { between: [11, 50] }'
const INDUSTRY_1 = 'company.industry: { in: [computer software, financial services] }'
const TOO_SMALL = 'company.size: { atMost: 4 }'

const NEW_FORM: Record<string, [string, string][]> = {
  'icp.yaml': [
    [`when: { ${SIZE_1}, ${INDUSTRY_1} }`, 'size: [51, 500], industries: [computer software, financial services]'],
    [`when: { ${SIZE_2} }`, 'size: [11, 50]'],
  ],
  'scoring.yaml': [
    [SIZE_1, 'icp.sizeTier: { is: 1 }'],
    [INDUSTRY_1, 'icp.industryTier: { is: 1 }'],
    [SIZE_2, 'icp.sizeTier: { is: 2 }'],
    [TOO_SMALL, 'company.belowMinimum: { is: true }'],
  ],
  'routing.yaml': [[TOO_SMALL, 'company.belowMinimum: { is: true }']],
}

async function newForm(files = Object.keys(NEW_FORM)): Promise<string> {
  const directory = await makeDirectory()
  for (const file of files) {
    let text = await readFile(join(directory, file), 'utf8')
    for (const [old, now] of NEW_FORM[file] ?? []) {
      expect(text.split(old), old).toHaveLength(2)
      text = text.replace(old, now)
    }
    await writeFile(join(directory, file), text)
  }
  return directory
}

const leads = fc.record(
  {
    'company.size': fc.oneof(
      fc.integer({ min: -1, max: 60 }),
      fc.constantFrom<AttributeValue[]>(4.5, 50.5, 51, 240, 500, 501, 900, 'many', ''),
    ),
    'company.industry': fc.constantFrom<AttributeValue[]>('Computer Software', 'financial services ', 'retail', ''),
    jobTitle: fc.constantFrom<AttributeValue[]>('CMO', 'student', 'clerk'),
  },
  { requiredKeys: [] },
)

test('scores and routes of every lead are the same in the old form and in the new', async () => {
  const before = await loadConfig(await makeDirectory(), LOADED_AT)
  const after = await loadConfig(await newForm(), LOADED_AT)
  expect(after.icp.tiers[0]).toEqual({
    tier: 1,
    size: [51, 500],
    industries: ['computer software', 'financial services'],
  })
  const types = fc.array(fc.constantFrom('demo_requested', 'pricing_page_viewed', 'webinar_attended'), { maxLength: 4 })
  fc.assert(
    fc.property(leads, types, (values, types) => {
      const signals = types.map((type, index) => ({ id: String(index), type, at: NOW }))
      const [old, now] = [before, after].map((config) => {
        const lead = { attributes: facts(values as Record<string, AttributeValue>), signals }
        const { score, route, ...rest } = decide(config, lead, { withSales: false, rejected: false }, NOW)
        const { total, band, mql, fit, icp } = score
        const points = fit.contributions.map(({ rule, points }) => [rule, points])
        const { considered, ...destination } = route
        return {
          ...rest,
          total,
          band,
          mql,
          points,
          tier: icp.tier,
          profile: icp.checks,
          destination,
          routes: considered.length,
        }
      })
      expect(now).toEqual(old)
    }),
    { numRuns: 500 },
  )
})

test.each([
  ['the old form everywhere', []],
  ['sizes in icp.yaml, conditions elsewhere', ['icp.yaml']],
  ['the route alone', ['routing.yaml']],
])('mixed: %s', async (_, files) => {
  expect(await problemsIn(await newForm(files))).toEqual([])
})

test('rules that ask for the tier of a size, where no tier has one', async () => {
  expect(await problemsIn(await newForm(['scoring.yaml']))).toEqual([
    'scoring.yaml:5  fit.rules.0.when.icp.sizeTier: is unknown for every lead: no tier in icp.yaml has size',
    'scoring.yaml:6  fit.rules.1.when.icp.industryTier: is unknown for every lead: no tier in icp.yaml has industries',
    'scoring.yaml:8  fit.rules.3.when.icp.sizeTier: is unknown for every lead: no tier in icp.yaml has size',
  ])
})

test('a lead of a routing case has the facts that all this is worked out of', async () => {
  const directory = await newForm()
  const lead = (size: number, expected: string) =>
    `  - { name: "${size}", lead: { company.size: ${size} }, expect: { ${expected} } }\n`
  const cases = [
    lead(4, 'fit: -20, disqualify: company too small'),
    lead(5, 'fit: 0, route: low'),
    lead(30, 'fit: 10, tier: 2'),
    lead(240, 'fit: 20'),
  ]
  await writeFile(join(directory, 'routing-cases.yaml'), `cases:\n${cases.join('')}`)
  expect(await problemsIn(directory)).toEqual([])
  await writeFile(
    join(directory, 'routing-cases.yaml'),
    'cases: [{ name: a, lead: { icp.sizeTier: 1 }, expect: {} }]\n',
  )
  expect(await problemsIn(directory)).toEqual([
    'routing-cases.yaml:1  cases.0.lead.icp.sizeTier: "icp.sizeTier" is worked out by Baton; put it under signals or expect',
  ])
})
