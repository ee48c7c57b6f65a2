import { quantile } from '../rules/quantile.ts'
import { counted } from '../rules/words.ts'
import { column, partWords, under } from './figures.ts'
import type { ReportBody, ReportInput } from './kind.ts'
import { type LeadStory, type Waiting, waitOf } from './lead-story.ts'
import { periodsBetween } from './period.ts'
import type { Finding, Section } from './report.ts'
import { shareOf } from './statistics.ts'
import { cellText } from './words.ts'

const WEEK = 7 * 86_400_000

/** What a pool had to do: handoffs that began, that were passed over to another rep, that waited, in minutes, and that wait still. */
interface PoolLoad {
  handoffs: number
  reassigned: number
  waited: number[]
  waiting: number
}

/** Whether there are people enough: leads for each rep and week, against caps and working hours; who waits; what is reassigned. */
export function capacityPart({ period, now, settings }: ReportInput) {
  const end = Math.min(period.to, now)
  // The last moment that counts: an end at midnight is none of a week of its own.
  const weeks = periodsBetween('week', period.from, Math.max(period.from, end - 1), period.timeZone).toReversed()
  const elapsed = Math.max(end - period.from, 1) / WEEK
  const isIn = (at: number) => at >= period.from && at < period.to && at <= now
  const weekOf = (at: number) => weeks.findLastIndex(({ from }) => at >= from)
  const zeros = () => weeks.map(() => 0)
  const reps = new Map(Object.keys(settings.capacity).map((rep) => [rep, zeros()]))
  const pools = new Map(settings.pools.map((pool) => [pool, idle()]))
  const handoffs = zeros()
  const ofPool = (pool: string) => {
    const load = pools.get(pool) ?? idle()
    pools.set(pool, load)
    return load
  }

  return {
    add(lead: LeadStory): void {
      for (const { pool, startedAt, holders } of lead.handoffs) {
        for (const { rep, since } of holders) {
          if (!isIn(since)) continue
          const load = reps.get(rep) ?? zeros()
          reps.set(rep, load)
          increase(load, weekOf(since))
        }
        if (!isIn(startedAt)) continue
        increase(handoffs, weekOf(startedAt))
        const load = ofPool(pool)
        load.handoffs += 1
        if (holders.some(({ how }) => how === 'reassigned')) load.reassigned += 1
      }
      noteWaits(lead)
    },

    finish(): ReportBody {
      const load = [...pools.values()]
      const [all, moved] = [sum(load.map((one) => one.handoffs)), sum(load.map(({ reassigned }) => reassigned))]
      const waited = load.flatMap((one) => one.waited)
      return {
        findings: [
          busiest(all),
          ...(all > 0 ? [reassigned(moved, all)] : []),
          ...waits(waited, sum(load.map(({ waiting }) => waiting))),
        ],
        sections: [repTable(), poolTable()],
        charts:
          all === 0
            ? []
            : [
                {
                  ...{ id: 'handoffs', title: 'Handoffs by week', kind: 'bars', unit: 'count' },
                  x: weeks.map(({ name }) => name.replace(/^\d{4}-/, '')),
                  series: [{ name: 'Handoffs', values: handoffs }],
                },
              ],
      }
    },
  }

  function noteWaits({ facts, waiting }: LeadStory): void {
    const began = new Map<string, Waiting>()
    for (const fact of facts) {
      const { type, handoff, at } = fact
      if (handoff === undefined || at > now) continue
      if (type === 'waiting') began.set(handoff, waitOf(fact))
      const wait = began.get(handoff)
      if (type !== 'assigned' || !wait) continue
      began.delete(handoff)
      if (!wait.isHeld && isIn(wait.since)) ofPool(wait.pool).waited.push((at - wait.since) / 60_000)
    }
    // What is held for its data waits for nobody to be free.
    for (const { pool, since, isHeld } of waiting) if (!isHeld && since < period.to) ofPool(pool).waiting += 1
  }

  function busiest(all: number): Finding {
    const most = Math.max(...handoffs)
    const week = weeks[handoffs.indexOf(most)]
    const id = 'capacity'
    if (all === 0 || !week) return { id, level: 'info', text: `No handoff began in ${period.title}.` }
    const middle = cellText(quantile(handoffs, 0.5), 'count', '')
    const text = `${counted(all, 'handoff')} began in ${period.title}. The busiest week was ${week.title} with ${cellText(most, 'count', '')}; the middle one had ${middle}.`
    return { id, level: 'info', text }
  }

  function repTable(): Section {
    return {
      id: 'capacity',
      title: 'Leads for each rep',
      note: 'Everything that was handed to them, of all kinds, each time. Possible: what their pools give at most in a week by the caps of a day; – where there is no cap. Working time: the open hours of their calendar, by leads of a week. Handed over says nothing of who works well.',
      columns: [
        column('rep', 'Rep', 'text'),
        column('leads', 'Leads', 'count'),
        column('perWeek', 'A week', 'count'),
        column('busiest', 'Busiest week', 'count'),
        column('possible', 'Possible', 'count'),
        column('ofPossible', 'Busiest of possible', 'share'),
        column('hours', 'Hours a week', 'count'),
        column('time', 'Working time a lead', 'minutes'),
      ],
      rows: [...reps]
        .map(([rep, load]) => {
          const { hours, perWeek: possible } = under(settings.capacity, rep) ?? { hours: null, perWeek: null }
          const [leads, most] = [sum(load), Math.max(...load)]
          return {
            ...{
              rep: under(settings.reps, rep) ?? rep,
              leads,
              perWeek: leads / elapsed,
              busiest: most,
              possible,
              hours,
            },
            ofPossible: possible === null ? null : shareOf(most, possible),
            time: hours === null || leads === 0 ? null : (hours * 60) / (leads / elapsed),
          }
        })
        .sort((a, b) => (a.rep < b.rep ? -1 : 1)),
      empty: 'There is no rep.',
    }
  }

  function poolTable(): Section {
    return {
      id: 'pools',
      title: 'Waiting and reassigned, by pool',
      note: `Of the handoffs that began in ${period.title}. Waited: nobody was free at first; the median of those whom somebody got. Waiting: as of now.`,
      columns: [
        column('pool', 'Pool', 'text'),
        column('handoffs', 'Handoffs', 'count'),
        column('reassigned', 'Reassigned', 'count'),
        column('share', 'Of the handoffs', 'share'),
        column('waited', 'Waited', 'count'),
        column('median', 'Median wait', 'minutes'),
        column('waiting', 'Waiting', 'count'),
      ],
      rows: [...pools].map(([pool, { handoffs: began, reassigned: moved, waited, waiting }]) => ({
        ...{ pool, handoffs: began, reassigned: moved, share: shareOf(moved, began), waiting },
        ...{ waited: waited.length, median: waited.length > 0 ? quantile(waited, 0.5) : null },
      })),
      empty: 'There is no pool.',
    }
  }
}

const idle = (): PoolLoad => ({ handoffs: 0, reassigned: 0, waited: [], waiting: 0 })
const sum = (numbers: readonly number[]) => numbers.reduce((total, one) => total + one, 0)

function increase(counts: number[], which: number): void {
  if (which >= 0) counts[which] = (counts[which] ?? 0) + 1
}

function reassigned(count: number, all: number): Finding {
  const text = `${partWords({ count, all })} of the handoffs went to another rep, because the first did not answer.`
  return { id: 'reassigned', level: 'info', text }
}

function waits(waited: readonly number[], waiting: number): Finding[] {
  if (waited.length + waiting === 0) return []
  const half =
    waited.length > 0
      ? ` Half of those that somebody got waited up to ${cellText(quantile(waited, 0.5), 'minutes', '')}.`
      : ''
  const still = waiting > 0 ? ` ${counted(waiting, 'lead')} ${waiting === 1 ? 'waits' : 'wait'} still.` : ''
  const text = `${counted(waited.length + waiting, 'lead')} had to wait, because nobody was free.${half}${still}`
  return [{ id: 'waiting', level: waiting > 0 ? 'warn' : 'info', text }]
}
