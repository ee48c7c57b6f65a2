import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64'
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus'
import { quantile } from '../rules/quantile.ts'

/** Leads with what became of them. `weight` is how many leads of all each stands for: one of a random sample for many. */
export interface Judged {
  outcomes: readonly boolean[]
  weights: readonly number[]
}

/** An estimate with its interval of 95 %. */
export interface Estimate {
  value: number
  low: number
  high: number
}

const DRAWS = 1_000

/** The chance that a lead with the outcome has a higher score than one without; equal scores count half. */
export function auc(scores: readonly number[], judged: Judged): number {
  return aucOf(ranked(scores), judged, null)
}

/**
 * The AUC of two scores of the same leads and their difference, each with its interval by a seeded bootstrap over the leads:
 * both scores are judged on the same draws, so that what they share falls out of the difference.
 */
export function compareRanking(
  now: readonly number[],
  proposed: readonly number[],
  judged: Judged,
  seed: number,
): { now: Estimate; proposed: Estimate; difference: Estimate } {
  const orders = [ranked(now), ranked(proposed)] as const
  const drawn = draws(judged.outcomes.length, DRAWS, seed).flatMap((counts) => {
    const [before, after] = [aucOf(orders[0], judged, counts), aucOf(orders[1], judged, counts)]
    // A draw without one of the outcomes says nothing.
    return Number.isNaN(before) ? [] : [{ before, after }]
  })
  const [before, after] = [aucOf(orders[0], judged, null), aucOf(orders[1], judged, null)]
  return {
    now: estimate(
      before,
      drawn.map((one) => one.before),
    ),
    proposed: estimate(
      after,
      drawn.map((one) => one.after),
    ),
    difference: estimate(
      after - before,
      drawn.map((one) => one.after - one.before),
    ),
  }
}

/** How often each of `size` leads is in each of the draws of a bootstrap; the same for the same seed. */
export function draws(size: number, count: number, seed: number): number[][] {
  const generator = xoroshiro128plus(seed)
  return Array.from({ length: count }, () => {
    const counts = Array<number>(size).fill(0)
    for (let drawn = 0; drawn < size; drawn++) {
      const at = Math.floor(uniformFloat64(generator) * size)
      counts[at] = (counts[at] ?? 0) + 1
    }
    return counts
  })
}

/** How many of the outcomes the best `share` of the leads hold; of those with equal scores, their part. */
export function reached(scores: readonly number[], { outcomes, weights }: Judged, share: number): number {
  let room = share * sumOf(weights)
  let found = 0
  for (const group of ranked(scores).toReversed()) {
    const size = group.reduce((sum, at) => sum + (weights[at] ?? 0), 0)
    const hits = group.reduce((sum, at) => sum + (outcomes[at] ? (weights[at] ?? 0) : 0), 0)
    if (size >= room) return found + (size > 0 ? (hits * room) / size : 0)
    found += hits
    room -= size
  }
  return found
}

/** The sum of numbers. */
export function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0)
}

function estimate(value: number, drawn: readonly number[]): Estimate {
  return { value, low: quantile(drawn, 0.025), high: quantile(drawn, 0.975) }
}

// The leads from the lowest score up, those with equal scores together.
function ranked(scores: readonly number[]): number[][] {
  const groups: number[][] = []
  let last: number | undefined
  for (const at of scores.map((_, index) => index).sort((a, b) => (scores[a] ?? 0) - (scores[b] ?? 0))) {
    if (last !== undefined && scores[at] === scores[last]) groups.at(-1)?.push(at)
    else groups.push([at])
    last = at
  }
  return groups
}

function aucOf(groups: readonly number[][], { outcomes, weights }: Judged, counts: readonly number[] | null): number {
  let [won, yes, no] = [0, 0, 0]
  for (const group of groups) {
    let [yesHere, noHere] = [0, 0]
    for (const at of group) {
      const weight = (weights[at] ?? 0) * (counts ? (counts[at] ?? 0) : 1)
      if (outcomes[at]) yesHere += weight
      else noHere += weight
    }
    won += yesHere * (no + noHere / 2)
    yes += yesHere
    no += noHere
  }
  return won / (yes * no)
}
