import { counted, plain } from '../rules/words.ts'
import { capital, column } from './figures.ts'
import type { ReportBody, ReportInput } from './kind.ts'
import type { LeadStory } from './lead-story.ts'

const SHOWN = 20
// As much as a download is worth: what is less is no news.
const LEAST = 10

interface Account {
  leads: number
  points: number
  before: number
  last: number
  did: Map<string, number>
}

/**
 * Marketing to sales: the accounts whose leads came to be more engaged than in the period before. An account stands there by its digest; whoever
 * shows the report puts in what it is called (`views/account-names.ts`).
 */
export function intentPart({ period, before, now }: ReportInput) {
  const accounts = new Map<string, Account>()
  const previous = before(1)

  return {
    add(lead: LeadStory): void {
      if (isNoProspect(lead)) return
      const active = new Set<Account>()
      for (const { type, at, account, value = 0, content, rule = '' } of lead.facts) {
        if (type !== 'signal' || account === undefined || at < previous.from || at >= period.to || at > now) continue
        const own = accounts.get(account) ?? { leads: 0, points: 0, before: 0, last: 0, did: new Map() }
        accounts.set(account, own)
        if (at < period.from) {
          own.before += value
          continue
        }
        own.points += value
        own.last = Math.max(own.last, at)
        const what = content ?? plain(rule)
        own.did.set(what, (own.did.get(what) ?? 0) + 1)
        active.add(own)
      }
      for (const own of active) own.leads += 1
    },

    finish(): ReportBody {
      const rising = [...accounts]
        .filter(([, { points, before }]) => points >= LEAST && points > before)
        .sort(
          ([a, one], [b, other]) =>
            other.points - other.before - (one.points - one.before) || other.points - one.points || (a < b ? -1 : 1),
        )
      const leads = rising.reduce((sum, [, own]) => sum + own.leads, 0)
      const text =
        rising.length === 0
          ? `No account did more in ${period.title} than in the ${period.kind} before.`
          : `${counted(rising.length, 'account')} did more in ${period.title} than in the ${period.kind} before, by ${counted(leads, 'lead')}.`
      return {
        findings: [{ id: 'marketing-to-sales', level: 'info', text }],
        sections: [
          {
            id: 'marketing-to-sales-accounts',
            title: 'Accounts with rising intent',
            note: `Points by which the engagement of an account's leads rose, at least ${LEAST} and more than in the ${period.kind} before; a lead at the maximum rises no more. Customers and whoever is out are not among them. An account is HubSpot's company, else the domain of its leads' addresses.`,
            columns: [
              column('account', 'Account', 'text'),
              column('leads', 'Leads', 'count'),
              column('points', 'Points', 'count'),
              column('before', `${capital(period.kind)} before`, 'count'),
              column('did', 'What they did', 'text'),
              column('last', 'Last', 'instant'),
            ],
            rows: rising.slice(0, SHOWN).map(([account, { leads, points, before, did, last }]) => ({
              ...{ account, leads, points, before, last },
              did: didWords(did),
            })),
            empty: 'No account did.',
          },
        ],
        charts: [],
      }
    },
  }
}

// Customers are for customer success; whoever is out is for nobody.
function isNoProspect({ facts }: LeadStory): boolean {
  const stage = facts.findLast(({ type }) => type === 'stage' || type === 'seen')?.stage ?? ''
  return ['customer', 'evangelist', 'disqualified'].includes(stage)
}

function didWords(did: ReadonlyMap<string, number>): string {
  return [...did]
    .sort(([a, many], [b, more]) => more - many || (a < b ? -1 : 1))
    .slice(0, 3)
    .map(([what, count]) => (count > 1 ? `${what} ×${count}` : what))
    .join(', ')
}
