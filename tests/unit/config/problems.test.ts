import { expect, test } from 'vitest'
import { ConfigError, formatProblems, suggestion } from '../../../src/config/problems.ts'

test.each([
  ['fallbak', ['fallback', 'manager'], '; did you mean "fallback"?'],
  ['JOBTITLE', ['email', 'jobTitle'], '; did you mean "jobTitle"?'],
  ['companyEmployees', ['company.employees', 'company.size'], '; did you mean "company.employees"?'],
  ['mql-for-the-first-tier', ['mql', 'mql-for-first-tiers'], '; did you mean "mql-for-first-tiers"?'],
  ['maximum', ['window', 'max'], '; did you mean "max"?'],
  ['engagement', ['score', 'score.engagement'], '; did you mean "score.engagement"?'],
  ['enterprise', ['ae', 'sdr'], '; known are ae, sdr'],
  ['enterprise', ['ae', 'ae'], '; the only one is ae'],
  ['enterprise', [], '; there are none yet'],
  ['xyzzy', Array.from({ length: 81 }, (_, index) => `pool-${index}`), '; the nearest known is "pool-0"'],
])('%s among %j', (name, valid, expected) => {
  expect(suggestion(name, valid)).toBe(expected)
})

test('problems are told by file and line, one a line', () => {
  const problem = { path: 'a.0', message: 'is wrong' }
  const error = new ConfigError([
    { ...problem, file: 'config/b.yaml', line: 1 },
    { ...problem, file: 'config/a.yaml', line: 10 },
    { ...problem, file: 'config/a.yaml', line: 9, path: '' },
  ])
  expect(formatProblems(error.problems)).toBe(
    'config/a.yaml:9  is wrong\nconfig/a.yaml:10  a.0: is wrong\nconfig/b.yaml:1  a.0: is wrong',
  )
  expect(error.message).toMatch(/^The config has 3 mistakes:\n/)
  // Who reads it does not count routes.
  const named = { ...problem, file: 'config/routing.yaml', line: 5, path: 'routes.3.to', where: 'route "mql" to' }
  expect(new ConfigError([named]).message).toBe(
    'The config has a mistake:\nconfig/routing.yaml:5  route "mql" to: is wrong',
  )
})
