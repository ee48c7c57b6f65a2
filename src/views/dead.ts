import { z } from 'zod'
import { iso } from '../rules/words.ts'
import { leadOf } from '../store/partitions.ts'

/*
 * Work that was given up for now, as people see it: for the API, the console and the command line.
 */

/** A dead letter as lists show it. */
export const DeadItem = z.object({
  id: z.string().describe('by which it is tried again'),
  work: z.string().describe('what could not be done, by the name of its work'),
  about: z.string().describe('the lead or whatever else it is about'),
  since: z.iso.datetime(),
  tries: z.number().describe('how often it was given up'),
  reason: z.string(),
})
export type DeadItem = z.output<typeof DeadItem>

/** What the dead letters can do, wherever they are kept. */
export interface DeadLetters {
  list(): Promise<{ name: string; id: string; since: number; tries: number; reason: string }[]>
  /** Has letters tried again at once; resolves with those that were there. */
  replay(ids: readonly string[]): Promise<string[]>
}

/** The dead letters, the oldest first. */
export async function deadItems(dead: Pick<DeadLetters, 'list'>): Promise<DeadItem[]> {
  const letters = await dead.list()
  return letters.map(({ name, id, since, tries, reason }) => ({
    id: `${name}:${id}`,
    work: name,
    about: leadOf(id),
    since: iso(since),
    tries,
    reason,
  }))
}

/** The columns of dead letters as CSV. */
export const DEAD_COLUMNS = ['id', 'work', 'about', 'since', 'tries', 'reason'] as const
