import { describe, expect, it } from 'vitest'
import { observeAttributes } from '../../../src/leads/observe.ts'
import { saysNothing, UNKNOWN_VALUES } from '../../../src/leads/unknown-values.ts'

describe('texts that say nothing', () => {
  it.each([
    ...['Select', '--Select--', 'Select…', ' please  select ', 'SELECT', 'n/a', 'N/A', 'N / A', '(n/a)', 'n.a.', 'N.A'],
    ...['-', '--', ' – ', '.', '???', 'None', '(none)', '<null>', 'Unknown', 'test', 'TEST!', 'Keine Angabe', 'k.A.'],
    ...[
      'Select one',
      '- Select an option -',
      'Choose one…',
      'Not provided',
      '[Not specified]',
      'Bitte auswählen',
      'Sélectionner',
      'TBA',
    ],
  ])('%j is unknown', (text) => {
    expect(saysNothing(UNKNOWN_VALUES, 'company.name', text)).toBe(true)
  })

  it.each(['NA', 'Selecta', 'Test GmbH', 'none of your business', 'C++', '0', 'no', 'Unknown Worlds', 'É', '李'])(
    '%j is a value',
    (text) => {
      expect(saysNothing(UNKNOWN_VALUES, 'company.name', text)).toBe(false)
    },
  )

  it('leaves names, and what HubSpot itself notes, as they are; a list of its own counts instead of the one for all', () => {
    expect(saysNothing(UNKNOWN_VALUES, 'lastName', 'Null')).toBe(false)
    expect(saysNothing(UNKNOWN_VALUES, 'utm.campaign', 'test')).toBe(false)
    const values = { every: ['x'], jobTitle: ['y'], country: [] }
    expect([saysNothing(values, 'company.name', 'X'), saysNothing(values, 'jobTitle', 'X')]).toEqual([true, false])
    expect([saysNothing(values, 'jobTitle', 'y'), saysNothing(values, 'country', 'x')]).toEqual([true, false])
    expect(saysNothing(undefined, 'jobTitle', 'n/a')).toBe(false)
  })
})

it('the next source of an attribute counts where the first says nothing', () => {
  const mapping = {
    attributes: { 'company.name': ['company:name', 'company'], jobTitle: ['jobtitle'] },
    unknownValues: UNKNOWN_VALUES,
  }
  const contact = { company: 'Northwind', jobtitle: 'n/a', plan: 'Select', size: '12' }
  expect(observeAttributes(mapping, contact, { name: '-' }, ['hubspot.plan', 'hubspot.size'])).toEqual({
    'company.name': { value: 'Northwind', source: 'hubspot:company' },
    'hubspot.size': { value: 12, source: 'hubspot:size' },
  })
})
