import { counted } from '../rules/words.ts'
import { capital } from './figures.ts'
import type { LeadStory } from './lead-story.ts'
import type { Chart, Section } from './report.ts'
import type { Figure, Part } from './weekly-part.ts'
import { PERIODS, type Weeks } from './weekly-weeks.ts'
import { cellText } from './words.ts'

// The chart shows the period itself and eight before.
const SHOWN = 9

const STEPS = [
  { id: 'leads', title: 'Leads', one: 'lead' },
  { id: 'mqls', title: 'MQLs', one: 'MQL' },
  { id: 'sqls', title: 'SQLs', one: 'SQL' },
  { id: 'opportunities', title: 'Opportunities', one: 'opportunity', many: 'opportunities' },
  { id: 'customers', title: 'Customers', one: 'customer' },
] as const
type Step = (typeof STEPS)[number]['id']

/** How many leads came, and how many came to be MQLs, SQLs, opportunities and customers, against the period before. */
export function funnelPart(weeks: Weeks): Part {
  const counts = new Map<Step, number[]>(STEPS.map(({ id }) => [id, Array.from({ length: PERIODS }, () => 0)]))
  const compared = new Map<Step, number>()

  return {
    add(lead) {
      for (const [step, instants] of stepsOf(lead)) {
        // A lead that becomes an MQL again counts once in a period.
        for (const which of new Set(instants.map(weeks.of))) if (which !== undefined) increase(counts.get(step), which)
        if (instants.some(weeks.isCompared)) compared.set(step, (compared.get(step) ?? 0) + 1)
      }
    },
    finish() {
      const now = (step: Step) => counts.get(step)?.[0] ?? 0
      const before = (step: Step) => (weeks.isKnown(1) ? (compared.get(step) ?? 0) : null)
      const rows = STEPS.map(({ id, title }) => ({
        step: title,
        count: now(id),
        before: before(id),
        change: change(now(id), before(id)),
      }))
      const said = STEPS.map((step) => {
        const words = counted(now(step.id), step.one).replace(/opportunitys$/, 'opportunities')
        const [was, by] = [before(step.id), change(now(step.id), before(step.id))]
        if (was === null) return words
        return `${words} (${cellText(was, 'count', '')}${by === null ? '' : `, ${cellText(by, 'change', '')}`})`
      })
      const isPart = weeks.isOver ? '' : ` so far; in brackets the same part of the ${weeks.word} before`
      const inBrackets = weeks.isOver && weeks.isKnown(1) ? `; in brackets the ${weeks.word} before` : isPart
      const section: Section = {
        id: 'funnel',
        title: 'Leads and what became of them',
        note: `Each lead once a ${weeks.word}, in that in which it happened. Leads: seen for the first time and routed. SQLs: accepted by sales, or so in HubSpot.${weeks.isOver ? '' : ` The ${weeks.word} still runs: the one before counts up to the same moment.`}`,
        columns: [
          { id: 'step', title: 'Stage', unit: 'text' },
          { id: 'count', title: `This ${weeks.word}`, unit: 'count' },
          { id: 'before', title: `${capital(weeks.word)} before`, unit: 'count' },
          { id: 'change', title: 'Change', unit: 'change' },
        ],
        rows,
        empty: 'Nothing is known.',
      }
      const figures = STEPS.slice(0, 3).map(
        ({ id, title }): Figure => ({ name: title, unit: 'count', values: counts.get(id) ?? [] }),
      )
      return {
        findings: [{ id: 'funnel', level: 'info', text: `${said.join(', ')}${inBrackets}.` }],
        sections: [section],
        charts: [chart(weeks, counts)],
        figures,
      }
    },
  }
}

function stepsOf({ newAt, mqlAts, sqlAt, opportunityAt, customerAt }: LeadStory): [Step, number[]][] {
  const once = (at: number | undefined) => (at === undefined ? [] : [at])
  return [
    ['leads', once(newAt)],
    ['mqls', mqlAts],
    ['sqls', once(sqlAt)],
    ['opportunities', once(opportunityAt)],
    ['customers', once(customerAt)],
  ]
}

function chart(weeks: Weeks, counts: ReadonlyMap<Step, number[]>): Chart {
  // The oldest one first.
  const shown = Array.from({ length: SHOWN }, (_, at) => SHOWN - 1 - at)
  return {
    id: 'funnel',
    title: `Leads, MQLs and SQLs by ${weeks.word}`,
    kind: 'lines',
    unit: 'count',
    x: shown.map((which) => labelOf(weeks, which)),
    series: STEPS.slice(0, 3).map(({ id, title }) => ({
      name: title,
      values: shown.map((which) => (which === 0 || weeks.isKnown(which) ? (counts.get(id)?.[which] ?? 0) : null)),
    })),
  }
}

/** A period as the axis of a chart names it: `W47`. */
export function labelOf({ all }: Weeks, which: number): string {
  const name = all[which]?.name ?? ''
  return name.replace(/^\d{4}-(?=[WQ])/, '')
}

function change(now: number, before: number | null): number | null {
  return before ? now / before - 1 : null
}

function increase(counts: number[] | undefined, which: number): void {
  if (counts) counts[which] = (counts[which] ?? 0) + 1
}
