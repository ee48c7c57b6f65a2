import { html } from 'htm/preact'
import type { ComponentChildren, VNode } from 'preact'
import { render } from 'preact-render-to-string'

/** Writes markup. Every value is escaped, wherever it stands. */
export { html }

/** What can stand inside an element. */
export type Content = ComponentChildren

/** A whole document, or a part of one, as text. */
export function asHtml(node: VNode, { part = false }: { part?: boolean } = {}): string {
  return `${part ? '' : '<!doctype html>'}${render(node)}`
}

/** What a page knows of the request that it answers. `root` is where the console stands, without a slash at its end. */
export interface Page {
  root: string
  /** Absent on the page that signs in. */
  session?: { role: 'read' | 'operate'; name: string; form: string }
  /** Epoch milliseconds. */
  now: number
  /** What the last form came to. */
  said?: { text: string; bad: boolean } | undefined
  /** The files of the console by name, with their hash. */
  asset(name: string): string
}

/** Whether what changes something is offered. */
export function mayOperate({ session }: Page): boolean {
  return session?.role === 'operate'
}

/** The hidden field that every form carries which changes something. */
export function formSecret({ session }: Page): VNode {
  return html`<input type="hidden" name="form" value=${session?.form} />`
}

/** An instant. The browser shows it in its own zone; until then, and without a script, it is UTC. */
export function time(at: number | string | null | undefined, { day = true }: { day?: boolean } = {}): Content {
  if (at === null || at === undefined) return ''
  const iso = typeof at === 'number' ? new Date(at).toISOString() : at
  return html`<time datetime=${iso} data-show=${day ? 'full' : 'time'}>${iso.slice(0, 16).replace('T', ' ')} UTC</time>`
}

/** How long until an instant, or since it; a script counts on. */
export function countdown(at: number, now: number): VNode {
  const late = at < now
  return html`<time class=${late ? 'late' : 'left'} datetime=${new Date(at).toISOString()} data-show="countdown">${span(Math.abs(at - now))} ${late ? 'late' : 'left'}</time>`
}

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** A length of time in its two largest units: "2 h 5 min". */
export function span(milliseconds: number): string {
  const units: [number, string][] = [
    [Math.floor(milliseconds / DAY), 'd'],
    [Math.floor((milliseconds % DAY) / HOUR), 'h'],
    [Math.floor((milliseconds % HOUR) / MINUTE), 'min'],
    [Math.floor((milliseconds % MINUTE) / 1_000), 's'],
  ]
  const first = units.findIndex(([count]) => count > 0)
  if (first < 0) return '0 s'
  return units
    .slice(first, first + 2)
    .filter(([count], at) => at === 0 || count > 0)
    .map(([count, unit]) => `${count} ${unit}`)
    .join(' ')
}

/** A whole number with its thousands set apart. */
export function amount(number: number): string {
  return number.toLocaleString('en-US', { maximumFractionDigits: 1 })
}

/** A label whose colour only repeats what its word says. */
export function badge(word: string, tone: 'good' | 'bad' | 'warn' | 'plain' = 'plain'): VNode {
  return html`<span class=${`badge ${tone}`}>${word}</span>`
}

/** A column of a table. */
export interface Column<Row> {
  head: string
  /** What is said below the head. */
  note?: string | undefined
  cell: (row: Row) => Content
  /** Set to the right, in figures of one width. */
  number?: boolean
  /** Heads its row. */
  main?: boolean
}

/**
 * A table in a box of its own; on a phone each row is a card. The roles are said, since what is laid out otherwise loses
 * them.
 */
export function table<Row>({
  caption,
  columns,
  rows,
  empty,
}: {
  caption: string
  columns: Column<Row>[]
  rows: readonly Row[]
  empty: Content
}): VNode {
  if (rows.length === 0) return html`<p class="empty">${empty}</p>`
  return html`<div class="scroll" tabindex="0" role="region" aria-label=${caption}>
    <table role="table">
      <caption class="hidden">${caption}</caption>
      <thead role="rowgroup"><tr role="row">${columns.map(({ head, note, number }) => html`<th role="columnheader" scope="col" class=${number ? 'number' : null}>${head}${note && html`<small>${note}</small>`}</th>`)}</tr></thead>
      <tbody role="rowgroup">${rows.map(
        (row) =>
          html`<tr role="row">${columns.map(({ head, note, cell, number, main }) => {
            const said = note ? `${head}, ${note}` : head
            return main
              ? html`<th role="rowheader" scope="row" data-head=${said}>${cell(row)}</th>`
              : html`<td role="cell" class=${number ? 'number' : null} data-head=${said}>${cell(row)}</td>`
          })}</tr>`,
      )}</tbody>
    </table>
  </div>`
}

/** Bars of a share each, drawn as SVG: no inline style is allowed. */
export function bar(share: number, label: string, tone: 'accent' | 'second' = 'accent'): VNode {
  const width = Math.max(0, Math.min(100, share * 100))
  return html`<svg class="bar" viewBox="0 0 100 8" preserveAspectRatio="none" role="img" aria-label=${label}>
    <rect class="track" width="100" height="8" /><rect class=${tone} width=${width.toFixed(1)} height="8" />
  </svg>`
}
