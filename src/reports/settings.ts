import type { Config } from '../config/config.ts'
import type { CustomerNews, ReportsConfig } from '../config/schemas/reports.ts'
import type { BandPromise } from '../rules/score.ts'
import type { Stage } from '../rules/stages.ts'

/** What reports know of the config: plain data, for it goes to another process. Names are those that people gave. */
export interface ReportSettings {
  timeZone: string
  targets: ReportsConfig['targets']
  dataQuality: ReportsConfig['dataQuality']
  reps: Record<string, string>
  pools: string[]
  /** The kinds of handoffs, in their order, and which of them hand a lead to sales. */
  kinds: string[]
  salesKinds: string[]
  /** What customer success tells marketing, by what it is news of. */
  customerNews: Record<'references' | 'struggles' | 'expansion', CustomerNews[]>
  routes: string[]
  triggers: string[]
  /** What a rep who is there can take in a week: the open hours of their calendar, and leads by the caps of their pools; null: no cap. */
  capacity: Record<string, { hours: number; perWeek: number | null }>
  bands: string[]
  promises: Partial<Record<string, BandPromise>>
  /** When a lead is stuck in a stage, in milliseconds, and in which stages, the most important first. */
  stuck: { after: number; stages: readonly Stage[] }
}

// Where the config makes no list of them.
const STUCK: ReportSettings['stuck'] = {
  after: 30 * 24 * 60 * 60_000,
  stages: ['opportunity', 'sql', 'mql', 'recycled', 'lead', 'subscriber'],
}

/** What reports know of a config. */
export function reportSettings(config: Config): ReportSettings {
  const { team, routing, scoring, handoffs, reports } = config
  return {
    timeZone: team.calendars[reports.calendar ?? '']?.timeZone ?? Object.values(team.calendars)[0]?.timeZone ?? 'UTC',
    targets: reports.targets,
    dataQuality: reports.dataQuality,
    reps: Object.fromEntries(Object.values(team.reps).map(({ id, name }) => [id, name])),
    pools: Object.keys(team.pools),
    kinds: Object.keys(handoffs.kinds),
    salesKinds: Object.entries(handoffs.kinds).flatMap(([name, { withSales }]) => (withSales ? [name] : [])),
    customerNews: customerNewsOf(config),
    routes: routing.routes.map(({ name }) => name),
    triggers: Object.keys(config.triggers),
    capacity: capacityOf(team),
    bands: Object.keys(scoring.bands),
    promises: scoring.promises ?? {},
    stuck: { after: handoffs.stuck?.after ?? STUCK.after, stages: handoffs.stuck?.stages ?? STUCK.stages },
  }
}

// By the names of the shipped config; what a config has not is left out.
const USUAL: ReportSettings['customerNews'] = {
  references: [{ stage: 'evangelist' }],
  struggles: [{ handoff: 'churn-risk' }, { trigger: 'usage-dropped' }, { stage: 'churn' }],
  expansion: [{ trigger: 'customer-looks-further' }, { trigger: 'activation-reached' }],
}

function customerNewsOf({ reports, triggers, handoffs }: Config): ReportSettings['customerNews'] {
  const given = reports.feedback?.successToMarketing
  const isThere = ({ trigger, handoff }: CustomerNews) =>
    (trigger === undefined || Object.hasOwn(triggers, trigger)) &&
    (handoff === undefined || Object.hasOwn(handoffs.kinds, handoff))
  const of = (what: keyof typeof USUAL) => given?.[what] ?? USUAL[what].filter(isThere)
  return { references: of('references'), struggles: of('struggles'), expansion: of('expansion') }
}

function capacityOf({ reps, pools, calendars }: Config['team']): ReportSettings['capacity'] {
  const active = Object.values(reps).filter((rep) => rep.active)
  return Object.fromEntries(
    active.map(({ id, calendar }) => {
      const days = Object.values(calendars[calendar]?.hours ?? {}).filter((shifts) => shifts.length > 0)
      const minutes = days.flat().reduce((sum, { open, close }) => sum + ((close - open + 1_440) % 1_440), 0)
      const caps = Object.values(pools).flatMap(({ members, caps: { perDay } }) =>
        members.some(({ rep }) => rep === id) ? [perDay] : [],
      )
      const perDay = caps.reduce(
        (sum: number | undefined, cap) => (sum === undefined || cap === undefined ? undefined : sum + cap),
        0,
      )
      return [
        id,
        { hours: minutes / 60, perWeek: perDay === undefined || caps.length === 0 ? null : perDay * days.length },
      ]
    }),
  )
}
