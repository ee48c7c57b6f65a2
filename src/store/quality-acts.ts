import type { LeadRecord } from '../leads/lead.ts'
import { factCommands, type Waiting } from './commit.ts'
import { INDEX, type Store } from './partitions.ts'
import { createQualityLists, fillId } from './quality-lists.ts'

/** What the buttons of lists about data do. */
export type QualityActs = ReturnType<typeof createQualityActs>

/** Opens them. Each resolves with what waits then, and with null where somebody was faster, or the lead has left the list. */
export function createQualityActs(store: Store) {
  const { keys, commit } = store
  const lists = createQualityLists(store)

  async function shown(listId: string, now: number): Promise<Waiting[]> {
    return (await lists.touch(listId, now)).map((id) => ({ index: INDEX.qualityLists, id, at: now }))
  }

  return {
    /** Somebody wants a value filled in: once, whoever clicks how often. */
    async fill(listId: string, leadId: string, attribute: string, by: string, now: number): Promise<Waiting[] | null> {
      const row = (await lists.read(listId))?.rows.find((one) => one.leadId === leadId)
      if (!row?.fills?.some((one) => one.attribute === attribute)) return null
      const id = fillId(leadId, listId, attribute)
      const waits = () => commit([], [['ZADD', keys.index(leadId, INDEX.fills), now, id]])
      // Before the claim, which else nobody might follow after a crash; and after it, for whoever looked in between found none.
      await waits()
      const done = { what: 'filling', by, at: now } as const
      if (!(await lists.note(listId, leadId, attribute, done, (before) => before === undefined))) return null
      await waits()
      return [{ index: INDEX.fills, id, at: now }, ...(await shown(listId, now))]
    },

    /** Somebody says whether a life cycle stage is right; whoever says otherwise later has the last word. */
    async judge(
      listId: string,
      lead: LeadRecord,
      word: 'right' | 'wrong',
      { by, config, retention }: { by: string; config: string; retention: { facts: number } },
      now: number,
    ): Promise<Waiting[] | null> {
      const row = (await lists.read(listId))?.rows.find((one) => one.leadId === lead.id)
      if (row?.stage === undefined || row.done.stage?.what === word) return null
      const done = { what: word, by, at: now } as const
      const fact = { type: 'judged', at: now, lead: lead.pseudonym, reason: word, stage: row.stage, config } as const
      // Before it is noted, which else would refuse the same click after a crash; of a lead the last word counts.
      await commit([], factCommands(keys, lead.id, [fact], retention, now))
      if (!(await lists.note(listId, lead.id, 'stage', done, (before) => before?.what !== word))) return null
      return shown(listId, now)
    },
  }
}
