import { byAge, type Handoff, holderOf, isHeld } from '../handoffs/handoff.ts'
import { isInHubSpot, type LeadRecord } from './lead.ts'
import { trackOf } from './tracks.ts'

/** Where a lead stands, in one word: with sales or for sales, resting, out by the rules or a person, out as junk, or archived. */
export const PLACES = ['sales', 'nurture', 'disqualified', 'junk', 'archived'] as const
export type Place = (typeof PLACES)[number]

/** What lists of leads are made by: everything that they are filtered or sorted by. */
export interface Listed {
  /** When it was scored last, in epoch milliseconds. */
  at: number
  /** A handoff of it waits, for nobody is free. */
  waiting: boolean
  /** A clock of it runs. */
  open: boolean
  needsReview: boolean
  band: string
  place: Place
  route: string
  /** Who has it in hand; else who had it with sales last. */
  reps: string[]
  /** Its nurture track; empty: none. */
  track: string
}

/** How a lead is listed; null when it is in no list: HubSpot has no such contact, or it lives on in another. */
export function listedAs(lead: LeadRecord, handoffs: readonly Handoff[]): Listed | null {
  if (!isInHubSpot(lead)) return null
  const sales = handoffs
    .filter(({ byRoute }) => byRoute)
    .sort(byAge)
    .at(-1)
  const track = trackOf(lead, sales).name
  return {
    at: lead.score.at,
    waiting: handoffs.some(({ state }) => state === 'waiting'),
    open: handoffs.some(({ state }) => state === 'open'),
    needsReview: lead.needsReview,
    band: lead.score.band,
    place: placeOf(lead, sales),
    route: lead.route.name,
    reps: repsOf(handoffs, sales),
    track,
  }
}

function placeOf({ archived, rejected, route, ended, attributes }: LeadRecord, sales: Handoff | undefined): Place {
  if (archived) return 'archived'
  if (sales && sales.state !== 'ended') return 'sales'
  if (rejected) return 'disqualified'
  if ('disqualify' in route.to) return attributes.junk === undefined ? 'disqualified' : 'junk'
  if ('nurture' in route.to || (ended && RESTS.has(ended.how))) return 'nurture'
  return 'sales'
}

// Its route may still say a pool: nobody reached it, and it rests.
const RESTS: ReadonlySet<string> = new Set(['returned', 'recycled', 'rejected'])

function repsOf(handoffs: readonly Handoff[], sales: Handoff | undefined): string[] {
  const held = handoffs.filter(isHeld).flatMap((handoff) => holderOf(handoff)?.rep ?? [])
  const last = sales && holderOf(sales)?.rep
  return held.length > 0 ? [...new Set(held)].sort() : last === undefined ? [] : [last]
}
