import { afterEach, beforeEach, expect, it } from 'vitest'
import { newWebhookSecret } from '../../src/platform/standard-webhooks.ts'
import { createEndpoint, type Endpoint, type Heard, isSignedBy } from '../support/endpoint.ts'
import { createTier1Lead, createTier2Lead } from '../support/leads.ts'
import { createStage, DAY, HOUR, MINUTE, type Stage } from '../support/stage.ts'

const [OLD, NEW, OTHER] = [newWebhookSecret(), newWebhookSecret(), newWebhookSecret()]
let stage: Stage
let down: Endpoint
let well: Endpoint
beforeEach(async () => {
  down = await createEndpoint()
  well = await createEndpoint()
  await open()
})
async function open(env: Record<string, string> = {}): Promise<void> {
  const events = 'events: [routed, assigned, answered, undone, breached]'
  stage = await createStage({
    files: {
      'webhooks.yaml': `webhooks:
  - { name: crm, url: "${down.url}", ${events}, secret: CRM_SECRET, private: true }
  - { name: bi, url: "${well.url}", events: [routed, breached], secret: BI_SECRET, private: true }
`,
    },
    env: { CRM_SECRET: `${NEW},${OLD}`, BI_SECRET: OTHER, ...env },
    strict: false,
  })
}
afterEach(async () => {
  await stage.close()
  await Promise.all([down.close(), well.close()])
})

const idsOf = (heard: Heard[]) => heard.map(({ headers }) => headers['webhook-id'])

it('an endpoint that was down for hours is told of everything once, and nobody else waits for it', async () => {
  down.answers = 500
  const id = createTier1Lead(stage)
  await stage.quiet()
  expect(well.types()).toEqual(['routed'])
  expect(down.types().toSorted()).toEqual(['assigned', 'routed'])
  await stage.advance(2 * HOUR)
  expect(well.types()).toEqual(['routed', 'breached'])
  const failed = down.heard.splice(0)
  down.answers = 204
  await stage.advance(2 * HOUR)
  await stage.advance(6 * HOUR)
  // Whom it went to meanwhile is news as well.
  const types = down.types()
  expect(types).toEqual(expect.arrayContaining(['routed', 'assigned', 'breached']))
  expect(types.filter((type) => type !== 'assigned').toSorted()).toEqual(['breached', 'routed'])
  expect(new Set(idsOf(down.heard)).size).toBe(down.heard.length)
  // What was tried before has the id that it had then.
  expect(idsOf(down.heard)).toEqual(expect.arrayContaining([...new Set(idsOf(failed))]))
  for (const one of [...down.heard, ...failed]) {
    expect([isSignedBy(OLD, one), isSignedBy(NEW, one), isSignedBy(OTHER, one)]).toEqual([true, true, false])
    expect(one.event.data).toMatchObject({ contactId: id })
    expect(one.text).not.toMatch(/canary|northwind|@/i)
  }
  const routed = down.heard.find(({ event }) => event.type === 'routed')
  expect(routed?.event).toMatchObject({ timestamp: '2026-11-18T15:00:00.000Z', data: { to: 'pool', pool: 'ae' } })
})

it('what nobody takes for a day is a dead letter that can be replayed; a lead that is erased takes its own along', async () => {
  down.answers = 302
  const [stays, goes] = [createTier1Lead(stage), createTier2Lead(stage)]
  await stage.quiet()
  stage.hubspot.privacyDeleteContact(goes)
  await stage.quiet()
  expect(await stage.services[0]?.store.redis.exists(stage.services[0].store.keys.webhooks(goes))).toBe(0)
  for (let tries = 0; tries < 12; tries++) await stage.advance(3 * HOUR)
  const dead = await stage.services[0]?.work.dead.list()
  expect(dead?.map(({ name, id }) => `${name} ${id.replace(/-.*@/, ' ')}`)).toContain(`send-webhook ${stays} crm`)
  expect(dead?.[0]?.reason).toMatch(/^crm: /)
  down.heard.splice(0)
  down.answers = 200
  await stage.services[0]?.work.dead.replay((dead ?? []).map(({ name, id }) => `${name}:${id}`))
  await stage.advance(5 * MINUTE)
  await stage.advance(HOUR)
  expect(down.types()).toEqual(expect.arrayContaining(['routed', 'assigned']))
  expect(new Set(down.heard.map(({ event }) => event.data.contactId))).toEqual(new Set([stays]))
  expect(await stage.services[0]?.work.dead.list()).toEqual([])
})

it('an endpoint that answers 410 is told of nothing more, until it is switched on', async () => {
  down.answers = 410
  createTier1Lead(stage)
  await stage.quiet()
  const told = down.heard.length
  expect(stage.logLines.join()).toContain('answers 410')
  createTier2Lead(stage)
  await stage.advance(DAY)
  expect(down.heard.length).toBe(told)
  expect(await stage.services[0]?.work.dead.list()).toEqual([])
})

it('nobody is told of what is only observed', async () => {
  await stage.close()
  await open({ BATON_MODE: 'observe' })
  createTier1Lead(stage)
  await stage.advance(2 * HOUR)
  expect(await stage.services[0]?.store.count('webhooks')).toBe(0)
  expect([...well.heard, ...down.heard]).toEqual([])
})
