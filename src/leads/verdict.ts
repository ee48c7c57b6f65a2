import type { Action, Decision } from './decision.ts'

/** What two configs decided of one lead, as far as they can differ. `to`: `pool ae`, `nurture newsletter` or `disqualify`. */
export interface Verdict {
  score: number
  band: string
  tier: string
  route: string
  to: string
  action: Action
}

/** What the shadow said of a decision. `failed`: it could not say anything. */
export type Shadowed = { version: string } & (
  | { failed: true }
  | { failed?: undefined; differs: { from: Verdict; to: Verdict } | null }
)

/** What a decision comes to. */
export function verdictOf({ score, route, action }: Decision): Verdict {
  const { to } = route
  return {
    score: score.total,
    band: score.band,
    tier: String(score.icp.tier ?? ''),
    route: route.route,
    to: 'pool' in to ? `pool ${to.pool}` : 'nurture' in to ? `nurture ${to.nurture}` : 'disqualify',
    action,
  }
}

const SEPARATOR = '|'

/** A verdict as a fact says it: score, band, tier, action, route and where that leads. */
export function writeVerdict({ score, band, tier, action, route, to }: Verdict): string {
  return [score, band, tier, action, route, to].join(SEPARATOR)
}

/** Reads what `writeVerdict` wrote. */
export function readVerdict(text: string): Verdict {
  const [score = '', band = '', tier = '', action = '', route = '', to = ''] = text.split(SEPARATOR)
  return { score: Number(score), band, tier, action: action as Action, route, to }
}
