import type { KeptFact } from '../facts/fact.ts'
import { counted } from '../rules/words.ts'
import type { ReportBody, ReportInput } from './kind.ts'

interface Fill {
  attribute: string
  source: string
  count: number
  before: number
}

/** The values that people had filled in, by a click in the weekly list of what can be put right. */
export function fillsPart({ period, before, now }: Pick<ReportInput, 'period' | 'before' | 'now'>) {
  const fills = new Map<string, Fill>()
  const previous = before(1)

  return {
    add(facts: readonly KeptFact[]): void {
      for (const { type, at, rule: attribute = '', source = '' } of facts) {
        if (type !== 'filled' || at < previous.from || at >= period.to || at > now) continue
        const key = `${attribute}\t${source}`
        const fill = fills.get(key) ?? { attribute, source, count: 0, before: 0 }
        fills.set(key, fill)
        fill[at < period.from ? 'before' : 'count'] += 1
      }
    },

    finish(): ReportBody {
      const rows = [...fills].sort(([a, one], [b, other]) => other.count - one.count || (a < b ? -1 : 1))
      const all = rows.reduce((sum, [, { count }]) => sum + count, 0)
      const text = `${counted(all, 'value')} ${all === 1 ? 'was' : 'were'} filled in by a click in this ${period.kind}.`
      return {
        findings: all === 0 ? [] : [{ id: 'filled', level: 'info', text }],
        sections: [
          {
            id: 'filled',
            title: 'Filled in by a click',
            note: 'Values that HubSpot lacked, that enrichment knew, and that somebody had written there.',
            columns: [
              { id: 'attribute', title: 'Attribute', unit: 'text' },
              { id: 'source', title: 'Known by', unit: 'text' },
              { id: 'count', title: 'Filled in', unit: 'count' },
              { id: 'before', title: `The ${period.kind} before`, unit: 'count' },
            ],
            rows: rows.map(([, fill]) => ({ ...fill })),
            empty: `Nothing was filled in by a click in this ${period.kind}, nor in the one before.`,
          },
        ],
        charts: [],
      }
    },
  }
}
