import { createHash } from 'node:crypto'
import type { RedisConnection } from '../../src/platform/redis.ts'

/*
 * As much of Redis as Baton's records need, in memory, with the effects of Baton's own scripts. Every command of a
 * connection waits at a gate before it is carried out: whoever holds the gates decides who is next, and who never is.
 */

type Value = Map<string, Buffer> | Map<string, number> | Set<string> | Buffer[] | Buffer | [string, string[]][]

const NOTHING: ReadonlyMap<string, number> = new Map()

/** Waits until the simulation lets the caller go on. */
export type Gate = () => Promise<void>

/**
 * The data of one Redis. `sabotage` takes a protection away, to see that somebody notices: versions of these keys are not
 * compared, this index forgets, or these fields of leads are not kept.
 */
export function createMemoryRedis(sabotage: { guards?: RegExp; index?: string; fields?: string } = {}) {
  const data = new Map<string, Value>()
  let entries = 0

  const get = <T extends Value>(key: string, make: () => T): T => {
    const found = data.get(key) as T | undefined
    if (found) return found
    const made = make()
    data.set(key, made)
    return made
  }
  const hash = (key: string) => get(key, () => new Map<string, Buffer>())
  const sorted = (key: string) => get(key, () => new Map<string, number>())
  const list = (key: string) => get<Buffer[]>(key, () => [])
  const set = (key: string) => get(key, () => new Set<string>())
  const bytes = (value: unknown) => (Buffer.isBuffer(value) ? value : Buffer.from(String(value)))
  const tidy = (key: string) => {
    const value = data.get(key)
    const size = value === undefined ? 1 : 'size' in value ? value.size : value.length
    if (size === 0) data.delete(key)
  }
  const byScore = (key: string) =>
    [...((data.get(key) as Map<string, number>) ?? [])].sort(([a, x], [b, y]) => x - y || (a < b ? -1 : 1))

  function zadd(key: string, args: unknown[]): void {
    const flags = new Set<string>()
    let at = 0
    while (['NX', 'XX', 'LT', 'GT'].includes(String(args[at]))) flags.add(String(args[at++]))
    if (sabotage.index && key.endsWith(`:index:${sabotage.index}`)) return
    for (; at < args.length; at += 2) {
      const [score, member] = [Number(args[at]), String(args[at + 1])]
      const old = sorted(key).get(member)
      if ((flags.has('NX') && old !== undefined) || (flags.has('XX') && old === undefined)) continue
      if (flags.has('LT') && old !== undefined && old <= score) continue
      sorted(key).set(member, score)
    }
    tidy(key)
  }

  function execute(name: string, key: string, args: unknown[]): unknown {
    switch (name) {
      case 'HSET':
        for (let at = 0; at < args.length; at += 2) {
          if (sabotage.fields && String(args[at]).startsWith(sabotage.fields)) continue
          hash(key).set(String(args[at]), bytes(args[at + 1]))
        }
        return
      case 'HDEL':
        for (const field of args) hash(key).delete(String(field))
        return tidy(key)
      case 'HINCRBY': {
        const field = String(args[0])
        hash(key).set(field, bytes(Number(hash(key).get(field) ?? 0) + Number(args[1])))
        return
      }
      case 'ZADD':
        return zadd(key, args)
      case 'ZREM':
        for (const member of args) sorted(key).delete(String(member))
        return tidy(key)
      case 'SADD':
        for (const member of args) set(key).add(String(member))
        return
      case 'SREM':
        for (const member of args) set(key).delete(String(member))
        return tidy(key)
      case 'HSETIFSAME': {
        const [field, old, fresh] = [String(args[0]), bytes(args[1]), bytes(args[2])]
        if ((hash(key).get(field) ?? Buffer.alloc(0)).equals(old)) hash(key).set(field, fresh)
        return
      }
      case 'LPOPBEFORE':
        while (Number(list(key)[0]?.subarray(0, 13).toString()) <= Number(args[0])) list(key).shift()
        return tidy(key)
      case 'RPUSH':
        list(key).push(...args.map(bytes))
        return
      case 'LTRIM': {
        const [start, stop] = [Number(args[0]), Number(args[1])]
        const items = list(key)
        data.set(
          key,
          items.slice(start < 0 ? Math.max(0, items.length + start) : start, stop === -1 ? undefined : stop + 1),
        )
        return tidy(key)
      }
      case 'XADD':
        get<[string, string[]][]>(key, () => []).push([`${++entries}-0`, args.slice(-2).map(String)])
        return
      case 'SET':
        data.set(key, bytes(args[0]))
        return
      case 'DEL':
        data.delete(key)
        return
      case 'EXPIRE':
      case 'PERSIST':
      case 'PEXPIRE':
        return
      default:
        throw new Error(`the memory Redis has no ${name}`)
    }
  }

  /** The effect of the commit script: plans as plain arguments, all or nothing each. */
  function commit(args: unknown[]): number[] {
    const count = Number(args[0])
    const keys = args.slice(1, count + 1).map(String)
    let at = count + 1
    const take = () => args[at++]
    const key = () => keys[Number(take()) - 1] ?? ''
    const done: number[] = []
    while (at < args.length) {
      let outcome = 1
      for (let guards = Number(take()); guards > 0; guards--) {
        const name = key()
        const [what, wanted] = [String(take()), take()]
        const record = data.get(name) as Map<string, Buffer> | undefined
        const version = Number(record?.get('version') ?? 0)
        if (what === 'fields') {
          if ((record?.size ?? 0) !== Number(wanted)) outcome = 0
        } else if (what === 'version') {
          const holds =
            wanted === 'exists'
              ? record?.has('record') === true
              : version === Number(wanted) || sabotage.guards?.test(name)
          if (!holds) outcome = 0
        } else if (!bytes(wanted).equals(record?.get(what) ?? Buffer.alloc(0))) outcome = 0
      }
      for (let commands = Number(take()); commands > 0; commands--) {
        const [name, where] = [String(take()), key()]
        const some = Array.from({ length: Number(take()) }, take)
        if (outcome === 0) continue
        if (name === 'ZREMIFEMPTY') {
          if (data.has(keys[Number(some[0]) - 1] ?? '')) outcome = 2
          else execute('ZREM', where, some.slice(1))
        } else if (name === 'ZREMHDEL') {
          if (sorted(where).has(String(some[1]))) execute('HDEL', keys[Number(some[0]) - 1] ?? '', [some[1]])
          execute('ZREM', where, [some[1]])
        } else execute(name, where, some)
      }
      done.push(outcome)
    }
    return done
  }

  function ingest(args: unknown[]): number[] {
    const count = Number(args[0])
    const keys = args.slice(1, count + 1).map(String)
    const rest = args.slice(count + 1)
    const fresh: number[] = []
    for (let key = 1, at = 2; at < rest.length; ) {
      const [lead, events] = [String(rest[at]), Number(rest[at + 1])]
      let added = 0
      for (let event = 1; event <= events; event++) {
        const seen = keys[key + event] ?? ''
        if (data.has(seen)) continue
        data.set(seen, Buffer.from('1'))
        execute('RPUSH', keys[key] ?? '', [rest[at + 1 + event]])
        added += 1
      }
      if (added > 0) zadd(keys[0] ?? '', ['NX', rest[0], lead])
      fresh.push(added > 0 ? added : data.has(keys[key] ?? '') ? -1 : 0)
      key += 1 + events
      at += 2 + events
    }
    return fresh
  }

  /** The effect of the script that says whether an alert stands in a list of its rep, and in which. */
  function place([, alerts, current, now, post, alone, within, next]: unknown[]): string {
    const [known, key] = [hash(String(alerts)), String(current)]
    const message = createHash('sha1').update(String(post)).digest('hex')
    const decided = known.get(message)
    if (decided) return decided.toString().replace(/^\d+ /, '')
    const ages = [...known.values()].map((one) => Number(now) - Number.parseInt(one.toString(), 10))
    const isAlone = ages.filter((age) => age < Number(within)).length < Number(alone)
    if (isAlone) data.delete(key)
    const list = isAlone ? '' : (data.get(key)?.toString() ?? String(next))
    if (!isAlone) data.set(key, bytes(list))
    known.set(message, bytes(`${now} ${list}`))
    return list
  }

  /** A connection of one process, as far as Baton's store uses one. */
  function connect(gate: Gate): RedisConnection {
    const after =
      <A extends unknown[], T>(work: (...args: A) => T) =>
      async (...args: A): Promise<T> => {
        await gate()
        return work(...args)
      }
    const texts = (key: string) =>
      Object.fromEntries(
        [...((data.get(key) as Map<string, Buffer>) ?? [])].map(([name, one]) => [name, one.toString()]),
      )
    const range = (from: unknown, to: unknown) => {
      const exclusive = (edge: unknown) => String(edge).startsWith('(')
      const edge = (text: unknown) => Number(String(text).replace('(', '').replace('inf', 'Infinity'))
      return (score: number) =>
        (exclusive(from) ? score > edge(from) : score >= edge(from)) &&
        (exclusive(to) ? score < edge(to) : score <= edge(to))
    }
    const within = (key: string, from: unknown, to: unknown) =>
      byScore(key)
        .filter(([, score]) => range(from, to)(score))
        .map(([member]) => member)
    const byLex = (key: string, from: string, to: string) =>
      byScore(key).flatMap(([member]) => (member >= from.slice(1) && member < to.slice(1) ? member : []))
    const items = (key: string) => (data.get(key) as Buffer[] | undefined) ?? []
    return {
      defineCommand: () => undefined,
      batonCommit: after((...args: unknown[]) => commit(args)),
      batonIngest: after((...args: unknown[]) => ingest(args)),
      batonPlace: after((...args: unknown[]) => place(args)),
      hset: after((key: string, ...args: unknown[]) => execute('HSET', key, args)),
      hdel: after((key: string, ...fields: string[]) => execute('HDEL', key, fields)),
      hgetall: after(texts),
      hgetallBuffer: after((key: string) => Object.fromEntries((data.get(key) as Map<string, Buffer>) ?? [])),
      hget: after((key: string, field: string) => texts(key)[field] ?? null),
      hgetBuffer: after((key: string, field: string) => (data.get(key) as Map<string, Buffer>)?.get(field) ?? null),
      hmget: after((key: string, ...fields: string[]) => fields.map((field) => texts(key)[field] ?? null)),
      hkeys: after((key: string) => Object.keys(texts(key))),
      hscan: after((key: string) => ['0', Object.entries(texts(key)).flat()]),
      hsetnx: after((key: string, field: string, value: string) => {
        if (!hash(key).has(field)) execute('HSET', key, [field, value])
      }),
      get: after((key: string) => data.get(key)?.toString() ?? null),
      set: after((key: string, value: unknown, ...flags: unknown[]) => {
        if (!flags.includes('NX') || !data.has(key)) execute('SET', key, [value])
      }),
      del: after((key: string) => data.delete(key)),
      exists: after((key: string) => Number(data.has(key))),
      expire: after(() => 1),
      lrange: after((key: string) => items(key).map(String)),
      lrangeBuffer: after((key: string) => [...items(key)]),
      smembers: after((key: string) => [...((data.get(key) as Set<string> | undefined) ?? [])]),
      zadd: after((key: string, ...args: unknown[]) => zadd(key, args)),
      zscore: after((key: string, member: string) => {
        const score = (data.get(key) as Map<string, number> | undefined)?.get(member)
        return score === undefined ? null : String(score)
      }),
      zcard: after((key: string) => byScore(key).length),
      zcount: after((key: string, from: unknown, to: unknown) => within(key, from, to).length),
      zrangebyscore: after((key: string, from: unknown, to: unknown, _: 'LIMIT', start: number, count: number) =>
        within(key, from, to).slice(start, start + count),
      ),
      xrange: after((key: string) => (data.get(key) as [string, string[]][] | undefined) ?? []),
      zrange: after((key: string) => byScore(key).map(([member]) => member)),
      zrangebylex: after((key: string, from: string, to: string, _: 'LIMIT', start: number, count: number) =>
        byLex(key, from, to).slice(start, start + count),
      ),
      zlexcount: after((key: string, from: string, to: string) => byLex(key, from, to).length),
      zscan: after((key: string) => ['0', byScore(key).flatMap(([member, score]) => [member, String(score)])]),
    } as unknown as RedisConnection
  }

  return {
    connect,
    data,
    /** The members of a sorted set; takes no turn. */
    members: (key: string): ReadonlyMap<string, number> =>
      (data.get(key) as Map<string, number> | undefined) ?? NOTHING,
    /** Puts a member where it is to be, as a claim does. */
    move: (key: string, member: string, score: number) => sorted(key).set(member, score),
  }
}
export type MemoryRedis = ReturnType<typeof createMemoryRedis>
