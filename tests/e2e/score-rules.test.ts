import { afterEach, expect, it } from 'vitest'
import { isDrawn } from '../../src/rules/sample.ts'
import { createTier1Lead, createTier2Lead, sendSignals, signalsCome } from '../support/leads.ts'
import { createStage, DAY, HOUR, type Stage, WITHOUT_TRIGGERS } from '../support/stage.ts'

let stage: Stage
afterEach(async () => stage.close())

const view = async (id: string) => {
  const headers = { authorization: 'Bearer canary-api-token' }
  const response = await fetch(`${stage.addresses[0]}/v1/leads/${id}`, { headers })
  return (await response.json()) as {
    score: {
      total: number
      engagement: number
      base?: number
      arithmetic: string
      engagementSignals: { signals: unknown[] }
    }
    route: { name: string; to: Record<string, string>; sampled?: { share: number } }
    history: { text: string }[]
  }
}

it('an opened mail does not undo five months of silence: the lead stays where it was, but for the points of the opening', async () => {
  stage = await createStage({ files: WITHOUT_TRIGGERS })
  const id = createTier1Lead(stage)
  await stage.quiet()
  await signalsCome(stage, id, 'trial_started')
  expect(stage.hubspot.contact(id)).toMatchObject({ baton_score: '100', baton_band: 'hot' })
  for (let month = 0; month < 5; month++) await stage.advance(34 * DAY)
  expect(stage.hubspot.contact(id)).toMatchObject({ baton_score: '50', baton_engagement_score: '0' })
  const alerts = stage.slack.messages().length
  await signalsCome(stage, id, 'email_opened')
  expect(stage.hubspot.contact(id)).toMatchObject({ baton_score: '53', baton_engagement_score: '3' })
  expect(stage.slack.messages()).toHaveLength(alerts)
})

it('a signal that takes points away ages: the score rises by itself, and the lead goes to sales then', async () => {
  stage = await createStage({
    files: WITHOUT_TRIGGERS,
    edit({ scoring, signals }) {
      signals.unsubscribed = { words: 'unsubscribed' }
      scoring.engagement = {
        max: 50,
        window: 60 * DAY,
        signals: { ...scoring.engagement.signals, unsubscribed: { points: -20, halfLife: 10 * DAY, resets: false } },
      }
    },
  })
  const id = createTier2Lead(stage)
  await stage.quiet()
  expect(stage.hubspot.contact(id)).toMatchObject({ baton_score: '65', baton_route: 'mql' })
  const other = createTier2Lead(stage, { hs_email_click: '0', num_conversion_events: '2', email: 'lee@other.example' })
  await stage.quiet()
  await signalsCome(stage, other, 'unsubscribed', 'webinar_attended', 'trial_started')
  const before = Number(stage.hubspot.contact(other)?.baton_score)
  expect(before).toBeLessThan(61)
  expect(stage.hubspot.contact(other)).toMatchObject({ baton_route: 'medium' })
  const scores: number[] = [before]
  for (let day = 0; day < 12; day++) {
    await stage.advance(DAY)
    scores.push(Number(stage.hubspot.contact(other)?.baton_score))
  }
  expect(scores).toEqual(scores.toSorted((a, b) => a - b))
  expect(new Set(scores).size).toBeGreaterThan(8)
  expect(stage.hubspot.contact(other)).toMatchObject({ baton_route: 'mql', baton_band: 'high' })
})

it('points that fade are written once a day, and only where they have moved', async () => {
  stage = await createStage({
    files: WITHOUT_TRIGGERS,
    edit({ scoring }) {
      scoring.engagement = {
        max: 50,
        window: 180 * DAY,
        signals: { demo_requested: { points: 40, halfLife: 20 * DAY } },
      }
    },
  })
  const id = stage.hubspot.createContact({ email: 'pat@some.example', num_conversion_events: '0' })
  await stage.quiet()
  // A young contact is looked at more often.
  for (let hour = 0; hour < 25; hour++) await stage.advance(HOUR)
  await signalsCome(stage, id, 'demo_requested')
  expect(stage.hubspot.contact(id)).toMatchObject({ baton_score: '40' })
  const before = stage.hubspot.calls.length
  for (let hour = 0; hour < 48; hour++) await stage.advance(HOUR)
  const calls = stage.hubspot.calls.slice(before).filter(({ path }) => path.includes('/contacts/'))
  expect(calls.map(({ path }) => path)).toEqual(Array(2).fill('/crm/v3/objects/contacts/batch/update'))
  // 40 points after two days, at a half-life of twenty.
  expect(stage.hubspot.contact(id)).toMatchObject({ baton_score: String(Math.round(40 * 2 ** -0.1)) })
})

it('a signal counts by its amount, and explain says how', async () => {
  stage = await createStage({
    files: WITHOUT_TRIGGERS,
    edit({ scoring }) {
      scoring.engagement.signals.weekly_usage = { points: { per: 10, of: 2, atMost: 8 }, resets: false }
    },
  })
  const id = stage.hubspot.createContact({ email: 'pat@some.example' })
  await stage.quiet()
  stage.clock.now += 1_000
  await sendSignals(stage, [{ type: 'weekly_usage', contactId: id, value: 25 }])
  await stage.quiet()
  expect(stage.hubspot.contact(id)).toMatchObject({ baton_score: '5' })
  expect((await view(id)).score.engagementSignals.signals).toMatchObject([
    { signal: 'weekly_usage', amount: 25, worth: 5, points: 5, by: '2 for each 10 sessions a week, at most 8' },
  ])
  stage.clock.now += 1_000
  await sendSignals(stage, [{ type: 'weekly_usage', contactId: id, value: 1_000 }])
  await stage.quiet()
  expect(stage.hubspot.contact(id)).toMatchObject({ baton_score: '13' })
})

it('a sample of a route goes to sales and is marked; a base counts for everybody', async () => {
  stage = await createStage({
    edit(config) {
      config.scoring.base = 5
      const low = config.routing.routes.at(-1)
      if (low) low.sample = { share: 0.5, to: { pool: 'sdr' }, handoff: 'mql-to-sales' }
    },
  })
  const ids = Array.from({ length: 6 }, (_, index) =>
    stage.hubspot.createContact({ email: `lead${index}@some${index}.example`, firstname: 'Sam', company: 'n/a' }),
  )
  await stage.quiet()
  const low = stage.config.routing.routes.at(-1)
  const drawn = ids.filter((id) => low && isDrawn(low, id))
  expect(drawn.length).toBeGreaterThan(0)
  expect(drawn.length).toBeLessThan(6)
  for (const id of ids) {
    const isSampled = drawn.includes(id)
    const lead = await view(id)
    expect(lead.score).toMatchObject({ total: 5, base: 5 })
    expect(lead.score.arithmetic).toBe('base 5 + fit 0 + engagement 0 = 5, kept between 0 and 100: 5')
    expect(lead.route).toMatchObject({ name: 'low', to: isSampled ? { pool: 'sdr' } : { nurture: 'newsletter' } })
    expect(lead.route.sampled).toEqual(isSampled ? { share: 0.5 } : undefined)
    const kept = await stage.services[0]?.leads.readDecisions(id)
    expect(kept?.at(-1)?.probability).toBe(0.5)
    expect(kept?.at(-1)?.sampled).toEqual(isSampled ? { share: 0.5 } : undefined)
    expect(stage.hubspot.contact(id)?.baton_sla_status).toBe(isSampled ? 'running' : 'none')
  }
  const told = stage.slack.messages().map(({ text }) => text)
  expect(told.filter((text) => /sampl|random/i.test(text))).toEqual([])
  const [one = ''] = drawn
  expect((await view(one)).history[0]?.text).toContain('route low, drawn for its sample (50 %)')
})
