import { afterEach, expect, test } from 'vitest'
import { decide } from '../../src/leads/decision.ts'
import type { Service } from '../../src/service.ts'
import { pack } from '../../src/store/pack.ts'
import { createTier1Lead, sendSignals } from '../support/leads.ts'
import { createStage, DAY, type Stage, WEDNESDAY_10_NEW_YORK } from '../support/stage.ts'

let stage: Stage
afterEach(async () => stage.close())

function service(): Service {
  const [first] = stage.services
  if (!first) throw new Error('the stage has no service')
  return first
}

const decisionsOf = (id: string) => service().leads.readDecisions(id)

test('a routing decision is kept with everything that it was made from, and can be made again from that alone', async () => {
  stage = await createStage()
  const id = createTier1Lead(stage, { city: 'Oslo' })
  await stage.quiet()
  await sendSignals(stage, [{ type: 'pricing_page_viewed', contactId: id, page: '/pricing' }])
  await stage.quiet()
  await stage.advance(40 * DAY)

  const kept = await decisionsOf(id)
  expect(kept[0]).toMatchObject({
    at: WEDNESDAY_10_NEW_YORK,
    number: 1,
    config: stage.config.version,
    score: 80,
    fit: 50,
    engagement: 30,
    band: 'high',
    route: 'tier-1-mql',
    to: { pool: 'ae' },
    action: 'assign',
    rep: 'ae-1',
    probability: 1,
    standing: { withSales: false, rejected: false },
    attributes: { jobTitle: { value: 'VP Marketing' }, 'company.size': { value: 240 } },
  })
  expect(kept[0]?.signals.map(({ type, at }) => [type, at]).toSorted()).toEqual([
    ['demo_requested', WEDNESDAY_10_NEW_YORK],
    ['email_clicked', WEDNESDAY_10_NEW_YORK],
    ['email_clicked', WEDNESDAY_10_NEW_YORK],
    ['form_submitted', WEDNESDAY_10_NEW_YORK],
  ])
  expect(kept.map(({ band, action }) => [band, action])).toEqual([
    ['high', 'assign'],
    ['hot', 'stay-with-sales'],
    ['high', 'stay-with-sales'],
  ])
  for (const one of kept) {
    const { score, route, action } = decide(stage.config, one, one.standing, one.at)
    expect([score.total, score.fit.points, score.engagement.points, score.band, route.route, action]).toEqual([
      ...[one.score, one.fit, one.engagement, one.band, one.route, one.action],
    ])
  }
})

test('it does not leave with the hundred lines of the history, but after thirteen months', async () => {
  stage = await createStage()
  const id = createTier1Lead(stage, { num_conversion_events: '0', hs_email_click: '0' })
  await stage.quiet()
  const [first] = await decisionsOf(id)
  const { leads, store } = service()
  const note = pack({ what: 'note', at: stage.clock.now })
  await store.redis.rpush(store.keys.history(id), ...Array.from({ length: 200 }, () => note))
  await stage.advance(390 * DAY)
  stage.hubspot.changeContact(id, { jobtitle: 'Student' })
  await stage.quiet()
  expect((await leads.readHistory(id)).length).toBe(100)
  expect((await leads.readHistory(id)).filter((line) => 'number' in line && line.number === 1)).toEqual([])
  expect(await decisionsOf(id)).toEqual([first, expect.objectContaining({ route: 'negative-icp' })])

  await stage.advance(7 * DAY)
  stage.hubspot.changeContact(id, { jobtitle: 'CMO' })
  await stage.quiet()
  expect((await decisionsOf(id)).map(({ route }) => route)).toEqual(['negative-icp', 'medium-good-fit'])
  // And with the lead itself, when nothing is decided of it any more.
  const key = store.keys.decisions(id)
  expect(await store.redis.pttl(key)).toBeGreaterThan(395 * DAY)
  expect(await store.redis.pttl(key)).toBeLessThanOrEqual(396 * DAY)
  expect(key.slice(0, key.indexOf('}'))).toBe(store.keys.lead(id).slice(0, key.indexOf('}')))
})
