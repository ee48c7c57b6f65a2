import { distance } from 'fastest-levenshtein'

/** Whether a word is another one with a slip: a letter more, less or other, or two neighbours changed round. */
export function isSlip(word: string, meant: string): boolean {
  return distance(word, meant) === 1 || isSwapped(word, meant)
}

function isSwapped(word: string, meant: string): boolean {
  if (word.length !== meant.length) return false
  const at = [...word].findIndex((letter, index) => letter !== meant[index])
  return `${meant.slice(0, at)}${meant[at + 1]}${meant[at]}${meant.slice(at + 2)}` === word
}
