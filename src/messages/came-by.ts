import type { Attributes } from '../rules/attributes.ts'
import { plain } from '../rules/words.ts'
import { escapeText } from './texts.ts'

const MOST = 60

/** How a lead came to us, in one line: its source, first touch, last one where it is another, campaign, what it says itself. Empty when unknown. */
export function cameBy(attributes: Attributes): string {
  const text = (name: string) => {
    const value = attributes[name]?.value
    return value === undefined ? undefined : escapeText(String(value), MOST)
  }
  const touch = (name: string) => {
    const source = text(name)
    const details = [text(`${name}.detail`), text(`${name}.detail2`)].filter((detail) => detail !== undefined)
    if (source === undefined) return details.join(', ')
    return plain(source.toLowerCase()) + (details.length > 0 ? ` (${details.join(', ')})` : '')
  }
  const [first, last] = [touch('touch.first'), touch('touch.last')]
  // Where the config reads the lead source elsewhere than the first touch.
  const isSame = ['', '.detail'].every((part) => {
    const own = text(`leadSource${part}`)
    return own === undefined || [text(`touch.first${part}`), text(`touch.first${part}2`)].includes(own)
  })
  const source = isSame ? '' : touch('leadSource')
  const link = ['utm.source', 'utm.medium', 'utm.campaign'].flatMap((name) => text(name) ?? [])
  const heard = text('heardFrom')
  return [
    source && first ? `source ${source}` : source,
    first,
    last && last !== first ? `last by ${last}` : '',
    link.length > 0 ? `link ${link.join(' / ')}` : '',
    heard === undefined ? '' : `heard of us: ${heard}`,
  ]
    .filter(Boolean)
    .join(' · ')
}
