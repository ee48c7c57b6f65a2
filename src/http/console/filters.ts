import type { VNode } from 'preact'
import { z } from 'zod'
import { html } from './html.ts'

/** A filter of a page's address. What is empty, or none of its values, filters nothing: addresses are shared and outlive the config. */
export function optional<T extends z.ZodType>(schema: T) {
  return z.preprocess((text) => (text === '' ? undefined : text), schema.optional()).catch(undefined)
}

/** A choice among values, or all of them unless `all` is false. */
export function pick(
  name: string,
  label: string,
  options: readonly { value: string; name: string }[],
  chosen: string | undefined,
  { all: isOptional = true }: { all?: boolean } = {},
): VNode {
  // What the config no longer names can still be asked for.
  const all =
    chosen === undefined || options.some(({ value }) => value === chosen)
      ? options
      : [...options, { value: chosen, name: chosen }]
  return html`<div class="field"><label for=${name}>${label}</label>
    <select id=${name} name=${name}>${isOptional && html`<option value="">all</option>`}${all.map(
      (one) => html`<option value=${one.value} selected=${one.value === chosen}>${one.name}</option>`,
    )}</select></div>`
}

/** An address with what is given of a query. */
export function withQuery(path: string, query: Record<string, string | undefined>): string {
  const given = Object.entries(query).flatMap(([name, value]) => (value ? [[name, value]] : []))
  return given.length > 0 ? `${path}?${new URLSearchParams(given)}` : path
}
