import { inspect } from 'node:util'
import { expect } from 'vitest'
import { OutsideError } from '../../src/platform/errors.ts'

/** How a promise failed, which must be with an `OutsideError`; fails the test when it did not fail at all. */
export async function failureOf(promise: Promise<unknown>): Promise<OutsideError> {
  const outcome = await promise.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  )
  if (!('error' in outcome)) throw new Error(`it did not fail but gave ${inspect(outcome.value)}`)
  expect(outcome.error).toBeInstanceOf(OutsideError)
  return outcome.error as OutsideError
}

/** Everything that could be logged of an error: message, stack, own properties, causes. */
export function shownOf(error: unknown): string {
  return inspect(error, { depth: 10, showHidden: true }) + JSON.stringify(error)
}
