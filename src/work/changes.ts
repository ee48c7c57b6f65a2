import { rowsById, SEARCH_PAGE, type Search, type SearchRow } from '../hubspot/search.ts'
import { readInstant } from '../leads/observe.ts'
import type { Watermark } from '../store/watermarks.ts'

type Find = (asked: Search) => Promise<SearchRow[]>

/**
 * So much later than others a change may show in HubSpot's search, in milliseconds: its index is some seconds behind, and
 * not in the order of the dates. A look goes back so far behind the latest date that was seen.
 */
export const INDEX_LAG = 60_000

// Looks that find nothing newer for so long have seen everything that had this lag.
const SETTLED = 5 * INDEX_LAG

// What happened in the last day before the first look counts as news.
const FIRST_LOOK_BACK = 24 * 60 * 60_000

/** From which date on, itself included, a source is searched. */
export function startOf({ at, movedAt, askedAt }: Watermark, now: number): number {
  if (at === null) return now - FIRST_LOOK_BACK
  const settled = askedAt !== null && askedAt - movedAt >= SETTLED
  return settled ? at + 1 : at - INDEX_LAG
}

/** Where a search goes on after a full page that began at a date: at a later one, or within the date that fills the page. */
export function nextPage(dates: readonly number[], from: number): { from: number } | { within: number } {
  const last = dates.at(-1) ?? from
  return last > from ? { from: last } : { within: from }
}

/**
 * The rows whose `date` is not before an instant, in its order, page by page. A search gives at most 10,000 rows, so each
 * page is a search of its own that begins at the last row's date; what changes meanwhile comes again, later on. Rows of one
 * and the same instant that fill a page are gone through by id.
 */
export async function* changesSince(
  search: Find,
  { date, properties }: { date: string; properties: readonly string[] },
  since: number,
): AsyncGenerator<{ rows: SearchRow[]; latest: number | undefined }> {
  const dateOf = (row: SearchRow, otherwise: number) => readInstant(row.properties[date]) ?? otherwise
  const asked = { properties: [...new Set([...properties, date])] }
  let from = since
  // Those of the date where the search begins that have come already.
  let told = new Set<string>()
  for (;;) {
    const page = await search({ ...asked, filters: [filter(date, 'GTE', from)], sortBy: date })
    const dates = page.map((row) => dateOf(row, from))
    yield { rows: page.filter(({ id }, at) => !(dates[at] === from && told.has(id))), latest: dates.at(-1) }
    if (page.length < SEARCH_PAGE) return
    const next = nextPage(dates, from)
    if ('from' in next) {
      from = next.from
      told = new Set(page.filter((_, at) => dates[at] === from).map(({ id }) => id))
    } else {
      const within = [filter(date, 'GTE', from), filter(date, 'LTE', from)]
      for (const { id } of page) told.add(id)
      for await (const rows of rowsById(search, { ...asked, filters: within }))
        yield { rows: rows.filter(({ id }) => !told.has(id)), latest: from }
      from += 1
      told = new Set()
    }
  }
}

function filter(
  propertyName: string,
  operator: 'GT' | 'GTE' | 'LTE',
  value: string | number,
): Search['filters'][number] {
  return { propertyName, operator, value: String(value) }
}
