import type { Store } from './partitions.ts'

/** A property that HubSpot does not take at present; `rep` when it is the owner id of one. */
export interface PresentRefusal {
  property: string
  code: string
  rep?: string | undefined
}

// Whoever still meets it tells of it again within an hour.
const PRESENT = 2 * 60 * 60_000
// How often a manager hears of the same owner id.
const TOLD_FOR_SECONDS = 7 * 24 * 60 * 60

/** What HubSpot does not take at present, for all processes: `/readyz` shows it. */
export function createRefusedProperties({ redis, keys }: Pick<Store, 'redis' | 'keys'>) {
  const key = keys.shared('refused-properties')
  return {
    /** Notes a refusal at `now`, epoch milliseconds. */
    async note({ property, code, rep = '' }: PresentRefusal, now: number): Promise<void> {
      await redis.hset(key, `${property} ${code}`, `${now} ${rep}`)
    },
    /** It was taken after all. */
    async clear({ property, code }: PresentRefusal): Promise<void> {
      await redis.hdel(key, `${property} ${code}`)
    },
    /** Those of the last two hours. */
    async present(now: number): Promise<PresentRefusal[]> {
      return Object.entries(await redis.hgetall(key)).flatMap(([name, noted]) => {
        const [[property = '', code = ''], [at, rep]] = [name.split(' '), noted.split(' ')]
        return now - Number(at) < PRESENT ? [{ property, code, ...(rep ? { rep } : {}) }] : []
      })
    },
    /** Whether it is time to tell a manager of a rep's owner id; the next one who asks hears no. */
    async isToTell(rep: string, ownerId: string): Promise<boolean> {
      const told = keys.shared(`owner-refused:${rep}:${ownerId}`)
      return (await redis.set(told, '1', 'EX', TOLD_FOR_SECONDS, 'NX')) === 'OK'
    },
  }
}
