// The search endpoint of the simulated HubSpot.

import type { Links } from './links.ts'
import { ABOUT, OBJECT_TYPES } from './object-types.ts'
import { epochOf, type PropertyCatalogue } from './properties.ts'
import type { RecordStore } from './records.ts'
import { refusal } from './refusal.ts'

/** The body of a search. `after` is how many results to skip; `query` is looked for in what HubSpot searches by default. */
export interface SearchRequest {
  query?: string | undefined
  filterGroups: { filters: SearchFilter[] }[]
  sorts: (string | { propertyName: string; direction?: string | undefined })[]
  limit: number
  after: number
}

/** One condition on one property; values are text, as HubSpot has them. */
export interface SearchFilter {
  propertyName: string
  operator: string
  value?: string | undefined
  highValue?: string | undefined
  values?: string[] | undefined
}

/** What a search runs on. */
export interface Searched {
  store: RecordStore
  catalogue: PropertyCatalogue
  links: Links
}

/** A record as the search's index has it. */
type Indexed = ReturnType<RecordStore['indexed']>[number]

// What a query looks into, by HubSpot's documentation of the objects that Baton uses.
const SEARCHED: Record<string, string[]> = {
  contacts: ['firstname', 'lastname', 'email', 'phone', 'mobilephone', 'company'],
  companies: ['name', 'domain', 'website', 'phone'],
  deals: ['dealname'],
}

/** Runs a search: groups are joined by "or", the filters in one by "and". Text compares case-insensitively. */
export function searchRecords({ store, catalogue, links }: Searched, request: SearchRequest) {
  const bad = (message: string) => refusal(400, 'VALIDATION_ERROR', message)
  const { filterGroups, limit, after } = request
  const filters = filterGroups.flatMap((group) => group.filters)
  if (limit < 1 || limit > 200) throw bad('limit must be between 1 and 200')
  if (after + limit > 10_000) throw bad('A search returns at most 10000 results; after + limit goes beyond')
  if (filterGroups.length > 5 || filters.length > 18 || filterGroups.some((group) => group.filters.length > 6))
    throw bad('At most 5 filterGroups, 6 filters in each, 18 in all')
  const definitions = catalogue.of(store.type)
  const comparable = (name: string, value: string) => {
    const kind = definitions.get(name)?.type ?? ''
    return kind === 'number' ? Number(value) : /^date/.test(kind) ? epochOf(value) : value.toLowerCase()
  }
  const tests = filterGroups.map((group) => group.filters.map(testOf))
  const sorts = request.sorts.map((sort) =>
    typeof sort === 'string'
      ? { name: sort, sign: 1 }
      : { name: sort.propertyName, sign: sort.direction === 'DESCENDING' ? -1 : 1 },
  )
  for (const { name } of sorts) if (!definitions.has(name)) throw bad(`Property "${name}" does not exist`)

  function testOf({ propertyName: name, operator, value, highValue, values }: SearchFilter) {
    if (name.startsWith('associations.')) return associated(name.slice('associations.'.length), operator, value, values)
    if (!definitions.has(name)) throw bad(`Property "${name}" does not exist`)
    const need = (given: string | undefined) => {
      if (given === undefined) throw bad(`${operator} on "${name}" needs a value`)
      return comparable(name, given)
    }
    const has =
      (test: (value: string | number) => boolean) =>
      ({ properties }: Indexed) => {
        const current = properties[name] ?? null
        return current !== null && test(comparable(name, current))
      }
    if (operator === 'HAS_PROPERTY') return has(() => true)
    if (operator === 'NOT_HAS_PROPERTY') return ({ properties }: Indexed) => (properties[name] ?? null) === null
    if (operator === 'IN' || operator === 'NOT_IN') {
      if (!values?.length) throw bad(`${operator} on "${name}" needs values`)
      const wanted = new Set(values.map((each) => comparable(name, each)))
      return has((current) => wanted.has(current) === (operator === 'IN'))
    }
    if (operator === 'CONTAINS_TOKEN' || operator === 'NOT_CONTAINS_TOKEN') {
      const contains = tokenTest(String(need(value)))
      return has((current) => contains(String(current)) === (operator === 'CONTAINS_TOKEN'))
    }
    const low = need(value)
    if (operator === 'EQ') return has((current) => current === low)
    if (operator === 'NEQ') return has((current) => current !== low)
    if (operator === 'GT') return has((current) => current > low)
    if (operator === 'GTE') return has((current) => current >= low)
    if (operator === 'LT') return has((current) => current < low)
    if (operator === 'LTE') return has((current) => current <= low)
    if (operator !== 'BETWEEN') throw bad(`Operator ${operator} is not one the simulator knows`)
    const high = need(highValue)
    return has((current) => current >= low && current <= high)
  }

  function associated(singular: string, operator: string, value?: string, values: string[] = []) {
    const other = OBJECT_TYPES.find((each) => ABOUT[each].singular === singular)
    const wanted = operator === 'EQ' && value !== undefined ? [value] : operator === 'IN' ? values : []
    if (!other || wanted.length === 0) throw bad(`associations.${singular} takes EQ with a value or IN with values`)
    return ({ record }: Indexed) => {
      return links.of({ type: store.type, id: record.id }, other).some((id) => wanted.includes(id))
    }
  }

  // Every word of a query begins some word of these properties.
  function isAsked({ properties }: Indexed): boolean {
    const text = (SEARCHED[store.type] ?? []).map((name) => properties[name] ?? '').join(' ')
    const words = ` ${text.toLowerCase().replaceAll(/[^\p{L}\p{N}]+/gu, ' ')}`
    const asked = (request.query ?? '').toLowerCase().split(/[^\p{L}\p{N}]+/u)
    return asked.every((word) => words.includes(` ${word}`))
  }

  const found = store
    .indexed()
    .filter(isAsked)
    .filter((each) => tests.length === 0 || tests.some((group) => group.every((test) => test(each))))
    .map((each) => ({ each, keys: sorts.map(({ name }) => comparable(name, each.properties[name] ?? '')) }))
  found.sort((a, b) => {
    for (const [index, { sign }] of sorts.entries()) {
      const [left = '', right = ''] = [a.keys[index], b.keys[index]]
      if (left !== right) return left < right ? -sign : sign
    }
    return 0
  })
  const end = after + limit
  const paging = end < found.length ? { paging: { next: { after: String(end) } } } : {}
  return { total: found.length, results: found.slice(after, end).map(({ each }) => each), ...paging }
}

/** Whether a text has all words of a query; with a `*` the query is a pattern of the whole text. */
function tokenTest(query: string): (text: string) => boolean {
  if (query.includes('*')) {
    const pattern = query.split('*').map((part) => part.replace(/[^\w\s]/g, '\\$&'))
    const whole = new RegExp(`^${pattern.join('.*')}$`)
    return (text) => whole.test(text)
  }
  const words = (text: string) => text.split(/[^\p{L}\p{N}]+/u).filter(Boolean)
  return (text) => words(query).every((word) => words(text).includes(word))
}
