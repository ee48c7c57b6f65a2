import { z } from 'zod'
import type { AttributeValue } from './attributes.ts'

/** What a rep may be asked to have, by the tags that team.yaml gives them. */
export const TAG_KINDS = ['languages', 'skills', 'countries', 'regions'] as const
export type TagKind = (typeof TAG_KINDS)[number]

/**
 * Which reps of a pool a lead is for: those who have all of these tags; `{language}` is the attribute of the lead. When nobody
 * of them can take it, `anyone` of the pool does, or it waits.
 */
export type RepFilter = Partial<Record<TagKind, string[] | undefined>> & { otherwise?: 'anyone' | 'wait' | undefined }

/** The same for one lead. A list within is one tag, of which any will do; `strict`: it waits for one of these reps. */
export const WantedReps = z.object({
  ...({
    languages: z.array(z.array(z.string())).optional(),
    skills: z.array(z.array(z.string())).optional(),
    countries: z.array(z.array(z.string())).optional(),
    regions: z.array(z.array(z.string())).optional(),
  } satisfies Record<TagKind, z.ZodType>),
  strict: z.literal(true).optional(),
})
export type WantedReps = z.output<typeof WantedReps>

/** The attributes that filters name in braces, wherever in a config one stands beside its pool. */
export function attributesInFilters(content: unknown): string[] {
  if (typeof content !== 'object' || content === null) return []
  const { pool, reps } = content as { pool?: unknown; reps?: RepFilter }
  const tags = typeof pool === 'string' && reps ? TAG_KINDS.flatMap((kind) => reps[kind] ?? []) : []
  return [...tags.flatMap((tag) => nameInBraces(tag) ?? []), ...Object.values(content).flatMap(attributesInFilters)]
}

/** The filter for one lead. What is not known of the lead asks nothing of a rep. Undefined when nothing is left to ask. */
export function wantedReps(
  filter: RepFilter | undefined,
  lookup: (name: string) => AttributeValue | undefined,
): WantedReps | undefined {
  const wanted: WantedReps = {}
  for (const kind of TAG_KINDS) {
    const tags = (filter?.[kind] ?? []).flatMap((tag) => {
      const name = nameInBraces(tag)
      const value = name === undefined ? tag : lookup(name)
      return value === undefined ? [] : [[value].flat().map(String)]
    })
    if (tags.length > 0) wanted[kind] = tags
  }
  if (Object.keys(wanted).length === 0) return undefined
  return filter?.otherwise === 'wait' ? { ...wanted, strict: true } : wanted
}

function nameInBraces(tag: string): string | undefined {
  return /^\s*\{([^{}]+)\}\s*$/.exec(tag)?.[1]?.trim()
}
