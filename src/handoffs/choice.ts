import type { Unfit } from './segments.ts'

/*
 * The order of choice: the owner who keeps the lead, or a stand-in while they are away; the host of a meeting that it booked; the owner of its company; the rep who
 * had the company's last lead; then the rotation. `ledger.ts` carries it out, `leads/assign.ts` says what is asked for.
 */

/** By which rule a rep was chosen. */
export const CHOSEN_BY = [
  'kept-owner',
  'meeting-host',
  'stand-in',
  'company-owner',
  'company-lead',
  'rotation',
  'by-name',
] as const
export type ChosenBy = (typeof CHOSEN_BY)[number]

/** A request for a rep. */
export interface RepRequest {
  assignmentId: string
  pool: string
  /** It is only observed: whose turn it would be, by a ledger apart. */
  observed?: true | undefined
  /** Reps who must not get it again. */
  hadIt: string[]
  /** Whom a person names: they get it, whoever could take it, and it is their turn. */
  named?: string | undefined
  /** The owner who stays, whatever the pool and its caps. */
  keep?: string | undefined
  /** Why, where they are not its owner. */
  keepAs?: 'meeting-host' | undefined
  /** The owner who is away: whoever is chosen stands in for them. */
  standInFor?: string | undefined
  /** The owner of its company, who comes first if they can take it, whatever the pool. */
  owner?: string | undefined
  /** Who comes before the rotation, if they can take it; the best first. */
  first?: { rep: string; why: ChosenBy }[] | undefined
  /**
   * The company whose leads go to one rep, for so many milliseconds after the last one. `like` is looked at when it has none
   * yet, `noted` is another name under which its lead is found.
   */
  company?: { key: string; within: number; like?: string; noted?: string } | undefined
  /** The domains by which its company in HubSpot is to be looked for first, when nobody has looked yet. */
  domains?: readonly string[] | undefined
  /** Who is at work now comes before who is not. */
  prefer?: 'open' | undefined
  /** For whom the lead is not, for each round in which the pools are asked; one round, and for everybody, when absent. */
  rounds?: readonly Unfit[] | undefined
}
