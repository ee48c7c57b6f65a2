import type { Signal } from '../rules/attributes.ts'
import { beginOfSilence, cappedSignals, memoryOf } from '../rules/engagement.ts'
import { longestWithin } from '../rules/routing.ts'
import { lookBackOf } from '../rules/triggers.ts'
import type { NextConfig } from './change.ts'
import { mirroredId } from './mirror.ts'

/*
 * Which signals a lead keeps: each once, a visit once whoever tells of it, as long as a rule looks back so far, and a bounded
 * number of them, of which those that count go last.
 */

/** How many signals of a lead are kept. */
export const MOST_SIGNALS = 500

type KeepConfig = Pick<NextConfig, 'signals' | 'scoring' | 'routing' | 'triggers' | 'team'>

/** The signals that a lead keeps of those that it had and those that came, oldest first. */
export function keptSignals(
  config: KeepConfig,
  known: readonly Signal[],
  came: readonly Signal[],
  now: number,
): Signal[] {
  const memory = memoryFor(config)
  // What is known stands: the same signal told again changes nothing.
  const byId = new Map([...known, ...came].toReversed().map((signal) => [mirroredId(signal.id), signal]))
  const all = [...byId.values()]
  const recent = all.filter((signal) => memory === undefined || now - signal.at <= memory)
  // However old: opens that came long after it do not become fresh interest when it is forgotten.
  const last = beginOfSilence(config.scoring.engagement, all)
  if (last && recent.length > 0 && !recent.includes(last)) recent.push(last)
  return worthMost(config, visitsOnce(config, recent)).sort(byTime)
}

/**
 * The signals with each visit once: what comes within its time before or after one of the same type is the same visit. One
 * by which something was decided stands as it is; of new ones the first does.
 */
function visitsOnce({ signals: types }: Pick<KeepConfig, 'signals'>, signals: readonly Signal[]): Signal[] {
  return [...Map.groupBy(signals, ({ type }) => type)].flatMap(([type, alike]) => {
    const silence = Object.hasOwn(types, type) ? types[type]?.session : undefined
    if (silence === undefined) return alike
    const isKnown = ({ decision }: Signal) => decision !== undefined
    const visits = alike.filter(isKnown)
    for (const signal of alike.filter((one) => !isKnown(one)).toSorted(byTime)) {
      const [from, until] = spanOf(signal)
      const index = visits.findIndex((visit) => {
        const [began, ended] = spanOf(visit)
        return from < ended + silence && until > began - silence
      })
      const visit = visits[index]
      if (visit) visits[index] = lasting(visit, from, until)
      else visits.push(signal)
    }
    return visits
  })
}

function spanOf({ at, session }: Signal): [from: number, until: number] {
  return [session?.from ?? at, session?.until ?? at]
}

function lasting(visit: Signal, from: number, until: number): Signal {
  const [began, ended] = spanOf(visit)
  const session = { from: Math.min(began, from), until: Math.max(ended, until) }
  return session.from === began && session.until === ended ? visit : { ...visit, session }
}

/** At most so many signals: what is over its cap goes first, then the oldest of the type that has most. */
function worthMost({ scoring }: Pick<KeepConfig, 'scoring'>, signals: Signal[]): Signal[] {
  if (signals.length <= MOST_SIGNALS) return signals
  const capped = cappedSignals(scoring.engagement, signals)
  const counts = new Map<string, number>()
  const ranked = signals
    .toSorted(byTime)
    .toReversed()
    .map((signal) => {
      const isCapped = capped.has(signal)
      const kind = `${isCapped} ${signal.type}`
      const rank = counts.get(kind) ?? 0
      counts.set(kind, rank + 1)
      return { signal, isCapped, rank }
    })
  ranked.sort((a, b) => Number(a.isCapped) - Number(b.isCapped) || a.rank - b.rank)
  return ranked.slice(0, MOST_SIGNALS).map(({ signal }) => signal)
}

/**
 * For how long signals are kept, in milliseconds; undefined: for ever. Routes, triggers and members of pools may look further back
 * than scoring does.
 */
export function memoryFor(config: KeepConfig): number | undefined {
  const memory = memoryOf(config.scoring.engagement)
  const asked = Object.values(config.triggers).flatMap(({ when, then }) => [
    when,
    ...(then?.unless ? [then.unless] : []),
  ])
  const members = Object.values(config.team.pools).flatMap((pool) => pool.members)
  const longest = [longestWithin(config.routing.routes), longestWithin(members), lookBackOf(asked)]
  return memory === undefined ? undefined : Math.max(memory, ...longest)
}

function byTime(a: Signal, b: Signal): number {
  return a.at - b.at
}
