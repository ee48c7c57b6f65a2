import { type Config, conditionsOf } from '../config/config.ts'
import type { Fact } from '../facts/fact.ts'
import { lastDaily } from '../handoffs/daily.ts'
import { badness, duplicateKeys, FLAWS, type Flaw, flawsOf, kindsOf } from '../leads/quality.ts'
import { createMeasures } from '../leads/quality-measures.ts'
import { createLease } from '../platform/lease.ts'
import { unhurried } from '../platform/unhurried.ts'
import { reportSettings } from '../reports/settings.ts'
import { readLeadRecords } from '../store/kept-leads.ts'
import { createLeads } from '../store/leads.ts'
import { createQualityList, LISTED, type QualityRow } from '../store/quality.ts'
import { createDuplicateFinder } from './find-duplicates.ts'
import type { Parts } from './parts.ts'

/** Every night, at this minute of the day in the reports' zone: before whatever is sent in the morning. */
export const CHECKED_AT = 3 * 60
// Longer than a portion of leads and the rest after it take; held on with every portion.
const LEASE = 60_000
const AT_ONCE = 100

/**
 * Looks through the data of all leads, once a night and when somebody asks for it, whichever worker is first: keeps the list of what
 * is wrong, and the measures as facts. It goes in small portions and rests between them, for leads come at night too.
 */
export function createCheckQuality(parts: Pick<Parts, 'clock' | 'config' | 'log' | 'store'>) {
  const { clock, store } = parts
  const list = createQualityList(store)
  const leads = createLeads(store)
  const key = store.keys.shared('quality:lease')
  const lease = createLease({ redis: store.redis, key, milliseconds: LEASE })
  // Until when the night that is over needs no look.
  let settled = 0

  /** Cheap, for every sweep. What was due while nobody ran is done as soon as somebody does, once. */
  async function isDue(): Promise<boolean> {
    if (await list.isWanted()) return true
    const night = lastDaily(reportSettings(parts.config()).timeZone, CHECKED_AT, clock.now())
    if (night <= settled) return false
    const before = await list.summary()
    if (!before || before.at < night) return true
    settled = night
    return false
  }

  return {
    isDue,

    /** Makes the scan that is due. */
    async check(): Promise<void> {
      if (!(await lease.hold())) return
      try {
        if (await isDue()) await scan(parts.config())
      } finally {
        await lease.release().catch(() => undefined)
      }
    },
  }

  // Whoever loses the lease on the way leaves it wanted: who has it now may have found nothing due.
  async function scan(config: Config): Promise<void> {
    await list.begin()
    const now = clock.now()
    const measures = createMeasures(config, conditionsOf(config))
    const finder = createDuplicateFinder()
    const counts = new Map<Flaw, number>()
    let flawed = 0
    let rows: QualityRow[] = []
    const note = (row: QualityRow, fresh: readonly Flaw[]) => {
      for (const kind of fresh) counts.set(kind, (counts.get(kind) ?? 0) + 1)
      rows.push(row)
      if (rows.length > 2 * LISTED) rows = worst(rows)
    }
    for await (const portion of unhurried(readLeadRecords(store))) {
      for (const lead of portion.filter(({ missingSince }) => missingSince === undefined)) {
        const flaws = flawsOf(config, lead, now)
        measures.add(lead, flaws)
        finder.add(lead.id, duplicateKeys(config, lead))
        const kinds = kindsOf(flaws, false)
        if (kinds.length === 0) continue
        flawed += 1
        note({ leadId: lead.id, bad: badness(lead, flaws, kinds), kinds }, kinds)
      }
      if (!(await lease.hold())) return await list.want()
    }
    const twice = finder.byLead()
    const known = new Map(rows.map((row) => [row.leadId, row]))
    for await (const ids of unhurried(portionsOf([...twice.keys()]))) {
      for (const state of await leads.readMany(ids)) {
        if ('unreadable' in state || !state.lead) continue
        const { lead } = state
        const flaws = flawsOf(config, lead, now)
        const kinds = kindsOf(flaws, true)
        if (kinds.length === 1) flawed += 1
        known.set(lead.id, {
          leadId: lead.id,
          bad: badness(lead, flaws, kinds),
          kinds,
          groups: twice.get(lead.id) ?? [],
        })
      }
      if (!(await lease.hold())) return await list.want()
    }
    counts.set('duplicate', twice.size)
    const facts = measures.result(twice.size).map(
      ({ measure, right, of }): Fact => ({
        type: 'measured',
        at: now,
        lead: '',
        rule: measure,
        value: right,
        amount: String(of),
        config: config.version,
      }),
    )
    const kinds = Object.fromEntries(FLAWS.map((kind) => [kind, counts.get(kind) ?? 0]))
    const found = { id: String(now), at: now, leads: measures.leads(), flawed, kinds }
    await list.keep(found, worst([...known.values()]), facts, config.retention)
    parts.log.info({ leads: found.leads, flawed, ...kinds }, 'the data of all leads was checked')
  }
}

function worst(rows: QualityRow[]): QualityRow[] {
  return rows.sort((a, b) => b.bad - a.bad).slice(0, LISTED)
}

function portionsOf(ids: readonly string[]): string[][] {
  return Array.from({ length: Math.ceil(ids.length / AT_ONCE) }, (_, at) => ids.slice(at * AT_ONCE, (at + 1) * AT_ONCE))
}
