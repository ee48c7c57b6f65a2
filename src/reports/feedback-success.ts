import type { CustomerNews } from '../config/schemas/reports.ts'
import type { KeptFact } from '../facts/fact.ts'
import { plain, whole } from '../rules/words.ts'
import { capital, column } from './figures.ts'
import type { ReportBody, ReportInput } from './kind.ts'
import type { LeadStory } from './lead-story.ts'
import type { Section } from './report.ts'

const SHOWN = 15

type Group = 'references' | 'struggles' | 'expansion'
const TITLES: Record<Group, string> = {
  references: 'References: who speaks for us',
  struggles: 'Struggles: who may leave',
  expansion: 'Expansion: who may want more',
}

interface Row {
  what: string
  leads: number
  before: number
}
/** What was news of one account: the last of it. */
interface Told {
  account: string
  what: string
  at: number
}

/** Customer success to marketing: references, struggles and signs of expansion, by what the config counts as such. */
export function successPart({ period, before, now, settings }: ReportInput) {
  const previous = before(1)
  const groups = Object.entries(settings.customerNews).map(([name, news]) => ({
    name: name as Group,
    leads: 0,
    rows: news.map((one) => ({ news: one, row: { what: newsWords(one), leads: 0, before: 0 } })),
    told: new Map<string, Told>(),
  }))

  return {
    add({ facts }: LeadStory): void {
      const account = facts.findLast((fact) => fact.account !== undefined)?.account
      const begun = firstOfHandoffs(facts)
      for (const group of groups) {
        let isTold = false
        for (const { news, row } of group.rows) {
          const found = facts.filter((fact) => isNews(news, fact, begun) && fact.at < period.to && fact.at <= now)
          const own = found.findLast(({ at }) => at >= period.from)
          if (own) row.leads += 1
          if (found.some(({ at }) => at >= previous.from && at < previous.to)) row.before += 1
          isTold ||= own !== undefined
          if (own && account !== undefined && own.at >= (group.told.get(account)?.at ?? 0))
            group.told.set(account, { account, what: row.what, at: own.at })
        }
        if (isTold) group.leads += 1
      }
    },

    finish(): ReportBody {
      const said = groups.map(({ name, leads }) => `${name} ${whole(leads)}`)
      const text = `News of customers in ${period.title}, in people: ${said.join(', ')}.`
      return {
        findings: [{ id: 'success-to-marketing', level: 'info', text }],
        sections: groups.flatMap((group) => [
          counts(
            group.name,
            group.rows.map(({ row }) => row),
            period.kind,
          ),
          accountsOf(group.name, [...group.told.values()]),
        ]),
        charts: [],
      }
    },
  }
}

function isNews(
  { trigger, handoff, signal, stage }: CustomerNews,
  fact: KeptFact,
  begun: ReadonlySet<KeptFact>,
): boolean {
  if (trigger !== undefined) return fact.type === 'triggered' && fact.reason === 'fired' && fact.rule === trigger
  if (signal !== undefined) return fact.type === 'signal' && fact.rule === signal
  if (handoff !== undefined) return fact.kind === handoff && begun.has(fact)
  if (stage === 'churn') return fact.type === 'outcome' && fact.stage === stage
  return fact.type === 'stage' && fact.stage === stage
}

/** The facts by which handoffs began: each once, also when it waited first or went to another. */
function firstOfHandoffs(facts: readonly KeptFact[]): Set<KeptFact> {
  const first = new Map<string, KeptFact>()
  for (const fact of facts) {
    const isBeginning = fact.type === 'assigned' || fact.type === 'waiting'
    if (isBeginning && fact.handoff !== undefined && !first.has(fact.handoff)) first.set(fact.handoff, fact)
  }
  return new Set(first.values())
}

function newsWords({ trigger, handoff, signal, stage }: CustomerNews): string {
  return plain(trigger ?? handoff ?? signal ?? stage ?? '')
}

function counts(name: Group, rows: readonly Row[], kind: string): Section {
  return {
    id: `success-to-marketing-${name}`,
    title: TITLES[name],
    note: `Customers and leads, each once in a row, of which this was news in this ${kind}, and in the one before.`,
    columns: [
      column('what', 'What', 'text'),
      column('leads', 'People', 'count'),
      column('before', `${capital(kind)} before`, 'count'),
    ],
    rows: rows.map((row) => ({ ...row })),
    empty: 'Nothing is named in reports.yaml.',
  }
}

function accountsOf(name: Group, told: readonly Told[]): Section {
  return {
    id: `success-to-marketing-${name}-accounts`,
    title: `${TITLES[name].split(':')[0]}: accounts`,
    note: `The latest ${SHOWN}, each with the last that was news of it.`,
    columns: [column('account', 'Account', 'text'), column('what', 'What', 'text'), column('at', 'When', 'instant')],
    rows: told
      .toSorted((a, b) => b.at - a.at || (a.account < b.account ? -1 : 1))
      .slice(0, SHOWN)
      .map((row) => ({ ...row })),
    empty: 'No account.',
  }
}
