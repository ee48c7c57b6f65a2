import type { z } from 'zod'
import { withJunk } from '../../leads/junk.ts'
import { emailAttributes } from '../../leads/observe.ts'
import type { Attributes, Signal } from '../../rules/attributes.ts'
import { withPlaces } from '../../rules/places.ts'
import { chooseRoute } from '../../rules/routing.ts'
import { fullLookup, scoreLead } from '../../rules/score.ts'
import type { Config } from '../config.ts'
import type { RoutingCases } from '../schemas/routing-cases.ts'

type RoutingCase = z.output<typeof RoutingCases>['cases'][number]

/** One expectation that did not hold; `key` is the part of `expect` that is off. */
export interface RoutingCaseFailure {
  index: number
  key: string
  message: string
}

/** Scores and routes each case's lead at `now` and compares with what ops expect. Empty when all hold. */
export function runRoutingCases(config: Config, cases: RoutingCase[], now: number): RoutingCaseFailure[] {
  return cases.flatMap((item, index) => {
    const given: Attributes = Object.fromEntries(
      Object.entries(item.lead).map(([name, value]) => [name, { value, source: 'routing-cases.yaml' }]),
    )
    const known = withPlaces(config.icp, { ...emailAttributes(given.email, config.hubspot), ...given })
    const attributes = withJunk(config, known, false)
    const signals: Signal[] = item.signals.flatMap((signal, position) =>
      Array.from({ length: signal.count }, (_, number) => ({
        id: `${position}-${number}`,
        type: signal.type,
        at: now - signal.ago,
      })),
    )
    const score = scoreLead(config, attributes, signals, now)
    const decision = chooseRoute(config.routing.routes, fullLookup(attributes, signals, score, now))
    const actual: Record<string, string | number | boolean | undefined> = {
      score: score.total,
      fit: score.fit.points,
      engagement: score.engagement.points,
      band: score.band,
      mql: score.mql,
      tier: score.icp.tier,
      route: decision.route,
      ...decision.to,
    }
    const sum = `score ${score.total}: fit ${score.fit.points}, engagement ${score.engagement.points}, tier ${score.icp.tier ?? 'none'}`
    return Object.entries(item.expect)
      .filter(([key, expected]) => expected !== undefined && actual[key] !== expected)
      .map(([key, expected]) => ({
        index,
        key,
        message: `"${item.name}" should have ${key} ${String(expected)}, but has ${String(actual[key] ?? 'none')}${key === 'route' ? ` (${sum})` : ''}`,
      }))
  })
}
