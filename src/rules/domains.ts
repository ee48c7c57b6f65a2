import { folded } from './texts.ts'

/*
 * Domains as people and systems write them: `https://www.Acme.com/about`, `ACME.com.`, `müller.example`.
 */

/** The domain that a text names, in the letters of the DNS (`xn--…`), without `www.`; undefined for what names none. */
export function domainOf(text: string): string | undefined {
  const host = HOST.exec(folded(text).replace(/[。．｡]/g, '.'))?.[1]
    ?.replace(/^www\./, '')
    .replace(/\.+$/, '')
  if (!host?.includes('.') || host.startsWith('.') || host.includes('*')) return undefined
  return PLAIN.test(host) ? host : ascii(host)
}

/** A domain and all that it is a part of, the nearest first: `eu.rival.example`, `rival.example`, `example`. */
export function withParents(domain: string): string[] {
  const labels = domain.split('.')
  return labels.map((_, index) => labels.slice(index).join('.'))
}

/** What is put right of a list of domains. Each stands for its subdomains; of two the nearer one counts. */
export interface DomainCorrections {
  add: string[]
  remove: string[]
}

const prepared = new WeakMap<DomainCorrections, Map<string, boolean>>()

/** The correction that is about a domain, and whether it puts it on the list; undefined: none is. */
export function correctionOf(
  corrections: DomainCorrections,
  domain: string,
): { by: string; isOn: boolean } | undefined {
  const known = prepared.get(corrections) ?? new Map<string, boolean>()
  if (!prepared.has(corrections)) {
    for (const one of corrections.add) known.set(domainKey(one), true)
    for (const one of corrections.remove) known.set(domainKey(one), false)
    prepared.set(corrections, known)
  }
  for (const by of withParents(domain)) {
    const isOn = known.get(by)
    if (isOn !== undefined) return { by, isOn }
  }
  return undefined
}

/** A text of a rule that stands for a domain and what is a part of it; an ending such as `edu` or `.edu` may stand there too. */
export function domainKey(text: string): string {
  const plain = folded(text).replace(/^[*.]+/, '')
  return domainOf(plain) ?? plain.replace(/\.+$/, '')
}

/** A glob for domains in the letters of the DNS, as far as its labels are without `*`. */
export function domainGlob(pattern: string): string {
  const labels = folded(pattern).replace(/\.+$/, '').split('.')
  return labels.map((label) => (label.includes('*') ? label : (ascii(label) ?? label))).join('.')
}

const HOST = /^(?:[a-z][a-z0-9+.-]*:)?(?:\/\/)?(?:[^@/?#\s]*@)?([^@/?#\s:]+)(?::\d+)?(?:[/?#].*)?$/
const PLAIN = /^[a-z0-9._-]+$/

function ascii(host: string): string | undefined {
  if (PLAIN.test(host)) return host
  return URL.canParse(`http://${host}`) ? new URL(`http://${host}`).hostname : undefined
}
