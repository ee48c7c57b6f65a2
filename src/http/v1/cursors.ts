import { ProblemError } from '../problems.ts'

/** Where the following page of a list begins: behind this entry. */
export interface Cursor {
  at: number
  id: string
}

/** A cursor as callers hand it back. */
export function writeCursor({ at, id }: Cursor): string {
  return Buffer.from(`${at}.${id}`).toString('base64url')
}

/** Reads a cursor whose id has a form; refuses one that no page gave. */
export function readCursor(cursor: string, form: RegExp): Cursor {
  const [, at, id] = /^(\d{1,15})\.(.+)$/.exec(Buffer.from(cursor, 'base64url').toString()) ?? []
  if (at === undefined || id === undefined || !form.test(id)) {
    throw new ProblemError({
      status: 400,
      title: 'The request is not valid',
      detail: 'cursor: must be the `next` of an earlier page.',
    })
  }
  return { at: Number(at), id }
}
