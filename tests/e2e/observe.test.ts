import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { createTier1Lead, createTier2Lead, signalsCome } from '../support/leads.ts'
import { callsSoFar, effects } from '../support/observing.ts'
import { createStage, DAY, HOUR, MINUTE, type Stage } from '../support/stage.ts'

// The report goes to the VP at 08:00 in New York; a stage begins on a Wednesday at 10:00 there.
const VP = 'U0000VPS'
const TO_REPORT = 22 * HOUR

let stage: Stage
afterEach(async () => stage.close())

/** The service that runs is stopped, and another one begins on the same Redis in this mode. */
async function restartAs(mode: 'live' | 'observe'): Promise<void> {
  await stage.services.shift()?.close()
  stage.addresses.shift()
  await stage.start('both', { mode })
  const publicUrl = 'https://baton.example.com/webhooks/hubspot'
  stage.hubspot.setWebhooks({ targetUrl: `${stage.addresses[0]}/webhooks/hubspot`, publicUrl })
  stage.slack.setInteractionsUrl(`${stage.addresses[0]}/webhooks/slack/interactions`)
}

const observe = (options: Parameters<typeof createStage>[0] = {}) =>
  createStage({ ...options, env: { BATON_MODE: 'observe', ...options.env } })
const handoffsOf = async (id: string) => Object.values((await stage.services[0]?.leads.get(id))?.handoffs ?? {})

describe('only observing', () => {
  it('decides, and lays beside what happened in HubSpot what it would have done, once a day', async () => {
    stage = await observe()
    await stage.advance(MINUTE)
    const since = callsSoFar(stage)
    const first = createTier1Lead(stage)
    createTier2Lead(stage)
    await stage.quiet()
    // Whoever gives away leads today gives the first to another rep, and nobody looks at the second.
    const [handoff] = await handoffsOf(first)
    expect(handoff).toMatchObject({ state: 'open', kind: 'mql-to-sales-tier-1' })
    await stage.advance(20 * MINUTE)
    const other = handoff?.holders[0]?.rep === 'ae-1' ? '102' : '101'
    stage.hubspot.changeContact(first, { hubspot_owner_id: other })
    await stage.quiet()
    await stage.advance(40 * MINUTE)
    stage.hubspot.logActivity(first, { type: 'call', by: 'rep' })
    await stage.quiet()
    await stage.advance(TO_REPORT - 2 * HOUR)
    expect(effects(stage, since)).toEqual([])
    await stage.advance(2 * HOUR)
    expect(effects(stage, since)).toEqual(['conversations.open', 'chat.postMessage'])
    const [report] = stage.texts(VP)
    expect(report).toMatch(/^Observed: 2 leads would have been handed over\. Baton only observes/)
    expect(report).toMatch(/1 of 2 have an owner, after 20 min \(median\).*Same rep: 0 of 1 \(0 %\)/s)
    expect(report).toMatch(/Contacted: 1 of 2, after 1 h \(median\).*Clock: 2 would have run out/s)
    expect(report).toMatch(/Dana-Canary Ruiz-Canary: .* by tier-1-mql, due .*after 20 min; contacted after 1 h, late/s)
    expect(report).toMatch(/ by mql, due .*In HubSpot: nobody's yet; not contacted, late/s)
    expect(JSON.stringify(stage.slack.messages(VP)[0]?.blocks)).toContain(`/record/0-1/${first}|`)
    // Once: at the next sweeps, and by another process.
    await stage.start('worker')
    for (const service of stage.services) await service.work.sweep({ grace: false })
    await stage.quiet()
    expect(stage.texts(VP)).toHaveLength(1)
    await stage.advance(DAY)
    expect(stage.texts(VP)[1]).toMatch(/^Observed: no lead would have been handed over/)
  })

  it('reports after a downtime of days once, about all of it', async () => {
    stage = await observe()
    await stage.advance(MINUTE)
    createTier1Lead(stage)
    await stage.quiet()
    stage.clock.now += 4 * DAY
    await Promise.all([stage.services[0]?.work.sweep({ grace: false }), stage.start('worker', { sweepEvery: 60_000 })])
    await stage.quiet()
    expect(stage.texts(VP)).toHaveLength(1)
    expect(stage.texts(VP)[0]).toMatch(/^Observed: 1 lead would/)
  })

  it('says so loudly: at the start, in /readyz and in the metrics', async () => {
    stage = await observe()
    expect(stage.logLines.join('\n')).toContain('BATON_MODE is observe')
    const ready = (await (await fetch(`${stage.addresses[0]}/readyz`)).json()) as { dependencies: { mode: unknown } }
    expect(ready.dependencies.mode).toMatchObject({ detail: expect.stringContaining('nothing is written to HubSpot') })
    expect(await (await fetch(`${stage.addresses[0]}/metrics`)).text()).toContain('baton_mode{mode="observe"} 1')
  })
})

describe('going live after observing', () => {
  it('begins no handoff and tells nobody of what was observed, and begins them for what is new', async () => {
    stage = await observe()
    await stage.advance(MINUTE)
    const [lead, quietOne] = [createTier1Lead(stage), createTier2Lead(stage)]
    await stage.quiet()
    expect((await handoffsOf(lead))[0]?.state).toBe('open')
    const since = callsSoFar(stage)
    await restartAs('live')
    await stage.services[0]?.work.adoption.run()
    await stage.quiet()
    await stage.advance(3 * HOUR)
    await stage.advance(2 * DAY)
    expect(effects(stage, since).filter((call) => /chat|views|conversations/.test(call))).toEqual([])
    expect(await handoffsOf(lead)).toEqual([])
    expect(stage.hubspot.contact(lead)).toMatchObject({ baton_score: '80', baton_route: 'adopted' })
    expect(stage.hubspot.contact(lead)?.hubspot_owner_id ?? '').toBe('')
    // What it did while it was only observed counts: with one thing more it goes to sales, and the clock is a new one.
    await signalsCome(stage, lead, 'demo_requested')
    const [handoff] = await handoffsOf(lead)
    expect(handoff).toMatchObject({ state: 'open', startedAt: stage.clock.now })
    const rep = stage.config.team.reps[handoff?.holders[0]?.rep ?? '']
    expect(stage.texts(rep?.slackUserId ?? '')).toHaveLength(1)
    expect(stage.hubspot.contact(lead)?.hubspot_owner_id).toBe(rep?.hubspotOwnerId)
    expect(await handoffsOf(quietOne)).toEqual([])
  })

  it('begins with even turns, whoever would have had the last one', async () => {
    stage = await observe()
    await stage.advance(MINUTE)
    createTier2Lead(stage)
    await stage.quiet()
    const service = stage.services[0]
    const observed = await service?.pools.read('sdr', stage.clock.now)
    expect(Object.values(observed?.days ?? {}).map(({ leads }) => leads)).toEqual([1])
    await restartAs('live')
    expect((await stage.services[0]?.pools.read('sdr', stage.clock.now))?.days).toEqual({})
  })

  it('keeps both apart when they run on one Redis', async () => {
    stage = await observe()
    await stage.start('both', { mode: 'live' })
    await stage.advance(MINUTE)
    const since = callsSoFar(stage)
    // Webhooks go to the one that observes.
    const lead = createTier1Lead(stage)
    await stage.quiet()
    expect(effects(stage, since)).toEqual([])
    expect((await stage.services[1]?.leads.get(lead))?.lead ?? null).toBeNull()
  })

  it('erases what was observed along with the lead', async () => {
    stage = await observe()
    await stage.advance(MINUTE)
    const lead = createTier1Lead(stage)
    await stage.quiet()
    await restartAs('live')
    const headers = { authorization: 'Bearer canary-api-token' }
    await fetch(`${stage.addresses[0]}/v1/leads/${lead}`, { method: 'DELETE', headers })
    await stage.quiet()
    const store = stage.services[0]?.store
    // Jobs hold ids alone, and run nowhere any more.
    const keys = (await store?.redis.keys(`${store.prefix}-observe{*`)) ?? []
    const held = await Promise.all(keys.map(async (key) => JSON.stringify(await contentOf(key))))
    expect(held.filter((text) => text.includes('dana.canary') || text.includes('Dana-Canary'))).toEqual([])
    expect(held.filter((text) => text.includes(`"${lead}-1`))).toEqual([])
  })
})

async function contentOf(key: string): Promise<unknown> {
  const redis = stage.services[0]?.store.redis
  const type = await redis?.type(key)
  if (type === 'hash') return redis?.hgetall(key)
  if (type === 'zset') return redis?.zrange(key, '0', '-1')
  return type === 'list' ? redis?.lrange(key, 0, -1) : null
}

describe('a route that only observes', () => {
  const routes = async () =>
    (await readFile(join(import.meta.dirname, '..', '..', 'config', 'routing.yaml'), 'utf8')).replace(
      'name: tier-1-mql\n',
      'name: tier-1-mql\n    observe: true\n',
    )

  it('does nothing but stand in the report, while the others are live', async () => {
    stage = await createStage({ files: { 'routing.yaml': await routes() } })
    await stage.advance(MINUTE)
    const [watched, live] = [createTier1Lead(stage), createTier2Lead(stage)]
    await stage.quiet()
    expect(stage.hubspot.contact(watched)).toMatchObject({ baton_score: '80', baton_band: 'high' })
    expect(stage.hubspot.contact(watched)?.hubspot_owner_id ?? '').toBe('')
    expect(stage.hubspot.contact(watched)?.baton_sla_status ?? 'none').toBe('none')
    expect(await handoffsOf(watched)).toEqual([])
    expect(stage.hubspot.contact(live)?.hubspot_owner_id).toMatch(/^20[12]$/)
    // Its turn is not taken where leads are really given away.
    expect((await stage.services[0]?.pools.read('ae', stage.clock.now))?.days).toEqual({})
    await signalsCome(stage, watched, 'email_opened')
    await stage.advance(TO_REPORT)
    const [report] = stage.texts(VP)
    expect(report).toMatch(/^Observed: 1 lead would have been handed over\. By routes with observe: true/)
    expect(report).toMatch(/(Ada Lane|Ben Ortiz) by tier-1-mql, due/)
  })
})
