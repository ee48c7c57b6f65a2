import { type Fact, writeFacts } from '../facts/fact.ts'
import type { PostedMessage } from '../handoffs/posts.ts'
import type { NextConfig } from '../leads/change.ts'
import { next } from '../leads/next.ts'
import { STAGE_NAMES } from '../rules/stages.ts'
import { forgetAccounts } from './accounts.ts'
import { assignmentWaits, TOMBSTONE_MILLISECONDS, type Waiting } from './commit.ts'
import { forgetAsked } from './enrichment-requests.ts'
import { createErased } from './erased.ts'
import { unlistEverywhere } from './lead-index.ts'
import type { StoredLead } from './leads.ts'
import { forgetObserved } from './observed.ts'
import { type Command, HANDOFF_LISTS, INDEX, type Store, UNDELIVERED } from './partitions.ts'
import { readMessage } from './schema.ts'

// These say what is left to do about an erased lead, by ids alone.
const STAY: readonly string[] = [INDEX.posts, INDEX.assignments, INDEX.blanks]

type Address = Pick<PostedMessage, 'channel' | 'ts' | 'list'>

/** The id under which a message of an erased lead waits to lose its content. */
export function blankEntry(leadId: string, { channel, ts }: Address): string {
  return `${leadId}-${channel}-${ts}`
}

/**
 * Erases everything that stands about a lead, also when its record cannot be read: every key of its own, and every entry of
 * the given indexes that is about it. What is left are digests of events and of its id, which hold no data, for some minutes a
 * number under its id, and its facts, in which a pseudonym stands that nothing leads to any more. Resolves with what has to be done
 * about it now: messages that Slack has lose their content, and pools hear of the assignments that it held. Messages that
 * may have been sent are left for whoever sends them. `read` reads the lead; it gives null when it cannot be read. `now` is
 * epoch milliseconds.
 */
export async function eraseLead(
  store: Store,
  leadId: string,
  indexes: string[],
  { config, read, now }: { config: NextConfig; read: () => Promise<StoredLead | null>; now: number },
): Promise<Waiting[]> {
  const { redis, keys, commit } = store
  const leadKey = keys.lead(leadId)
  const mark = await createErased(store).mark(leadId, now)
  for (;;) {
    const [raw, state, dead, inHand, periods] = [
      await redis.hgetall(leadKey),
      await read(),
      // A message that Slack does not let go of still has to be told of.
      (await membersOf(leadId, keys.index(leadId, 'dead'))).filter((one) => !one.startsWith('blank-message:')),
      await membersOf(leadId, keys.list(leadId, 'hands')),
      await redis.smembers(keys.list(leadId, 'periods')),
    ]
    const version = Number(raw.version ?? 0)
    const handoffs = Object.keys(raw).flatMap((name) => (name.startsWith('h:') ? [name.slice(2)] : []))
    const change = state && next(config, state, { type: 'erase' }, now)
    // What stands in a list is taken out of it.
    const messages = [...addressesIn(raw), ...Object.values(state?.messages ?? {})].filter(({ list }) => !list)
    const waiting = [
      ...new Set(messages.map((address) => blankEntry(leadId, address)))
        .values()
        .map((id) => ({ index: INDEX.blanks, id, at: now })),
      ...(state && change && !('wanted' in change) ? assignmentWaits(state, change, now) : []),
    ]
    const entries: Command[] = []
    for (const index of indexes) {
      if (STAY.includes(index)) continue
      const key = keys.index(leadId, index)
      const members = await membersOf(leadId, key)
      if (members.length > 0) entries.push(['ZREM', key, ...members])
    }
    const older = (await olderRecords(leadId)).map((key): Command => ['DEL', key])
    const done = await commit(
      [
        { key: leadKey, version },
        { key: leadKey, fields: Object.keys(raw).length },
      ],
      [
        ['DEL', leadKey],
        // Whoever has read the lead before this must not write it afterwards.
        ['HSET', leadKey, 'version', version + 1],
        ['PEXPIRE', leadKey, TOMBSTONE_MILLISECONDS],
        mark,
        ['DEL', keys.inbox(leadId)],
        ['DEL', keys.history(leadId)],
        ['DEL', keys.decisions(leadId)],
        ['DEL', keys.webhooks(leadId)],
        ...(await forgetAsked({ redis, keys }, leadId)),
        ['ZREM', keys.list(leadId, 'scored'), leadId],
        ['SREM', keys.list(leadId, 'urgent'), leadId],
        ...STAGE_NAMES.map((stage): Command => ['ZREM', keys.list(leadId, `stage-${stage}`), leadId]),
        ...(dead.length > 0 ? [['ZREM', keys.index(leadId, 'dead'), ...dead] satisfies Command] : []),
        ...(dead.length > 0 ? [['HDEL', keys.index(leadId, 'dead-why'), ...dead] satisfies Command] : []),
        ...(handoffs.length > 0
          ? [...HANDOFF_LISTS.map((list) => keys.list(leadId, list)), keys.index(leadId, UNDELIVERED)].map(
              (list): Command => ['ZREM', list, ...handoffs],
            )
          : []),
        ...unlistEverywhere(keys, leadId, periods),
        ...(inHand.length > 0 ? [['ZREM', keys.list(leadId, 'hands'), ...inHand] satisfies Command] : []),
        ...(await forgetAccounts({ redis, keys }, leadId)),
        ...goneFact(state),
        ...forgetObserved(keys, leadId, await membersOf(leadId, keys.list(leadId, 'observed'))),
        ...entries,
        ...older,
        ...waiting.map(({ index, id, at }): Command => ['ZADD', keys.index(leadId, index), at, id]),
      ],
    )
    // Else something was written between the reads and now: it has to go as well.
    if (done) return waiting
  }

  // Else reports would count it for ever among those that stay in their stage.
  function goneFact(state: StoredLead | null): Command[] {
    if (!state?.lead || state.lead.test) return []
    const fact: Fact = { type: 'gone', at: now, lead: state.lead.pseudonym, reason: 'erased' }
    return [['XADD', keys.facts(leadId), '*', 'f', writeFacts([fact])]]
  }

  /** The entries of an index that are about a lead: itself, or a handoff, message or assignment of it; with a name before, or a path. */
  async function membersOf(id: string, key: string): Promise<string[]> {
    const found: string[] = []
    for (let cursor = '0'; ; ) {
      const [next, flat] = await redis.zscan(key, cursor, 'MATCH', `*${id}*`, 'COUNT', 1_000)
      for (let at = 0; at < flat.length; at += 2) found.push(flat[at] ?? '')
      cursor = next
      if (cursor === '0') break
    }
    const about = new RegExp(`^([a-z-]+:|.*/)?${id}(-|$)`)
    return found.filter((member) => about.test(member))
  }

  /** The keys of handoffs that the first version kept apart. */
  async function olderRecords(id: string): Promise<string[]> {
    const first = `${keys.lead(id).replace(':lead:', ':handoff:')}-`
    const keysFound: string[] = []
    for (let number = 1; await redis.exists(`${first}${number}`); number++) keysFound.push(`${first}${number}`)
    return keysFound
  }
}

function addressesIn(fields: Record<string, string>): Address[] {
  return Object.entries(fields).flatMap(([name, json]) => (name.startsWith('m:') ? [readMessage(json)] : []))
}
