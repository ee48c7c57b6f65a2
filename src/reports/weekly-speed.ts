import { ofWords } from './figures.ts'
import type { ReportInput } from './kind.ts'
import { handedOver, verdictOn } from './lead-story.ts'
import type { Finding } from './report.ts'
import { differ, shareOf, wilson } from './statistics.ts'
import type { Part } from './weekly-part.ts'
import type { Weeks } from './weekly-weeks.ts'

// Minutes of the clock; what took longer than the last stands in the next, who was not answered in the last of all.
const STEPS = [
  { name: 'within 5 min', until: 5 },
  { name: 'within 1 h', until: 60 },
  { name: 'within 4 h', until: 240 },
  { name: 'later', until: Number.POSITIVE_INFINITY },
] as const
const UNANSWERED = 'not answered'
const FEWEST = 5

/**
 * How fast leads were answered, and how many sales accepted: of those handed over in all periods that the report looks at, for one week
 * has few. Undecided ones of the last days are left out: they are no "no".
 */
export function speedPart({ now }: Pick<ReportInput, 'now'>, weeks: Weeks): Part {
  const steps = new Map<string, { count: number; all: number }>(
    [...STEPS.map(({ name }) => name), UNANSWERED].map((name) => [name, { count: 0, all: 0 }]),
  )
  let undecided = 0

  return {
    add(lead) {
      const handoff = handedOver(lead, (at) => weeks.of(at) !== undefined)
      if (!handoff) return
      const verdict = verdictOn(lead, handoff, now)
      if (verdict === 'open') {
        undecided += 1
        return
      }
      const { answered } = handoff
      // It was answered, and nobody knows after how long.
      if (answered && answered.minutes === undefined) return
      const name = answered ? STEPS.find(({ until }) => (answered.minutes ?? 0) <= until)?.name : UNANSWERED
      const step = steps.get(name ?? UNANSWERED)
      if (!step) return
      step.all += 1
      if (verdict === 'accepted') step.count += 1
    },
    finish() {
      const rows = [...steps].map(([answered, { count, all }]) => {
        const interval = wilson(count, all)
        return {
          answered,
          all,
          count,
          share: shareOf(count, all),
          from: interval?.from ?? null,
          to: interval?.to ?? null,
        }
      })
      const isEmpty = rows.every(({ all }) => all === 0)
      return {
        findings: finding(weeks, [...steps.values()]),
        sections: [
          {
            id: 'speed',
            title: 'Answer time and acceptance',
            note: `First handoffs to sales of the last ${weeks.all.length} ${weeks.word}s, by the time of the clock until the answer; ${undecided} undecided ones are left out. Hot leads are answered faster: that alone proves no effect. From, to: 95 %.`,
            columns: [
              { id: 'answered', title: 'Answered', unit: 'text' },
              { id: 'all', title: 'Leads', unit: 'count' },
              { id: 'count', title: 'Accepted', unit: 'count' },
              { id: 'share', title: 'Share', unit: 'share' },
              { id: 'from', title: 'From', unit: 'share' },
              { id: 'to', title: 'To', unit: 'share' },
            ],
            rows: isEmpty ? [] : rows,
            empty: 'No lead that was handed over is decided on yet.',
          },
        ],
      }
    },
  }
}

function finding({ all, word }: Weeks, [first, second, ...rest]: { count: number; all: number }[]): Finding[] {
  const [fast, slow] = [sum([first, second]), sum(rest)]
  if (fast.all < FEWEST || slow.all < FEWEST) return []
  const apart = differ(fast, slow) ? 'more than chance explains' : 'which may be chance'
  return [
    {
      id: 'speed',
      level: 'info',
      text: `Of leads answered within 1 h sales accepted ${ofWords(fast.count, fast.all)}, of the others ${ofWords(slow.count, slow.all)}: ${apart} (last ${all.length} ${word}s).`,
    },
  ]
}

function sum(parts: readonly ({ count: number; all: number } | undefined)[]): { count: number; all: number } {
  return parts.reduce<{ count: number; all: number }>(
    (so, one) => ({ count: so.count + (one?.count ?? 0), all: so.all + (one?.all ?? 0) }),
    { count: 0, all: 0 },
  )
}
