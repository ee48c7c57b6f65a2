import type { Config } from '../../../src/config/config.ts'
import { decide, type Standing } from '../../../src/leads/decision.ts'
import type { KeptDecision } from '../../../src/leads/history.ts'
import type { Signal } from '../../../src/rules/attributes.ts'
import { BEST_FIT, NOW, signalsAgo } from '../../support/records.ts'

export const FREE: Standing = { withSales: false, rejected: false }

/** What is kept of a decision about a lead that fits best, by its signals. */
export function kept(
  config: Config,
  types: string[],
  more: Partial<Pick<KeptDecision, 'at' | 'number' | 'standing' | 'rep' | 'attributes'>> = {},
): KeptDecision {
  const at = more.at ?? NOW
  const signals: Signal[] = types.map((type, index) => ({
    ...signalsAgo(type, 0)[0],
    id: `${type}-${index}`,
    type,
    at,
  }))
  const { attributes = BEST_FIT, standing = FREE } = more
  const { score, route, action } = decide(config, { id: '42', attributes, signals }, standing, at)
  return {
    ...{ at, number: more.number ?? 1, config: config.version, route: route.route, to: route.to, action, standing },
    ...{ score: score.total, fit: score.fit.points, engagement: score.engagement.points, band: score.band },
    attributes,
    signals,
    rep: more.rep ?? (action === 'assign' ? 'ae-1' : null),
    probability: 1,
  }
}
