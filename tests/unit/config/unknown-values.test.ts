import { expect, it } from 'vitest'
import { loadConfig } from '../../../src/config/load.ts'
import { withoutNamed } from '../../../src/config/unknown-values.ts'
import { saysNothing } from '../../../src/leads/unknown-values.ts'
import { NOW, when } from '../../support/records.ts'

it('a text that a condition names is a value of that attribute, unless the file says otherwise', () => {
  const values = withoutNamed({ every: ['none', 'test', 'n/a'], 'company.name': ['test'] }, [
    { kind: 'not', of: when('hubspot.plan', { in: ['None', 'gold'] }) },
    when('hubspot.plan', { is: 'test' }),
    when('company.name', { is: 'test' }),
    when('jobTitle', { known: true }),
  ])
  expect(values['hubspot.plan']).toEqual(['n/a'])
  expect(values['company.name']).toEqual(['test'])
  expect(values.jobTitle).toBeUndefined()
})

it('the shipped config knows the usual ones', async () => {
  const { unknownValues } = (await loadConfig('config', NOW)).hubspot
  for (const text of ['Select', 'n/a', '-', 'test', 'None', 'unknown'])
    for (const attribute of ['company.name', 'jobTitle', 'country', 'company.size'])
      expect(saysNothing(unknownValues, attribute, text), `${attribute}: ${text}`).toBe(true)
})
