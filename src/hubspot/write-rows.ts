import { OutsideError } from '../platform/errors.ts'
import { type BatchAnswer, errorsOf, resultsOf, toOutsideError } from './answers.ts'
import { blamedRows, type Fault, faultsOf, type Row } from './refusals.ts'

/** A property that HubSpot did not take, by its own code; everything else of the row was written. */
export interface Refusal {
  property: string
  code: string
}

/** What HubSpot answered to one batch: rows, or why it refused all of it. */
export type Update = (rows: Row[]) => Promise<BatchAnswer<{ id: string }> | { failure: OutsideError; body: unknown }>

/** An update of rows: `send` asks HubSpot, and `call` makes that call as such calls are made. */
export function updateBy(
  call: <T>(work: () => Promise<T>) => Promise<T>,
  send: (rows: Row[]) => Promise<BatchAnswer<{ id: string }>>,
): Update {
  return async (rows) => {
    let body: unknown
    try {
      return await call(() =>
        send(rows).catch((error) => {
          body = error?.body
          throw error
        }),
      )
    } catch (error) {
      return { failure: toOutsideError(error), body }
    }
  }
}

// A row that HubSpot was asked to write and says nothing about counts as not written.
const NOT_CONFIRMED = 'row-not-confirmed'
// Categories of a single row's error that say nothing about the row itself.
const PASSING = new Set(['INTERNAL_ERROR', 'RATE_LIMITS'])
const NOT_FOUND = 'OBJECT_NOT_FOUND'
// A refusal with one of these is about what was written, and another part of it may go through.
const ABOUT_CONTENT = new Set(['400', '422', 'VALIDATION_ERROR'])
// Contacts that come together are written in several batches.
const REMEMBERED = 150

// What people can change as well is refused for other reasons than Baton's own properties are: for some values only.
const APART = ['hubspot_owner_id', 'lifecyclestage']
// So many refused values of a property of Baton's own show that it takes none: each would cost a call.
const MOST_VALUES = 3

/** What HubSpot refused a moment ago, as properties with a value. */
export type RefusedNow = ReturnType<typeof createRefusedNow>

/** Remembers refusals for a moment: the batches of one crowd learn of each other, and what is mended is tried soon. */
export function createRefusedNow() {
  const known = new Map<string, { code: string; at: number }>()
  const pair = (property: string, value: string) => `${property}\n${value}`
  return {
    note(property: string, value: string, code: string): void {
      known.set(pair(property, value), { code, at: performance.now() })
    },
    codeOf: (property: string, value: string): string | undefined => known.get(pair(property, value))?.code,
    /** Forgets what is no longer of this moment; not while a batch is under way, which needs it to come to an end. */
    forgetOld(): void {
      const now = performance.now()
      for (const [name, { at }] of known) if (now - at > REMEMBERED) known.delete(name)
    },
  }
}

/**
 * Writes rows, each with as much as HubSpot takes: a property that it refuses costs that property alone. What it names is
 * left out and the rest is sent again; where it names nothing, rows are halved until the bad one is alone, and its
 * properties are tried in parts. What was learned from one row holds for the others of the batch.
 */
export async function writeRows(
  update: Update,
  rows: Row[],
  memory: RefusedNow = createRefusedNow(),
): Promise<Map<string, Refusal[] | OutsideError>> {
  const refusals = new Map<string, Refusal[]>(rows.map(({ id }) => [id, []]))
  const failures = new Map<string, OutsideError>()
  const valuesRefused = new Map<string, Set<string>>()
  const learn = (property: string, some: readonly Row[], code: string) => {
    const values = valuesRefused.get(property) ?? new Set()
    for (const { properties } of some) values.add(properties[property] ?? '')
    valuesRefused.set(property, values)
    const all = values.size > MOST_VALUES && !APART.includes(property) ? rows : some
    for (const { properties } of all) memory.note(property, properties[property] ?? '', code)
  }

  function withoutRefused({ id, properties }: Row): Row[] {
    const left = Object.entries(properties).filter(([property, value]) => {
      const code = memory.codeOf(property, value)
      const told = refusals.get(id)
      if (code !== undefined && !told?.some((one) => one.property === property)) told?.push({ property, code })
      return code === undefined
    })
    return left.length > 0 ? [{ id, properties: Object.fromEntries(left) }] : []
  }

  async function attempt(all: Row[]): Promise<void> {
    const some = all.filter(({ id }) => !failures.has(id)).flatMap(withoutRefused)
    if (some.length === 0) return
    const answer = await update(some)
    if ('failure' in answer) return refused(some, answer)
    const written = new Set(resultsOf(answer).map(({ id }) => id))
    const silent = some.filter(({ id }) => !written.has(id))
    const errors = (answer.errors ?? []).filter(({ category }) => !PASSING.has(category ?? ''))
    const faults = errors.flatMap((error) =>
      faultsOf(error, namesOf(silent)).map((fault) => ({ ...fault, ids: error.context?.ids ?? [] })),
    )
    const named = silent.filter((row) => faults.some((fault) => blamedRows(fault, [row]).rows.length > 0))
    const categories = errorsOf(answer)
    for (const row of silent) {
      const category = categories.get(row.id)
      const isPassing = category === undefined || PASSING.has(category)
      const failure = new OutsideError('hubspot', isPassing ? 'unavailable' : 'refused', category ?? NOT_CONFIRMED)
      if (named.includes(row)) continue
      if (isPassing || category === NOT_FOUND) failures.set(row.id, failure)
      else await search(row, failure)
    }
    if (named.length > 0) await without(named, faults)
  }

  async function refused(some: Row[], { failure, body }: { failure: OutsideError; body: unknown }): Promise<void> {
    const isAboutContent = failure.kind === 'refused' && ABOUT_CONTENT.has(failure.code)
    const named = isAboutContent ? faultsOf(body, namesOf(some)) : []
    const faults = named.filter((fault) => blamedRows(fault, some).rows.length > 0)
    if (faults.length > 0) return without(some, faults)
    if (failure.kind === 'refused' && some.length > 1) {
      for (const half of halves(some)) await attempt(half)
    } else if (isAboutContent && some[0]) await search(some[0], failure)
    else for (const { id } of some) failures.set(id, failure)
  }

  // Where one of several values is wrong they are tried apart, and the rest of the rows does not wait for that.
  async function without(some: Row[], faults: Fault[]): Promise<void> {
    const doubtful = new Map<string, Row[]>()
    for (const fault of faults) {
      const blamed = blamedRows(fault, some)
      if (!blamed.sure) doubtful.set(fault.property, blamed.rows)
    }
    for (const fault of faults) {
      const blamed = blamedRows(fault, some)
      if (!blamed.sure) continue
      learn(fault.property, blamed.rows, fault.code)
      doubtful.delete(fault.property)
    }
    await attempt(some.map((row) => picked(row, (name) => !doubtful.get(name)?.includes(row))))
    for (const [property, having] of doubtful) {
      const byValue = [...Map.groupBy(having, ({ properties }) => properties[property]).values()]
      for (const half of halves(byValue))
        await attempt(half.flat().map((row) => picked(row, (name) => name === property)))
    }
  }

  // One row that is refused without a word why. Nothing is learned of a row that is bad altogether.
  async function search(row: Row, failure: OutsideError): Promise<void> {
    const found: string[] = []
    const goesThrough = async (names: string[]): Promise<boolean> => {
      const answer = await update([picked(row, (name) => names.includes(name))])
      if (!('failure' in answer)) return resultsOf(answer).length > 0
      if (answer.failure.kind !== 'refused') throw answer.failure
      return false
    }
    const look = async (parts: string[][]): Promise<string[][]> => {
      const bad: string[][] = []
      for (const part of parts) if (!(await goesThrough(part))) bad.push(part)
      return bad
    }
    const narrow = async (names: string[]): Promise<void> => {
      if (names.length === 1) found.push(...names)
      else for (const part of await look(halves(names))) await narrow(part)
    }
    try {
      const names = Object.keys(row.properties)
      const apart = APART.filter((name) => names.includes(name)).map((name) => [name])
      const own = names.filter((name) => !APART.includes(name))
      const parts = [...apart, own].filter((part) => part.length > 0)
      const bad = parts.length > 1 ? await look(parts) : parts
      const isAllBad = bad.length === parts.length && names.length > 1 && !(await goesThrough(names.slice(-1)))
      if (isAllBad) return void failures.set(row.id, failure)
      for (const part of bad) await narrow(part)
      for (const name of found) learn(name, [row], failure.code)
      withoutRefused(row)
    } catch (error) {
      if (!(error instanceof OutsideError)) throw error
      failures.set(row.id, error)
    }
  }

  await attempt(rows)
  return new Map(rows.map(({ id }) => [id, failures.get(id) ?? refusals.get(id) ?? []]))
}

function namesOf(rows: readonly Row[]): Set<string> {
  return new Set(rows.flatMap(({ properties }) => Object.keys(properties)))
}

function picked({ id, properties }: Row, keep: (name: string) => boolean): Row {
  return { id, properties: Object.fromEntries(Object.entries(properties).filter(([name]) => keep(name))) }
}

function halves<T>(items: T[]): T[][] {
  const middle = Math.ceil(items.length / 2)
  return [items.slice(0, middle), items.slice(middle)].filter((half) => half.length > 0)
}
