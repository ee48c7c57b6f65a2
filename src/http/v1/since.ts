import { z } from 'zod'
import { sinceIn } from '../../views/since.ts'
import { ProblemError } from '../problems.ts'

/** From when on, as callers write it. */
export const Since = z
  .string()
  .max(40)
  .optional()
  .describe('an instant of ISO 8601, a date, or how long ago: `7d`, `24h`')

/** The instant that a caller means; refuses what is none. */
export function instantOf(since: string | undefined, now: number): number | undefined {
  if (since === undefined) return undefined
  const at = sinceIn(since, now)
  if (at !== undefined) return at
  throw new ProblemError({
    status: 400,
    title: 'The request is not valid',
    detail: 'since: must be an instant such as 2026-11-20T12:00:00Z, a date, or how long ago, such as 7d or 24h.',
  })
}
