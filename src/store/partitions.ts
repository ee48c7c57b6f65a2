import type { RedisConnection } from '../platform/redis.ts'

/*
 * How Baton keeps its records in Redis.
 *
 * Every lead belongs to one of 16 partitions. All keys of a partition carry the same hash tag, so that on a cluster
 * one script can touch a lead, its handoffs and the indexes of what waits for work, all or nothing. An index is a
 * sorted set of ids by the instant from which they want attention: what stands there cannot be forgotten, whatever
 * happens to the jobs in the queues. `commit` is the only way to change a record: it compares versions first.
 */

const PARTITIONS = 16

/**
 * What waits for work, by index: `unread` leads with new events, `rescore` leads to look at again, `rungs` handoffs
 * with a due step, `posts` Slack messages to send, `refresh` handoffs whose messages are behind, `sync` leads to
 * write to HubSpot, `release` assignments to give back to a pool, `dead` leads that could not be processed.
 */
export const INDEXES = ['unread', 'rescore', 'rungs', 'posts', 'refresh', 'sync', 'release', 'dead'] as const
export type Index = (typeof INDEXES)[number]

/**
 * What stands in lists for people and for scoring again: handoffs by status, by the instant they started (a breached one
 * also stands under its status), and `scored` leads by the scoring version that scored them.
 */
export const LISTS = ['open', 'responded', 'breached', 'closed', 'scored'] as const
export type List = (typeof LISTS)[number]

/** A Redis command whose first argument is its key. */
export type Command = [name: string, key: string, ...args: (string | number | Buffer)[]]

/** A record that must still have the version that was read; `0` stands for a record that is not there. */
export interface Guard {
  key: string
  version: number
}

/** Key names, compare-and-set, and the indexes. */
export type Store = ReturnType<typeof createStore>

/** What is to be done together: the guards, and the commands that are carried out only when all of them hold. */
export interface Plan {
  guards: Guard[]
  commands: Command[]
}

// Plans come as plain arguments: the number of guards, each with key and version, the number of commands, and each of
// them with its key, the number of its arguments, and these. (As JSON it would take Redis several times as long.)
const COMMIT = `
local at = 0
local function take() at = at + 1 return ARGV[at] end
local done = {}
while at < #ARGV do
  local holds = true
  for _ = 1, tonumber(take()) do
    local key, version = KEYS[tonumber(take())], tonumber(take())
    if tonumber(redis.call('HGET', key, 'version') or '0') ~= version then holds = false end
  end
  for _ = 1, tonumber(take()) do
    local name, key, count = take(), KEYS[tonumber(take())], tonumber(take())
    local first, last = at + 1, at + count
    at = last
    if not holds then
    elseif name == 'ZREMIFEMPTY' then
      if redis.call('EXISTS', KEYS[tonumber(ARGV[first])]) == 0 then redis.call('ZREM', key, unpack(ARGV, first + 1, last)) end
    else
      redis.call(name, key, unpack(ARGV, first, last))
    end
  end
  done[#done + 1] = holds and 1 or 0
end
return done
`

// A script keeps Redis busy while it runs: so many plans take it well under a millisecond.
const PLANS_AT_ONCE = 25

/** Opens the store on a connection. `prefix` keeps installations (and tests) apart. */
export function createStore({ redis, prefix }: { redis: RedisConnection; prefix: string }) {
  redis.defineCommand('batonCommit', { lua: COMMIT })
  const run = redis as unknown as { batonCommit(...rest: ScriptArgument[]): Promise<number[]> }
  const partitions = Array.from({ length: PARTITIONS }, (_, number) => `${prefix}{${number.toString(16)}}`)
  const partitionOf = (leadId: string) => {
    // FNV-1a: spreads ids evenly, and costs nothing beside a cryptographic digest.
    let hash = 0x811c9dc5
    for (let at = 0; at < leadId.length; at++) hash = Math.imul(hash ^ leadId.charCodeAt(at), 0x01000193)
    return partitions[(hash >>> 0) % PARTITIONS] ?? ''
  }
  const indexKey = (leadId: string, index: Index) => `${partitionOf(leadId)}:index:${index}`
  const listIn = (partition: string, list: List) => `${partition}:list:${list}`

  return {
    redis,
    prefix,
    partitions,
    keys: {
      lead: (id: string) => `${partitionOf(id)}:lead:${id}`,
      inbox: (id: string) => `${partitionOf(id)}:inbox:${id}`,
      history: (id: string) => `${partitionOf(id)}:history:${id}`,
      // One event can concern several leads of a partition (a merge), so the lead is part of the name.
      seen: (leadId: string, eventKey: string) => `${partitionOf(leadId)}:seen:${leadId}:${eventKey}`,
      handoff: (id: string) => `${partitionOf(leadOfHandoff(id))}:handoff:${id}`,
      post: (id: string) => `${partitionOf(leadOfHandoff(id))}:post:${id}`,
      index: indexKey,
      list: (leadId: string, list: List) => listIn(partitionOf(leadId), list),
      listIn,
      pool: (name: string) => `${prefix}{pool-${name}}`,
      shared: (name: string) => `${prefix}:${name}`,
    },

    /**
     * Carries out all commands, or none when a guard's record has another version by now (false). All keys must be
     * of one partition. `ZREMIFEMPTY index list id` takes an id off an index when the list is empty.
     */
    async commit(guards: Guard[], commands: Command[]): Promise<boolean> {
      return (await run.batonCommit(...scriptArguments([{ guards, commands }])))[0] === 1
    },

    /** Commits many plans, each for itself, in few round trips; resolves with the outcome of each, in their order. */
    async commitEach(plans: Plan[]): Promise<boolean[]> {
      const outcomes = new Map<Plan, boolean>()
      const groups = Map.groupBy(plans, ({ commands }) => commands[0]?.[1].split('}')[0])
      const calls = [...groups.values()].flatMap((group) =>
        Array.from({ length: Math.ceil(group.length / PLANS_AT_ONCE) }, (_, index) =>
          group.slice(index * PLANS_AT_ONCE, (index + 1) * PLANS_AT_ONCE),
        ),
      )
      await Promise.all(
        calls.map(async (some) => {
          const done = await run.batonCommit(...scriptArguments(some))
          for (const [index, plan] of some.entries()) outcomes.set(plan, done[index] === 1)
        }),
      )
      return plans.map((plan) => outcomes.get(plan) ?? false)
    },

    /** The ids of an index that want attention at `now`, over all partitions, at most `limit` of each. */
    async due(index: Index, now: number, limit: number): Promise<string[]> {
      const found = await Promise.all(
        partitions.map((partition) =>
          redis.zrangebyscore(`${partition}:index:${index}`, '-inf', now, 'LIMIT', 0, limit),
        ),
      )
      return found.flat()
    },

    /** Like `due`, with the instant from which each id wants attention. */
    async dueWithScores(index: Index, now: number, limit: number): Promise<{ id: string; score: number }[]> {
      const found = await Promise.all(
        partitions.map((partition) =>
          redis.zrangebyscore(`${partition}:index:${index}`, '-inf', now, 'WITHSCORES', 'LIMIT', 0, limit),
        ),
      )
      return found.flatMap((flat) =>
        flat.flatMap((id, at) => (at % 2 === 0 ? [{ id, score: Number(flat[at + 1]) }] : [])),
      )
    },

    /** How many ids stand in an index, over all partitions. */
    async count(index: Index): Promise<number> {
      const counts = await Promise.all(partitions.map((partition) => redis.zcard(`${partition}:index:${index}`)))
      return counts.reduce((sum, count) => sum + count, 0)
    },
  }
}

type ScriptArgument = string | number | Buffer

function scriptArguments(plans: Plan[]): ScriptArgument[] {
  const positions = new Map<string, number>()
  const position = (key: string) => {
    if (!positions.has(key)) positions.set(key, positions.size + 1)
    return positions.get(key) ?? 0
  }
  const script: ScriptArgument[] = []
  for (const { guards, commands } of plans) {
    script.push(guards.length)
    for (const { key, version } of guards) script.push(position(key), version)
    script.push(commands.length)
    for (const [name, key, ...args] of commands) {
      script.push(name, position(key), args.length)
      if (name === 'ZREMIFEMPTY') script.push(position(String(args[0])), ...args.slice(1))
      else script.push(...args)
    }
  }
  return [positions.size, ...positions.keys(), ...script]
}

/** The lead that a handoff, a post (`<handoff>.<kind>`) or an assignment belongs to: the part before the first dash. */
export function leadOfHandoff(id: string): string {
  return id.slice(0, id.indexOf('-'))
}
