import { z } from 'zod'
import type { Party } from '../rules/outcomes.ts'
import { STAGE_NAMES } from '../rules/stages.ts'

/** What had something done: a trigger, or a handoff's button, step or ending, by its name in the config; the list of stuck leads. `step` names one of a handoff's dated steps, or says the stage. */
export const Because = z.object({
  what: z.enum(['trigger', 'handoff', 'list']),
  name: z.string(),
  step: z.string().optional(),
})
export type Because = z.output<typeof Because>

/**
 * What became of a trigger for a lead: when it last fired, whether its condition holds now, and when it is to be followed up
 * (`since` is when it had fired). Instants are epoch milliseconds.
 */
export const FiredMark = z.object({
  at: z.number().optional(),
  holds: z.boolean().optional(),
  followUps: z.array(z.object({ at: z.number(), since: z.number() })).optional(),
})
export type FiredMark = z.output<typeof FiredMark>

/**
 * Something that somebody was told about the lead: one message that names every reason. `to`: a rep, manager, person or pool of
 * the team; `for`: the owner in HubSpot whom Baton does not know and in whose place they hear. `signal` and `detail`: what the
 * lead did, where a trigger says so. `within`: the handoff in whose alert it stands, instead of in a message of its own.
 * `opens`: the kinds of handoff that it offers to open; `opened`: which of them somebody did.
 */
export const Told = z.object({
  to: z.string(),
  for: z.string().optional(),
  because: z.array(Because.extend({ signal: z.string().optional(), detail: z.string().optional() })),
  at: z.number(),
  within: z.string().optional(),
  opens: z.array(z.object({ open: z.string(), label: z.string().optional() })),
  opened: z.array(z.object({ kind: z.string(), by: z.string(), at: z.number() })).optional(),
})
export type Told = z.output<typeof Told>

/** The nurture track that took over from the route's, until when or until which signal; that the route's pauses. */
export const Tracks = z.object({
  enrolled: z
    .object({
      track: z.string(),
      by: Because,
      at: z.number(),
      until: z.number().optional(),
      signal: z.string().optional(),
    })
    .optional(),
  paused: z.object({ by: Because, at: z.number() }).optional(),
})
type Tracks = z.output<typeof Tracks>

/**
 * What rules have done to a lead, beside where its route sends it: what stands until something lifts it. Instants are epoch
 * milliseconds.
 */
export const LeadMarks = z.object({
  /** The nurture track that took over from the route's, until when or until which signal; that every track pauses. */
  tracks: Tracks.optional(),
  /** Nothing is done about it until it does something new. */
  archived: z.object({ by: Because, at: z.number() }).optional(),
  /** What rules set in HubSpot, by property. */
  tags: z.record(z.string(), z.string()).optional(),
  /** The stage that a rule or a person gave it, until it goes on. */
  stageGiven: z.object({ name: z.enum(STAGE_NAMES), by: Because, at: z.number() }).optional(),
  /** What became of each trigger, by name. */
  fired: z.record(z.string(), FiredMark).optional(),
  /** Handoffs that are to begin when the contact is read next: a click or a step wants them. */
  toOpen: z
    .array(
      z.object({
        kind: z.string(),
        by: Because,
        at: z.number(),
        to: z.custom<Party>((party) => typeof party === 'object').optional(),
        said: z.object({ by: z.string().optional(), reason: z.string().optional() }).optional(),
        assigned: z.object({ rep: z.string(), by: z.string() }).optional(),
      }),
    )
    .optional(),
  /** Properties that are to be set in HubSpot when the contact is read next, for it shows whether they may be. */
  toSet: z.record(z.string(), z.string()).optional(),
  /** What people were told of late, by the id of the telling. */
  told: z.record(z.string(), Told).optional(),
})
export type LeadMarks = z.output<typeof LeadMarks>

/** The marks once the handoffs that were to begin have begun. */
export function withoutOpened({ toOpen: _, ...marks }: LeadMarks): LeadMarks {
  return marks
}

/** The marks of a record, to carry them on. */
export function marksOf(lead: LeadMarks | null): LeadMarks {
  const { tracks, archived, tags, stageGiven, fired, toOpen, toSet, told } = lead ?? {}
  return {
    ...(tracks ? { tracks } : {}),
    ...(archived ? { archived } : {}),
    ...(tags ? { tags } : {}),
    ...(stageGiven ? { stageGiven } : {}),
    ...(fired ? { fired } : {}),
    ...(toOpen ? { toOpen } : {}),
    ...(toSet ? { toSet } : {}),
    ...(told ? { told } : {}),
  }
}

/** The record with these marks instead of its own. */
export function withMarks<T extends LeadMarks>(lead: T, marks: LeadMarks): T {
  const own = Object.fromEntries(Object.keys(LeadMarks.shape).map((name) => [name, undefined]))
  const kept = Object.entries({ ...lead, ...own, ...marksOf(marks) }).filter(([, value]) => value !== undefined)
  return Object.fromEntries(kept) as T
}

/** What became of triggers for two contacts that became one: who has fired for either has fired for both. */
export function unitedFired(a: LeadMarks['fired'], b: LeadMarks['fired']): Pick<LeadMarks, 'fired'> {
  if (!a || !b) return a || b ? { fired: { ...a, ...b } } : {}
  const names = [...new Set([...Object.keys(a), ...Object.keys(b)])]
  return { fired: Object.fromEntries(names.map((name) => [name, unitedMark(a[name] ?? {}, b[name] ?? {})])) }
}

// One of them is followed up: the one that fired last.
function unitedMark(a: FiredMark, b: FiredMark): FiredMark {
  const [newer, older] = (b.at ?? 0) > (a.at ?? 0) ? [b, a] : [a, b]
  const followUps = newer.followUps ?? older.followUps
  return {
    ...newer,
    ...(a.holds || b.holds ? { holds: true } : {}),
    ...(followUps ? { followUps } : {}),
  }
}

/** The tracks of two contacts that became one: what came last of each. */
export function unitedTracks(a: LeadMarks['tracks'], b: LeadMarks['tracks']): Pick<LeadMarks, 'tracks'> {
  if (!a || !b) return a || b ? { tracks: { ...a, ...b } } : {}
  const newest = <K extends keyof Tracks>(name: K): Partial<Tracks> => {
    const [mine, other] = [a[name], b[name]]
    const value = mine && other && other.at <= mine.at ? mine : (other ?? mine)
    return value ? { [name]: value } : {}
  }
  return { tracks: { ...newest('enrolled'), ...newest('paused') } }
}
