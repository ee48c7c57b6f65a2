/*
 * When two texts are the same to a person: whatever the case, the locale and the way in which a letter is encoded.
 */

/** Computes of the same texts come again and again: those that were asked for last are kept. */
function remembered(compute: (text: string) => string): (text: string) => string {
  const known = new Map<string, string>()
  return (text) => {
    const before = known.get(text)
    if (before !== undefined) return before
    const result = compute(text)
    if (known.size >= MOST_KEPT) known.clear()
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
