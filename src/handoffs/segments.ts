import { type Condition, evaluate, type Lookup } from '../rules/condition.ts'
import { countryKey, countryName, languageKey, languageName } from '../rules/places.ts'
import { TAG_KINDS, type TagKind, type WantedReps } from '../rules/rep-filter.ts'
import { whyOf } from '../rules/why.ts'
import { poolChain, type Rep, type Team } from './team.ts'

/** Who of a pool's members a lead is not for, with the reason, by pool and rep. */
export type Unfit = Readonly<Record<string, Readonly<Record<string, string>>>>

const TAGS: Record<TagKind, { keyOf: (tag: string) => string; lacks: (tags: string[]) => string }> = {
  languages: { keyOf: languageKey, lacks: (tags) => `speaks no ${either(tags.map(languageName))}` },
  skills: { keyOf: plainKey, lacks: (tags) => `lacks the skill ${either(tags)}` },
  countries: { keyOf: countryKey, lacks: (tags) => `is not for ${either(tags.map(countryName))}` },
  regions: { keyOf: plainKey, lacks: (tags) => `is not for ${either(tags)}` },
}

/** What a rep lacks that a lead wants, such as `speaks no German`; undefined when they have all of it. */
export function lackOf(rep: Pick<Rep, TagKind>, wanted: WantedReps): string | undefined {
  for (const kind of TAG_KINDS) {
    const { keyOf, lacks } = TAGS[kind]
    const own = new Set((rep[kind] ?? []).map(keyOf))
    const missing = wanted[kind]?.find((tags) => !tags.some((tag) => own.has(keyOf(tag))))
    if (missing) return lacks(missing)
  }
  return undefined
}

/**
 * For whom of a pool and its fallbacks a lead is not, by the rounds in which they are asked: with what it wants of a rep, then
 * without it, unless it waits for such a rep. A member's own condition holds always. No rounds when it is for everybody.
 */
export function roundsFor(
  team: Team,
  pool: string,
  wanted: WantedReps | undefined,
  lookup: () => Lookup,
): { rounds?: Unfit[] } {
  const chain = poolChain(team, pool)
  const members = chain.flatMap((name) => team.pools[name]?.members ?? [])
  const hasConditions = members.some(({ when }) => when !== undefined)
  const read = hasConditions ? lookup() : undefined
  const unfit = (asked: WantedReps | undefined): Unfit =>
    Object.fromEntries(
      chain.map((name) => [
        name,
        Object.fromEntries(
          (team.pools[name]?.members ?? []).flatMap(({ rep, when }) => {
            const known = team.reps[rep]
            const why = (known && asked && lackOf(known, asked)) ?? (when && read && notMet(when, read))
            return why === undefined ? [] : [[rep, why]]
          }),
        ),
      ]),
    )
  if (!wanted) return hasConditions ? { rounds: [unfit(undefined)] } : {}
  return { rounds: wanted.strict ? [unfit(wanted)] : [unfit(wanted), unfit(undefined)] }
}

function notMet(when: Condition, lookup: Lookup): string | undefined {
  const evaluation = evaluate(when, lookup)
  return evaluation.truth === 'true' ? undefined : `gets other leads: ${whyOf(evaluation)}`
}

/** What a lead wants of a rep, in words: `German, enterprise`. */
export function wantedText(wanted: WantedReps): string {
  const { languages = [], skills = [], countries = [], regions = [] } = wanted
  return [
    ...languages.map((tags) => either(tags.map(languageName))),
    ...skills.map(either),
    ...countries.map((tags) => either(tags.map(countryName))),
    ...regions.map(either),
  ].join(', ')
}

function either(names: string[]): string {
  return names.join(' or ')
}

function plainKey(tag: string): string {
  return tag.trim().toLowerCase()
}
