import type { Redis } from 'ioredis'

const KINDS: [RegExp, string][] = [
  [/^baton\{[0-9a-f]\}:(lead|inbox|history|seen|handoff|post|index|list):/, ''],
  [/^baton\{pool-.*\}:assignment:/, 'assignment'],
  [/^\{baton-timers\}:timers:(steps-|delayed)/, 'timer'],
  [/^\{baton-.*:events$/, 'job events'],
]

/**
 * The bytes and the number of Baton's keys by kind, each key with all that Redis needs for it; BullMQ's job of an open
 * handoff is a `timer`. What is none of these is `other`.
 */
export async function keyKinds(redis: Redis): Promise<Map<string, { bytes: number; keys: number }>> {
  const kinds = new Map<string, { bytes: number; keys: number }>()
  for await (const keys of redis.scanStream({ count: 1_000 }) as AsyncIterable<string[]>) {
    const sizes = await Promise.all(keys.map((key) => redis.memory('USAGE', key, 'SAMPLES', 0)))
    for (const [at, key] of keys.entries()) {
      const kind = kindOf(key)
      const { bytes, keys: number } = kinds.get(kind) ?? { bytes: 0, keys: 0 }
      kinds.set(kind, { bytes: bytes + (sizes[at] ?? 0), keys: number + 1 })
    }
  }
  return kinds
}

function kindOf(key: string): string {
  for (const [pattern, kind] of KINDS) {
    const found = pattern.exec(key)
    if (found) return kind || (found[1] ?? 'other')
  }
  return 'other'
}
