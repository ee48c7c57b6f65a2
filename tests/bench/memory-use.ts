import type { Redis } from 'ioredis'

// Each pattern captures the kind, or has it beside it. What belongs to a partition, a pool or the whole service is of the kind
// that its name begins with.
const KINDS: [RegExp, string?][] = [
  [/^baton\{[0-9a-f]\}:((?:index|list):[a-z-]+|[a-z-]+)(?::|$)/],
  [/^baton\{pool-.*\}:([a-z-]+)/],
  [/^\{baton-timers\}:timers:(?:delayed|[\w-]{22})$/, 'timer'],
  [/^\{baton-[a-z]+\}:.*:events$/, 'job events'],
  [/^\{baton-[a-z]+\}:/, 'queues'],
  [/^baton\{company-.*\}$/, 'company'],
  [/^baton(?:\{slack\})?:([a-z-]+)/],
]

/** What stands in Redis of one kind. */
export interface Use {
  bytes: number
  /** How many keys, or of handoffs and messages how many leads have some. */
  keys: number
}

/**
 * The bytes of Baton's keys by kind, each key with all that Redis needs for it. A lead's hash also holds its handoffs and
 * the addresses of its messages, which count as `handoff` and `message`; BullMQ's job of a timer is `timer`. Throws when a
 * key is of no known kind, so that nothing is left out in silence.
 */
export async function keyKinds(redis: Redis): Promise<Map<string, Use>> {
  const names = new Set<string>()
  for await (const some of redis.scanStream({ count: 1_000 }) as AsyncIterable<string[]>)
    for (const name of some) names.add(name)
  const uses = new Map<string, Use>()
  for (const name of names) {
    const kind = kindOf(name)
    const parts = kind === 'lead' ? await partsOfLead(redis, name) : { [kind]: await bytesOf(redis, name) }
    for (const [part, bytes] of Object.entries(parts)) {
      const before = uses.get(part) ?? { bytes: 0, keys: 0 }
      uses.set(part, { bytes: before.bytes + bytes, keys: before.keys + 1 })
    }
  }
  return uses
}

function kindOf(name: string): string {
  for (const [pattern, kind] of KINDS) {
    const found = pattern.exec(name)
    if (found) return kind ?? found[1] ?? ''
  }
  throw new Error(`${name} is a key of a kind that the benchmark does not know`)
}

/** What handoffs and messages add to the hash of a lead, found by making it again without them. */
async function partsOfLead(redis: Redis, name: string): Promise<Record<string, number>> {
  const fields = Object.entries(await redis.hgetallBuffer(name))
  const copy = 'copy'.padEnd(name.length)
  const bytesWithout = async (left: RegExp) => {
    await redis.hset(copy, ...fields.filter(([field]) => !left.test(field)).flat())
    const bytes = await bytesOf(redis, copy)
    await redis.del(copy)
    return bytes
  }
  const whole = await bytesOf(redis, name)
  if (!fields.some(([field]) => /^[hm]:/.test(field))) return { lead: whole }
  const [alone, withoutMessages] = [await bytesWithout(/^[hm]:/), await bytesWithout(/^m:/)]
  return { lead: alone, handoff: withoutMessages - alone, message: whole - withoutMessages }
}

async function bytesOf(redis: Redis, name: string): Promise<number> {
  return (await redis.memory('USAGE', name, 'SAMPLES', 0)) ?? 0
}
