import type { Column, Finding, Unit } from './report.ts'
import { differ, shareOf } from './statistics.ts'
import { cellText } from './words.ts'

/** So many of so many. */
export interface Part {
  count: number
  all: number
}

/** A column of a table. */
export function column(id: string, title: string, unit: Unit, target?: Column['target']): Column {
  return target ? { id, title, unit, target } : { id, title, unit }
}

/** A share in words, as everywhere: `43 %`. */
export function shareWords(share: number | null): string {
  return cellText(share, 'share', 'UTC')
}

/** So many of so many in words: `3 of 7 leads (43 %)`. */
export function ofWords(count: number, all: number, what = ''): string {
  const number = (value: number) => cellText(value, 'count', 'UTC')
  return `${number(count)} of ${number(all)}${what && ` ${what}`} (${shareWords(shareOf(count, all))})`
}

/** The same of a part. */
export function partWords({ count, all }: Part): string {
  return ofWords(count, all)
}

/** A share against another one, as a difference; null where one of them is a share of nothing. */
export function pointsOf(now: Part, then: Part | null): number | null {
  const [share, before] = [shareOf(now.count, now.all), then && shareOf(then.count, then.all)]
  return share === null || before === null ? null : share - before
}

/** How a share that should be high stands against another one: better or worse by more than chance explains, else `info`. */
export function levelOf(now: Part, then: Part): Finding['level'] {
  if (!differ(now, then)) return 'info'
  return (shareOf(now.count, now.all) ?? 0) > (shareOf(then.count, then.all) ?? 0) ? 'good' : 'warn'
}

/** What stands under a name that may be anything, such as a rep's or a reason's: also under `constructor` nothing that is not there. */
export function under<T>(of: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(of, name) ? of[name] : undefined
}

/** A word with a capital. */
export function capital(text: string): string {
  return text.replace(/^./, (first) => first.toUpperCase())
}
