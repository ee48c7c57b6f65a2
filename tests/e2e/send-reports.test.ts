import { afterEach, expect, it } from 'vitest'
import { blockProblems } from '../../simulators/slack/blocks.ts'
import { newWebhookSecret } from '../../src/platform/standard-webhooks.ts'
import { createEndpoint } from '../support/endpoint.ts'
import { createTier2Lead } from '../support/leads.ts'
import { createSalesStage } from '../support/sales-stage.ts'
import { DAY, MINUTE, type Stage } from '../support/stage.ts'

const MONDAY = Date.parse('2026-11-23T13:00:00Z')
const [MANAGER, VP] = ['U000MGR1', 'U0000VPS']

let stage: Stage
afterEach(async () => stage.close())

const messages = (to: string) => stage.slack.messages(to)
const weekly = (to: string) => messages(to).filter(({ text }) => text.startsWith('Weekly report:'))

it('a week is reported on Monday at 08:00, once, by whichever worker, and what was missed afterwards', async () => {
  const other = await createEndpoint()
  stage = await createSalesStage({
    reports: true,
    env: { OTHER_SECRET: newWebhookSecret() },
    files: { 'reports.yaml': 'weekly: { to: [mgr-1, vp-sales], on: mon, at: "08:00" }\n' },
    edit({ webhooks }) {
      webhooks.push({ name: 'bi', url: other.url, events: ['report'], secret: 'OTHER_SECRET', private: true })
    },
  })
  await stage.start('worker')
  await stage.advance(MINUTE)
  createTier2Lead(stage, { email: 'kim@acme.example', lastname: 'Canary' })
  await stage.quiet()
  stage.clock.now = MONDAY - 1
  await stage.advance(0)
  expect(weekly(MANAGER)).toEqual([])
  stage.clock.now = MONDAY
  await Promise.all(stage.services.map(({ work }) => work.sweep({ grace: false })))
  await stage.quiet()
  for (const to of [MANAGER, VP]) {
    const [report, ...more] = weekly(to)
    expect(more).toEqual([])
    expect(report?.text).toMatch(/^Weekly report: 16–22 Nov 2026\. .*\b1 lead\b/)
    const thread = messages(to).filter(({ threadTs }) => threadTs === report?.ts)
    expect(thread.some(({ blocks }) => blocks.length > 0)).toBe(true)
    expect(thread.flatMap(({ files = [] }) => files)).not.toEqual([])
    for (const one of [report, ...thread]) {
      if (!one?.files) expect(blockProblems(one?.blocks, 'message')).toEqual([])
      expect(JSON.stringify(one)).not.toContain('Canary')
    }
  }
  const before = messages(MANAGER)
  await stage.advance(MINUTE)
  expect(messages(MANAGER)).toEqual(before)
  // Two weeks without the service.
  await stage.advance(14 * DAY)
  const periods = weekly(MANAGER).map(({ text }) => /^Weekly report: ([^.]*)/.exec(text)?.[1])
  expect(periods).toEqual(['16–22 Nov 2026', '23–29 Nov 2026', '30 Nov – 6 Dec 2026'])
  // Others hear of each as well, with where it is to be had.
  expect(other.heard.map(({ event }) => event.data)).toEqual(
    ['2026-W47', '2026-W48', '2026-W49'].map((period) => ({
      ...{ name: 'weekly', period, url: `https://baton.example.com/v1/reports/weekly?period=${period}` },
    })),
  )
  await other.close()
})
