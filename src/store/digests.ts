import { createHash } from 'node:crypto'
import type { Store } from './partitions.ts'

/** The id under which a company waits to be looked at; no contact's id looks like it. */
export function companyEntry(companyId: string): string {
  return `company/${companyId}`
}

/** The values of a company's properties. */
type Values = Record<string, string | null | undefined>

/** What of a deal is news of its contacts, and of reports. */
export const DEAL_READS: readonly string[] = ['dealstage', 'amount']

/** What deals were like when their contacts were last told. */
export const createDealDigests = (store: Pick<Store, 'redis' | 'keys'>) => createDigests(store, 'deals')

/**
 * What companies were like when their contacts were last looked at, as short digests: most changes of a company are of
 * properties that no rule reads. With a digest stands until when a second look is due, as long as it is.
 */
export const createCompanyDigests = (store: Pick<Store, 'redis' | 'keys'>) => createDigests(store, 'companies')

function createDigests({ redis, keys }: Pick<Store, 'redis' | 'keys'>, name: string) {
  const key = keys.shared(name)
  return {
    /** Which of these are not what they were, of the properties that are read. */
    async changed(objects: { id: string; properties: Values }[], names: readonly string[]): Promise<string[]> {
      if (objects.length === 0) return []
      const known = await redis.hmget(key, ...objects.map(({ id }) => id))
      return objects.flatMap(({ id, properties }, at) =>
        known[at]?.split('@')[0] === digestOf(properties, names) ? [] : [id],
      )
    },

    /** When the contacts of a company that is like this are to be looked at, in epoch milliseconds; null for not again. */
    async lookAt(id: string, properties: Values, names: readonly string[]): Promise<number | null> {
      const [digest, again] = (await redis.hget(key, id))?.split('@') ?? []
      if (digest !== digestOf(properties, names)) return 0
      return again === undefined ? null : Number(again)
    },

    /** The contacts of a company have been told that it is like this; `again` is when they are looked at once more. */
    async told(id: string, properties: Values, names: readonly string[], again: number | null): Promise<void> {
      await redis.hset(key, id, digestOf(properties, names) + (again === null ? '' : `@${again}`))
    },
  }
}

function digestOf(properties: Values, names: readonly string[]): string {
  const values = names.map((name) => [name, properties[name] ?? ''])
  return createHash('sha1').update(JSON.stringify(values)).digest('base64url').slice(0, 11)
}
