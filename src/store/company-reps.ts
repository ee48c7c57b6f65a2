import { createHash } from 'node:crypto'
import type { Store } from './partitions.ts'

/**
 * Who got a company's last lead, so that its next ones go to the same rep. Kept under a digest and lost with Redis: then a
 * company's next lead goes by the rotation again.
 */
export function createCompanyReps({ redis, keys, commit }: Pick<Store, 'redis' | 'keys' | 'commit'>) {
  const keyOf = (company: string) => keys.company(createHash('sha1').update(company).digest('base64url'))

  return {
    /** The rep as it is kept; '' when there is none. */
    async read(company: string): Promise<Buffer | ''> {
      return (await redis.hgetBuffer(keyOf(company), 'rep')) ?? ''
    },

    /** Notes the rep of a company's newest lead; false when somebody else has noted another one since `standing` was read. */
    async note(company: { key: string; within: number }, standing: Buffer | '', rep: string): Promise<boolean> {
      const key = keyOf(company.key)
      const done = await commit(
        [{ key, field: 'rep', value: standing }],
        [
          ['HSET', key, 'rep', rep],
          ['PEXPIRE', key, company.within],
        ],
      )
      return done !== false
    },
  }
}
