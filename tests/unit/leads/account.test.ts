import { describe, expect, it, test } from 'vitest'
import { accountAmong, accountDomains } from '../../../src/leads/account.ts'

const MAPPING = { attributes: { email: ['email'] } }

test.each<[string, Record<string, string>, string[]]>([
  ['the address', { email: 'a@acme.example' }, ['acme.example']],
  ['capitals and a dot at the end', { email: 'a@ACME.Example.' }, ['acme.example']],
  [
    'what the domain is a part of',
    { email: 'a@mail.eu.acme.example' },
    ['mail.eu.acme.example', 'eu.acme.example', 'acme.example'],
  ],
  ['not what companies are registered under', { email: 'a@acme.co.uk' }, ['acme.co.uk']],
  ['as deep as it goes', { email: 'a@eu.acme.com.au' }, ['eu.acme.com.au', 'acme.com.au']],
  ['a short domain of a country', { email: 'a@sales.acme.de' }, ['sales.acme.de', 'acme.de']],
  ['free mail never', { email: 'a@gmail.com' }, []],
  ['nor a part of it', { email: 'a@news.gmail.com' }, ['news.gmail.com']],
  [
    'the website of who has free mail',
    { email: 'a@gmail.com', website: 'https://www.acme.example/about?x=1' },
    ['acme.example'],
  ],
  [
    'the website after the address',
    { email: 'a@acme.example', website: 'shop.example:8080/' },
    ['acme.example', 'shop.example'],
  ],
  ['each once', { email: 'a@acme.example', website: 'http://acme.example' }, ['acme.example']],
  ['a website that is free mail', { website: 'gmail.com' }, []],
  ['no website', { website: 'see linkedin' }, []],
  ['an address of an intranet', { email: 'a@localhost' }, []],
  ['nothing', {}, []],
])('the domains of %s', (_, contact, expected) => {
  expect(accountDomains(MAPPING, contact)).toEqual(expected)
})

describe('the account', () => {
  const company = (id: string, domain: string, owner?: string) => ({
    id,
    properties: { domain, hubspot_owner_id: owner ?? null },
  })
  const isRep = (owner: string) => owner.startsWith('1')
  const of = (...companies: ReturnType<typeof company>[]) =>
    accountAmong(['eu.acme.example', 'acme.example'], companies, isRep)

  it('is the one of the best domain that has an owner', () => {
    expect(of(company('1', 'acme.example', '101'), company('2', 'eu.acme.example', '102'))?.owner).toBe('102')
    expect(of(company('1', 'acme.example', '101'), company('2', 'eu.acme.example'))).toEqual({
      domain: 'acme.example',
      owner: '101',
    })
    expect(of(company('1', 'ACME.example', '101'))?.owner).toBe('101')
  })

  it('is the oldest of several companies whose owner gets leads, else the oldest that has an owner', () => {
    expect(of(company('10', 'acme.example', '101'), company('9', 'acme.example', '102'))?.owner).toBe('102')
    expect(of(company('1', 'acme.example', '900'), company('2', 'acme.example', '102'))?.owner).toBe('102')
    expect(of(company('3', 'acme.example', '901'), company('2', 'acme.example', '900'))?.owner).toBe('900')
  })

  it('is none where nobody owns one', () => {
    expect(of(company('1', 'acme.example'), company('2', 'other.example', '101'))).toBeNull()
    expect(of()).toBeNull()
  })
})
