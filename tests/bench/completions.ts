import type { Redis } from 'ioredis'

/**
 * When jobs of a queue were finished, by job id: epoch milliseconds of Redis's own clock, from BullMQ's event stream,
 * which the bare queue writes just so. Start it before the jobs; `all` resolves once so many have finished.
 */
export async function watchCompletions(redis: Redis, queueKey: string) {
  const stream = `${queueKey}:events`
  const [newest] = await redis.xrevrange(stream, '+', '-', 'COUNT', 1)
  let last = newest?.[0] ?? '0'
  const connection = redis.duplicate()

  return {
    async all(count: number): Promise<Map<string, number>> {
      const finished = new Map<string, number>()
      const giveUpAt = performance.now() + 120_000
      while (finished.size < count) {
        if (performance.now() > giveUpAt) throw new Error(`${finished.size} of ${count} jobs finished in two minutes`)
        const [found] = (await connection.xread('COUNT', 1_000, 'BLOCK', 1_000, 'STREAMS', stream, last)) ?? []
        for (const [id, fields] of found?.[1] ?? []) {
          last = id
          const at = (name: string) => fields[fields.indexOf(name) + 1] ?? ''
          if (at('event') === 'completed') finished.set(at('jobId'), Number(id.split('-')[0]))
        }
      }
      connection.disconnect()
      return finished
    },
  }
}
