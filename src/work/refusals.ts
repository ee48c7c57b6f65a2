import { type Handoff, holderOf } from '../handoffs/handoff.ts'
import { ownerRefusedPost, type Post } from '../handoffs/posts.ts'
import { type Refused, refusalAdvice } from '../leads/refused.ts'
import { factCommands } from '../store/commit.ts'
import type { StoredLead } from '../store/leads.ts'
import { type Command, INDEX } from '../store/partitions.ts'
import { createRefusedProperties } from '../store/refused.ts'
import type { Parts } from './parts.ts'

const AT_ONCE = 1_000

/** What is told, and to whom, of properties that HubSpot does not take. */
export type Refusals = ReturnType<typeof createRefusals>

/** Ops hear of each property and code once a process; the manager of each rep whose owner id it is, once a week. */
export function createRefusals(parts: Pick<Parts, 'clock' | 'config' | 'hurry' | 'log' | 'metrics' | 'store'>) {
  const { clock, log, metrics, store } = parts
  const known = createRefusedProperties(store)
  const logged = new Set<string>()

  // The handoff of the rep who should own the lead.
  function handoffOf({ handoffs }: StoredLead, ownerId: string): { handoff: Handoff; rep: string } | undefined {
    for (const handoff of Object.values(handoffs)) {
      const rep = holderOf(handoff)?.rep
      if (handoff.byRoute && rep && parts.config().team.reps[rep]?.hubspotOwnerId === ownerId) return { handoff, rep }
    }
    return undefined
  }

  async function tell(state: StoredLead, refused: Refused): Promise<void> {
    const { property, code, value } = refused
    const owner = property === 'hubspot_owner_id' ? handoffOf(state, value) : undefined
    metrics.refusedProperties.inc({ property, code })
    await known.note({ property, code, rep: owner?.rep }, refused.at)
    const what = `${property} ${code} ${owner?.rep}`
    if (!logged.has(what)) {
      logged.add(what)
      const about = { property, code, ...(owner ? { rep: owner.rep } : {}) }
      log.error(
        about,
        `HubSpot does not take a property, everything else is written: ${refusalAdvice(refused, owner?.rep)}`,
      )
    }
    if (owner && (await known.isToTell(owner.rep, value)))
      await post(state.id, ownerRefusedPost(owner.handoff, owner.rep))
  }

  async function post(leadId: string, message: Post): Promise<void> {
    const at = clock.now()
    await store.commit(
      [{ key: store.keys.lead(leadId), version: 'exists' }],
      [
        ['HSET', store.keys.post(message.id), 'version', 1, 'record', JSON.stringify(message)],
        ['ZADD', store.keys.index(message.id, INDEX.posts), at, message.id],
      ],
    )
    parts.hurry([{ index: INDEX.posts, id: message.id, at }])
  }

  return {
    /** Tells of what HubSpot did not take of a lead. */
    async tell(state: StoredLead, some: readonly Refused[]): Promise<void> {
      for (const one of some) await tell(state, one)
    },
    /** What it once did not take and has taken now. */
    async taken(some: readonly Refused[]): Promise<void> {
      for (const one of some) await known.clear(one)
    },
    /** The facts of a lead of which something was refused; none when it is unknown. */
    facts({ id, lead }: StoredLead, codes: readonly string[]): Command[] {
      if (!lead || lead.test) return []
      const now = clock.now()
      const about = { type: 'write-refused', at: now, lead: lead.pseudonym, config: lead.configVersion } as const
      const facts = codes.map((reason) => ({ ...about, reason }))
      return factCommands(store.keys, id, facts, parts.config().retention, now)
    },
  }
}

/** Has every lead written again of which HubSpot did not take something: the config, which may have mended it, is another. */
export async function retryRefused({ redis, partitions, keys }: Parts['store'], now: number): Promise<void> {
  for (const partition of partitions) {
    const index = keys.indexIn(partition, INDEX.writes)
    const ids = await redis.zrangebyscore(index, `(${now}`, '+inf')
    for (let at = 0; at < ids.length; at += AT_ONCE)
      await redis.zadd(index, 'XX', 'LT', ...ids.slice(at, at + AT_ONCE).flatMap((id) => [now, id]))
  }
}
