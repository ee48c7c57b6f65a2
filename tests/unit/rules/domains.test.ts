import { expect, it } from 'vitest'
import { domainKey, domainOf } from '../../../src/rules/domains.ts'

it.each<[string, string | undefined]>([
  ['acme.example', 'acme.example'],
  [' ACME.Example. ', 'acme.example'],
  ['www.acme.example', 'acme.example'],
  ['https://www.acme.example/about?x#y', 'acme.example'],
  ['http://user:secret@acme.example:8080/', 'acme.example'],
  ['//acme.example', 'acme.example'],
  ['acme.example/de', 'acme.example'],
  ['mailto:dana@acme.example', 'acme.example'],
  ['dana@acme.example', 'acme.example'],
  ['müller.example', 'xn--mller-kva.example'],
  ['MU\u0308LLER.example', 'xn--mller-kva.example'],
  ['xn--mller-kva.example', 'xn--mller-kva.example'],
  ['acme。example', 'acme.example'],
  ['Acme Inc.', undefined],
  ['acme', undefined],
  ['', undefined],
  ['a b.example', undefined],
])('%j names the domain %s', (text, domain) => {
  expect(domainOf(text)).toBe(domain)
})

it.each([
  ['*.rival.example', 'rival.example'],
  ['.edu', 'edu'],
  ['edu', 'edu'],
  ['https://Rival.example/', 'rival.example'],
])('%s in a rule stands for %s', (text, key) => {
  expect(domainKey(text)).toBe(key)
})
