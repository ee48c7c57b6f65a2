import { quantile } from '../rules/quantile.ts'
import { counted, whole } from '../rules/words.ts'
import { capital } from './figures.ts'
import type { LeadStory } from './lead-story.ts'
import type { Finding, Section } from './report.ts'
import { shareOf } from './statistics.ts'
import type { Part } from './weekly-part.ts'
import type { Weeks } from './weekly-weeks.ts'
import { cellText } from './words.ts'

const DAY = 24 * 60 * 60_000

/** Where a deal stood from an instant on. */
interface Standing {
  at: number
  is: string
  amount: number | undefined
  createdAt: number | undefined
}

/** What deals came to in a period, and at its end. Sums leave out deals of which nobody said what they are worth. */
interface Pipeline {
  open: number
  value: number
  unpriced: number
  fresh: number
  freshValue: number
  won: number
  wonValue: number
  lost: number
}

/**
 * The pipeline: what is open, new, won and lost, and its velocity, the money that it brings in a day: open deals × share won × what a
 * won one is worth ÷ days until it is won. A week closes few deals, so the last three are of all periods that the report looks at.
 */
export function dealsPart(weeks: Weeks): Part & { add(lead: Pick<LeadStory, 'facts'>): void } {
  const deals = new Map<string, Standing[]>()

  return {
    add({ facts }) {
      for (const { type, deal, at, reason = 'open', amount, value } of facts) {
        if (type !== 'deal' || deal === undefined) continue
        const createdAt = value === undefined ? undefined : at - value * DAY
        const standing = { at, is: reason, amount: amount === undefined ? undefined : Number(amount), createdAt }
        const known = deals.get(deal)
        if (known) known.push(standing)
        else deals.set(deal, [standing])
      }
    },
    finish() {
      // A deal that went from one contact to another has facts of both.
      for (const standings of deals.values()) standings.sort((a, b) => a.at - b.at)
      const all = [...deals.values()]
      const [own, previous] = weeks.all
      const now = pipelineOf(all, own?.from ?? 0, weeks.end)
      const before = weeks.isKnown(1) ? pipelineOf(all, previous?.from ?? 0, previous?.to ?? 0) : null
      const velocity = velocityOf(all, weeks.from, weeks.end, now.open)
      return {
        findings: deals.size === 0 ? [] : [finding(weeks, now, velocity)],
        sections: [pipelineSection(weeks, all.length, now, before), velocitySection(weeks, all.length, velocity)],
      }
    },
  }
}

function pipelineOf(deals: readonly Standing[][], from: number, to: number): Pipeline {
  const sum: Pipeline = { open: 0, value: 0, unpriced: 0, fresh: 0, freshValue: 0, won: 0, wonValue: 0, lost: 0 }
  for (const standings of deals) {
    const last = standings.findLast(({ at }) => at < to)
    if (!last) continue
    const amount = last.amount ?? 0
    if (last.is === 'open') {
      sum.open += 1
      sum.value += amount
      if (last.amount === undefined) sum.unpriced += 1
    }
    const createdAt = createdOf(standings)
    if (createdAt >= from && createdAt < to) {
      sum.fresh += 1
      sum.freshValue += amount
    }
    const closed = closedAt(standings, to)
    if (closed === undefined || closed < from) continue
    if (last.is === 'lost') sum.lost += 1
    if (last.is === 'won') {
      sum.won += 1
      sum.wonValue += amount
    }
  }
  return sum
}

/** When a deal was closed as it stands at an instant; undefined while it is open. What is written to a closed one closes it no second time. */
function closedAt(standings: readonly Standing[], to: number): number | undefined {
  const until = standings.filter(({ at }) => at < to)
  const last = until.at(-1)
  if (!last || last.is === 'open') return undefined
  return until[until.findLastIndex(({ is }) => is !== last.is) + 1]?.at
}

const createdOf = (standings: readonly Standing[]) =>
  standings.find(({ createdAt }) => createdAt !== undefined)?.createdAt ?? standings[0]?.at ?? 0

interface Velocity {
  won: number
  lost: number
  share: number | null
  worth: number | null
  days: number | null
  perDay: number | null
}

function velocityOf(deals: readonly Standing[][], from: number, to: number, open: number): Velocity {
  const closed = deals.flatMap((standings) => {
    const at = closedAt(standings, to)
    const last = standings.findLast((one) => one.at < to)
    return at === undefined || at < from || !last
      ? []
      : [{ is: last.is, amount: last.amount, days: Math.max(0, at - createdOf(standings)) / DAY }]
  })
  const won = closed.filter(({ is }) => is === 'won')
  const amounts = won.flatMap(({ amount }) => amount ?? [])
  const spans = won.map((one) => one.days)
  const share = shareOf(won.length, closed.length)
  const worth = amounts.length > 0 ? amounts.reduce((sum, one) => sum + one, 0) / amounts.length : null
  const days = spans.length > 0 ? quantile(spans, 0.5) : null
  const perDay = share === null || worth === null || days === null ? null : (open * share * worth) / atLeastOne(days)
  return { won: won.length, lost: closed.length - won.length, share, worth, days, perDay }
}

// A deal that is won on the day it is made is no infinite speed.
function atLeastOne(days: number): number {
  return Math.max(1, days)
}

function finding({ word, all }: Weeks, now: Pipeline, velocity: Velocity): Finding {
  const money = (value: number | null) => cellText(value, 'money', 'UTC')
  const unpriced = now.unpriced === 0 ? '' : ` (${whoHaveNone(now.unpriced)})`
  const moved = `${counted(now.fresh, 'new one')}, ${now.won} won (${money(now.wonValue)}), ${now.lost} lost`
  const { perDay, share, worth, days } = velocity
  const speed =
    perDay === null
      ? `no velocity: no priced deal was won in the last ${all.length} ${word}s`
      : `velocity ${money(perDay)} a day (${whole(now.open)} open × ${cellText(share, 'share', '')} won × ${money(worth)} ÷ ${cellText(atLeastOne(days ?? 0), 'days', '')}, by deals closed in the last ${all.length} ${word}s)`
  return {
    id: 'pipeline',
    level: 'info',
    text: `Pipeline: ${counted(now.open, 'open deal')} worth ${money(now.value)}${unpriced}, ${moved}; ${speed}.`,
  }
}

const whoHaveNone = (count: number) => `${count} without an amount`

function pipelineSection({ word }: Weeks, known: number, now: Pipeline, before: Pipeline | null): Section {
  return {
    id: 'pipeline',
    title: 'Pipeline',
    note: `Deals of contacts that Baton knows, by where HubSpot says they stand. Open: at the end of the ${word}. New: made in it.`,
    columns: [
      { id: 'when', title: capital(word), unit: 'text' },
      { id: 'open', title: 'Open', unit: 'count' },
      { id: 'value', title: 'Worth', unit: 'money' },
      { id: 'unpriced', title: 'Without amount', unit: 'count' },
      { id: 'fresh', title: 'New', unit: 'count' },
      { id: 'freshValue', title: 'Worth of new', unit: 'money' },
      { id: 'won', title: 'Won', unit: 'count' },
      { id: 'wonValue', title: 'Worth of won', unit: 'money' },
      { id: 'lost', title: 'Lost', unit: 'count' },
    ],
    rows: known === 0 ? [] : [{ when: 'this', ...now }, ...(before ? [{ when: 'before', ...before }] : [])],
    empty: 'Baton knows no deal of a lead.',
  }
}

function velocitySection({ word, all }: Weeks, known: number, velocity: Velocity): Section {
  return {
    id: 'velocity',
    title: 'Pipeline velocity',
    note: 'Open deals × share won × mean worth of a won deal ÷ median days until it was won, one day at least. Share won: of those closed.',
    columns: [
      { id: 'when', title: 'Closed in', unit: 'text' },
      { id: 'won', title: 'Won', unit: 'count' },
      { id: 'lost', title: 'Lost', unit: 'count' },
      { id: 'share', title: 'Share won', unit: 'share' },
      { id: 'worth', title: 'Worth', unit: 'money' },
      { id: 'days', title: 'Days to won', unit: 'days' },
      { id: 'perDay', title: 'A day', unit: 'money' },
    ],
    rows: known === 0 ? [] : [{ when: `the last ${all.length} ${word}s`, ...velocity }],
    empty: 'Baton knows no deal of a lead.',
  }
}
