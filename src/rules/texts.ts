import { plainNumber } from './plain-number.ts'

/*
 * When two texts are the same to a person: whatever the case, the locale and the way in which a letter is encoded.
 */

/** The same texts come again and again, for many leads: what was computed of them is kept for a while. */
export function remembered<T extends object | string>(
  compute: (text: string) => T,
  most = MOST_KEPT,
): (text: string) => T {
  const known = new Map<string, T>()
  return (text) => {
    const before = known.get(text)
    if (before !== undefined) return before
    const result = compute(text)
    if (known.size >= most) known.clear()
    if (text.length <= LONGEST_KEPT) known.set(text, result)
    return result
  }
}

const MOST_KEPT = 5_000
const LONGEST_KEPT = 200

/** One form of a text: NFKC, no case in any locale (İ, ı and i are one; so are ß and ss), one space where there is white space. */
export const folded = remembered((text) => {
  if (PLAIN.test(text)) return text
  const cased = text.normalize('NFKC').toUpperCase().toLowerCase().replaceAll('i\u0307', 'i')
  return cased.normalize('NFC').replace(/\s+/g, ' ').trim()
})

const PLAIN = /^[a-z0-9_.@-]*$/

/** The same without accents, for searching: who types "general" finds "général". */
export const searchable = remembered((text) =>
  folded(text)
    .normalize('NFD')
    .replace(/[\u0300-\u036f]/g, '')
    .normalize('NFC'),
)

/** The words of a text, each between two spaces: ` head of r and d `. Where a script has no spaces, each letter is a word. */
export const wordsOf = remembered((text) => {
  const words = searchable(text).replaceAll('&', ' and ').match(WORD)
  return words ? ` ${words.join(' ')} ` : ''
})

const WORD =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]|(?:(?![\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}])[\p{L}\p{M}\p{N}])+/gu

/**
 * What texts have in common that say the same: letters and digits. Codes and labels are one (`COMPUTER_SOFTWARE`, `Computer
 * Software`, `computer-software`), and as HubSpot drops it from its codes, "and" or & says nothing. Marks that tell values apart
 * stay: 1.5 is not 15, 500+ not 500, A- not A; an address stays as it is.
 */
export const keyOf = remembered((text) => {
  const plain = folded(text)
  const number = plainNumber(plain)
  if (number !== undefined) return String(number)
  if (/@|:\/\//.test(plain)) return plain
  const key = plain
    .replace(/\p{Pd}/gu, '-')
    .replaceAll('&', ' and ')
    .replace(AND, ' ')
    .replace(POINT, ' ')
    .replace(BETWEEN, (marks, at: number, whole: string) => {
      const [before, after] = [whole[at - 1] ?? '', whole[at + marks.length] ?? '']
      if (/\d/.test(before) && /\d/.test(after)) return marks.trim().replaceAll('_', '-') || ' '
      return after === '' && before !== '' && marks.includes('-') ? '-' : ''
    })
  return key === '' ? plain : key
})

const AND = /(?<=[\p{L}\p{N}][^\p{L}\p{N};]+)and(?=[^\p{L}\p{N};]+[\p{L}\p{N}])/gu
const POINT = /(?<![\p{L}\p{N}])\.|\.(?![\p{L}\p{N}])/gu
const BETWEEN = /[\s_,/\\'"“”„’‘()[\]:!?|·-]+/gu
