import { countryCode, countryKey, languageCode, languageKey } from '../../rules/places.ts'
import { TAG_KINDS, type TagKind } from '../../rules/rep-filter.ts'
import { type Path, suggestion } from '../problems.ts'
import { SCOPES } from '../schemas/conditions.ts'
import { entries, field, items } from './content.ts'
import { expectAttribute, expectCondition, expectName, type FileCheck, type KnownNames } from './names.ts'

const KEYS: Partial<Record<TagKind, (tag: string) => string>> = { languages: languageKey, countries: countryKey }

/** The tags that the members of a pool and of its fallbacks have, by the pool and their kind. */
export function tagsIn(team: unknown): KnownNames['tags'] {
  return (pool, kind) => {
    const chain: string[] = []
    for (let name: unknown = pool; typeof name === 'string' && !chain.includes(name); ) {
      chain.push(name)
      name = field(team, 'pools', name, 'fallback')
    }
    const members = chain.flatMap((name) => items(field(team, 'pools', name, 'members')))
    const ids = members.map(([, member]) => field(member, 'rep'))
    return items(field(team, 'reps'))
      .filter(([, rep]) => ids.includes(field(rep, 'id')))
      .flatMap(([, rep]) => items(field(rep, kind)).map(([, tag]) => tag))
      .filter((tag) => typeof tag === 'string')
  }
}

/** What a lead may want of a rep, somebody of its pool or the fallback must have, or it would be for nobody. */
export function expectReps(check: FileCheck, path: Path, reps: unknown, pool: unknown): void {
  const { tags, pools } = check.known
  for (const kind of TAG_KINDS) {
    const keyOf = KEYS[kind] ?? ((tag: string) => tag.trim().toLowerCase())
    const valid = typeof pool === 'string' && pools?.includes(pool) ? tags(pool, kind) : undefined
    for (const [index, tag] of items(field(reps, kind))) {
      if (typeof tag !== 'string') continue
      const at = [...path, kind, index]
      const name = /^\s*\{([^{}]+)\}\s*$/.exec(tag)?.[1]?.trim()
      if (name !== undefined) expectAttribute(check, at, name, SCOPES.everything)
      else if (valid && !valid.some((one) => keyOf(one) === keyOf(tag)))
        check.report(
          at,
          `nobody of the pool ${pool} or its fallback has "${tag}" under ${kind}${suggestion(tag, valid)}`,
        )
    }
  }
}

/** Who is in a pool, and which leads they get. */
export function checkMembers(check: FileCheck, path: Path, members: unknown): void {
  for (const [index, member] of items(members)) {
    const at = [...path, index]
    expectName(check, [...at, 'rep'], 'reps', field(member, 'rep'))
    expectCondition(check, [...at, 'when'], field(member, 'when'), SCOPES.everything)
  }
}

/** The tables of regions and languages in icp.yaml: countries and languages that there are. */
export function checkPlaces({ content, report }: FileCheck): void {
  const regions = field(content, 'regions')
  const names = entries(regions).map(([name]) => name)
  for (const [region, countries] of entries(regions)) {
    for (const [index, country] of items(countries))
      if (typeof country === 'string' && countryCode(country) === undefined)
        report(['regions', region, index], `"${country}" is no country; write its name, or its two letters such as DE`)
  }
  for (const [language, places] of entries(field(content, 'languages'))) {
    if (languageCode(language) === undefined)
      report(['languages', language], 'is no language; write its name, or its letters such as de')
    for (const [index, place] of items(places)) {
      if (typeof place !== 'string' || names.includes(place) || countryCode(place) !== undefined) continue
      report(
        ['languages', language, index],
        `"${place}" is no country and no region of this file${suggestion(place, names)}`,
      )
    }
  }
}
