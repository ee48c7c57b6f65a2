import { counted, plain } from '../rules/words.ts'
import { under } from './figures.ts'
import type { HandoffStory, LeadStory } from './lead-story.ts'
import { shareOf } from './statistics.ts'
import type { Part } from './weekly-part.ts'
import type { Weeks } from './weekly-weeks.ts'

// A list of reasons is short; what people wrote themselves is in none.
const MOST = 15

const WORDS: Partial<Record<NonNullable<HandoffStory['over']>['how'], string>> = {
  rejected: 'rejected',
  disqualified: 'disqualified by a person',
  recycled: 'back to nurture',
}
const REASONS: Readonly<Record<string, string>> = {
  returned: 'nobody reached it',
  recycled: 'sent back',
  unqualified: 'set to unqualified in HubSpot',
}

/** Why sales did not want leads, or gave them back: what was said in the period, each lead once for each reason. */
export function reasonsPart(weeks: Weeks): Part {
  const reasons = new Map<string, number>()
  let leads = 0

  return {
    add(lead) {
      const said = new Set(saidOf(lead, weeks))
      if (said.size > 0) leads += 1
      for (const one of said) reasons.set(one, (reasons.get(one) ?? 0) + 1)
    },
    finish() {
      const sorted = [...reasons].toSorted(([a, some], [b, more]) => more - some || a.localeCompare(b))
      const rows = sorted.slice(0, MOST).map(([key, count]) => {
        const [how = '', reason = ''] = key.split('\t')
        return { reason, how, count, share: shareOf(count, leads) }
      })
      const [first] = rows
      return {
        findings: first
          ? [
              {
                id: 'reasons',
                level: 'info',
                text: `Sales declined or gave back ${counted(leads, 'lead')} in this ${weeks.word}, most often: ${first.reason} (${counted(first.count, 'lead')}).`,
              },
            ]
          : [],
        sections: [
          {
            id: 'reasons',
            title: 'Why sales did not want leads',
            note: `Said in the ${weeks.word}; share of the ${counted(leads, 'lead')} of which something was said.`,
            columns: [
              { id: 'reason', title: 'Reason', unit: 'text' },
              { id: 'how', title: 'How', unit: 'text' },
              { id: 'count', title: 'Leads', unit: 'count' },
              { id: 'share', title: 'Share', unit: 'share' },
            ],
            rows,
            empty: `Sales declined no lead in this ${weeks.word}.`,
          },
        ],
      }
    },
  }
}

function saidOf({ handoffs }: LeadStory, weeks: Weeks): string[] {
  return handoffs.flatMap(({ toSales, over }) => {
    const how = over && WORDS[over.how]
    if (!toSales || !over || how === undefined || weeks.of(over.at) !== 0) return []
    return [`${how}\t${under(REASONS, over.reason) ?? (plain(over.reason) || 'no reason given')}`]
  })
}
