import { afterEach, expect, test } from 'vitest'
import type { Report } from '../../src/reports/report.ts'
import {
  click,
  createTier1Lead,
  createTier2Lead,
  fillForm,
  press,
  sendDealEvents,
  submitReason,
} from '../support/leads.ts'
import { createStage, DAY, HOUR, MINUTE, type Stage } from '../support/stage.ts'
import { findingOf, rowsOf } from '../support/weekly-facts.ts'

const [ADA, BEN] = ['U0000AE1', 'U0000AE2']

let stage: Stage | undefined
afterEach(() => stage?.close())

async function weekly(period: string): Promise<Report> {
  const response = await fetch(`${stage?.addresses[0]}/v1/reports/weekly?period=${period}`, {
    headers: { authorization: 'Bearer canary-api-token' },
  })
  expect(response.status).toBe(200)
  return (await response.json()) as Report
}

/** The figures of a row that are told of handoffs. */
const clocks = (row: Record<string, unknown> | undefined) =>
  ['name', 'handoffs', 'inTime', 'due', 'running', 'median'].map((key) => row?.[key])

test('the weekly report of a week that was lived through, and of an empty one after it', async () => {
  stage = await createStage()
  sendDealEvents(stage)
  const { hubspot, clock, quiet, advance } = stage
  // Wednesday 18 November, 10:00 in New York. Ann, an MQL, comes to Ada, who answers after 4 minutes.
  const interested = { hs_email_click: '3', hs_analytics_source: 'PAID_SEARCH' }
  const ann = createTier1Lead(stage, interested)
  await quiet()
  clock.now += 4 * MINUTE
  await click(stage, ADA, ADA, 'contacted')
  await quiet()
  // Bob, an MQL of another company, comes to Ben, who answers after 30 minutes (the deadline is 5) and says no.
  const acme = { name: 'Acme Robots', domain: 'acme.example', numberofemployees: '240', industry: 'COMPUTER_SOFTWARE' }
  const companyId = hubspot.createCompany(acme)
  const bob = {
    firstname: 'Bob',
    email: 'bob@acme.example',
    jobtitle: 'VP Marketing',
    hs_analytics_source_data_1: 'fair',
  }
  const demo = { num_conversion_events: '1', recent_conversion_event_name: 'Request a demo' }
  hubspot.createContact({ ...bob, ...demo, ...interested }, { companyId, by: 'form' })
  await quiet()
  await advance(30 * MINUTE)
  await click(stage, BEN, BEN, 'contacted')
  await quiet()
  await click(stage, BEN, BEN, 'disqualify')
  await submitReason(stage, BEN, 'not_interested')
  await quiet()
  // An hour later Ada takes Ann on, as an SQL and an hour after that as an opportunity, and makes a deal of it.
  clock.now += HOUR
  await press(stage, ADA, ADA, 'qualified')
  await fillForm(stage, ADA, { baton_budget: '20-50k' })
  await quiet()
  const deal = { dealname: 'Northwind', amount: '12000', dealstage: 'appointmentscheduled' }
  const dealId = hubspot.createDeal(deal, { contactIds: [ann] })
  await quiet()
  clock.now += HOUR
  await press(stage, ADA, ADA, 'accept')
  await fillForm(stage, ADA, { baton_use_case: 'routing' })
  await quiet()
  // On Friday at 16:34 the deal is won. Cay, who goes to sales without being an MQL, comes half an hour before Cleo's day ends.
  await advance(2 * DAY + 4 * HOUR)
  hubspot.changeDeal(dealId, { dealstage: 'closedwon' })
  await quiet()
  createTier2Lead(stage)
  hubspot.createContact({ email: 'dot@dot.example' }, { by: 'form' })
  await quiet()
  // Monday 23 November, 08:00.
  await advance(Date.parse('2026-11-23T13:00:00Z') - clock.now)
  const report = await weekly('last')

  expect(report.period).toMatchObject({ name: '2026-W47', timeZone: 'America/New_York' })
  // Ann, Bob, Cay and Dot; the week before nobody knows.
  expect(rowsOf(report, 'funnel')).toMatchObject([
    { step: 'Leads', count: 4, before: null },
    { step: 'MQLs', count: 2 },
    { step: 'SQLs', count: 1 },
    { step: 'Opportunities', count: 1 },
    { step: 'Customers', count: 1 },
  ])
  expect(rowsOf(report, 'pipeline')).toMatchObject([{ open: 0, fresh: 1, won: 1, wonValue: 12_000, lost: 0 }])
  // Two days, five hours.
  expect(rowsOf(report, 'velocity')).toMatchObject([{ won: 1, share: 1, days: expect.closeTo(2.21, 2) }])
  expect(rowsOf(report, 'acceptance').slice(0, 2)).toMatchObject([
    { handed: 2, accepted: 1, declined: 1, open: 0, share: 0.5 },
    { handed: 1, accepted: 0, declined: 0, open: 1, share: null },
  ])
  expect(rowsOf(report, 'handoffs').map(clocks)).toEqual([
    // Cay's clock still runs.
    ['mql to sales', 1, 0, 0, 1, null],
    // Ann in time after 4 minutes, Bob late after 30.
    ['mql to sales tier 1', 2, 1, 2, 0, 17],
    ['sql to opportunity', 1, 1, 1, 0, 60],
    // Nobody has introduced themselves, and nobody has taken Bob back.
    ['closed won onboarding', 1, 0, 1, 0, null],
    ['disqualified recycle', 1, 0, 1, 0, null],
  ])
  expect(rowsOf(report, 'reasons')).toEqual([
    { reason: 'not interested', how: 'disqualified by a person', count: 1, share: 1 },
  ])
  expect(rowsOf(report, 'sources')).toMatchObject([
    { name: 'PAID_SEARCH', leads: 2, mqls: 2, handed: 2, sqls: 1 },
    { name: 'not known', leads: 2, mqls: 0, handed: 1, sqls: 0 },
  ])
  expect(rowsOf(report, 'content')[0]).toMatchObject({ name: 'Request a demo', leads: 3 })
  expect(
    rowsOf(report, 'flows')
      .slice(1)
      .map(({ share }) => share),
  ).toEqual([1, 1])
  expect(findingOf(report, 'in-time')).toMatchObject({
    level: 'warn',
    text: expect.stringContaining('2 of 5 handoffs (40 %)'),
  })

  // A week in which nobody comes.
  clock.now += 7 * DAY
  const next = await weekly('last')
  expect(next.period.name).toBe('2026-W48')
  // Of the week before not all is known: Baton came on its Wednesday.
  expect(rowsOf(next, 'funnel')[0]).toEqual({ step: 'Leads', count: 0, before: null, change: null })
  expect(findingOf(next, 'acceptance')?.text).toBe(
    'No MQL was handed over to sales in this week. Of the 4 weeks before: 1 of 2 (50 %).',
  )
  // The one before is asked for again: Cay is not decided on, and too old to wait for.
  expect(rowsOf(await weekly('2026-W47'), 'acceptance')[1]).toMatchObject({ handed: 1, declined: 1, open: 0 })
})
