import { isMatch } from 'matcher'
import { searchable, wordsOf } from './texts.ts'

/** Whether one of the patterns is found in a text. */
export type Finder = (text: string) => boolean

/**
 * Compiles patterns. One with `*` is a glob for the whole text, in which `*` stands for anything; any other is found where its
 * words stand one after the other: `demo` in "Request a demo", not in "Demographics".
 */
export function compilePatterns(patterns: readonly string[]): Finder {
  const globs = patterns.filter(isGlob).map(searchable)
  const phrases = patterns.filter((pattern) => !isGlob(pattern)).map(wordsOf)
  return (text) => {
    const words = phrases.length > 0 ? wordsOf(text) : ''
    return (
      phrases.some((phrase) => phrase !== '' && words.includes(phrase)) ||
      (globs.length > 0 && isMatch(searchable(text), globs, { caseSensitive: true }))
    )
  }
}

/** Whether a pattern is for the whole text. */
export function isGlob(pattern: string): boolean {
  return pattern.includes('*')
}

/** Whether a pattern can find anything: it has a word, or it is a glob. */
export function canFind(pattern: string): boolean {
  return isGlob(pattern) || wordsOf(pattern) !== ''
}
