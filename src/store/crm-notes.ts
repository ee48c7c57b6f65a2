import { z } from 'zod'
import type { CrmNote } from '../handoffs/crm-note.ts'
import { pack, unpack } from './pack.ts'
import { type Command, INDEX, leadOf, type Store } from './partitions.ts'

/*
 * Notes that wait to be written to HubSpot. They stand in the lead's own hash, so that an erasure reaches them, and under
 * their id in an index. HubSpot knows no idempotency key: whoever has begun says so first, and the next one looks there.
 */

const Waiting = z.object({
  text: z.string(),
  at: z.number(),
  /** Since when it may stand in HubSpot. */
  triedAt: z.number().optional(),
  /** Until when somebody is at it. */
  until: z.number().optional(),
})

/** A note as it waits, and as it is kept. Instants are epoch milliseconds. */
export type WaitingNote = z.output<typeof Waiting> & { keptAs: Buffer }

const fieldOf = (id: string) => `n:${id}`

/** The fields of the lead's hash that keep notes until they are written. */
export function noteFields(notes: readonly CrmNote[], at: number): (string | Buffer)[] {
  return notes.flatMap(({ id, text }) => [fieldOf(id), pack({ text, at })])
}

/** Opens the notes of all leads that wait. */
export function createCrmNotes({ redis, keys, commit }: Store) {
  const keyOf = (id: string) => keys.lead(leadOf(id))
  const keep = (id: string, { keptAs, ...note }: WaitingNote, next: Partial<WaitingNote>) =>
    commit(
      [{ key: keyOf(id), field: fieldOf(id), value: keptAs }],
      [['HSET', keyOf(id), fieldOf(id), pack({ ...note, ...next })]],
    )

  return {
    /** A note that waits; null when it was written, or its lead was erased. */
    async read(id: string): Promise<WaitingNote | null> {
      const keptAs = await redis.hgetBuffer(keyOf(id), fieldOf(id))
      return keptAs && { ...Waiting.parse(unpack(keptAs)), keptAs }
    },

    /** Claims a note as it was read, until an instant; false when somebody was faster. It may stand in HubSpot from now on. */
    claim: async (id: string, note: WaitingNote, now: number, until: number): Promise<boolean> =>
      (await keep(id, note, { triedAt: note.triedAt ?? now, until })) !== false,

    /** Gives a claim back after a failure, for the next try. */
    async release(id: string): Promise<void> {
      const note = await this.read(id)
      if (note) await keep(id, note, { until: 0 })
    },

    /** Takes a note out: it was written, or can no longer be. */
    async remove(id: string): Promise<void> {
      const commands: Command[] = [
        ['HDEL', keyOf(id), fieldOf(id)],
        ['ZREM', keys.index(id, INDEX.notes), id],
      ]
      await commit([], commands)
    },
  }
}
