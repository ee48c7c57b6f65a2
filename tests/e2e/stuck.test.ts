import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { STAGE_NAMES } from '../../src/rules/stages.ts'
import { createTier1Lead, createTier2Lead } from '../support/leads.ts'
import { createStage, DAY, HOUR, MINUTE, type Stage } from '../support/stage.ts'

const [MARKETING, ADA] = ['U0000MKT', 'U0000AE1']
const OWNERS: Record<string, string> = { 101: ADA, 102: 'U0000AE2' }
// A Thursday; the first working day of the months after it are 1 December, 4 January and 1 February.
const START = Date.parse('2026-11-19T15:00:00Z')

let stage: Stage
afterEach(async () => stage.close())

const list = () => stage.slack.messages(MARKETING).at(-1)
const lists = () => stage.slack.messages(MARKETING).length

/** Moves the clock to an instant, as a worker that looks every hour would meet it. */
async function until(date: string, step = 6 * HOUR): Promise<void> {
  const at = Date.parse(date)
  while (stage.clock.now < at) await stage.advance(Math.min(step, at - stage.clock.now))
}

async function press(action: 'act' | 'archive', leadId: string, user = MARKETING): Promise<void> {
  const message = list()
  const button = JSON.stringify(message?.blocks).match(new RegExp(`"stuck/[0-9.]+:${leadId}"`))?.[0]
  if (!message || !button) throw new Error(`no button for ${leadId}`)
  const { channel, ts } = message
  await stage.slack.click({ user, channel, ts, actionId: `stuck.${action}`, value: JSON.parse(button) })
  await stage.quiet()
}

describe('leads that are stuck in a stage', () => {
  let ids: string[]
  beforeEach(async () => {
    stage = await createStage({ start: START })
    // Nothing tells of a new installation's months before.
    await stage.advance(MINUTE)
    ids = [createTier1Lead(stage), createTier2Lead(stage)]
    await stage.quiet()
  })

  it('are listed on the first working day of the month at 08:00, once, when that was over 30 days', async () => {
    await until('2026-12-02T00:00:00Z', DAY)
    expect(lists()).toBe(0)
    await until('2027-01-04T06:59:00Z', DAY)
    expect(lists()).toBe(0)
    await until('2027-01-04T07:00:00Z')
    expect(lists()).toBe(1)
    expect(list()?.text).toMatch(/2 leads are stuck.*More than 30 days.*for 4[56] days.*for 4[56] days/s)
    await until('2027-01-06T00:00:00Z', DAY)
    expect(lists()).toBe(1)
    await until('2027-02-01T07:00:00Z', DAY)
    expect(lists()).toBe(2)
  })

  it('are listed once by several workers, and once when nobody ran on the day', async () => {
    await stage.start('worker')
    await stage.start('worker')
    stage.clock.now = Date.parse('2027-02-03T10:00:00Z')
    await Promise.all(stage.services.map(({ work }) => work.sweep({ grace: false })))
    await stage.quiet()
    expect(lists()).toBe(1)
    await stage.advance(DAY)
    expect(lists()).toBe(1)
  })

  it('go to their owner by Act, and leave the list by Archive; the message says who did what', async () => {
    await until('2027-01-04T07:00:00Z', DAY)
    const owner = OWNERS[stage.hubspot.contact(ids[0] ?? '')?.hubspot_owner_id ?? ''] ?? ''
    const told = stage.texts(owner).length
    await press('act', ids[0] ?? '')
    expect(stage.texts(owner)).toHaveLength(told + 1)
    expect(stage.texts(owner).at(-1)).toMatch(/Dana-Canary.*Stuck: in stage lead/s)
    expect(list()?.text).toContain(`Passed on to be acted on by <@${MARKETING}>`)
    await press('archive', ids[1] ?? '')
    expect(list()?.text).toContain(`Archived by <@${MARKETING}>`)
    expect((await stage.services[0]?.leads.get(ids[1] ?? ''))?.lead?.archived).toMatchObject({ by: { name: 'stuck' } })
    await until('2027-02-01T07:00:00Z', DAY)
    expect(list()?.text).toContain('1 lead is stuck')
  })

  it('are forgotten by the list when they are erased', async () => {
    await until('2027-01-04T07:00:00Z', DAY)
    expect(JSON.stringify(list()?.blocks)).toContain('Dana-Canary')
    for (const id of ids) {
      const headers = { authorization: 'Bearer canary-api-token' }
      await fetch(`${stage.addresses[0]}/v1/leads/${id}`, { method: 'DELETE', headers })
    }
    await stage.quiet()
    expect(JSON.stringify([list()?.text, list()?.blocks])).not.toMatch(new RegExp(`Canary|${ids.join('|')}`))
    const { store } = stage.services[0] ?? {}
    const staged = await Promise.all(
      (store?.partitions ?? []).flatMap((partition) =>
        STAGE_NAMES.map((name) => store?.redis.zcard(store.keys.listIn(partition, `stage-${name}`))),
      ),
    )
    expect(Math.max(...staged.map(Number))).toBe(0)
  })

  it('are no longer stuck once they go on', async () => {
    await until('2026-12-20T00:00:00Z', DAY)
    stage.hubspot.changeContact(ids[0] ?? '', { lifecyclestage: 'opportunity' }, { by: 'person' })
    await stage.quiet()
    await until('2027-01-04T07:00:00Z', DAY)
    expect(list()?.text).toContain('1 lead is stuck')
  })
})

describe('the list as the config has it', () => {
  const [CHANNEL, CLEO] = ['C0000SDR', 'U000SDR1']
  let id: string
  beforeEach(async () => {
    const yaml = await readFile(join('config', 'handoffs.yaml'), 'utf8')
    const own = yaml
      .replace(
        'after: 30d\n  stages: [opportunity, sql, mql, recycled, lead, subscriber]',
        'after: 10d\n  stages: [sql, lead]',
      )
      .replace('show: 20', 'show: 2')
      .replace('tell: marketing\n  at: "08:00"', 'tell: sdr\n  calendar: europe\n  at: "18:30"')
    stage = await createStage({ start: START, files: { 'handoffs.yaml': own } })
    await stage.advance(MINUTE)
    for (const number of [1, 2, 3]) createTier1Lead(stage, { email: `${number}@northwind.example` })
    id = createTier2Lead(stage)
    await stage.quiet()
    stage.hubspot.changeContact(id, { lifecyclestage: 'salesqualifiedlead' }, { by: 'person' })
    await stage.quiet()
  })

  it('shows so many, the furthest stage first, and says how many there are', async () => {
    const before = stage.texts(CHANNEL).length
    await until('2026-12-01T17:29:00Z', DAY)
    expect(stage.texts(CHANNEL).length).toBe(before)
    await until('2026-12-01T17:30:00Z')
    const text = stage.texts(CHANNEL).at(-1) ?? ''
    expect(text).toMatch(/4 leads are stuck.*More than 10 days.*2 of them.*SQL for 12 days.*lead for 12 days/s)
    expect(text.match(/for 12 days/g)).toHaveLength(2)
  })

  it('is decided on once, by somebody of the team', async () => {
    await until('2026-12-01T17:30:00Z', DAY)
    const message = stage.slack.messages(CHANNEL).at(-1)
    const press = async (user: string, act: string) => {
      const target = { user, channel: CHANNEL, ts: message?.ts ?? '', actionId: `stuck.${act}` }
      await stage.slack.click({ ...target, value: `stuck/2026.12:${id}` })
      await stage.quiet()
      return stage.texts(CHANNEL).at(-1)
    }
    expect(await press('U0STRANGER', 'archive')).not.toContain('Archived')
    // Two at the same moment, before the message shows either.
    const [first] = await Promise.all([press(CLEO, 'archive'), press(ADA, 'archive')])
    expect(first?.match(/Archived by/g)).toHaveLength(1)
  })
})
