import { ofWords, shareWords } from './figures.ts'
import type { ReportInput } from './kind.ts'
import type { LeadStory } from './lead-story.ts'
import type { Finding } from './report.ts'
import { shareOf } from './statistics.ts'
import { against, type Part } from './weekly-part.ts'
import type { Weeks } from './weekly-weeks.ts'
import { cellText } from './words.ts'

// How somebody comes to a lead by a person's word. That a rep has left, or is not reached, is seen to by Baton.
const BY_PERSON: ReadonlySet<string> = new Set(['passed-on', 'owner-changed', 'owner-cleared', 'assigned', 'reopened'])

/**
 * What runs by itself. Automation: of the leads that were routed in the period, those of which nobody had to say whose they are. Critical
 * flows: leads that were routed soon enough after their event was received, and messages that Slack took. A lead that nobody could route is in
 * neither: it stands among the dead letters.
 */
export function flowsPart({ settings }: Pick<ReportInput, 'settings'>, weeks: Weeks): Part {
  const { targets } = settings
  const automated = { count: 0, all: 0 }
  const routed = { count: 0, all: 0 }
  const told = { count: 0, all: 0 }

  return {
    add(lead) {
      for (const { type, at, value } of lead.facts) {
        if (weeks.of(at) !== 0) continue
        if (type === 'told' || type === 'undeliverable') {
          told.all += 1
          if (type === 'told') told.count += 1
        }
        if (type !== 'routed' || value === undefined) continue
        routed.all += 1
        if (value * 1_000 <= targets.flowWithin) routed.count += 1
      }
      if (!lead.facts.some(({ type, at }) => type === 'routed' && weeks.of(at) === 0)) return
      automated.all += 1
      if (!isByPerson(lead, weeks)) automated.count += 1
    },
    finish() {
      const worked = { count: routed.count + told.count, all: routed.all + told.all }
      const within = cellText(targets.flowWithin / 60_000, 'minutes', 'UTC')
      const findings: Finding[] = []
      if (worked.all > 0)
        findings.push({
          id: 'flows',
          level: against(worked.count, worked.all, targets.flows),
          text: `Critical flows: ${ofWords(worked.count, worked.all)} worked; target over ${shareWords(targets.flows)}. Routed within ${within}: ${ofWords(routed.count, routed.all)}; alerts delivered: ${ofWords(told.count, told.all)}.`,
        })
      if (automated.all > 0)
        findings.push({
          id: 'automation',
          level: against(automated.count, automated.all, targets.automated),
          text: `Automation: ${ofWords(automated.count, automated.all, 'leads that were routed')} went their way without a person; target over ${shareWords(targets.automated)}.`,
        })
      const row = (what: string, { count, all }: { count: number; all: number }, target: number) => ({
        ...{ what, count, all, share: shareOf(count, all), target },
      })
      return {
        findings,
        sections: [
          {
            id: 'flows',
            title: 'What runs by itself',
            note: `Of the ${weeks.word}. Without a person: of the leads that were routed, those of which nobody said whose they are. Routed in time: of the times a lead was routed by something that came in. What could not be routed at all is not among them: npm run baton -- dead list.`,
            columns: [
              { id: 'what', title: 'What', unit: 'text' },
              { id: 'count', title: 'Count', unit: 'count' },
              { id: 'all', title: 'Of', unit: 'count' },
              { id: 'share', title: 'Share', unit: 'share' },
              { id: 'target', title: 'Target', unit: 'share' },
            ],
            rows: [
              row('leads without a person', automated, targets.automated),
              row(`routed within ${within}`, routed, targets.flows),
              row('alerts delivered', told, targets.flows),
            ],
            empty: 'Nothing is known.',
          },
        ],
      }
    },
  }
}

// Somebody who is not in the team has it, or a person gave it to a rep.
function isByPerson({ facts }: LeadStory, weeks: Weeks): boolean {
  return facts.some(({ type, at, reason = '' }) => {
    if (weeks.of(at) !== 0) return false
    return (type === 'assigned' && BY_PERSON.has(reason)) || (type === 'ended' && reason === 'taken-over')
  })
}
