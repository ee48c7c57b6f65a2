import { describe, expect, it } from 'vitest'
import type { Search, SearchRow } from '../../../src/hubspot/search.ts'
import { changesSince, INDEX_LAG, nextPage, startOf } from '../../../src/work/changes.ts'

const NOW = Date.parse('2026-11-18T15:00:00Z')
const DATE = 'lastmodifieddate'
const DAY = 24 * 60 * 60_000

describe('where a look begins', () => {
  const mark = { at: NOW - 5_000, movedAt: NOW - 1_000, askedAt: NOW - 1_000, askAt: 0, failing: null }

  it('is a day ago where nothing was ever polled', () => {
    expect(startOf({ ...mark, at: null, movedAt: 0, askedAt: null }, NOW)).toBe(NOW - DAY)
  })

  it('is behind the latest date that was seen, for the index is late', () => {
    expect(startOf(mark, NOW)).toBe(mark.at - INDEX_LAG)
  })

  it('is that date itself, once looks over five times the lag have found nothing newer', () => {
    const looked = (since: number) => startOf({ ...mark, askedAt: mark.movedAt + since }, NOW + DAY)
    expect(looked(5 * INDEX_LAG - 1)).toBe(mark.at - INDEX_LAG)
    expect(looked(5 * INDEX_LAG)).toBe(mark.at + 1)
  })

  it('is behind it as well after an outage: nobody has looked since', () => {
    expect(startOf(mark, NOW + 3 * DAY)).toBe(mark.at - INDEX_LAG)
  })
})

it('a full page goes on at its last date, or within the one date that fills it', () => {
  expect(nextPage([3, 4, 4], 3)).toEqual({ from: 4 })
  expect(nextPage([3, 3, 3], 3)).toEqual({ within: 3 })
})

/** A search over records that are told by id and date; `meanwhile` is done after each answer. */
function searchOf(records: Map<string, number>, meanwhile: (calls: number) => void = () => undefined) {
  let calls = 0
  const number = (row: SearchRow, name: string) => Number(row.properties[name])
  const compare = {
    GT: (a: number, b: number) => a > b,
    GTE: (a: number, b: number) => a >= b,
    LTE: (a: number, b: number) => a <= b,
  }
  const search = async ({ filters, sortBy }: Search): Promise<SearchRow[]> => {
    calls += 1
    if (calls > 500) throw new Error('it goes on for ever')
    const rows = [...records].map(([id, at]) => ({ id, properties: { hs_object_id: id, [DATE]: String(at) } }))
    const found = rows
      .filter((row) =>
        filters.every(({ propertyName, operator, value }) =>
          compare[operator as keyof typeof compare](number(row, propertyName), Number(value)),
        ),
      )
      .sort((a, b) => number(a, sortBy) - number(b, sortBy))
      .slice(0, 200)
    meanwhile(calls)
    return found
  }
  return { search, calls: () => calls }
}

async function idsSince(search: (asked: Search) => Promise<SearchRow[]>, since: number): Promise<string[]> {
  const ids: string[] = []
  for await (const { rows } of changesSince(search, { date: DATE, properties: [] }, since))
    ids.push(...rows.map(({ id }) => id))
  return ids
}

const records = (count: number, at: (index: number) => number) =>
  new Map(Array.from({ length: count }, (_, index) => [String(1_000 + index), at(index)]))

describe('what changed since an instant', () => {
  it.each([
    ['one a page', 150, (index: number) => NOW + index],
    ['more than a search gives in all', 10_001, (index: number) => NOW + index],
    ['in groups across the edges of pages', 1_000, (index: number) => NOW + Math.floor(index / 7)],
    ['in groups of almost a page', 1_000, (index: number) => NOW + Math.floor(index / 199)],
    ['in groups of a page', 1_000, (index: number) => NOW + Math.floor(index / 200)],
    ['all at one instant', 10_001, () => NOW],
    ['all at one instant, then more', 1_001, (index: number) => NOW + (index < 900 ? 0 : index)],
  ])('comes once each: %s', async (_, count, at) => {
    const { search } = searchOf(records(count, at))
    const ids = await idsSince(search, NOW)
    expect(ids).toHaveLength(count)
    expect(new Set(ids).size).toBe(count)
  })

  it('leaves out what was before it', async () => {
    const { search, calls } = searchOf(records(100, (index) => NOW + index))
    expect(await idsSince(search, NOW + 90)).toHaveLength(10)
    expect(calls()).toBe(1)
  })

  it('misses nothing while rows change between two pages, and gives what changed again', async () => {
    const all = records(1_000, (index) => NOW + index)
    const { search } = searchOf(all, (calls) => {
      if (calls > 4) return
      for (let index = 0; index < 10; index++)
        all.set(String(1_000 + 100 * calls + 13 * index), NOW + 5_000 + calls * 10 + index)
    })
    const ids = await idsSince(search, NOW)
    expect(new Set(ids).size).toBe(1_000)
    for (const id of ['1100', '1213', '1439']) expect(ids.lastIndexOf(id)).toBeGreaterThan(900)
  })
})
