import { describe, expect, it } from 'vitest'
import type { KeptFact } from '../../../src/facts/fact.ts'
import { periodNamed } from '../../../src/reports/period.ts'
import { type Compared, createCounts, type HubSpotCount, withReconciled } from '../../../src/reports/reconcile.ts'
import type { Report } from '../../../src/reports/report.ts'

const WEEK = periodNamed('2026-W47', 'UTC')
const fact = (type: KeptFact['type'], at: number, more: Partial<KeptFact> = {}): KeptFact => ({
  ...{ id: '', lead: 'a', type, at },
  ...more,
})

describe('what is held against HubSpot', () => {
  it('counts each lead once that came into being or into a stage in the period', () => {
    const counted = createCounts(WEEK)
    const inside = WEEK.from + 1
    counted.add([
      fact('seen', inside, { stage: 'lead' }),
      fact('stage', inside, { stage: 'mql' }),
      fact('stage', inside + 1, { stage: 'recycled' }),
      fact('stage', inside + 2, { stage: 'mql' }),
      fact('stage', WEEK.to, { stage: 'sql' }),
    ])
    // Imported as a customer; there before Baton came; of the week before.
    counted.add([fact('seen', WEEK.from, { stage: 'customer' })])
    counted.add([
      fact('seen', inside, { stage: 'customer', reason: 'adopted' }),
      fact('stage', inside, { stage: 'sql' }),
    ])
    counted.add([fact('seen', WEEK.from - 1, { stage: 'lead' })])
    expect(counted.counts).toEqual({ contacts: 2, mql: 1, sql: 1, opportunity: 0, customer: 1 })
  })

  const report: Report = {
    ...{ name: 'weekly', title: 'Weekly report', period: WEEK, asOf: WEEK.to },
    ...{ findings: [], sections: [], charts: [] },
  }
  const held = (baton: number, hubspot: HubSpotCount) => {
    const all = <T>(value: T) =>
      ({ contacts: value, mql: 0, sql: 0, opportunity: 0, customer: 0 }) as Record<Compared, T | number>
    const made = withReconciled(
      report,
      all(baton) as Record<Compared, number>,
      all(hubspot) as Record<Compared, HubSpotCount>,
      null,
    )
    return [made.sections[0]?.rows[0]?.difference, made.sections[0]?.rows[0]?.said, made.findings.map(({ id }) => id)]
  }

  it.each<[number, HubSpotCount, number | null, string, string]>([
    [95, 100, 95 / 100 - 1, 'agrees', 'reconciled'],
    [94, 100, 94 / 100 - 1, 'off by over 5 %', 'reconcile-contacts'],
    [105, 100, 105 / 100 - 1, 'agrees', 'reconciled'],
    [106, 100, 106 / 100 - 1, 'off by over 5 %', 'reconcile-contacts'],
    [0, 0, 0, 'agrees', 'reconciled'],
    [1, 0, null, 'off by over 5 %', 'reconcile-contacts'],
    [3, { refused: 'HubSpot is away' }, null, 'not compared: HubSpot is away', 'reconcile-contacts'],
  ])('%i against %j', (baton, hubspot, difference, said, finding) => {
    expect(held(baton, hubspot)).toEqual([difference, said, [finding]])
  })
})
