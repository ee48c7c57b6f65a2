import { createHash } from 'node:crypto'
import DataLoader from 'dataloader'
import { ReplyError } from 'ioredis'
import type { RedisConnection } from '../platform/redis.ts'
import type { Stage } from '../rules/stages.ts'
import { CLAIM, CLAIM_NAMED, COMMIT } from './scripts.ts'

/*
 * How Baton keeps its records in Redis.
 *
 * Every lead belongs to one of 16 partitions. All keys of a partition carry the same hash tag, so that on a cluster
 * one script can touch a lead and the indexes of what waits for work, all or nothing. An index is a sorted set of ids by
 * the instant from which they want attention: what stands there cannot be forgotten, whatever happens to the jobs in
 * the queues. `commit` is the only way to change a record: it compares versions first.
 */

const PARTITIONS = 16

/** The indexes that records are derived to. What a row of the table of work waits in may be any other as well. */
export const INDEX = {
  /** Leads with something new in their inbox. */
  unread: 'unread',
  /** Leads to look at without an event. */
  wake: 'wake',
  /** Leads whose score moves by itself. */
  fading: 'fading',
  /** Handoffs with a due step. */
  steps: 'rungs',
  /** Slack messages to send. */
  posts: 'posts',
  /** Handoffs whose messages may be behind. */
  messages: 'messages',
  /** Leads to write to HubSpot. */
  writes: 'writes',
  /** Assignments that a lead has got or lost, for the ledgers of the pools. */
  assignments: 'assignments',
  /** Contacts that a lead has taken in, to be closed. */
  merges: 'merges',
  /** Email addresses whose contact is looked for. */
  addresses: 'addresses',
  /** Companies whose contacts are to be looked at again. */
  companies: 'companies',
  /** Leads to erase. */
  erasures: 'erasures',
  /** Slack messages of erased leads, which have to lose their content. */
  blanks: 'blanks',
  /** Private answers to clicks. */
  answers: 'answers',
  /** Deals whose stage may be news of their contacts. */
  deals: 'deals',
  /** App Homes in Slack to publish. */
  homes: 'homes',
  /** What managers have to hear, besides the messages of handoffs. */
  notices: 'notices',
  /** Notes to write to HubSpot. */
  notes: 'notes',
  /** Lists of stuck leads whose message is to be sent, or may be behind. */
  stuck: 'stuck',
  /** Handoffs that began to wait for a rep, or do so no longer. */
  waits: 'waits',
  /** Managers' messages about leads that wait, which may be behind. */
  waitingLists: 'waiting-lists',
  /** Lists of reps who got many leads at once, which may be behind. */
  repLists: 'rep-lists',
  /** Outgoing webhooks: an event for an endpoint. */
  webhooks: 'webhooks',
  /** Messages of lists about the data of leads, which may be behind. */
  qualityLists: 'quality-lists',
  /** Values that somebody wants filled in into HubSpot. */
  fills: 'fills',
  /** Handoffs that are over, by when they are forgotten. */
  ended: 'ended',
} as const

/** Open handoffs whose alert Slack has not taken, by since when: counted, and no work of its own. */
export const UNDELIVERED = 'undelivered'

/** Handoffs by status for people, by the instant they started; a breached one also stands under its status. */
export const HANDOFF_LISTS = ['waiting', 'open', 'responded', 'breached', 'closed'] as const
export type HandoffList = (typeof HANDOFF_LISTS)[number]

/** All lists: those of handoffs; who has which in hand; who looks at their App Home; the periods of the index of leads; leads by the rules that scored them; leads that go first; those in a stage, by since when; handovers
 * that were only observed, by when, and a hash of them; a hash of leads by account; a hash of how many decisions were compared with a shadow's. */
export type List =
  | HandoffList
  | 'hands'
  | 'homes'
  | 'periods'
  | 'scored'
  | 'urgent'
  | 'observed'
  | 'observed-what'
  | 'accounts'
  | 'shadow'
  | `stage-${Stage}`

/** A period of the index of leads, four weeks, has so many hashes in each partition: Redis keeps one packed that has at most 512 entries. */
export const LEAD_BUCKETS = Array.from({ length: 16 }, (_, bucket) => bucket)

/** A Redis command whose first argument is its key. */
export type Command = [name: string, key: string, ...args: (string | number | Buffer)[]]

/**
 * What must still be so: a record has the version that was read (0: there is none; `exists`: there is one), so many fields
 * (addresses of messages come without a new version), or this in one of its fields ('': it has no such field).
 */
export type Guard = { key: string } & (
  | { version: number | 'exists' }
  | { fields: number }
  | { field: string; value: Buffer | '' }
)

/** What is to be done together: the guards, and the commands that are carried out only when all of them hold. */
export interface Plan {
  guards: Guard[]
  commands: Command[]
}

/** Key names, compare-and-set, and the indexes. */
export type Store = ReturnType<typeof createStore>

// A script keeps Redis busy while it runs: so many plans take it well under a millisecond.
const PLANS_AT_ONCE = 25

type ScriptArgument = string | number | Buffer
interface Scripts {
  batonCommit(...rest: ScriptArgument[]): Promise<(number | string)[]>
  batonClaim(...rest: ScriptArgument[]): Promise<string[][]>
  batonClaimNamed(...rest: ScriptArgument[]): Promise<string[]>
}

/** Opens the store on a connection. `prefix` keeps installations (and tests) apart. */
export function createStore({ redis, prefix }: { redis: RedisConnection; prefix: string }) {
  redis.defineCommand('batonCommit', { lua: COMMIT })
  redis.defineCommand('batonClaim', { lua: CLAIM })
  redis.defineCommand('batonClaimNamed', { lua: CLAIM_NAMED })
  const run = redis as unknown as Scripts
  const partitions = Array.from({ length: PARTITIONS }, (_, number) => `${prefix}{${number.toString(16)}}`)
  const partitionOf = (leadId: string) => partitions[hashOf(leadId) % PARTITIONS] ?? ''
  const leadBucketIn = (partition: string, period: number, bucket: number) =>
    `${partition}:list:leads:${period}:${bucket}`
  const indexIn = (partition: string, index: string) => `${partition}:index:${index}`
  const listIn = (partition: string, list: List) => `${partition}:list:${list}`
  const factsIn = (partition: string) => `${partition}:facts`
  const ofLead = (kind: string) => (leadId: string) => `${partitionOf(leadId)}:${kind}:${leadId}`

  // What is committed at the same moment travels together, a call for each partition.
  const plans = new DataLoader<Plan, number>(
    async (some) => {
      const outcomes = new Map<Plan, number | Error>()
      const groups = Map.groupBy(some, ({ guards, commands }) => (commands[0]?.[1] ?? guards[0]?.key)?.split('}')[0])
      await Promise.all(
        [...groups.values()].map(async (group) => {
          for (let at = 0; at < group.length; at += PLANS_AT_ONCE) {
            const portion = group.slice(at, at + PLANS_AT_ONCE)
            const answers = await run.batonCommit(...scriptArguments(portion)).catch((error: Error) => error)
            for (const [index, plan] of portion.entries()) {
              const answer = answers instanceof Error ? answers : answers[index]
              outcomes.set(plan, typeof answer === 'string' ? new ReplyError(answer) : (answer ?? 0))
            }
          }
        }),
      )
      return some.map((plan) => outcomes.get(plan) ?? 0)
    },
    { cache: false },
  )

  /**
   * Carries out all commands, or none when a guard's record has another version by now (false). All keys must be of one
   * partition. `ZREMIFEMPTY index list id` takes an id off an index when the list is empty; `more` says that it was not.
   * `ZREMHDEL set hash id` takes an id off both, the second only when it stood in the first. `LPOPBEFORE list instant`
   * takes off what begins with an instant that is not later. `HSETIFSAME hash field old new` sets a field that is still
   * as it was ('': it is not there).
   */
  async function commit(guards: Guard[], commands: Command[]): Promise<false | 'done' | 'more'> {
    const outcome = await plans.load({ guards, commands })
    return outcome === 2 ? 'more' : outcome === 1 ? 'done' : false
  }

  return {
    redis,
    prefix,
    partitions,
    partitionOf,
    keys: {
      /** One hash holds a lead, its handoffs (`h:<id>`), the addresses of its messages (`m:<post>`), and what HubSpot has. */
      lead: ofLead('lead'),
      inbox: ofLead('inbox'),
      history: ofLead('history'),
      decisions: ofLead('decisions'),
      // One event can concern several leads of a partition (a merge), so the lead is part of it; a digest outlives an erasure.
      seen: (leadId: string, eventKey: string) =>
        `${partitionOf(leadId)}:seen:${createHash('sha1').update(`${leadId} ${eventKey}`).digest('base64url')}`,
      erased: (leadId: string, digest: string) => `${partitionOf(leadId)}:erased:${digest}`,
      post: (id: string) => `${partitionOf(leadOf(id))}:post:${id}`,
      /** One hash holds what endpoints of webhooks are still to be told of a lead. */
      webhooks: ofLead('webhooks'),
      /** The questions to enrichment providers about a lead that they answer later, and one of them. */
      asked: ofLead('asked'),
      question: (leadId: string, requestId: string) => `${partitionOf(leadId)}:question:${requestId}`,
      index: (id: string, index: string) => indexIn(partitionOf(leadOf(id)), index),
      indexIn,
      list: (leadId: string, list: List) => listIn(partitionOf(leadId), list),
      listIn,
      /** The hash of the index of leads in which a lead stands that was scored last in that period. */
      leadBucket: (leadId: string, period: number) =>
        leadBucketIn(partitionOf(leadId), period, (hashOf(leadId) >>> 8) % LEAD_BUCKETS.length),
      leadBucketIn,
      facts: (leadId: string) => factsIn(partitionOf(leadId)),
      factsIn,
      pool: (name: string) => `${prefix}{pool-${name}}`,
      company: (name: string) => `${prefix}{company-${name}}`,
      shared: (name: string) => `${prefix}:${name}`,
    },
    commit,

    /**
     * Takes what is due in indexes until another instant, at most `limit` of each index and partition; nobody else takes
     * it meanwhile. One round trip. Resolves with the ids of each index, in the order that was asked for.
     */
    async claim(wanted: { index: string; dueAt: number; until: number }[], limit: number): Promise<string[][]> {
      const found = await Promise.all(
        partitions.map((partition) =>
          run.batonClaim(
            wanted.length,
            ...wanted.map(({ index }) => indexIn(partition, index)),
            ...wanted.flatMap(({ dueAt, until }) => [dueAt, until, limit]),
          ),
        ),
      )
      return wanted.map((_, at) => found.flatMap((ids) => ids[at] ?? []))
    },

    /** Takes entries of an index by name, those that are due at `now`; all of one call must be of one partition. */
    async claimNamed(index: string, ids: string[], now: number, until: number): Promise<string[]> {
      const byKey = Map.groupBy(ids, (id) => indexIn(partitionOf(leadOf(id)), index))
      const mine = await Promise.all([...byKey].map(([key, some]) => run.batonClaimNamed(1, key, now, until, ...some)))
      return mine.flat()
    },

    /** The ids of an index that want attention at `now`, over all partitions, at most `limit` of each; takes nothing. */
    async due(index: string, now: number, limit: number): Promise<string[]> {
      const found = await Promise.all(
        partitions.map((partition) => redis.zrangebyscore(indexIn(partition, index), '-inf', now, 'LIMIT', 0, limit)),
      )
      return found.flat()
    },

    /** How many ids stand in an index, over all partitions; of those that are due by an instant, when it is given. */
    async count(index: string, dueBy: number | '+inf' = '+inf'): Promise<number> {
      const counts = await Promise.all(
        partitions.map((partition) => redis.zcount(indexIn(partition, index), '-inf', dueBy)),
      )
      return counts.reduce((sum, count) => sum + count, 0)
    },
  }
}

// FNV-1a: spreads ids evenly, and costs nothing beside a cryptographic digest.
function hashOf(id: string): number {
  let hash = 0x811c9dc5
  for (let at = 0; at < id.length; at++) hash = Math.imul(hash ^ id.charCodeAt(at), 0x01000193)
  return hash >>> 0
}

function scriptArguments(plans: Plan[]): ScriptArgument[] {
  const positions = new Map<string, number>()
  const position = (key: string) => {
    const known = positions.get(key)
    if (known !== undefined) return known
    positions.set(key, positions.size + 1)
    return positions.size
  }
  const script: ScriptArgument[] = []
  for (const { guards, commands } of plans) {
    script.push(guards.length)
    for (const guard of guards) script.push(position(guard.key), ...checkOf(guard))
    script.push(commands.length)
    for (const [name, key, ...args] of commands) {
      script.push(name, position(key), args.length)
      if (name === 'ZREMIFEMPTY' || name === 'ZREMHDEL') script.push(position(String(args[0])), ...args.slice(1))
      else script.push(...args)
    }
  }
  return [positions.size, ...positions.keys(), ...script]
}

function checkOf(guard: Guard): ScriptArgument[] {
  if ('version' in guard) return ['version', guard.version]
  return 'fields' in guard ? ['fields', guard.fields] : [guard.field, guard.value]
}

/** The lead that an id belongs to: a lead's own, or the part before the first dash of a handoff's, a post's, an assignment's. */
export function leadOf(id: string): string {
  const end = id.indexOf('-')
  return end < 0 ? id : id.slice(0, end)
}
