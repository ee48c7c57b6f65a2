import { afterEach, describe, expect, it } from 'vitest'
import { click, createTier2Lead } from '../support/leads.ts'
import { createStage, DAY, HOUR, type Stage } from '../support/stage.ts'

const [CLEO, DAN, MANAGER] = ['U000SDR1', 'U000SDR2', 'U000MGR1']

let stage: Stage
afterEach(async () => stage.close())

const leadOf = async (id: string) => (await stage.services[0]?.leads.read(id)) ?? { handoffs: {} }
const liveOf = async (id: string) => Object.values((await leadOf(id)).handoffs).filter(({ ended }) => !ended)

/** Merges a lead with another contact. Returns the id of the new contact that both become. */
async function merge(lead: string, isPrimary: boolean): Promise<string> {
  const other = stage.hubspot.createContact({ email: 'kim@private.example' })
  await stage.quiet()
  const merged = isPrimary ? stage.hubspot.mergeContacts(lead, other) : stage.hubspot.mergeContacts(other, lead)
  await stage.quiet()
  return merged
}

describe.each([
  ['as the primary one', true],
  ['as the other one', false],
])('a lead that is merged into a new contact, %s', (_, isPrimary) => {
  it('after its rep has contacted it: goes on as answered, without a word, and is followed up', async () => {
    stage = await createStage()
    const lead = createTier2Lead(stage)
    await stage.quiet()
    await click(stage, CLEO, CLEO, 'contacted')
    await stage.quiet()
    const [answered] = await liveOf(lead)

    const merged = await merge(lead, isPrimary)
    expect(merged).not.toBe(lead)
    expect(stage.hubspot.contact(merged)).toMatchObject({ baton_sla_status: 'responded', hubspot_owner_id: '201' })
    expect(await liveOf(merged)).toMatchObject([{ answered: answered?.answered, attempts: answered?.attempts }])
    expect(await liveOf(lead)).toEqual([])
    await stage.advance(5 * HOUR)
    expect(stage.slack.messages()).toHaveLength(2)
    await stage.advance(8 * DAY)
    expect(stage.hubspot.contact(merged)).toMatchObject({ baton_route: 'no-answer', baton_sla_status: 'none' })
    for (const { text } of stage.slack.messages()) expect(text).toContain('Back to nurture')
  })

  it('while its clock runs: keeps the rep, the deadline, the steps and the messages with their buttons', async () => {
    stage = await createStage()
    const lead = createTier2Lead(stage)
    await stage.quiet()
    await stage.advance(HOUR / 2)
    const [before] = await liveOf(lead)

    const merged = await merge(lead, isPrimary)
    const [after] = await liveOf(merged)
    expect(after).toMatchObject({
      startedAt: before?.startedAt,
      dueAt: before?.dueAt,
      ladder: before?.ladder,
      holders: before?.holders,
    })
    expect(stage.hubspot.contact(merged)).toMatchObject({ baton_sla_status: 'running', hubspot_owner_id: '201' })
    expect(stage.slack.messages()).toHaveLength(2)
    await stage.advance(HOUR / 2)
    expect(stage.texts(CLEO).map((text) => text.startsWith('Still waiting'))).toEqual([false, true])
    await stage.advance(HOUR)
    expect(stage.texts(DAN)).toHaveLength(1)
    await click(stage, DAN, 'C0000SDR', 'contacted')
    await stage.advance(4 * HOUR)
    expect(stage.texts(MANAGER)).toEqual([])
    expect(stage.hubspot.contact(merged)).toMatchObject({ baton_sla_status: 'breached', hubspot_owner_id: '202' })
    expect((await stage.services[0]?.pools.read('sdr', stage.clock.now))?.open).toEqual({ 'sdr-1': 0, 'sdr-2': 0 })
  })

  it('while its rep fills in the form: what they send is heard', async () => {
    stage = await createStage()
    const lead = createTier2Lead(stage)
    await stage.quiet()
    await click(stage, CLEO, CLEO, 'disqualify')
    const view = stage.slack.views().find(({ user }) => user === CLEO)
    const merged = await merge(lead, isPrimary)
    await stage.slack.submitView({ user: CLEO, viewId: view?.id ?? '', values: { reason: 'competitor' } })
    await stage.quiet()
    expect(stage.hubspot.contact(merged)).toMatchObject({ baton_disqualified_reason: 'competitor' })
    for (const { text } of stage.slack.messages()) expect(text).toContain('Disqualified by')
  })
})
