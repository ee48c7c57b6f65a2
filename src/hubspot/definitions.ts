import { createHash } from 'node:crypto'
import { OutsideError } from '../platform/errors.ts'

/** What of a property's definition decides about what may be written. */
interface Definition {
  type: string
  fieldType: string
  options?: { value: string }[]
  calculated?: boolean
  modificationMetadata?: { readOnlyValue?: boolean }
}

// Many leads ask about the same property at the same moment.
const FRESH = 2_000

/** Looks up what HubSpot says a property to be; asked again within two seconds it gives the same answer. */
export function createDefinitions(read: (property: string) => Promise<Definition>) {
  const known = new Map<string, { at: number; digest: Promise<string | null> }>()

  async function digestOf(property: string): Promise<string | null> {
    try {
      const { type, fieldType, options, calculated, modificationMetadata } = await read(property)
      const what = [
        type,
        fieldType,
        options?.map(({ value }) => value),
        calculated,
        modificationMetadata?.readOnlyValue,
      ]
      return createHash('sha1').update(JSON.stringify(what)).digest('base64url').slice(0, 10)
    } catch (error) {
      return error instanceof OutsideError && error.code === '404' ? 'none' : null
    }
  }

  return {
    /** The values that a property takes, where it takes only some; empty where it takes any, or HubSpot does not say. */
    options: async (property: string): Promise<string[]> =>
      ((await read(property).catch(() => undefined))?.options ?? []).map(({ value }) => value),

    /** The digest; 'none' when there is no such property, null when HubSpot does not say. */
    load(property: string): Promise<string | null> {
      const now = performance.now()
      const before = known.get(property)
      if (before && now - before.at < FRESH) return before.digest
      const digest = digestOf(property)
      known.set(property, { at: now, digest })
      return digest
    },
  }
}
