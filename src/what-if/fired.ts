import type { Config } from '../config/config.ts'
import type { Decision } from '../leads/decision.ts'
import type { WhatIf } from './result.ts'

/** Keeps which rules of a config have never made a difference to any decision that was taken in. */
export function createNeverFired({ icp, scoring, routing }: Pick<Config, 'icp' | 'scoring' | 'routing'>) {
  const routes = new Set(routing.routes.map(({ name }) => name))
  const fit = new Set(scoring.fit.rules.map(({ id }) => id))
  const signals = new Set(Object.keys(scoring.engagement.signals))
  const profile = new Set([
    ...icp.tiers.map(({ tier }) => `tier ${tier}`),
    ...icp.personas.map(({ name }) => `persona ${name}`),
    ...icp.negative.map(({ reason }) => `negative ${reason}`),
  ])
  return {
    /** Takes in a decision under that config. */
    take({ score, route }: Decision): void {
      routes.delete(route.route)
      if (fit.size > 0) for (const { rule, truth } of score.fit.contributions) if (truth === 'true') fit.delete(rule)
      if (signals.size > 0) for (const { signal } of score.engagement.contributions) signals.delete(signal.type)
      if (profile.size === 0) return
      if (score.icp.tier !== undefined) profile.delete(`tier ${score.icp.tier}`)
      if (score.icp.persona !== undefined) profile.delete(`persona ${score.icp.persona}`)
      if (score.icp.negative !== undefined) profile.delete(`negative ${score.icp.negative}`)
    },

    /** What has never fired so far; of signals, those that nobody has ever shown. */
    list(): WhatIf['neverFired'] {
      return { routes: [...routes], fit: [...fit], signals: [...signals], profile: [...profile] }
    },
  }
}
