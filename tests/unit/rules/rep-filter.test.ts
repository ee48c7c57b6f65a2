import { expect, test } from 'vitest'
import type { AttributeValue } from '../../../src/rules/attributes.ts'
import { type RepFilter, wantedReps } from '../../../src/rules/rep-filter.ts'

const LEAD: Record<string, AttributeValue> = { language: 'de', region: ['DACH', 'EMEA'] }

test.each<[string, RepFilter | undefined, ReturnType<typeof wantedReps>]>([
  ['no filter', undefined, undefined],
  ['fixed tags', { languages: ['de', 'en'] }, { languages: [['de'], ['en']] }],
  ['the lead’s own', { languages: ['{language}'] }, { languages: [['de']] }],
  ['one of several', { regions: ['{ region }'] }, { regions: [['DACH', 'EMEA']] }],
  ['what is unknown asks nothing', { countries: ['{country}'], skills: ['enterprise'] }, { skills: [['enterprise']] }],
  ['nothing is left to ask', { countries: ['{country}'], otherwise: 'wait' }, undefined],
  ['it waits', { skills: ['enterprise'], otherwise: 'wait' }, { skills: [['enterprise']], strict: true }],
  ['anyone else', { skills: ['enterprise'], otherwise: 'anyone' }, { skills: [['enterprise']] }],
])('%s', (_, filter, expected) => {
  expect(wantedReps(filter, (name) => LEAD[name])).toEqual(expected)
})
