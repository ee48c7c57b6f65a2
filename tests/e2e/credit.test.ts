import { afterEach, describe, expect, it } from 'vitest'
import type { Config } from '../../src/config/config.ts'
import { click, createTier2Lead } from '../support/leads.ts'
import { createStage, HOUR, MINUTE, type Stage } from '../support/stage.ts'

let stage: Stage
afterEach(async () => stage.close())

const [CLEO, DAN] = ['U000SDR1', 'U000SDR2']
let leads = 0

/** A stage whose leads go by the rotation alone, of whatever company they are. */
async function open(edit: (config: Config) => void = () => undefined): Promise<void> {
  leads = 0
  stage = await createStage({
    edit: (config) => {
      config.routing.oneRepPerCompany = null
      edit(config)
    },
  })
}

/** The next lead, and the owner who got it. */
async function nextLead(): Promise<{ id: string; owner: string | null | undefined }> {
  const id = createTier2Lead(stage, { email: `lead${++leads}@smalltown.example` })
  await stage.quiet()
  await stage.advance(MINUTE)
  return { id, owner: stage.hubspot.contact(id)?.hubspot_owner_id }
}
const nextOwner = async () => (await nextLead()).owner

/** Somebody takes the newest lead out, for a reason of the form's. */
async function disqualify(user: string, reason: string, where = user): Promise<void> {
  await click(stage, user, where, 'disqualify')
  const viewId = stage.slack.views().findLast((view) => view.user === user)?.id ?? ''
  await stage.slack.submitView({ user, viewId, values: { reason } })
  await stage.quiet()
}

describe('a lead that its rep calls junk', () => {
  it('gives the turn back: the next lead is theirs again, and then it is fair', async () => {
    await open()
    expect(await nextOwner()).toBe('201')
    await disqualify(CLEO, 'junk')
    const owners: unknown[] = []
    for (let lead = 0; lead < 5; lead++) owners.push(await nextOwner())
    expect(owners).toEqual(['201', '202', '201', '202', '201'])
  })

  it('and so once, however often it is told', async () => {
    await open()
    expect([await nextOwner(), await nextOwner(), await nextOwner()]).toEqual(['201', '202', '201'])
    await disqualify(CLEO, 'junk')
    // The pool is told again a moment later.
    for (let again = 0; again < 3; again++) await stage.advance(MINUTE)
    expect(await stage.services[0]?.pools.read('sdr', stage.clock.now)).toMatchObject({
      rotation: { members: { 'sdr-1': { turns: 1 }, 'sdr-2': { turns: 1 } } },
      days: { 'sdr-1': { leads: 1 }, 'sdr-2': { leads: 1 } },
    })
    expect([await nextOwner(), await nextOwner()]).toEqual(['201', '202'])
  })

  it('also once the rep has answered', async () => {
    await open()
    expect(await nextOwner()).toBe('201')
    await click(stage, CLEO, CLEO, 'contacted')
    await stage.advance(HOUR)
    await disqualify(CLEO, 'junk')
    await stage.advance(HOUR)
    expect([await nextOwner(), await nextOwner(), await nextOwner()]).toEqual(['201', '202', '201'])
  })

  it('also when several others have had leads since: nobody is owed what came meanwhile', async () => {
    await open()
    for (const owner of ['201', '202', '201', '202', '201', '202']) expect(await nextOwner()).toBe(owner)
    // Two of Cleo's three.
    for (let junk = 0; junk < 2; junk++) await disqualify(CLEO, 'junk')
    const owners: unknown[] = []
    for (let lead = 0; lead < 5; lead++) owners.push(await nextOwner())
    expect(owners).toEqual(['201', '201', '202', '201', '202'])
  })

  it('counts no more against the cap of the day', async () => {
    await open((config) => Object.assign(config.team.pools.sdr ?? {}, { caps: { perDay: 1 } }))
    expect([await nextOwner(), await nextOwner()]).toEqual(['201', '202'])
    await disqualify(CLEO, 'junk')
    expect(await nextOwner()).toBe('201')
  })

  it.each([
    ['not_a_fit', undefined, '202'],
    ['duplicate', undefined, '202'],
    ['duplicate', ['junk', 'duplicate'], '201'],
    ['wrong_data', ['wrong_data'], '201'],
    ['junk', ['wrong_data'], '202'],
    ['junk', [], '202'],
  ])('or %s, where the config counts %s', async (reason, credit, owner) => {
    await open((config) => {
      if (credit) config.routing.credit = credit
    })
    expect(await nextOwner()).toBe('201')
    await disqualify(CLEO, reason)
    expect(await nextOwner()).toBe(owner)
  })

  it('also when the manager says so: the turn is that of the rep who had it', async () => {
    await open()
    expect(await nextOwner()).toBe('201')
    await disqualify(DAN, 'junk', 'C0000SDR')
    expect(await nextOwner()).toBe('201')
  })

  it.each([
    ['Junk or spam', '201'],
    ['JUNK', '201'],
    ['Went with somebody else', '202'],
  ])('also when HubSpot says so, by a property that says why: %s', async (reason, owner) => {
    await open((config) => {
      config.hubspot.disqualified = config.hubspot.disqualified.map((rule) => ({ ...rule, reason: 'message' }))
      config.reads.contact = [...config.reads.contact, 'message']
    })
    const { id } = await nextLead()
    stage.hubspot.changeContact(id, { message: reason, hs_lead_status: 'UNQUALIFIED' })
    await stage.quiet()
    expect(await nextOwner()).toBe(owner)
  })

  it('also when they say why only once they are asked', async () => {
    await open()
    const { id } = await nextLead()
    stage.hubspot.changeContact(id, { hs_lead_status: 'UNQUALIFIED' })
    await stage.quiet()
    const asked = stage.slack.messages().find(({ blocks }) => JSON.stringify(blocks).includes('handoff.give-reason'))
    await stage.slack.click({
      ...{ user: CLEO, channel: asked?.channel ?? '', ts: asked?.ts ?? '' },
      actionId: 'handoff.give-reason',
    })
    const viewId = stage.slack.views().findLast(({ user }) => user === CLEO)?.id ?? ''
    await stage.slack.submitView({ user: CLEO, viewId, values: { reason: 'junk' } })
    await stage.quiet()
    await stage.advance(MINUTE)
    expect([await nextOwner(), await nextOwner()]).toEqual(['201', '202'])
  })

  it('that a person had given them in HubSpot was nobody’s turn', async () => {
    await open()
    const { id } = await nextLead()
    expect(await nextOwner()).toBe('202')
    stage.hubspot.changeContact(id, { hubspot_owner_id: '202' }, { by: 'person' })
    await stage.quiet()
    await disqualify(DAN, 'junk')
    expect([await nextOwner(), await nextOwner()]).toEqual(['201', '202'])
  })
})
