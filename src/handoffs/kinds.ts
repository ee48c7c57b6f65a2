import type { Condition } from '../rules/condition.ts'
import type { RungAction } from './rungs.ts'

/** A span of time as the config writes it: exact milliseconds, or business days of the rep's calendar (`5bd`). */
export type Duration = { ms: number } | { businessDays: number }

/** What follows an answer: how often and how long the rep tries, what shows that the lead was reached, and the track if not. */
export interface Attempts {
  count: number
  within: Duration
  answered: Condition
  then: { nurture: string }
}

/**
 * A kind of handoff (`config/sla.yaml`). `route`: routes start it, sales has the lead, and the rep becomes the contact's
 * owner; `signal`: each new signal of that type starts one in `pool`, beside whatever else the lead has.
 */
export interface HandoffKind {
  start: 'route' | { signal: string; pool: string }
  respondWithin: Duration
  hours: 'business' | 'elapsed'
  ladder: { at: Duration; do: RungAction }[]
  attempts?: Attempts | undefined
}

/** Every kind by name, and how many points of new signals bring back a lead whose handoff has ended. */
export interface HandoffsConfig {
  kinds: Record<string, HandoffKind>
  comesBack: { points: number }
}
