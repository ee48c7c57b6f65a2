import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createTier1Lead, sendDealEvents, sendSignals } from '../support/leads.ts'
import { loseRedis } from '../support/lose-redis.ts'
import { createStage, DAY, HOUR, MINUTE, type Stage } from '../support/stage.ts'

const [EVA, FINN, CS_MANAGER] = ['U0000CS1', 'U0000CS2', 'U000CSMG']

let stage: Stage
let id: string
afterEach(async () => stage.close())

/** A customer: their deal was just won. */
async function won(files: Record<string, string> = {}): Promise<void> {
  stage = await createStage({ files })
  sendDealEvents(stage)
  id = createTier1Lead(stage)
  await stage.quiet()
  await stage.advance(MINUTE)
  stage.hubspot.createDeal({ dealname: 'Northwind', dealstage: 'closedwon' }, { contactIds: [id] })
  await stage.quiet()
}

const signal = async (type: string) => {
  await sendSignals(stage, [{ type, contactId: id }])
  await stage.quiet()
}

/** Whoever of customer success has the customer. */
const holder = () => (stage.slack.messages(EVA).length > 0 ? EVA : FINN)
const heard = (who: string, words: RegExp) => stage.texts(who).filter((text) => words.test(text)).length
const told = (words: RegExp) => heard(holder(), words)

/** The steps of the handoff, as `explain` shows them. */
async function steps(): Promise<Record<string, string>> {
  const headers = { authorization: 'Bearer canary-api-token' }
  const response = await fetch(`${stage.addresses[0]}/v1/leads/${id}`, { headers })
  const { otherHandoffs } = (await response.json()) as {
    otherHandoffs: { kind: string; steps?: { step: string; state: string }[] }[]
  }
  const { steps = [] } = otherHandoffs.find(({ kind }) => kind === 'closed-won-onboarding') ?? {}
  return Object.fromEntries(steps.map(({ step, state }) => [step.replace(/.*\((.*)\)/, '$1'), state]))
}

async function introduce(): Promise<void> {
  const message = stage.slack.messages(holder()).find(({ blocks }) => JSON.stringify(blocks).includes('Introduced'))
  const button = JSON.stringify(message?.blocks).match(
    /\{[^{}]*"action_id":"([^"]+)"[^{}]*\{[^{}]*"Introduced"[^{}]*\}[^{}]*\}/,
  )
  const value = button?.[0].match(/"value":"([^"]+)"/)?.[1] ?? ''
  await stage.slack.click({
    ...{ user: holder(), channel: message?.channel ?? '', ts: message?.ts ?? '' },
    ...{ actionId: button?.[1] ?? '', value },
  })
  await stage.quiet()
}

describe('onboarding, day 0 to 60, as it ships', () => {
  beforeEach(async () => won())

  it('begins in the welcome track', () => {
    expect(stage.hubspot.contact(id)).toMatchObject({ baton_nurture_track: 'welcome' })
  })

  it('tells customer success on each day on which the customer is not active yet', async () => {
    await introduce()
    await stage.advance(DAY - HOUR)
    expect(told(/first activation/)).toBe(0)
    await stage.advance(HOUR)
    expect(told(/first activation \(day 1\)/)).toBe(1)
    await stage.advance(2 * DAY)
    expect(told(/first activation \(day 3\)/)).toBe(1)
    await signal('activation_reached')
    await stage.advance(11 * DAY)
    expect([told(/day 7/), told(/day 14/)]).toEqual([0, 0])
    expect(await steps()).toEqual({
      ...{ 'day 1': 'no', 'day 3': 'no', 'day 7': 'yes', 'day 14': 'yes' },
      ...{ 'day 30': 'to come', 'day 60': 'to come' },
    })
  })

  it('goes on to advocacy on day 30 when the customer is active, and to expansion on day 60, which ends it', async () => {
    await introduce()
    await signal('activation_reached')
    await stage.advance(30 * DAY)
    expect(stage.hubspot.contact(id)).toMatchObject({ baton_nurture_track: 'advocacy' })
    expect(heard(CS_MANAGER, /review/)).toBe(0)
    await stage.advance(30 * DAY)
    expect(stage.hubspot.contact(id)).toMatchObject({ baton_nurture_track: 'expansion' })
    expect(told(/expansion \(day 60\)/)).toBe(1)
    const { handoffs } = (await stage.services[0]?.leads.get(id)) ?? {}
    expect(Object.values(handoffs ?? {}).find(({ kind }) => kind === 'closed-won-onboarding')).toMatchObject({
      state: 'ended',
      ended: { how: 'done' },
    })
  })

  it('tells the CS manager on day 30 when the customer is not active', async () => {
    await introduce()
    await stage.advance(30 * DAY)
    expect(heard(CS_MANAGER, /review \(day 30\)/)).toBe(1)
    expect(stage.hubspot.contact(id)?.baton_nurture_track).not.toBe('advocacy')
  })

  it('runs on its days when nobody has introduced themselves', async () => {
    await stage.advance(3 * DAY)
    expect(told(/first activation \(day 3\)/)).toBe(1)
  })

  it('takes each overdue step once, in order, and tells a person in one message', async () => {
    await introduce()
    const before = stage.texts(holder()).length
    await stage.advance(20 * DAY)
    expect(stage.texts(holder())).toHaveLength(before + 1)
    expect(stage.texts(holder()).at(-1)).toMatch(/day 1\).*day 3\).*day 7\).*day 14\)/s)
    await stage.advance(MINUTE)
    expect(stage.texts(holder())).toHaveLength(before + 1)
  })

  it('is paused by a signal; resumed, what is to come moves by the length of the pause', async () => {
    await introduce()
    await stage.advance(2 * DAY)
    await signal('onboarding_paused')
    await stage.advance(10 * DAY)
    expect(told(/day 3|day 7/)).toBe(0)
    expect(await steps()).toMatchObject({ 'day 1': 'no', 'day 3': 'paused' })
    await signal('onboarding_resumed')
    await stage.advance(DAY - MINUTE)
    expect(told(/day 3/)).toBe(0)
    await stage.advance(MINUTE)
    expect([told(/day 3/), told(/day 7/)]).toEqual([1, 0])
    await stage.advance(4 * DAY)
    expect(told(/day 7/)).toBe(1)
  })

  it('is finished early by a signal', async () => {
    await introduce()
    await stage.advance(2 * DAY)
    await signal('onboarding_finished')
    expect(await steps()).toMatchObject({ 'day 1': 'no', 'day 3': 'finished', 'day 60': 'finished' })
    const before = stage.texts(holder()).length
    await stage.advance(60 * DAY)
    expect(stage.texts(holder())).toHaveLength(before)
  })

  it('survives an emptied Redis', async () => {
    await introduce()
    await stage.advance(2 * DAY)
    await loseRedis(stage)
    stage.hubspot.changeContact(id, { jobtitle: 'Chief Marketing Officer' }, { by: 'person' })
    await stage.quiet()
    expect(await steps()).toMatchObject({ 'day 1': 'no', 'day 3': 'to come', 'day 60': 'to come' })
    await stage.advance(DAY)
    expect([told(/day 1\)/), told(/day 3\)/)]).toEqual([1, 1])
  })

  it('is not answered by the stage in HubSpot once the config has the kind no longer', async () => {
    const next = structuredClone(stage.config)
    delete next.handoffs.kinds['closed-won-onboarding']
    await stage.changeConfig({ ...next, version: 'edited' })
    await stage.advance(2 * DAY)
    const { handoffs } = (await stage.services[0]?.leads.get(id)) ?? {}
    expect(Object.values(handoffs ?? {}).find(({ kind }) => kind === 'closed-won-onboarding')?.state).toBe('open')
    expect(heard(CS_MANAGER, /No response yet/)).toBe(1)
  })

  it('leaves out a step that the config has no longer', async () => {
    await introduce()
    const { steps: plan } = stage.config.handoffs.kinds['closed-won-onboarding'] ?? {}
    const next = structuredClone(stage.config)
    const kind = next.handoffs.kinds['closed-won-onboarding']
    if (!plan || !kind?.steps) throw new Error('no steps')
    kind.steps.list = plan.list.filter(({ name }) => !name.includes('day 3'))
    await stage.changeConfig({ ...next, version: 'edited' })
    await stage.advance(7 * DAY)
    expect([told(/day 3/), told(/day 7/)]).toEqual([0, 1])
    expect(await steps()).toMatchObject({ 'day 3': 'gone', 'day 7': 'no' })
  })
})

describe('the dated steps of a kind of one’s own', () => {
  it('are started by a signal, skipped by another, and go by any condition', async () => {
    const yaml = await readFile(join('config', 'handoffs.yaml'), 'utf8')
    const own = `handoffs:
  renewal:
    start: { signal: upgrade_page_viewed }
    to: { pool: ae }
    respondWithin: 1d
    hours: elapsed
    ladder: []
    buttons: [ { called: { label: Called } } ]
    steps:
      finishedBy: { score: { atLeast: 101 } }
      list:
        - { at: 2h, do: [ { tell: cs } ], skippedBy: [churn_risk, not_interested] }
        - { at: 1d, when: { score: { atLeast: 10 } }, do: [ { open: trial } ], else: [ archive ] }
`
    await won({ 'handoffs.yaml': yaml.replace('handoffs:\n', own) })
    const channel = () => stage.texts('C00000CS').filter((text) => /Renewal/.test(text)).length
    await signal('upgrade_page_viewed')
    await stage.advance(2 * HOUR)
    expect(channel()).toBe(1)
    await stage.advance(22 * HOUR)
    const { handoffs } = (await stage.services[0]?.leads.get(id)) ?? {}
    expect(Object.values(handoffs ?? {}).map(({ kind }) => kind)).toContain('trial')
  })
})
