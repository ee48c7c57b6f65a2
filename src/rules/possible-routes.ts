import type { Attributes, AttributeValue, Signal } from './attributes.ts'
import { type AttributeTest, type Condition, makeCheck, type Truth } from './condition.ts'
import { type IcpConfig, matchIcp, tierConditions } from './icp.ts'
import { roundHalfUp } from './rounding.ts'
import type { Route, RoutingConfig } from './routing.ts'
import { bandOf, factLookup, fullLookup, type ScoringConfig, scoreLead, totalOf } from './score.ts'
import { compileTest } from './value-test.ts'

/*
 * Where a lead may still go when some of its facts may turn out to be anything. Whatever depends on such a fact is taken
 * apart from the rest, so a route may be called possible that no single answer leads to, but never the other way round.
 */

/** What a test may come to. */
type Possible = ReadonlySet<Truth>

const ANYTHING: Possible = new Set<Truth>(['true', 'false', 'unknown'])
const TRUE: Possible = new Set<Truth>(['true'])
const OPPOSITE: Record<Truth, Truth> = { true: 'false', false: 'true', unknown: 'unknown' }

/** The rules by which a lead is scored and routed. */
interface Rules {
  icp: IcpConfig
  scoring: ScoringConfig
  routing: Pick<RoutingConfig, 'routes'>
}

/**
 * The routes that a lead may take, in their order. `open` are its facts that may turn out to be anything;
 * `beside` stands beside the score (`fullLookup`), with a stage for each way in which the score may come out.
 */
export function possibleRoutes(
  { icp, scoring, routing }: Rules,
  { attributes, signals }: { attributes: Attributes; signals: readonly Signal[] },
  open: ReadonlySet<string>,
  beside: (mql: boolean) => Readonly<Record<string, AttributeValue | undefined>>,
  now: number,
): Route[] {
  const score = scoreLead({ icp, scoring }, attributes, signals, now)
  const derived = matchIcp(icp, factLookup(attributes)).derived
  const factOf = (name: string) => derived[name]?.fact ?? (name.startsWith('title.') ? 'jobTitle' : '')
  const isOpen = (name: string) => open.has(name) || open.has(factOf(name))
  const known = fullLookup(attributes, signals, score, now, beside(score.mql))
  const oneOf: Record<string, (AttributeValue | undefined)[]> = {}
  const may = (condition: Condition): Possible =>
    possibleTruths(condition, (name, test) => {
      if (oneOf[name]) return new Set(oneOf[name].map(compileTest(name, test)))
      return isOpen(name) ? ANYTHING : new Set([makeCheck(name, test, known).truth])
    })

  oneOf['icp.tier'] = firstOf(tierConditions(icp), ({ condition }) => may(condition)).map((one) => one?.tier)
  oneOf.persona = firstOf(icp.personas, ({ when }) => may(when)).map((one) => one?.name)
  oneOf['icp.negative'] = firstOf(icp.negative, ({ when }) => may(when)).map((one) => one?.reason)

  const fits = fitRange(scoring, (when) => may(when))
  const { points: engagement } = score.engagement
  const totals = [...new Set(fits.map((fit) => totalOf(scoring, fit, engagement)))]
  const { mql } = scoring
  const becomesMql = (fit: number) => totalOf(scoring, fit, engagement) >= mql.score && fit >= mql.fit
  const mqls = engagement >= mql.engagement ? [...new Set(fits.map(becomesMql))] : [false]
  oneOf['score.fit'] = fits
  oneOf.score = totals
  oneOf.band = [...new Set(totals.map((total) => bandOf(scoring.bands, total)))]
  oneOf.stage = [...new Set(mqls.map((is) => beside(is).stage))]

  return firstOf(routing.routes, ({ when }) => (when ? may(when) : TRUE)).flatMap((route) => route ?? [])
}

/** What a condition may come to, by what its tests may come to. */
function possibleTruths(
  condition: Condition,
  truthsOf: (attribute: string, test: AttributeTest) => Possible,
): Possible {
  if (condition.kind === 'test') return truthsOf(condition.attribute, condition.test)
  if (condition.kind === 'not') {
    return new Set([...possibleTruths(condition.of, truthsOf)].map((truth) => OPPOSITE[truth]))
  }
  const decisive: Truth = condition.kind === 'all' ? 'false' : 'true'
  let truths: Possible = new Set([OPPOSITE[decisive]])
  for (const part of condition.of) {
    const others = possibleTruths(part, truthsOf)
    truths = new Set([...truths].flatMap((one) => [...others].map((other) => joined(one, other, decisive))))
  }
  return truths
}

function joined(one: Truth, other: Truth, decisive: Truth): Truth {
  if (one === decisive || other === decisive) return decisive
  return one === 'unknown' ? one : other
}

/** Those of a list of which the first that holds wins that may be the first; undefined: that none holds. */
function firstOf<T>(list: readonly T[], may: (item: T) => Possible): (T | undefined)[] {
  const found: T[] = []
  for (const item of list) {
    const truths = may(item)
    if (truths.has('true')) found.push(item)
    if (truths.has('true') && truths.size === 1) return found
  }
  return [...found, undefined]
}

/** Every number of points that fit may come to, between the least and the most. */
function fitRange({ fit }: ScoringConfig, may: (when: Condition) => Possible): number[] {
  let [least, most] = [0, 0]
  for (const { points, when } of fit.rules) {
    const truths = may(when)
    const isSure = truths.has('true') && truths.size === 1
    least += isSure || (truths.has('true') && points < 0) ? points : 0
    most += isSure || (truths.has('true') && points > 0) ? points : 0
  }
  const [from, to] = [roundHalfUp(Math.min(fit.max, least)), roundHalfUp(Math.min(fit.max, most))]
  return Array.from({ length: to - from + 1 }, (_, index) => from + index)
}
