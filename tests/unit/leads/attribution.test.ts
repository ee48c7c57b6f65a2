import { describe, expect, it } from 'vitest'
import { earlierUtm, utmAttributes, withEarlier } from '../../../src/leads/attribution.ts'
import { dealChanges } from '../../../src/leads/deal-attribution.ts'
import type { Attributes } from '../../../src/rules/attributes.ts'

const known = (values: Record<string, string>): Attributes =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, { value, source: 'hubspot:x' }]))
const valuesOf = (attributes: Attributes) =>
  Object.fromEntries(Object.entries(attributes).map(([name, { value }]) => [name, value]))

describe('UTM values', () => {
  it.each<[string, string | null, Record<string, string>]>([
    [
      'of an address',
      'https://x.example/a?utm_source=google&b=1&utm_term=crm+tools',
      { source: 'google', term: 'crm tools' },
    ],
    ['without a scheme', 'x.example/?utm_source=bing', { source: 'bing' }],
    ['before a fragment', 'https://x.example/?utm_source=a#?utm_medium=b', { source: 'a' }],
    ['that are empty', 'https://x.example/?utm_source=&utm_medium=%20', {}],
    [
      'with broken escapes',
      'https://x.example/?utm_source=%E0%A4%A&utm_medium=b',
      { source: expect.any(String), medium: 'b' },
    ],
    ['of no address', 'not an address', {}],
    ['of none', null, {}],
  ])('%s', (_, url, expected) => {
    const named = Object.fromEntries(Object.entries(expected).map(([part, value]) => [`utm.${part}`, value]))
    expect(valuesOf(utmAttributes({ hs_analytics_first_url: url }, {}))).toEqual(named)
  })

  it('are those of the last page where the first has none, and those that a property tells come first', () => {
    const properties = {
      hs_analytics_first_url: 'https://x.example/',
      hs_analytics_last_url: '?utm_source=a&utm_medium=b',
    }
    expect(valuesOf(utmAttributes(properties, known({ 'utm.source': 'said' })))).toEqual({
      'utm.medium': 'b',
      'utm.last.source': 'a',
      'utm.last.medium': 'b',
    })
  })

  it('of the last page that had any stand together: none is mixed with another’s', () => {
    const before = known({ 'utm.last.source': 'a', 'utm.last.medium': 'b', jobTitle: 'CMO' })
    expect(valuesOf(earlierUtm(before, {}))).toEqual({ 'utm.last.source': 'a', 'utm.last.medium': 'b' })
    expect(earlierUtm(before, known({ 'utm.last.source': 'c' }))).toEqual({})
    expect(valuesOf(withEarlier(before, known({ 'utm.last.source': 'c' })))).toEqual({
      jobTitle: 'CMO',
      'utm.last.source': 'c',
    })
  })
})

describe('what is written to a deal', () => {
  const mapping = { first: 'touch.first', heard: 'heardFrom' }
  const one = { createdAt: 2, attributes: known({ 'touch.first': 'REFERRALS', heardFrom: 'a friend' }) }
  const older = { createdAt: 1, attributes: known({ 'touch.first': 'PAID_SEARCH' }) }
  const nothing = { createdAt: 0, attributes: known({ jobTitle: 'CMO' }) }
  const set = (source: string, sourceId?: string) => ({ value: 'x', at: 0, source, ...(sourceId ? { sourceId } : {}) })

  it.each<[string, Parameters<typeof dealChanges>[1], object]>([
    ['by one contact', [one], { first: 'REFERRALS', heard: 'a friend' }],
    ['by the older one, whatever the order', [one, older], { first: 'PAID_SEARCH' }],
    ['by the oldest of whom anything is known', [nothing, one], { first: 'REFERRALS', heard: 'a friend' }],
    ['by nobody', [nothing], {}],
  ])('%s', (_, contacts, expected) => {
    expect(dealChanges(mapping, contacts, { properties: {}, history: {} }, '7')).toEqual(expected)
  })

  it.each<[string, string | null, ReturnType<typeof set> | undefined, string | null, boolean]>([
    ['nobody ever set', null, undefined, '7', true],
    ['Baton set', 'x', set('INTEGRATION', '7'), '7', true],
    ['a person set', 'x', set('CRM_UI', 'userId:1'), '7', false],
    ['a person cleared', null, set('CRM_UI', 'userId:1'), '7', false],
    ['a workflow set', 'x', set('AUTOMATION_PLATFORM'), '7', false],
    ['another app set', 'x', set('INTEGRATION', '8'), '7', false],
    ['some app set, and nobody knows which is ours', 'x', set('INTEGRATION', '7'), null, false],
    ['is set without a history', 'x', undefined, '7', false],
    ['says so already', 'REFERRALS', set('INTEGRATION', '7'), '7', false],
  ])('into what %s', (_, value, last, ownApp, isWritten) => {
    const deal = { properties: { first: value }, history: { first: last ? [last] : [] } }
    const changes = dealChanges({ first: 'touch.first' }, [one], deal, ownApp)
    expect(changes).toEqual(isWritten ? { first: 'REFERRALS' } : {})
  })
})
