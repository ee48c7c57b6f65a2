import { expect, it } from 'vitest'
import type { Config } from '../../../src/config/config.ts'
import { readsOf } from '../../../src/config/config.ts'
import { attributesWith, needsOf, unread, valuesOf } from '../../../src/what-if/needs.ts'
import { isSampled } from '../../../src/what-if/sample.ts'
import { facts, NOW, when } from '../../support/records.ts'
import { loadTestConfig } from '../../support/stage.ts'

const before = await loadTestConfig({ 'routing-cases.yaml': 'cases: []\n' }, NOW)

function changed(edit: (config: Config) => void): Config {
  const after = structuredClone({ ...before, version: 'other' })
  edit(after)
  return { ...after, reads: readsOf(after) }
}

const cityRule = changed(({ scoring }) => {
  scoring.fit.rules.push({ id: 'city', points: 5, when: when('hubspot.city', { is: 'Oslo' }) })
})

it('other weights need nothing that is not kept', () => {
  expect(needsOf(before, before)).toBeNull()
  expect(
    needsOf(
      before,
      changed(({ scoring }) => void scoring.fit.rules.pop()),
    ),
  ).toBeNull()
})

it('a property that a rule asks for is needed, and unread unless the record was read by a config that asks for it', () => {
  const needs = needsOf(before, cityRule)
  expect(needs).toMatchObject({ attributes: [], raw: ['hubspot.city'], contact: ['city'], company: [] })
  if (!needs) throw new Error('nothing is needed')
  expect(unread(needs, before)).toEqual({ contact: ['city'], company: [] })
  expect(unread(needs, cityRule)).toEqual({ contact: [], company: [] })
  expect(unread(needs, null)).toEqual({ contact: ['city'], company: [] })
})

it('what is taken from elsewhere is as it is now; the rest is as it was', () => {
  const after = changed(({ hubspot }) => {
    hubspot.attributes.jobTitle = ['role', 'jobtitle']
  })
  const needs = needsOf(before, after)
  if (!needs) throw new Error('nothing is needed')
  const then = { ...facts({ country: 'Spain' }), jobTitle: { value: 'CEO', source: 'hubspot:jobtitle' } }
  const record = { properties: { jobtitle: 'CEO', country: 'Norway' }, company: null }
  const known = attributesWith(after, needs, then, valuesOf(record, { contact: { role: 'Founder' } }))
  expect(known.jobTitle?.value).toBe('Founder')
  expect(known.country?.value).toBe('Spain')
  // Neither property is there any more.
  const gone = attributesWith(after, needs, then, valuesOf({ properties: {}, company: null }, {}))
  expect(gone.jobTitle).toBeUndefined()
})

it('a sample is about as large as asked for, and the same each time', () => {
  const ids = Array.from({ length: 20_000 }, (_, index) => String(401_000_000_000 + index))
  const sample = ids.filter((id) => isSampled(id, 0.1))
  expect(sample.length).toBeGreaterThan(1_800)
  expect(sample.length).toBeLessThan(2_200)
  expect(ids.filter((id) => isSampled(id, 0.1))).toEqual(sample)
  // A larger sample holds the smaller one.
  expect(sample.every((id) => isSampled(id, 0.2))).toBe(true)
  expect(ids.every((id) => isSampled(id, 1))).toBe(true)
})
