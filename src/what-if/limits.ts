import type { WhatIf } from './result.ts'

/** A number of leads, or a share of them in per cent. */
export type Amount = { leads: number } | { percent: number }

/** What a change may do at most: over one of these it fails. */
export interface Limits {
  /** Leads whose band or route changes. */
  moved?: Amount | undefined
  /** Leads of any rep in a day, or a week. */
  load?: { leads: number; per: 'day' | 'week' } | undefined
  /** By how many per cent any rep's leads may grow. */
  rep?: number | undefined
  /** Leads that are answered too late, of those that reps get. */
  late?: Amount | undefined
  /** The share of decisions that must be reproduced, in per cent. */
  reproduced?: number | undefined
}

/** Reads `5%` or `200`; throws RangeError with a message for whoever wrote it. */
export function readAmount(text: string): Amount {
  const [, number = '', percent] = /^(\d+(?:\.\d+)?)\s*(%)?$/.exec(text.trim()) ?? []
  if (number === '' || (percent && Number(number) > 100) || (!percent && !/^\d+$/.test(number)))
    throw new RangeError(`"${text}" is neither a share such as 5% nor a number of leads such as 200`)
  return percent ? { percent: Number(number) } : { leads: Number(number) }
}

/** Reads `25/day` or `100/week`; throws RangeError. */
export function readLoad(text: string): NonNullable<Limits['load']> {
  const [, leads, per] = /^(\d+)\s*\/\s*(day|week)$/.exec(text.trim()) ?? []
  if (leads === undefined) throw new RangeError(`"${text}" is no load; write it as 25/day or 100/week`)
  return { leads: Number(leads), per: per as 'day' | 'week' }
}

/** Reads `+20%` or `20%`; throws RangeError. */
export function readGrowth(text: string): number {
  const [, percent] = /^\+?(\d+(?:\.\d+)?)\s*%$/.exec(text.trim()) ?? []
  if (percent === undefined) throw new RangeError(`"${text}" is no growth; write it as +20%`)
  return Number(percent)
}

/** Reads `95%`; throws RangeError. */
export function readShare(text: string): number {
  const amount = readAmount(text)
  if (!('percent' in amount)) throw new RangeError(`"${text}" is no share; write it as 95%`)
  return amount.percent
}

/** Reads `30d`, `12h` or `8w` as milliseconds; throws RangeError. */
export function readSince(text: string): number {
  const [, number, unit] = /^([1-9]\d{0,4})([hdw])$/.exec(text.trim()) ?? []
  if (number === undefined) throw new RangeError(`"${text}" is no span of time; write it as 30d, 12h or 8w`)
  return Number(number) * { h: 1, d: 24, w: 168 }[unit as 'h' | 'd' | 'w'] * 3_600_000
}

/** Which limits a result is over, each in words with what was allowed. */
export function overLimits(result: Omit<WhatIf, 'failed'>, limits: Limits): string[] {
  const { changes, leads, reps, decisions } = result
  const failed: string[] = []
  const { moved, load, rep, late, reproduced } = limits
  // A limit speaks of all leads, and a sample shows some of them.
  const up = leads.sampled > 0 ? leads.stored / leads.sampled : 1
  const moving = Math.round(changes.moved * up)
  if (moved && isOver('leads' in moved ? moving : changes.moved, leads.compared, moved))
    failed.push(`${moving} leads move (${percent(changes.moved, leads.compared)}), allowed ${words(moved)}`)
  for (const one of load ? reps : []) {
    const busiest = load?.per === 'week' ? one.busiestWeek.after : one.busiestDay.after
    if (load && busiest > load.leads)
      failed.push(`${one.rep} gets ${busiest} leads in a ${load.per}, allowed ${load.leads}`)
  }
  for (const one of rep === undefined ? [] : reps) {
    const { before, after } = one.leads
    if (rep !== undefined && after > before * (1 + rep / 100))
      failed.push(`${one.rep} gets ${growth(before, after)} leads (${before} → ${after}), allowed +${rep} %`)
  }
  const { late: tooLate, leads: given } = answersOf(reps, 'after')
  if (late && result.answers.known === 0)
    failed.push(`no answer is known: whether more than ${words(late)} would be too late cannot be said`)
  if (late && isOver(tooLate, given, late))
    failed.push(`${tooLate} leads are answered too late (${percent(tooLate, given)}), allowed ${words(late)}`)
  if (reproduced !== undefined && decisions.reproduced * 100 < reproduced * decisions.found)
    failed.push(
      `${percent(decisions.reproduced, decisions.found)} of the decisions are reproduced, ${reproduced} % asked for`,
    )
  return failed
}

/** How many leads all reps get, and how many of these are answered too late. */
export function answersOf(reps: WhatIf['reps'], side: 'before' | 'after'): { leads: number; late: number } {
  const sum = (of: (one: WhatIf['reps'][number]) => number) => reps.reduce((total, one) => total + of(one), 0)
  return { leads: sum(({ leads }) => leads[side]), late: sum(({ late }) => late?.[side] ?? 0) }
}

function isOver(number: number, of: number, amount: Amount): boolean {
  return 'leads' in amount ? number > amount.leads : number * 100 > amount.percent * of
}

function words(amount: Amount): string {
  return 'leads' in amount ? `${amount.leads}` : `${amount.percent} %`
}

/** How many per cent, without decimals unless it is less than one. */
export function percent(number: number, of: number): string {
  if (of === 0) return '0 %'
  const share = (number * 100) / of
  return `${share > 0 && share < 1 ? share.toFixed(1) : Math.round(share)} %`
}

function growth(before: number, after: number): string {
  return before === 0 ? 'its first' : `+${Math.round((after / before - 1) * 100)} %`
}
