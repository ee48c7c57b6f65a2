import type { Store } from './partitions.ts'

/**
 * How far a source has been polled. `at` is the latest date that was seen there, `movedAt` when that was; `askedAt` when
 * the last look began that came to its end, `askAt` when the next is due; `failing` since when no look has come to its end,
 * and why. All instants are epoch milliseconds.
 */
export interface Watermark {
  at: number | null
  movedAt: number
  askedAt: number | null
  askAt: number
  failing: { since: number; why: string } | null
}

// KEYS: the record. ARGV: the date that was seen, and now. Only ever forward, whoever comes later with less.
const ADVANCE = `
if tonumber(ARGV[1]) <= tonumber(redis.call('HGET', KEYS[1], 'at') or '-1') then return 0 end
redis.call('HSET', KEYS[1], 'at', ARGV[1], 'movedAt', ARGV[2])
return 1
`

/** Opens the watermarks. */
export function createWatermarks({ redis, keys }: Pick<Store, 'redis' | 'keys'>) {
  const keyOf = (source: string) => keys.shared(`poll:${source}`)
  const instant = (text: string | undefined) => (text === undefined ? null : Number(text))

  return {
    /** Reads how far a source has been polled. */
    async read(source: string): Promise<Watermark> {
      const { at, movedAt, askedAt, askAt, since, why } = await redis.hgetall(keyOf(source))
      return {
        at: instant(at),
        movedAt: instant(movedAt) ?? 0,
        askedAt: instant(askedAt),
        askAt: instant(askAt) ?? 0,
        failing: since === undefined ? null : { since: Number(since), why: why ?? '' },
      }
    },

    /** Moves the watermark to a date that was seen; one that it has passed changes nothing. */
    async advance(source: string, at: number, now: number): Promise<void> {
      await redis.eval(ADVANCE, 1, keyOf(source), at, now)
    },

    /** A look that began at `askedAt` came to its end. */
    async succeeded(source: string, askedAt: number, askAt: number): Promise<void> {
      await redis.multi().hset(keyOf(source), { askedAt, askAt }).hdel(keyOf(source), 'since', 'why').exec()
    },

    /** A look failed; since when they do is kept. */
    async failed(source: string, now: number, why: string, askAt: number): Promise<void> {
      await redis.multi().hsetnx(keyOf(source), 'since', now).hset(keyOf(source), { why, askAt }).exec()
    },
  }
}
