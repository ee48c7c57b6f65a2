import { z } from 'zod'
import { STAGE_NAMES } from '../rules/stages.ts'

/** What had something done: a trigger, or a handoff's button, step or ending, by its name in the config. */
export const Because = z.object({ what: z.enum(['trigger', 'handoff']), name: z.string() })
export type Because = z.output<typeof Because>

/**
 * What rules have done to a lead, beside where its route sends it: what stands until something lifts it. Instants are epoch
 * milliseconds.
 */
export const LeadMarks = z.object({
  /** The nurture track that took over from the route's, until when or until which signal; that every track pauses. */
  tracks: z
    .object({
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
    .optional(),
  /** Nothing is done about it until it does something new. */
  archived: z.object({ by: Because, at: z.number() }).optional(),
  /** What rules set in HubSpot, by property. */
  tags: z.record(z.string(), z.string()).optional(),
  /** The stage that a rule or a person gave it, until it goes on. */
  stageGiven: z.object({ name: z.enum(STAGE_NAMES), by: Because, at: z.number() }).optional(),
  /** When each trigger last fired, for which occasion, whether it holds now, and when it is to be followed up. */
  fired: z
    .record(
      z.string(),
      z.object({
        at: z.number().optional(),
        occasion: z.string().optional(),
        holds: z.boolean().optional(),
        followUpAt: z.number().optional(),
      }),
    )
    .optional(),
  /** Handoffs that are to begin when the contact is read next: a click or a step wants them. */
  toOpen: z.array(z.object({ kind: z.string(), by: Because, at: z.number() })).optional(),
})
export type LeadMarks = z.output<typeof LeadMarks>

/** The marks once the handoffs that were to begin have begun. */
export function withoutOpened({ toOpen: _, ...marks }: LeadMarks): LeadMarks {
  return marks
}

/** The marks of a record, to carry them on. */
export function marksOf(lead: LeadMarks | null): LeadMarks {
  const { tracks, archived, tags, stageGiven, fired, toOpen } = lead ?? {}
  return {
    ...(tracks ? { tracks } : {}),
    ...(archived ? { archived } : {}),
    ...(tags ? { tags } : {}),
    ...(stageGiven ? { stageGiven } : {}),
    ...(fired ? { fired } : {}),
    ...(toOpen ? { toOpen } : {}),
  }
}
