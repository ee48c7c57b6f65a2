// The search endpoint of the simulated HubSpot.

import { epochOf, type PropertyCatalogue } from './properties.ts'
import type { CrmRecord, RecordStore } from './records.ts'
import { refusal } from './refusal.ts'

/** The body of a search. `after` is how many results to skip. */
export interface SearchRequest {
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

/** Runs a search: groups are joined by "or", the filters in one by "and". Text compares case-insensitively. Unlike HubSpot's, it sees a write at once. */
export function searchRecords(store: RecordStore, catalogue: PropertyCatalogue, request: SearchRequest) {
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
    if (!definitions.has(name)) throw bad(`Property "${name}" does not exist`)
    const need = (given: string | undefined) => {
      if (given === undefined) throw bad(`${operator} on "${name}" needs a value`)
      return comparable(name, given)
    }
    const has = (test: (value: string | number) => boolean) => (record: CrmRecord) => {
      const current = record.properties[name] ?? null
      return current !== null && test(comparable(name, current))
    }
    if (operator === 'HAS_PROPERTY') return has(() => true)
    if (operator === 'NOT_HAS_PROPERTY') return (record: CrmRecord) => (record.properties[name] ?? null) === null
    if (operator === 'IN' || operator === 'NOT_IN') {
      if (!values?.length) throw bad(`${operator} on "${name}" needs values`)
      const wanted = new Set(values.map((each) => comparable(name, each)))
      return has((current) => wanted.has(current) === (operator === 'IN'))
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

  const found = store.all().filter((record) => {
    return tests.length === 0 || tests.some((group) => group.every((test) => test(record)))
  })
  found.sort((a, b) => {
    for (const { name, sign } of sorts) {
      const [left, right] = [comparable(name, a.properties[name] ?? ''), comparable(name, b.properties[name] ?? '')]
      if (left !== right) return left < right ? -sign : sign
    }
    return 0
  })
  const end = after + limit
  const paging = end < found.length ? { paging: { next: { after: String(end) } } } : {}
  return { total: found.length, results: found.slice(after, end), ...paging }
}
