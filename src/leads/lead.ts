import type { Attributes, Signal } from '../rules/attributes.ts'

/** The stages in which a lead is not yet with sales, in HubSpot's words; unset counts as the first. */
export const STAGES_BEFORE_MQL: readonly string[] = ['', 'subscriber', 'lead']

/** A lead's name for people: first and last name, else a neutral word. Never the email address. */
export function displayName(attributes: Attributes): string {
  const parts = [attributes.firstName?.value, attributes.lastName?.value].filter(Boolean)
  return parts.length > 0 ? parts.join(' ') : 'Unnamed lead'
}

/** How an enrichment provider answered. */
export type EnrichmentStatus = 'matched' | 'not-found' | 'rate-limited' | 'failed' | 'late'

/** Where a lead was sent, as it stands. `reason` is what the CRM shows. */
export interface StandingRoute {
  name: string
  to: { pool: string } | { nurture: string } | { disqualify: string }
  reason: string
  at: number
}

/**
 * What Baton keeps of a lead. HubSpot stays the truth for its own properties; `attributes` are what the last
 * decision used, `counters` the property values from which the next signals are found. Instants are epoch milliseconds.
 */
export interface LeadRecord {
  v: 1
  id: string
  portalId?: string
  attributes: Attributes
  counters: Record<string, string | null>
  signals: Signal[]
  pages: { views?: number; last?: string }
  enrichment: Record<string, { status: EnrichmentStatus; at: number }>
  missing: string[]
  needsReview: boolean
  score: {
    total: number
    fit: number
    engagement: number
    band: string
    mql: boolean
    tier?: number
    at: number
    reasons: string[]
  }
  route: StandingRoute
  /** When the lead is scored again without an event: its band falls, its route says so, or a pool is tried again. */
  lookAgainAt: number | null
  /** The latest handoff, and how many there were. */
  handoffId?: string
  handoffs: number
  /** Since when the lead has waited for somebody of its pool to be available. */
  waitingSince?: number
  /** HubSpot no longer has the contact: nothing is written to it. */
  gone?: true
  /** Nobody was reached: the lead rests in nurture until it does something new. */
  returned?: { at: number }
  /** A person took the lead out; their word stands. */
  rejected?: { by: string; reason: string; at: number }
  configVersion: string
  /** Stands for the rules that scored it, so that leads can be found which older rules scored. */
  scoringVersion: number
  /** How many decisions stand in the history: the number of the latest one. */
  decisions: number
}
