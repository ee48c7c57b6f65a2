import type { Config } from '../config/config.ts'
import { lastDaily } from '../handoffs/daily.ts'
import { lastMonthly } from '../handoffs/monthly.ts'
import { lastWeekly } from '../handoffs/weekly.ts'
import { isInHubSpot, type LeadRecord, stageOf } from '../leads/lead.ts'
import { flawsOf, isInCrm, kindsOf, proposalsFor, type QualityConfig } from '../leads/quality.ts'
import { QUALITY_SHOWN } from '../messages/quality-lists.ts'
import { createLease } from '../platform/lease.ts'
import { unhurried } from '../platform/unhurried.ts'
import { reportSettings } from '../reports/settings.ts'
import { shareOf } from '../rules/sample.ts'
import { readLeadRecords } from '../store/kept-leads.ts'
import { INDEX } from '../store/partitions.ts'
import { createQualityList, type QualityRow } from '../store/quality.ts'
import { createQualityLists, type Fill, type QualityListKind, qualityListId } from '../store/quality-lists.ts'
import { CHECKED_AT } from './check-quality.ts'
import type { Parts } from './parts.ts'

const LEASE = 60_000
// Among so many of the worst those are looked for of which something is wrong still.
const LOOKED_AT = 200
const TWINS = 5
const BEFORE: ReadonlySet<string> = new Set(['', 'subscriber'])

/**
 * Makes the lists about the data of leads that somebody is to act on, each once when it is due, whichever worker is first: weekly what can
 * be put right, monthly the sample whose life cycle stage is judged. What was due while nobody ran is made once.
 */
export function createListQuality(
  parts: Pick<Parts, 'clock' | 'config' | 'enrichment' | 'hurry' | 'leads' | 'log' | 'store'>,
) {
  const { clock, leads, store } = parts
  const checked = createQualityList(store)
  const lists = createQualityLists(store)
  const key = store.keys.shared('quality:lists-lease')
  const lease = createLease({ redis: store.redis, key, milliseconds: LEASE })
  // About which nothing is left to ask.
  const settled: Partial<Record<QualityListKind, string>> = {}

  /** What is due. Cheap, for every sweep. */
  async function due(config: Config): Promise<{ kind: QualityListKind; id: string; to: string[] }[]> {
    const now = clock.now()
    const found = []
    for (const { kind, date, at, to } of planned(config, now)) {
      const id = qualityListId(kind, date)
      if (settled[kind] === id) continue
      if (at <= (await lists.begunAt(now)) || (await lists.isMade(id))) settled[kind] = id
      else if (kind === 'sample' || (await isChecked(config, now))) found.push({ kind, id, to })
    }
    return found
  }

  // After a night in which nobody ran the check comes first.
  async function isChecked(config: Config, now: number): Promise<boolean> {
    const { at = 0 } = (await checked.summary()) ?? {}
    return at >= lastDaily(reportSettings(config).timeZone, CHECKED_AT, now)
  }

  return {
    isDue: async (): Promise<boolean> => (await due(parts.config())).length > 0,

    /** Makes the lists that are due. */
    async list(): Promise<void> {
      const config = parts.config()
      if (!(await lease.hold())) return
      try {
        for (const { kind, id, to } of await due(config)) {
          const made = kind === 'cleaner' ? await makeCleaner(config) : await makeSample(config, id)
          const { count, rows } = made
          const at = clock.now()
          const ids = await lists.make(id, { at, count, to, parts: Math.ceil(rows.length / QUALITY_SHOWN) }, rows)
          parts.hurry(ids.map((one) => ({ index: INDEX.qualityLists, id: one, at })))
          parts.log.info({ list: id, leads: rows.length }, 'a list about the data of leads was made')
        }
      } finally {
        await lease.release().catch(() => undefined)
      }
    },
  }

  async function makeCleaner(config: Config) {
    const worst = await checked.rows()
    const summary = await checked.summary()
    const now = clock.now()
    const rows = []
    for (const row of worst.slice(0, LOOKED_AT)) {
      if (rows.length === QUALITY_SHOWN) break
      const { lead } = await leads.get(row.leadId)
      if (!lead || !isInHubSpot(lead)) continue
      const twins = twinsOf(row, worst)
      const flaws = flawsOf(config, lead, now)
      if (kindsOf(flaws, twins.length > 0).length === 0) continue
      const fills = await fillsFor(config, lead, flaws.missing)
      rows.push({ leadId: row.leadId, order: rows.length, fills, twins })
    }
    return { count: summary?.flawed ?? rows.length, rows }
  }

  // What providers told of its company is kept, also where nobody has asked about this lead.
  async function fillsFor(config: Config, lead: LeadRecord, missing: readonly string[]): Promise<Fill[]> {
    if (missing.length === 0) return []
    const domain = String(lead.attributes['email.domain']?.value ?? '')
    const isOwn = domain !== '' && lead.attributes['email.free']?.value !== true
    const beside = isOwn ? await parts.enrichment.keptOf(domain, config.enrichment) : {}
    return proposalsFor(config, lead, missing, beside)
  }

  // Drawn by a number that follows from the month and the lead, so that who is drawn is nobody's choice, and the same for every worker.
  async function makeSample(config: QualityConfig & Pick<Config, 'reports'>, id: string) {
    const size = config.reports.dataQuality.sample
    let drawn: { leadId: string; at: number; stage: string }[] = []
    const least = (some: typeof drawn) => some.sort((a, b) => a.at - b.at).slice(0, size)
    for await (const portion of unhurried(readLeadRecords(store))) {
      for (const lead of portion) {
        const stage = stageOf(lead.attributes)
        if (!isInHubSpot(lead) || BEFORE.has(stage) || !isInCrm(lead, 'lifecycleStage')) continue
        drawn.push({ leadId: lead.id, at: shareOf(`${id}\n${lead.id}`), stage })
      }
      drawn = least(drawn)
      await lease.hold()
    }
    const rows = drawn.map(({ leadId, stage }, order) => ({ leadId, order, stage }))
    return { count: rows.length, rows }
  }
}

/** The lists that a config wants, with when they were due last. */
function planned(config: Config, now: number) {
  const { cleaner, quality, dataQuality } = config.reports
  const { calendars } = config.team
  const calendar = calendars[config.reports.calendar ?? ''] ?? Object.values(calendars)[0]
  const { timeZone } = reportSettings(config)
  const weekly = cleaner && { ...lastWeekly(timeZone, cleaner, now), to: cleaner.to, kind: 'cleaner' as const }
  const monthly = quality && calendar && dataQuality.sample > 0 ? lastMonthly(calendar, quality.at, now) : undefined
  return [
    ...(weekly ? [weekly] : []),
    ...(monthly ? [{ kind: 'sample' as const, date: monthly.month, at: monthly.at, to: quality?.to ?? [] }] : []),
  ]
}

function twinsOf({ leadId, groups = [] }: QualityRow, all: readonly QualityRow[]): string[] {
  const others = all.filter((row) => row.leadId !== leadId && row.groups?.some((group) => groups.includes(group)))
  return others.slice(0, TWINS).map((row) => row.leadId)
}
