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
