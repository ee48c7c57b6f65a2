import { expect, it } from 'vitest'
import { FREE_MAIL, isFreeMail } from '../../../src/leads/free-mail.ts'

const SHIPPED = [
  ...[
    'gmail.com',
    'gmx.de',
    'proton.me',
    'tutanota.com',
    'hey.com',
    'mailbox.org',
    'privaterelay.appleid.com',
    'telia.com',
  ],
  ...['zoho.eu', 'ZOHO.eu.', 'eu.hey.com', 'tuta.com', 'mozmail.com'],
]
it.each(SHIPPED)('%s is free', (domain) => {
  expect(isFreeMail(domain, FREE_MAIL)).toBe(true)
})

it.each([
  'easypost.com',
  'name.com',
  'clerk.com',
  'eu.clerk.com',
  'appleid.com',
  'apple.com',
  'acme.example',
  '',
  'com',
])('%s is not', (domain) => {
  expect(isFreeMail(domain, FREE_MAIL)).toBe(false)
})

it('of two corrections the nearer one counts, and what is not corrected stays as the list has it', () => {
  const corrections = { add: ['mail.acme.example', 'https://www.free.example/'], remove: ['acme.example', 'gmail.com'] }
  const domains = [
    'acme.example',
    'eu.acme.example',
    'eu.mail.acme.example',
    'gmail.com',
    'free.example',
    'gmx.de',
    'hey.com',
  ]
  expect(domains.filter((domain) => isFreeMail(domain, corrections))).toEqual([
    'eu.mail.acme.example',
    'free.example',
    'gmx.de',
  ])
})
