import type { KeptFact } from '../facts/fact.ts'
import { BANDS } from '../rules/score.ts'
import { under } from './figures.ts'
import type { ReportInput } from './kind.ts'
import { handedOver, leadStory, verdictOn } from './lead-story.ts'
import type { Cell, Column, Finding, Section } from './report.ts'
import { bySource } from './sources.ts'
import { differ, shareOf, wilson } from './statistics.ts'
import { cellText } from './words.ts'

/** What sales had of a group of leads that it was handed. `decided`: it has accepted them, or not. */
interface Tally {
  handed: number
  decided: number
  accepted: number
  sql: number
  opportunity: number
  customer: number
}
type Reached = 'accepted' | 'sql' | 'opportunity' | 'customer'

// A stage of HubSpot that a lead reaches says that it went through those before.
const REACHED: Record<string, Reached[]> = {
  salesqualifiedlead: ['accepted', 'sql'],
  opportunity: ['accepted', 'sql', 'opportunity'],
  customer: ['accepted', 'sql', 'opportunity', 'customer'],
}
const FEWEST = 10
const UNKNOWN = 'not known'

/**
 * What became of the leads that were handed to sales in half a year, by the band that they had then, by route and by source; what
 * bands promise is held against it. Whether sales has accepted a lead is told as the weekly report tells it.
 */
export function conversions({ period, before, now, settings }: ReportInput, months: number) {
  const from = before(months - 1).from
  const salesKinds = new Set(settings.salesKinds)
  const groups = { band: new Map<string, Tally>(), route: new Map<string, Tally>() }
  const sources = bySource(none)

  function add(facts: readonly KeptFact[]): void {
    const lead = leadStory(facts, salesKinds)
    const handoff = handedOver(lead, (at) => at >= from && at < period.to && at <= now)
    if (!handoff) return
    const { startedAt, kind } = handoff
    const begun = facts.find((fact) => fact.type === 'assigned' && fact.kind === kind && fact.at === startedAt)
    const band = facts.findLast(({ type, at }) => type === 'scored' && at <= startedAt)?.reason
    const verdict = verdictOn(lead, handoff, now)
    const reached = new Set<Reached>(verdict === 'accepted' ? ['accepted'] : [])
    for (const { type, at, stage = '' } of facts)
      if (type === 'outcome' && at >= startedAt) for (const one of under(REACHED, stage) ?? []) reached.add(one)
    for (const tally of [
      tallyIn(groups.band, band ?? UNKNOWN),
      tallyIn(groups.route, begun?.route ?? UNKNOWN),
      sources.of(begun?.source ?? lead.source),
    ]) {
      tally.handed += 1
      if (verdict !== 'open') tally.decided += 1
      for (const one of reached) tally[one] += 1
    }
  }

  function finish(): { findings: Finding[]; sections: Section[] } {
    const bands = BANDS.map((name) => ({ name, tally: groups.band.get(name) })).filter(({ tally }) => tally)
    const routes = settings.routes.toReversed().map((name) => ({ name, tally: groups.route.get(name) }))
    const ofSources = new Map(sources.all().map(({ source, of }) => [source, of]))
    const kept = promises()
    return {
      findings: [
        ...inversions(bands, 'the band'),
        ...inversions(
          routes.filter(({ tally }) => tally),
          'the route',
        ),
        ...kept.findings,
      ],
      sections: [
        section(
          'bands',
          'Conversion by band',
          'Band',
          [...BANDS.toReversed(), ...(groups.band.has(UNKNOWN) ? [UNKNOWN] : [])],
          groups.band,
        ),
        section('routes', 'Conversion by route', 'Route', byCount(groups.route), groups.route),
        section('sources', 'Acceptance by source', 'Source', byCount(ofSources), ofSources),
        kept.section,
      ],
    }
  }

  // By chance alone neighbours change places often: only where their intervals do not touch it is told as more.
  function inversions(ordered: { name: string; tally: Tally | undefined }[], what: string): Finding[] {
    const telling = ordered.flatMap(({ name, tally }) => (tally && tally.decided >= FEWEST ? [{ name, tally }] : []))
    return telling.slice(1).flatMap(({ name, tally }, at): Finding[] => {
      const lesser = telling[at]
      const [share, other] = [
        shareOf(tally.accepted, tally.decided),
        lesser && shareOf(lesser.tally.accepted, lesser.tally.decided),
      ]
      if (!lesser || share === null || other === null || other === undefined || share >= other) return []
      const isSure = differ(ofAccepted(tally), ofAccepted(lesser.tally))
      if (what === 'the route' && !isSure) return []
      const text = `An inversion: ${what} ${name} converts worse (${words(tally)}) than ${lesser.name} (${words(lesser.tally)})${isSure ? '' : '; that may be chance'}.`
      return [{ id: `inversion-${name}`, level: isSure ? 'warn' : 'info', text }]
    })
  }

  function promises(): { findings: Finding[]; section: Section } {
    const rows = BANDS.toReversed().flatMap((band) => {
      const promise = settings.promises[band]
      if (!promise) return []
      const tally = groups.band.get(band) ?? none()
      const interval = wilson(tally[promise.outcome], tally.decided)
      const verdict =
        !interval || (interval.from < promise.atLeast && interval.to >= promise.atLeast)
          ? 'cannot tell'
          : interval.from >= promise.atLeast
            ? 'kept'
            : 'broken'
      const share = shareOf(tally[promise.outcome], tally.decided)
      return [{ band, promise, tally, interval, verdict, share }]
    })
    const findings = rows.flatMap(({ band, promise, tally, verdict, share }): Finding[] => {
      if (verdict === 'cannot tell') return []
      const text = `The band ${band} promises ${cellText(promise.atLeast, 'share', '')} ${promise.outcome}, and has ${cellText(share, 'share', '')} (${tally[promise.outcome]} of ${tally.decided}): ${verdict}.`
      return [{ id: `promise-${band}`, level: verdict === 'kept' ? 'good' : 'warn', text }]
    })
    return {
      findings,
      section: {
        id: 'promises',
        title: "Bands' promises",
        note: 'What scoring.yaml promises of the leads of a band, of those that are decided. Kept or broken only where 95 % of chance lies on one side of the promise.',
        columns: [
          { id: 'band', title: 'Band', unit: 'text' },
          { id: 'outcome', title: 'Outcome', unit: 'text' },
          { id: 'promised', title: 'Promised', unit: 'share' },
          { id: 'share', title: 'Came', unit: 'share' },
          ...INTERVAL,
          { id: 'decided', title: 'Of', unit: 'count' },
          { id: 'verdict', title: 'Promise', unit: 'text' },
        ],
        rows: rows.map(({ band, promise, tally, interval, verdict, share }) => ({
          ...{ band, outcome: promise.outcome, promised: promise.atLeast, share, verdict },
          ...{ from: interval?.from ?? null, to: interval?.to ?? null, decided: tally.decided },
        })),
        empty: 'No band promises anything: promises in scoring.yaml.',
      },
    }
  }

  return { add, finish }
}

const none = (): Tally => ({ handed: 0, decided: 0, accepted: 0, sql: 0, opportunity: 0, customer: 0 })
const INTERVAL: Column[] = [
  { id: 'from', title: 'At least', unit: 'share' },
  { id: 'to', title: 'At most', unit: 'share' },
]

function tallyIn(groups: Map<string, Tally>, name: string): Tally {
  const tally = groups.get(name) ?? none()
  groups.set(name, tally)
  return tally
}

function ofAccepted({ accepted, decided }: Tally): { count: number; all: number } {
  return { count: accepted, all: decided }
}

function words({ accepted, decided }: Tally): string {
  return `${cellText(shareOf(accepted, decided), 'share', '')}, ${accepted} of ${decided}`
}

function byCount(groups: ReadonlyMap<string, Tally>): string[] {
  return [...groups].sort(([a, one], [b, other]) => other.handed - one.handed || (a < b ? -1 : 1)).map(([name]) => name)
}

function section(
  id: string,
  title: string,
  first: string,
  names: readonly string[],
  groups: ReadonlyMap<string, Tally>,
): Section {
  const rows = names.flatMap((name): Record<string, Cell>[] => {
    const tally = groups.get(name)
    if (!tally) return []
    const { handed, decided, accepted, opportunity, customer } = tally
    const interval = wilson(accepted, decided)
    return [
      {
        ...{ group: name, handed, decided, accepted, share: shareOf(accepted, decided) },
        ...{ from: interval?.from ?? null, to: interval?.to ?? null, opportunity, customer },
      },
    ]
  })
  return {
    id,
    title,
    note: 'Leads that were handed to sales for the first time in the last six months, by what they had then. The share: accepted, of the decided: accepted, declined, given up, or older than 7 days, as in the weekly report; the rest is still open. At least and at most: where the true share lies, with 95 % (Wilson).',
    columns: [
      { id: 'group', title: first, unit: 'text' },
      { id: 'handed', title: 'Handed over', unit: 'count' },
      { id: 'decided', title: 'Decided', unit: 'count' },
      { id: 'accepted', title: 'Accepted', unit: 'count' },
      { id: 'share', title: 'Share', unit: 'share' },
      ...INTERVAL,
      { id: 'opportunity', title: 'Opportunities', unit: 'count' },
      { id: 'customer', title: 'Customers', unit: 'count' },
    ],
    rows,
    empty: 'No lead was handed to sales in the last six months.',
  }
}
