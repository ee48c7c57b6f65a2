import { afterEach, expect, it } from 'vitest'
import { createTier2Lead } from '../support/leads.ts'
import { createStage, DAY, type Stage } from '../support/stage.ts'

// What people replace first; all else stays as it comes.
const OWN = {
  'team.yaml': `calendars:
  auckland: { timeZone: Pacific/Auckland, hours: { mon-fri: ["08:00-17:00"] } }
  lisbon: { timeZone: Europe/Lisbon, hours: { mon-fri: ["00:00-24:00"] } }
reps:
  - { id: kim, name: Kim Tane, hubspotOwnerId: "901", slackUserId: U0000KIM, calendar: lisbon }
pools:
  closers: { members: [{ rep: kim }], manager: boss, channel: C0000CLS }
managers:
  - { id: boss, name: Bea Boss, slackUserId: U000BOSS }
`,
  'handoffs.yaml': `handoffs:
  warm: { respondWithin: 1h, hours: business, ladder: [{ at: 1h, do: remind }] }
attempts: { count: 3, within: 5bd, then: { nurture: drip } }
`,
  'triggers.yaml':
    'triggers: { price-seeker: { when: { signals.pricing_page_viewed: { atLeast: 1 } }, once: per week, do: [{ set: { interest: prices } }] } }\n',
  'routing.yaml': `routes:
  - { name: good, when: { score: { atLeast: 50 } }, to: { pool: closers }, handoff: warm }
  - { name: rest, to: { nurture: drip } }
keepOwner: true
requiredForSales: [jobTitle]
`,
  'routing-cases.yaml': 'cases: []\n',
}

let stage: Stage
afterEach(async () => stage.close())

it('people, kinds, triggers and routes of other names work with the reports that Baton comes with, which nobody gets', async () => {
  stage = await createStage({ files: OWN, reports: true, start: Date.parse('2026-12-16T15:00:00Z') })
  const id = createTier2Lead(stage)
  await stage.quiet()
  expect(stage.hubspot.contact(id)).toMatchObject({ baton_route: 'good', hubspot_owner_id: '901' })
  const told = stage.slack.messages().length
  expect(told).toBeGreaterThan(0)
  // Over the first days of a week, a month and a quarter.
  for (const days of [2, 15, 2, 0, 1, 0]) await stage.advance(days * DAY)
  const channels = stage.slack.messages().map(({ channel }) => channel)
  expect(new Set(channels)).toEqual(new Set(['C0000CLS', 'D0000KIM']))
  const nobody = stage.logLines.filter((line) => line.includes('is for somebody who is not there'))
  const words = nobody
    .map((line) => JSON.parse(line))
    .map(({ report, list, to }) => `${report ?? list.split('/')[0]} ${to}`)
  expect(new Set(words)).toEqual(
    new Set([
      ...['weekly mgr-1', 'weekly vp-sales', 'monthly vp-sales', 'monthly marketing', 'quarterly vp-sales'],
      ...['quarterly marketing', 'quality marketing', 'cleaner marketing', 'feedback.salesToMarketing marketing'],
      ...['feedback.marketingToSales ae', 'feedback.marketingToSales sdr', 'feedback.successToMarketing marketing'],
    ]),
  )

  const others = stage.logLines.filter((line) => JSON.parse(line).level >= 40 && !nobody.includes(line))
  expect(others).toEqual([])
})
