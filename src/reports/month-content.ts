import { column, levelOf, type Part, partWords, pointsOf } from './figures.ts'
import type { ReportBody, ReportInput } from './kind.ts'
import type { LeadStory } from './lead-story.ts'
import { shareOf } from './statistics.ts'

/** So long before a deal was won or lost what the lead saw is looked at. */
export const BEFORE = 90 * 86_400_000
const SHOWN = 20
// What fewer won leads saw is not spoken of.
const FEWEST = 3

/** What leads saw before they were won, and before they were lost. */
export function contentPart({ period, now }: Pick<ReportInput, 'period' | 'now'>) {
  const counts = new Map<string, { won: number; lost: number }>()
  const all = { won: 0, lost: 0 }

  return {
    add(lead: LeadStory): void {
      const until = Math.min(period.to, now + 1)
      const isInPeriod = (at: number) => at >= period.from && at < until
      const wonAt = wonInstants(lead).find(isInPeriod)
      const at = wonAt ?? lostInstants(lead).find(isInPeriod)
      if (at === undefined) return
      const became = wonAt === undefined ? 'lost' : 'won'
      all[became] += 1
      for (const content of contentBefore(lead, at)) {
        const count = counts.get(content) ?? { won: 0, lost: 0 }
        count[became] += 1
        counts.set(content, count)
      }
    },

    finish(): ReportBody {
      const rows = [...counts]
        .map(([content, { won, lost }]) => ({
          content,
          won: { count: won, all: all.won },
          lost: { count: lost, all: all.lost },
        }))
        .sort((a, b) => b.won.count - a.won.count || a.lost.count - b.lost.count || (a.content < b.content ? -1 : 1))
        .slice(0, SHOWN)
      const note = `Forms and pages of the 90 days before: of ${all.won} leads that became customers or whose deal was won in ${period.title}, and of ${all.lost} whose deal was lost, or that sales took out or gave back. What stands before a deal need not be why it was won.`
      return {
        findings: [finding(rows, all, period.title)],
        sections: [
          {
            id: 'content',
            title: 'What stood before won deals',
            note,
            columns: [
              column('content', 'Form or page', 'text'),
              column('won', 'Won', 'count'),
              column('ofWon', 'Of the won', 'share'),
              column('lost', 'Lost', 'count'),
              column('ofLost', 'Of the lost', 'share'),
              column('difference', 'Difference', 'points'),
            ],
            rows: rows.map(({ content, won, lost }) => ({
              ...{ content, won: won.count, lost: lost.count },
              ...{
                ofWon: shareOf(won.count, won.all),
                ofLost: shareOf(lost.count, lost.all),
                difference: pointsOf(won, lost),
              },
            })),
            empty: all.won + all.lost === 0 ? 'No deal was won or lost.' : 'Nothing is known of what they saw.',
          },
        ],
        charts: [],
      }
    },
  }
}

function finding(
  rows: readonly { content: string; won: Part; lost: Part }[],
  all: { won: number; lost: number },
  title: string,
) {
  const id = 'content'
  if (all.won === 0)
    return {
      id,
      level: 'info' as const,
      text: `No deal was won in ${title}${all.lost > 0 ? `; ${all.lost} leads were lost` : ''}.`,
    }
  const telling = rows.find(({ won, lost }) => won.count >= FEWEST && levelOf(won, lost) === 'good')
  if (telling) {
    const text = `“${telling.content}” stood before ${partWords(telling.won)} of the won, and before ${partWords(telling.lost)} of the lost: more than chance explains.`
    return { id, level: 'good' as const, text }
  }
  const [most] = rows
  const often = most && most.won.count > 0 ? ` Most often: “${most.content}”, before ${partWords(most.won)}.` : ''
  return {
    id,
    level: 'info' as const,
    text: `No form or page stood before won deals more often than before lost ones, beyond chance.${often}`,
  }
}

/** What a lead saw within 90 days before an instant, each once. */
function contentBefore({ facts }: LeadStory, at: number): Set<string> {
  const seen = facts.flatMap((fact) => (fact.content && fact.at <= at && fact.at >= at - BEFORE ? [fact.content] : []))
  return new Set(seen)
}

/** When its deals were won, each the first time; of a lead without a deal, when it became a customer. */
function wonInstants({ facts, customerAt }: LeadStory): number[] {
  const won = dealInstants(facts, 'won')
  return won.length === 0 && customerAt !== undefined ? [customerAt] : won
}

/** When its deals were lost, or sales, who had it, took it out or gave it back. */
function lostInstants({ facts, handoffs }: LeadStory): number[] {
  const back = handoffs.flatMap(({ toSales, over }) =>
    toSales && over && (over.how === 'disqualified' || over.how === 'recycled') ? [over.at] : [],
  )
  return [...dealInstants(facts, 'lost'), ...back].sort((a, b) => a - b)
}

function dealInstants(facts: LeadStory['facts'], reason: string): number[] {
  const first = new Map<string, number>()
  for (const { type, deal = '', at, reason: stands } of facts) {
    if (type === 'deal' && stands === reason && !first.has(deal)) first.set(deal, at)
  }
  return [...first.values()].sort((a, b) => a - b)
}
