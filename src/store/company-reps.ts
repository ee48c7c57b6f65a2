import { createHash } from 'node:crypto'
import type { RepRequest } from '../handoffs/choice.ts'
import type { Command, Store } from './partitions.ts'

type Company = NonNullable<RepRequest['company']>

/** What was read of a company: as it is kept, and the rep whom it names. */
interface Standing {
  kept: Buffer | ''
  rep: string | undefined
}

/**
 * Who got a company's last lead, so that its next ones go to the same rep. Kept under a digest and lost with Redis: then a
 * company's next lead goes by the rotation again.
 */
export function createCompanyReps({ redis, keys, commit }: Pick<Store, 'redis' | 'keys' | 'commit'>) {
  const keyOf = (company: string) => keys.company(createHash('sha1').update(company).digest('base64url'))

  return {
    /** What is kept, and the rep by it, if their lead is not older than the company's leads stay together. */
    async read({ key, like, within }: Company, now: number): Promise<Standing> {
      const kept: Buffer | '' = (await redis.hgetBuffer(keyOf(key), 'last')) ?? ''
      const alike = like === undefined ? null : await redis.hget(keyOf(like), 'last')
      const [rep] = [kept.toString(), alike ?? ''].flatMap((last) => {
        const [at, one] = split(last)
        return one && now - at <= within ? [one] : []
      })
      return { kept, rep }
    },

    /** Notes the rep of a company's newest lead; false when somebody else has noted another one since `standing` was read. */
    async note({ key, noted, within }: Company, { kept }: Standing, rep: string, now: number): Promise<boolean> {
      const name = keyOf(key)
      const lastOf = (one: string): Command[] => [
        ['HSET', one, 'last', `${now} ${rep}`],
        ['PEXPIRE', one, within],
      ]
      if (!(await commit([{ key: name, field: 'last', value: kept }], lastOf(name))))
        return split((await redis.hget(name, 'last')) ?? '')[1] === rep
      if (noted !== undefined) await commit([], lastOf(keyOf(noted)))
      return true
    },
  }
}

function split(kept: string): [at: number, rep: string] {
  const space = kept.indexOf(' ')
  return [Number(kept.slice(0, space)), kept.slice(space + 1)]
}
