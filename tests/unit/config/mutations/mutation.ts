/**
 * A change of a file of the shipped config as ops would make it, and what the check has to say: `error` (it can never work as it
 * stands), `warning` (it is doubtful), with some of its words, or `fine`. `at`: a text of the line that is named, where that is
 * not the line of the change; `in`: the file that is named, where that is another one.
 */
export interface Mutation {
  what: string
  file: string
  from: string | RegExp
  to: string
  verdict: 'error' | 'warning' | 'fine'
  words?: string
  at?: string
  in?: string
}

type Row = [
  what: string,
  file: string,
  from: string | RegExp,
  to: string,
  verdict: 'error' | 'warning',
  words: string,
  at?: string,
  in_?: string,
]

/** Rows of a table as mutations. */
export function rows(table: Row[]): Mutation[] {
  return table.map(([what, file, from, to, verdict, words, at, other]) => ({
    what,
    file,
    from,
    to,
    verdict,
    words,
    ...(at === undefined ? {} : { at }),
    ...(other === undefined ? {} : { in: other }),
  }))
}

/** Rows of changes that are sensible, of which nothing must be said. */
export function fine(table: [what: string, file: string, from: string | RegExp, to: string][]): Mutation[] {
  return table.map(([what, file, from, to]) => ({ what, file, from, to, verdict: 'fine' }))
}
