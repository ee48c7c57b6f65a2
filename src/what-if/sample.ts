import { shareOf } from '../rules/sample.ts'

/**
 * Whether a lead is in a sample: the same ones each time, whatever else there is. `share` is between 0 and 1.
 */
export function isSampled(id: string, share: number): boolean {
  // Others than those whom a route draws for its own sample.
  return share >= 1 || shareOf(`what-if\n${id}`) < share
}
