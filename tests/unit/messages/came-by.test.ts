import { expect, it } from 'vitest'
import { cameBy } from '../../../src/messages/came-by.ts'

const said = (values: Record<string, string>) =>
  cameBy(Object.fromEntries(Object.entries(values).map(([name, value]) => [name, { value, source: 'hubspot:x' }])))

it.each<[string, Record<string, string>, string]>([
  ['nothing', {}, ''],
  ['a first touch', { 'touch.first': 'ORGANIC_SEARCH' }, 'organic search'],
  ['a source of its own', { leadSource: 'Trade fair', 'leadSource.detail': 'Hall 7' }, 'trade fair (Hall 7)'],
  [
    'a source beside a first touch',
    { leadSource: 'PARTNER', 'touch.first': 'REFERRALS' },
    'source partner · referrals',
  ],
  [
    'a source that is the first touch',
    { leadSource: 'REFERRALS', 'leadSource.detail': 'x', 'touch.first': 'REFERRALS', 'touch.first.detail': 'x' },
    'referrals (x)',
  ],
  ['details alone', { 'touch.first.detail': 'autumn campaign' }, 'autumn campaign'],
  [
    'another last touch',
    { 'touch.first': 'PAID_SOCIAL', 'touch.first.detail2': 'ad 7', 'touch.last': 'REFERRALS' },
    'paid social (ad 7) · last by referrals',
  ],
  ['the same last touch', { 'touch.first': 'REFERRALS', 'touch.last': 'REFERRALS' }, 'referrals'],
  [
    'a link and a word',
    { 'utm.source': 'google', 'utm.campaign': 'x', heardFrom: 'TV' },
    'link google / x · heard of us: TV',
  ],
  ['what could forge a message', { heardFrom: '<!channel> a & b' }, 'heard of us: &lt;!channel&gt; a &amp; b'],
])('a lead of which %s is known', (_, values, expected) => {
  expect(said(values)).toBe(expected)
})

it('is short, however long each of it is', () => {
  const names = ['touch.first', 'touch.first.detail', 'touch.first.detail2', 'touch.last', 'touch.last.detail']
  const long = [...names, 'utm.source', 'utm.campaign', 'heardFrom'].map((name) => [name, 'x'.repeat(60_000)])
  expect(said(Object.fromEntries(long)).length).toBeLessThan(700)
})
