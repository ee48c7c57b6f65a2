import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { click, createTier2Lead, sendSignals } from '../support/leads.ts'
import { createStage, DAY, HOUR, type Stage } from '../support/stage.ts'

const [CLEO, DAN, ADA, MANAGER] = ['U000SDR1', 'U000SDR2', 'U0000AE1', 'U000MGR1']
const TRIAL = `handoffs:
  tryout:
    start: { signal: trial_started }
    to: { pool: ae }
    respondWithin: 2h
    hours: elapsed
    ladder: [ { at: 2h, do: remind }, { at: 3h, do: alert-manager } ]
    attempts: { count: 2, within: 1d, then: { nurture: signal-based } }
`

let stage: Stage
let id: string
afterEach(async () => stage.close())

const startTrial = async () => {
  await sendSignals(stage, [{ type: 'trial_started', contactId: id }])
  await stage.quiet()
}

/** What the API answers. */
async function ask<T>(path: string): Promise<T> {
  const response = await fetch(`${stage.addresses[0]}${path}`, {
    headers: { authorization: 'Bearer canary-api-token' },
  })
  expect(response.status).toBe(200)
  return (await response.json()) as T
}

/** The handoffs of a status, as `kind id`. */
async function listed(status: string): Promise<string[]> {
  const { handoffs } = await ask<{ handoffs: { id: string; kind: string }[] }>(`/v1/handoffs?status=${status}`)
  return handoffs.map((handoff) => `${handoff.kind} ${handoff.id.replace(id, '')}`).toSorted()
}

describe('a lead that sales has and that starts a trial', () => {
  beforeEach(async () => {
    const sla = await readFile(join('config', 'handoffs.yaml'), 'utf8')
    const files = { 'handoffs.yaml': sla.replace('handoffs:\n', TRIAL), 'triggers.yaml': 'triggers: {}\n' }
    stage = await createStage({ files })
    id = createTier2Lead(stage)
    await stage.quiet()
    await startTrial()
  })

  it('has two handoffs, each with its own rep, and one owner', async () => {
    expect(await listed('open')).toEqual(['mql-to-sales -1', 'tryout -2'])
    expect([stage.texts(CLEO).length, stage.texts(ADA).length, stage.texts('C0000AE').length]).toEqual([1, 1, 1])
    expect(stage.hubspot.contact(id)).toMatchObject({ hubspot_owner_id: '201', baton_sla_status: 'running' })
    const view = await ask<{ clock: { handoff: string }; assignment: { rep: string } }>(`/v1/leads/${id}`)
    expect(view).toMatchObject({ clock: { handoff: `${id}-1` }, assignment: { rep: 'sdr-1' } })
    const { pools } = stage.services[0] ?? {}
    expect([
      (await pools?.read('sdr', stage.clock.now))?.open,
      (await pools?.read('ae', stage.clock.now))?.open,
    ]).toEqual([{ 'sdr-1': 1 }, { 'ae-1': 1 }])
  })

  it('a click on one stops the clock of that one, and its ladder', async () => {
    await click(stage, ADA, ADA, 'contacted')
    await stage.quiet()
    expect([await listed('open'), await listed('responded')]).toEqual([['mql-to-sales -1'], ['tryout -2']])
    expect(stage.hubspot.contact(id)).toMatchObject({ baton_sla_status: 'running' })
    expect([stage.texts(ADA).at(-1), stage.texts('C0000AE').at(-1)].join()).toMatch(/Contacted by.*Contacted by/s)
    expect([stage.texts(CLEO).at(-1), stage.texts('C0000SDR').at(-1)].join()).not.toContain('Contacted by')
    await stage.advance(5 * HOUR)
    expect(stage.texts(ADA)).toHaveLength(1)
    expect(stage.texts(DAN)).toHaveLength(1)
    expect(stage.texts(MANAGER)).toHaveLength(1)
    expect(await listed('breached')).toEqual(['mql-to-sales -1'])
  })

  it('a click on the other leaves the trial with its own clock, whose steps go on', async () => {
    await click(stage, CLEO, CLEO, 'contacted')
    await stage.quiet()
    expect([await listed('open'), await listed('responded')]).toEqual([['tryout -2'], ['mql-to-sales -1']])
    expect(stage.hubspot.contact(id)).toMatchObject({ baton_sla_status: 'responded' })
    await stage.advance(2 * HOUR)
    expect(stage.texts(ADA).at(-1)).toContain('Still waiting for you')
    await stage.advance(HOUR)
    expect(stage.texts(MANAGER)).toHaveLength(1)
    expect([stage.texts(CLEO).length, stage.texts(DAN).length]).toEqual([1, 0])
  })

  it('the end of the trial changes nothing for sales, and the next trial starts another', async () => {
    const trial = async () => (await stage.services[0]?.leads.read(id))?.handoffs[`${id}-2`]
    const { dueAt } = (await trial()) ?? {}
    await stage.advance(HOUR / 2)
    await startTrial()
    expect((await trial())?.dueAt).toBe(dueAt)
    expect(await listed('open')).toEqual(['mql-to-sales -1', 'tryout -2'])
    await click(stage, CLEO, CLEO, 'contacted')
    await click(stage, ADA, ADA, 'contacted')
    await stage.advance(DAY)
    expect([await listed('closed'), await listed('responded')]).toEqual([['tryout -2'], ['mql-to-sales -1']])
    expect(stage.hubspot.contact(id)).toMatchObject({ baton_route: 'mql', baton_sla_status: 'responded' })
    expect((await trial())?.ended).toMatchObject({ how: 'returned' })
    expect(stage.texts(CLEO)[0]).not.toContain('Back to nurture')
    await startTrial()
    expect(await listed('open')).toEqual(['tryout -3'])
    expect(stage.hubspot.contact(id)).toMatchObject({ hubspot_owner_id: '201', baton_sla_status: 'responded' })
  })

  it('is out with both when either rep disqualifies it, and every message says so', async () => {
    await click(stage, ADA, ADA, 'disqualify')
    const viewId = stage.slack.views().find(({ user }) => user === ADA)?.id ?? ''
    await stage.slack.submitView({ user: ADA, viewId, values: { reason: 'competitor' } })
    await stage.quiet()
    expect([await listed('open'), await listed('closed')]).toEqual([
      ['disqualified-recycle -3'],
      ['mql-to-sales -1', 'tryout -2'],
    ])
    // Marketing hears of it apart from these.
    const messages = () => stage.slack.messages().filter(({ text }) => !text.startsWith('Disqualified recycle'))
    expect(messages()).toHaveLength(4)
    for (const { text } of messages()) expect(text).toContain(`Disqualified by <@${ADA}>`)
    expect(stage.hubspot.contact(id)).toMatchObject({ baton_disqualified_reason: 'competitor' })
    await stage.advance(5 * HOUR)
    expect(messages()).toHaveLength(4)
    const { pools } = stage.services[0] ?? {}
    expect([
      (await pools?.read('sdr', stage.clock.now))?.open,
      (await pools?.read('ae', stage.clock.now))?.open,
    ]).toEqual([{ 'sdr-1': 0 }, { 'ae-1': 0 }])
  })

  it('changes hands as one when a person sets another owner: the trial stays with its rep', async () => {
    stage.hubspot.changeContact(id, { hubspot_owner_id: '202' }, { by: 'person' })
    await stage.quiet()
    const { handoffs } = (await stage.services[0]?.leads.read(id)) ?? {}
    const holders = [1, 2].map((number) => handoffs?.[`${id}-${number}`]?.holders.map(({ rep }) => rep))
    expect(holders).toEqual([['sdr-1', 'sdr-2'], ['ae-1']])
    expect(stage.texts(DAN)).toHaveLength(1)
  })
})
