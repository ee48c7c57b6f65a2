import { InvalidArgumentError } from 'commander'
import { suggestion } from '../config/problems.ts'
import { type Cursor, readCursor } from '../http/v1/cursors.ts'
import { type TextTable, tableLines } from '../rules/table-text.ts'
import { sinceIn } from '../views/since.ts'
import type { AtService } from './at-service.ts'

/** As many columns as the terminal has; 80 where the output goes elsewhere. */
export function terminalWidth(): number {
  return process.stdout.columns || 80
}

/** Prints a view as one JSON document, as the API answers it. */
export function printJson(view: unknown): void {
  console.log(JSON.stringify(view, null, 2))
}

/** Prints a table that fits the terminal, or what is said where it has no rows. */
export function printTable(table: TextTable, ifEmpty: string): void {
  console.log(table.rows.length === 0 ? ifEmpty : tableLines(table, terminalWidth()).join('\n'))
}

/** An instant as seen from now: `in 4 min`, `3 h ago`; empty where there is none. */
export function fromNow(at: string | null | undefined, now: number): string {
  return at ? seenFrom(at, now, 'ago') : ''
}

/** Until when something was to be done, as seen from now: `in 4 min`, `12 min late`. */
export function dueText(at: string | undefined, now: number): string {
  return at ? seenFrom(at, now, 'late') : ''
}

function seenFrom(at: string, now: number, past: string): string {
  const left = Date.parse(at) - now
  return left >= 0 ? `in ${shortly(left)}` : `${shortly(-left)} ${past}`
}

// One unit is enough in a column.
function shortly(milliseconds: number): string {
  const [minutes, hours] = [Math.round(milliseconds / 60_000), Math.round(milliseconds / 3_600_000)]
  if (minutes < 1) return `${Math.round(milliseconds / 1_000)} s`
  if (minutes < 90) return `${minutes} min`
  return hours < 48 ? `${hours} h` : `${Math.round(hours / 24)} d`
}

/** Where the page begins that `--cursor` names; throws in words. */
export function cursorOption(cursor: string | undefined, form: RegExp): Cursor | null {
  if (cursor === undefined) return null
  try {
    return readCursor(cursor, form)
  } catch {
    throw new Error('--cursor must be the `next` of an earlier page.')
  }
}

/** The text of `--since` as the instant that it means. */
export function sinceOption(text: string): (now: number) => number {
  if (sinceIn(text, 0) === undefined)
    throw new InvalidArgumentError(
      'It must be how long ago (7d, 24h, 30m), a date, or an instant such as 2026-11-20T12:00Z.',
    )
  return (now) => sinceIn(text, now) ?? 0
}

/** A whole number of rows. */
export function limitOption(text: string): number {
  if (/^[1-9]\d{0,3}$/.test(text) && Number(text) <= 1_000) return Number(text)
  throw new InvalidArgumentError('It must be a whole number from 1 to 1000.')
}

/** Throws where a name is not in the config, with the nearest: a list by a misspelt name would only be empty. */
export function mustBeKnown(
  at: Pick<AtService, 'config'>,
  names: { rep?: string; pool?: string; route?: string; kind?: string },
): void {
  const { team, routing, handoffs } = at.config()
  const known: Record<string, [file: string, names: string[]]> = {
    rep: ['team.yaml', Object.keys(team.reps)],
    pool: ['team.yaml', Object.keys(team.pools)],
    route: ['routing.yaml', routing.routes.map(({ name }) => name)],
    kind: ['handoffs.yaml', Object.keys(handoffs.kinds)],
  }
  for (const [what, name] of Object.entries(names)) {
    const [file, all] = known[what] ?? ['', []]
    if (name !== undefined && !all.includes(name))
      throw new Error(`${file} has no ${what} "${name}"${suggestion(name, all)}`)
  }
}
