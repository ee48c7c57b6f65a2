import { Redis } from 'ioredis'
import { afterEach, beforeEach, describe, expect, inject, test } from 'vitest'
import { runSmoke, type SmokeOptions, type SmokeParts } from '../../src/cli/smoke-run.ts'
import { createHubSpot } from '../../src/hubspot/client.ts'
import { createMetrics } from '../../src/platform/metrics.ts'
import type { Service } from '../../src/service.ts'
import { createSlack } from '../../src/slack/client.ts'
import { createFactStreams } from '../../src/store/facts.ts'
import { createSmokeTests } from '../../src/store/smoke-tests.ts'
import { createTier2Lead } from '../support/leads.ts'
import { createStage, type Stage } from '../support/stage.ts'

const TO = 'U0STRANGER'

let stage: Stage
beforeEach(async () => {
  stage = await createStage()
})
afterEach(() => stage.close())

function service(): Service {
  const [first] = stage.services
  if (!first) throw new Error('the stage has no service')
  return first
}

function parts(): SmokeParts {
  const { act, inbox, leads, pools, store, work } = service()
  const metrics = createMetrics()
  return {
    ...{ inbox, leads, pools, store, metrics },
    config: () => stage.config,
    clock: { now: () => stage.clock.now },
    act: (target, does) => act(target, 'cli', does),
    hurry: work.hurry,
    hubspot: createHubSpot({
      ...{ accessToken: 'pat-canary-token', baseUrl: stage.hubspot.url, redis: null, prefix: 'smoke', metrics },
      requestsPer10Seconds: 1_000,
      properties: () => ({ contact: ['email', stage.config.hubspot.properties.score], company: [] }),
    }),
    slack: createSlack({ token: 'xoxb-canary-token', apiUrl: stage.slack.apiUrl, metrics }),
  }
}

const options = (more: Partial<SmokeOptions> = {}): SmokeOptions => ({
  to: TO,
  domain: 'example.com',
  properties: { firstname: 'Test', lastname: 'Baton smoke', jobtitle: 'VP Marketing', company: 'Baton smoke' },
  signals: ['pricing_page_viewed', 'pricing_page_viewed', 'demo_requested'],
  patience: 3_000,
  heard: 3_000,
  ...more,
})

async function facts(): Promise<number> {
  let count = 0
  for await (const some of createFactStreams(service().store).since(0)) count += some.length
  return count
}

/** Who had how many turns, has how many leads, and got how many today. */
async function turns() {
  const { rotation, open, days } = await service().pools.read('sdr', stage.clock.now)
  const leads = Object.values(days).flatMap((day) => day?.leads || [])
  return [{ ...rotation, version: 0 }, Object.entries(open).filter(([, count]) => count > 0), leads]
}

const told = (user: string) => stage.slack.messages(user).length
const reps = () => Object.values(stage.config.team.reps).map(({ slackUserId }) => slackUserId)

/** Keys and values of Redis that hold a text; a number under the id of one that was erased stays for some minutes. */
async function placesOf(text: string): Promise<string[]> {
  const redis = new Redis(inject('redisUrl'))
  try {
    const keys = await redis.keys(`*${service().store.prefix}*${text}*`)
    return keys.filter((key) => !key.endsWith(`:lead:${text}`))
  } finally {
    redis.disconnect()
  }
}

describe('the smoke test', () => {
  test('goes the whole path, tells nobody but whom it is told to, counts nowhere, and is gone afterwards', async () => {
    createTier2Lead(stage)
    await stage.quiet()
    const before = { turns: await turns(), facts: await facts(), told: reps().map(told) }
    const seen: string[] = []
    const shown: string[] = []
    const onStep = ({ step }: { step: string }) => {
      seen.push(step)
      if (step === 'alerted') shown.push(...stage.slack.messages(TO).map((message) => JSON.stringify(message)))
    }

    const done = await runSmoke(parts(), options({ onStep }))
    await stage.quiet()

    expect(done.steps.filter(({ ok }) => !ok)).toEqual([])
    expect(done.ok).toBe(true)
    const path = ['slack', 'create', 'heard', 'enriched', 'scored', 'routed', 'alerted', 'clock', 'written', 'answered']
    expect(seen).toEqual([...path, 'clean up'])
    const said = (name: string) => done.steps.find(({ step }) => step === name)?.detail ?? ''
    expect(said('written')).toMatch(new RegExp(` = ${said('scored').split(' ')[0]}$`))
    const id = done.contactId ?? ''
    expect(reps().map(told)).toEqual(before.told)
    // A mention would tell a rep as well.
    expect(shown.join()).toMatch(/nobody has to do anything.*Test Baton smoke/s)
    expect(shown.join()).not.toContain('<@')
    for (const { channel } of Object.values(stage.config.team.pools))
      expect(stage.texts(channel).join()).not.toMatch(/TEST/)
    const texts = stage.slack.messages(TO).map(({ text }) => text)
    expect(texts[0]).toBe('TEST: baton smoke passed.')
    expect(texts.slice(1).every((text) => text === 'This lead was deleted on request.')).toBe(true)
    expect(texts.length).toBeGreaterThan(2)
    expect(await facts()).toBe(before.facts)
    expect(await turns()).toEqual(before.turns)
    expect(await placesOf(id)).toEqual([])
    expect(await createSmokeTests(service().store).current()).toBeNull()
    expect((await service().leads.get(id)).lead).toBeNull()
    expect(await parts().hubspot.readContact(id)).toBeNull()
  })

  test('says where it stops, and cleans up all the same', async () => {
    const nobody = await runSmoke(parts(), options({ signals: [], patience: 500 }))
    expect(nobody.steps.at(-2)).toMatchObject({ step: 'routed', ok: false })
    expect(nobody.steps.at(-2)?.detail).toMatch(/gives it to nobody .* --set and --signal/)
    expect(nobody.steps.at(-1)).toMatchObject({ step: 'clean up', ok: true })
    expect((await service().leads.get(nobody.contactId ?? '')).lead).toBeNull()

    const abort = new AbortController()
    const ended = await runSmoke(
      parts(),
      options({
        signal: abort.signal,
        onStep: ({ step }) => {
          if (step === 'heard') abort.abort()
        },
      }),
    )
    expect(ended.steps.map(({ step, ok }) => [step, ok])).toEqual([
      ['slack', true],
      ['create', true],
      ['heard', true],
      ['enriched', false],
      ['clean up', true],
    ])

    const unheard = await runSmoke(parts(), options({ to: 'C0NOWHERE' }))
    expect(unheard.steps).toMatchObject([
      { step: 'slack', ok: false, detail: 'slack says channel_not_found (refused)' },
    ])
    expect(unheard.contactId).toBeNull()
  })

  test('is no test by its address alone', async () => {
    const id = stage.hubspot.createContact({ email: 'baton-smoke+0123456789ab@example.com' })
    await stage.quiet()
    expect((await service().leads.get(id)).lead?.test).toBeUndefined()
    expect((await service().leads.get(id)).lead).not.toBeNull()
  })
})
