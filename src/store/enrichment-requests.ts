import { createHmac } from 'node:crypto'
import type { Waiting } from './commit.ts'
import { createErased } from './erased.ts'
import { type Command, INDEX, type Store } from './partitions.ts'

/*
 * Questions to enrichment providers that answer later, by a callback. Each stands under an opaque id, in the partition of
 * its lead, until it is answered or runs out; a set of them for each lead, so that they go with it.
 */

/** What a question was about; `state`: it waits for its answer, has it, or its lead is erased. */
interface Asked {
  lead: string
  provider: string
  state: 'asked' | 'answered' | 'erased'
}

/** What came of an answer: it is `kept`; nobody `asked`; it was `answered` before; its lead is `gone`. */
export type Kept = 'kept' | 'not-asked' | 'answered' | 'gone'

const ID = /^[0-9a-f][\w-]{43}$/

/** The questions that wait for their answers. */
export type EnrichmentRequests = ReturnType<typeof createEnrichmentRequests>

/** Opens them. */
export function createEnrichmentRequests({ redis, keys, partitions, partitionOf, commit }: Store) {
  const key = (requestId: string) => `${partitions[Number.parseInt(requestId.slice(0, 1), 16)]}:question:${requestId}`

  async function read(requestId: string): Promise<Asked | null> {
    if (!ID.test(requestId)) return null
    const { lead = '', provider = '', state } = await redis.hgetall(key(requestId))
    return state ? { lead, provider, state: state as Asked['state'] } : null
  }

  return {
    /**
     * Notes a question before it is asked, until it runs out after so many milliseconds. The same question of the same lead has
     * the same id, so that it is asked once, however often the lead is decided: null when it waits for its answer already.
     */
    async ask(
      leadId: string,
      provider: string,
      question: { secret: string; of: string },
      within: number,
    ): Promise<string | null> {
      const partition = partitions.indexOf(partitionOf(leadId)).toString(16)
      const id =
        partition +
        createHmac('sha256', question.secret).update(`${leadId} ${provider} ${question.of}`).digest('base64url')
      if ((await read(id))?.state === 'asked') return null
      const ofLead = keys.asked(leadId)
      // As long as the longest of them, or one that others outlive would not be found at an erasure.
      const kept = Math.max(within, await redis.pttl(ofLead))
      await commit(
        [],
        [
          ['HSET', key(id), 'lead', leadId, 'provider', provider, 'state', 'asked'],
          ['PEXPIRE', key(id), within],
          ['SADD', ofLead, id],
          ['PEXPIRE', ofLead, kept],
        ],
      )
      return id
    },

    /** Takes a question back that could not be asked. */
    async takeBack(requestId: string): Promise<void> {
      await commit([], [['DEL', key(requestId)]])
    },

    /**
     * Keeps an answer, as text, for the lead's next decision, which waits from then on; each question is
     * answered once. `now` is epoch milliseconds.
     */
    async answer(
      requestId: string,
      provider: string,
      answer: string,
      now: number,
    ): Promise<{ kept: Kept; waiting: Waiting[] }> {
      for (;;) {
        const asked = await read(requestId)
        if (!asked || asked.provider !== provider) return { kept: 'not-asked', waiting: [] }
        if (asked.state === 'erased') return { kept: 'gone', waiting: [] }
        if (asked.state === 'answered') return { kept: 'answered', waiting: [] }
        const { lead } = asked
        const [version, record, erasing] = await Promise.all([
          redis.hget(keys.lead(lead), 'version'),
          redis.hexists(keys.lead(lead), 'record'),
          redis.zscore(keys.index(lead, INDEX.erasures), lead),
        ])
        // Without a version it is new, and about to be committed for the first time, or was erased before.
        const isGone = version === null ? await createErased({ redis, keys }).has(lead, now) : !record
        if (erasing !== null || isGone) return { kept: 'gone', waiting: [] }
        // An inbox entry, or a commit that is under way would take the lead for read.
        const news = JSON.stringify({ kind: 'event', event: 'enrichment', at: now })
        const commands: Command[] = [
          ['HSET', key(requestId), 'state', 'answered'],
          ['HSET', keys.lead(lead), `late:${provider}`, answer],
          ['RPUSH', keys.inbox(lead), news],
          ['ZADD', keys.index(lead, INDEX.unread), now, lead],
        ]
        const done = await commit(
          [
            { key: key(requestId), field: 'state', value: Buffer.from('asked') },
            { key: keys.lead(lead), version: Number(version ?? 0) },
          ],
          commands,
        )
        if (done) return { kept: 'kept', waiting: [{ index: INDEX.unread, id: lead, at: now }] }
      }
    },
  }
}

/** What is left of the questions about an erased lead: that their answers are not wanted. */
export async function forgetAsked({ redis, keys }: Pick<Store, 'redis' | 'keys'>, leadId: string): Promise<Command[]> {
  const ids = await redis.smembers(keys.asked(leadId))
  const there = await Promise.all(
    ids.map(async (id) => ((await redis.exists(keys.question(leadId, id))) ? [keys.question(leadId, id)] : [])),
  )
  return [
    ['DEL', keys.asked(leadId)],
    ...there.flat().flatMap((key): Command[] => [
      ['HSET', key, 'state', 'erased'],
      ['HDEL', key, 'lead'],
    ]),
  ]
}
