import { disposableEmailBlocklistSet } from 'disposable-email-domains-js'
import type { Attributes } from './attributes.ts'
import { type Condition, holds } from './condition.ts'
import { correctionOf, type DomainCorrections, domainOf, withParents } from './domains.ts'
import { isSlip } from './slips.ts'
import { folded } from './texts.ts'
import { withTitle } from './titles.ts'

/** What counts as junk (`config/icp.yaml`, `junk`). */
export interface JunkConfig {
  /** Corrections of the list of disposable addresses; one of `remove` is no misspelt provider either. */
  domains: DomainCorrections
  /** A property of HubSpot, as `hubspot.<name>`, that only machines fill in. */
  honeypot?: string | undefined
  /** Of whom this is true is none, whatever the address. */
  unless?: Condition | undefined
}

/** What a person sets in HubSpot to say that a contact is no junk. */
export const NOT_JUNK = 'baton_not_junk'

// Whoever is not sure lets it through: a false one loses a lead.
const DISPOSABLE = disposableEmailBlocklistSet()

/**
 * Why a contact is junk: a machine's, or with an address that reaches nobody; undefined when it is none. Pure. The words name no
 * person, since they stand in facts as well.
 */
export function junkReason(config: JunkConfig, attributes: Attributes): string | undefined {
  if (isLifted(config, attributes)) return undefined
  return addressFault(config.domains, attributes) ?? byHoneypot(config, attributes) ?? byNames(attributes)
}

function isLifted({ unless }: JunkConfig, attributes: Attributes): boolean {
  if (folded(text(attributes, `hubspot.${NOT_JUNK}`)) === 'true') return true
  return (
    unless !== undefined &&
    holds(
      unless,
      withTitle((name) => attributes[name]?.value),
    )
  )
}

/** What is wrong with an address by its letters: it is none, misspelt or disposable; undefined where nothing is, or there is none. */
export function addressFault(domains: DomainCorrections, attributes: Attributes): string | undefined {
  const address = folded(text(attributes, 'email'))
  if (address === '') return undefined
  if (/^<?mailto:/.test(address)) return 'the address begins with mailto:'
  if (!/^[^\s@]+@[^\s@]+$/.test(address)) return 'the address is none'
  const domain = domainOf(address)
  if (domain === undefined) return undefined
  const correction = correctionOf(domains, domain)
  if (correction?.isOn === false) return undefined
  const meant = meantProvider(domain)
  if (meant) return `the address is misspelt: ${domain} for ${meant}`
  const found = correction?.by ?? withParents(domain).find((one) => DISPOSABLE.has(one))
  return found && `disposable address of ${found}`
}

// Providers whose names are long and odd enough for a slip of them to be nobody's name.
const PROVIDERS = ['gmail', 'googlemail', 'hotmail', 'outlook', 'yahoo', 'icloud', 'protonmail']
// A company's own.
const NO_SLIP = new Set(['gail', 'hitmail'])
const ENDING_SLIP = /^(con|cmo|ocm|comm|coom|cm|om|vom|cim|xom|clm|cpm|coml|c0m|conm|cpom|ccom)$/

/** The provider that was meant, when a domain is a slip of one: another ending, a letter more, less or other, or two changed round. */
function meantProvider(domain: string): string | undefined {
  const [name = '', ending = '', ...more] = domain.split('.')
  if (more.length > 0) return undefined
  if (PROVIDERS.includes(name))
    return ENDING_SLIP.test(ending) || (name === 'gmail' && ending === 'co') ? `${name}.com` : undefined
  if (ending !== 'com' && !ENDING_SLIP.test(ending)) return undefined
  const meant = NO_SLIP.has(name) ? undefined : PROVIDERS.find((one) => isMeant(name, one))
  return meant && `${meant}.com`
}

// The first letter is seldom wrong, and email.com, ymail.com and cloud.com are themselves; so is a plural.
function isMeant(name: string, meant: string): boolean {
  if (name[0] !== meant[0] || name === `${meant}s`) return false
  return isSlip(name, meant)
}

function byHoneypot({ honeypot }: JunkConfig, attributes: Attributes): string | undefined {
  const filled = honeypot && folded(text(attributes, honeypot))
  if (!filled || /^(false|no|0)$/.test(filled)) return undefined
  return `${honeypot} is filled in, which only machines see`
}

const SAME = { firstName: 'first name', lastName: 'last name', 'company.name': 'company', jobTitle: 'job title' }
const FEWEST_SAME = 3
const SHORTEST_SAME = 3

function byNames(attributes: Attributes): string | undefined {
  const names = [text(attributes, 'firstName'), text(attributes, 'lastName')].filter((name) => !isPlaceholder(name))
  if (names.some((name) => isUrl(name, attributes))) return 'a web address stands in the name'
  if (names.length > 0 && !/\p{L}/u.test(names.join(''))) return 'the name has no letter'
  const filled = Object.entries(SAME).map(([name, label]) => ({ label, value: folded(text(attributes, name)) }))
  for (const { value } of filled) {
    const same = filled.filter((one) => one.value === value)
    if (value.length >= SHORTEST_SAME && same.length >= FEWEST_SAME)
      return `the same text in ${same.map(({ label }) => label).join(', ')}`
  }
  return undefined
}

// Who has one name only puts a dot or a dash where a form wants two.
function isPlaceholder(name: string): boolean {
  return /^[\s.\-–—_*/]{0,2}$/.test(name)
}

// A company's own domain in the name is a person's slip.
function isUrl(name: string, attributes: Attributes): boolean {
  if (/https?:|\bwww\.|\p{L}\.\p{L}{2,}\//iu.test(name)) return true
  const [domain = ''] =
    /[\p{L}\p{N}-]{2,}\.(com|net|org|info|ru|xyz|top|biz|online|site|shop)$/iu.exec(name.trim()) ?? []
  const own = ['email.domain', 'company.domain', 'company.name'].map((one) => folded(text(attributes, one)))
  return domain !== '' && !own.includes(folded(domain))
}

function text(attributes: Attributes, name: string): string {
  return String(attributes[name]?.value ?? '').trim()
}
