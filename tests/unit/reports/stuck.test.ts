import { describe, expect, it } from 'vitest'
import type { FactType, KeptFact } from '../../../src/facts/fact.ts'
import { periodNamed } from '../../../src/reports/period.ts'
import { makeReport } from '../../../src/reports/run.ts'
import type { ReportSettings } from '../../../src/reports/settings.ts'
import { stuck } from '../../../src/reports/stuck.ts'

const DAY = 86_400_000
const OCTOBER = periodNamed('2026-10', 'UTC')
const END = OCTOBER.to
const SETTINGS = {
  timeZone: 'UTC',
  stuck: { after: 30 * DAY, stages: ['opportunity', 'mql', 'lead'] },
} as unknown as ReportSettings

let count = 0
/** A fact so many days before the end of October. */
const fact = (lead: string, type: FactType, daysBefore: number, more: Partial<KeptFact> = {}): KeptFact => ({
  id: `0-1-0.${count++}`,
  type,
  lead,
  at: END - daysBefore * DAY,
  ...more,
})
const seen = (lead: string, daysBefore: number, stage: string | undefined, source = 'ADS') =>
  fact(lead, 'seen', daysBefore, { ...(stage ? { stage } : {}), source })
const moved = (lead: string, daysBefore: number, from: string, to: string) =>
  fact(lead, 'stage', daysBefore, { stage: to, reason: from })

async function report(facts: KeptFact[], { now = END + DAY, since = (END - 300 * DAY) as number | null } = {}) {
  async function* streams() {
    yield facts
  }
  return makeReport(stuck, { period: OCTOBER, settings: SETTINGS, now, since }, streams())
}
const rowsOf = ({ sections }: Awaited<ReturnType<typeof report>>, id: string) =>
  sections.find((section) => section.id === id)?.rows

describe('the report of stuck leads', () => {
  it('counts who is in a stage for too long when the period ends: by hand', async () => {
    const facts = [
      // Lead for 40, 50 and 90 days: stuck. The first has another source by now.
      seen('a', 40, 'lead'),
      fact('a', 'routed', 39, { source: 'ORGANIC' }),
      seen('b', 50, 'lead'),
      seen('c', 90, 'lead'),
      // For 10 days, and for 29: not.
      seen('d', 10, 'lead'),
      seen('e', 100, 'lead'),
      moved('e', 29, 'lead', 'mql'),
      // An MQL for exactly 30 days.
      seen('f', 60, 'lead', ''),
      moved('f', 30, 'lead', 'mql'),
      // A customer for a year is where it is meant to be.
      seen('g', 299, 'customer'),
      // An older version did not say the stage: its move does.
      seen('h', 200, undefined),
      moved('h', 1, 'mql', 'opportunity'),
      seen('i', 200, undefined),
      // What comes after the period is not in it.
      moved('b', -0.5, 'lead', 'mql'),
      seen('j', -0.5, 'lead'),
    ]
    const made = await report(facts)
    expect(rowsOf(made, 'stages')).toEqual([
      // h was an MQL for 169 days when September ended, f and e no MQLs yet; 31 days earlier c was lead for 59, e for 69 days.
      { stage: 'opportunity', stuck: 0, all: 1, share: 0, median: null, longest: null, before: 0, change: null },
      { stage: 'MQL', stuck: 1, all: 2, share: 0.5, median: 30, longest: 30, before: 1, change: 0 },
      { stage: 'lead', stuck: 3, all: 4, share: 0.75, median: 50, longest: 90, before: 2, change: 0.5 },
      { stage: 'all', stuck: 4, all: 7, share: 4 / 7, median: 45, longest: 90, before: 3, change: 4 / 3 - 1 },
    ])
    expect(rowsOf(made, 'sources')).toEqual([
      { source: 'ADS', stuck: 2, all: 5, share: 0.4, median: 70, longest: 90 },
      { source: 'ORGANIC', stuck: 1, all: 1, share: 1, median: 40, longest: 40 },
      { source: 'not known', stuck: 1, all: 1, share: 1, median: 30, longest: 30 },
    ])
    expect(made.sections[0]?.note).toContain('Of 1 lead the stage is not known')
    expect(made.findings.map(({ level, text }) => [level, text])).toEqual([
      [
        'warn',
        '4 leads are stuck in a stage for over 30 days, 57 % of 7 leads in these stages. A month before they were 3.',
      ],
      ['info', 'Most of them are in stage lead: 3, half of them for over 50 days, the longest for 90 days.'],
      [
        'info',
        'Of 3 that were stuck a month before, 2 went on, were taken out or had something done; 1 had nothing done.',
      ],
    ])
    // The ends of May to October: facts begin 300 days before.
    expect(made.charts[0]?.x).toEqual(['2026-05', '2026-06', '2026-07', '2026-08', '2026-09', '2026-10'])
    expect(made.charts[0]?.series.map(({ name, values }) => [name, values.slice(-2)])).toEqual([
      ['opportunity', [0, 0]],
      ['MQL', [1, 1]],
      ['lead', [2, 3]],
    ])
  })

  it('says what became of those that were stuck a period before', async () => {
    const old = (lead: string) => seen(lead, 100, 'lead')
    const made = await report([
      ...['on', 'out', 'archived', 'gone', 'acted', 'still', 'before', 'twice', 'back'].map(old),
      moved('on', 3, 'lead', 'mql'),
      moved('out', 3, 'lead', 'disqualified'),
      fact('archived', 'archived', 3, { reason: 'list' }),
      fact('gone', 'gone', 3, { reason: 'erased' }),
      fact('acted', 'acted', 3),
      // Before the period began, so that nothing was done since.
      fact('before', 'acted', 40),
      // To MQL and back is another time in the stage.
      moved('twice', 20, 'lead', 'mql'),
      moved('twice', 10, 'mql', 'lead'),
      fact('back', 'archived', 20),
      fact('back', 'gone', 10, { reason: 'back' }),
    ])
    expect(rowsOf(made, 'fates')?.map(({ fate, leads, share }) => [fate, leads, share])).toEqual([
      ['moved on', 2, 2 / 9],
      ['disqualified', 1, 1 / 9],
      ['archived', 1, 1 / 9],
      ['gone', 1, 1 / 9],
      ['acted on', 1, 1 / 9],
      ['untouched', 3, 3 / 9],
    ])
    expect(rowsOf(made, 'stages')?.at(-1)).toMatchObject({ stuck: 4, all: 6, before: 9 })
  })

  it('of nothing is a report, without shares and without a time before', async () => {
    const made = await report([], { since: null })
    expect(rowsOf(made, 'stages')?.at(-1)).toEqual({
      ...{ stage: 'all', stuck: 0, all: 0, share: null, median: null, longest: null, before: null, change: null },
    })
    expect(rowsOf(made, 'sources')).toEqual([])
    expect(made.findings).toEqual([
      { id: 'stuck', level: 'good', text: 'No lead is stuck in a stage for over 30 days, of 0 leads in these stages.' },
    ])
    // Facts that began in October say nothing of September.
    const young = await report([seen('a', 20, 'lead')], { since: END - 20 * DAY })
    expect(rowsOf(young, 'stages')?.at(-1)).toMatchObject({ stuck: 0, all: 1, before: null })
    expect(young.charts[0]?.x).toEqual(['2026-10'])
  })

  it('of a period that is not over ends now', async () => {
    const facts = [seen('a', 45, 'lead')]
    expect(rowsOf(await report(facts, { now: END - 20 * DAY }), 'stages')?.at(-1)).toMatchObject({ stuck: 0, all: 1 })
    expect(rowsOf(await report(facts, { now: END - 10 * DAY }), 'stages')?.at(-1)).toMatchObject({
      stuck: 1,
      median: 35,
    })
  })
})
