import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { click, createTier2Lead, NORTHWIND, SMALLTOWN, sendSignals } from '../support/leads.ts'
import { createSalesStage as createStage } from '../support/sales-stage.ts'
import { DAY, HOUR, MINUTE, type Stage, type StageOptions } from '../support/stage.ts'

const [ADA, BEN, CLEO, DAN, MANAGER] = ['U0000AE1', 'U0000AE2', 'U000SDR1', 'U000SDR2', 'U000MGR1']
const TODAY = [{ from: '2026-11-18', to: '2026-11-18' }]

let stage: Stage
afterEach(async () => stage.close())

/** A stage whose HubSpot has owners that are in no team: 900 and 901. */
async function open(options: StageOptions = {}): Promise<void> {
  stage = await createStage(options)
  for (const id of ['900', '901'])
    stage.hubspot.createOwner({ id, email: `owner${id}@example.com`, firstName: 'Olive', lastName: `Owner ${id}` })
}

/** A contact without much of a score that looks at prices twice, which is asking to be called. */
async function handRaiser(properties: Record<string, string>, company: Record<string, string> = NORTHWIND) {
  const companyId = stage.hubspot.createCompany(company)
  const contact = { email: 'hana@northwind.example', jobtitle: 'Engineer', ...properties }
  const id = stage.hubspot.createContact(contact, { companyId })
  await stage.quiet()
  await raiseHand(id)
  return id
}

async function raiseHand(contactId: string): Promise<void> {
  const visits = [1, 2].map((number) => ({
    type: 'pricing_page_viewed',
    contactId,
    at: stage.clock.now - number * HOUR,
  }))
  await sendSignals(stage, visits)
  await stage.quiet()
}

async function setOwner(id: string, owner: string, by: 'person' | 'other-app' | 'hubspot' = 'person'): Promise<void> {
  stage.hubspot.changeContact(id, { hubspot_owner_id: owner }, { by })
  await stage.quiet()
}

const ownerOf = (id: string) => stage.hubspot.contact(id)?.hubspot_owner_id ?? ''
const handoffs = async (id: string) => Object.values((await stage.services[0]?.leads.read(id))?.handoffs ?? {})
const alerted = () => [ADA, BEN, CLEO, DAN].filter((user) => stage.texts(user ?? '').length > 0)

describe('a contact whose owner is nobody of the team', () => {
  it.each(['customer', 'opportunity', 'evangelist', 'lead', ''])(
    'stays theirs as %s: no clock, no alert, and the manager is told once',
    async (lifecyclestage) => {
      await open()
      const id = await handRaiser({ hubspot_owner_id: '900', ...(lifecyclestage ? { lifecyclestage } : {}) })
      expect(stage.texts(MANAGER)).toEqual([expect.stringContaining('owner 900 (Olive Owner 900)')])
      expect(stage.texts(MANAGER)[0]).not.toContain('hana')
      await raiseHand(id)
      await stage.advance(2 * DAY)
      await raiseHand(id)
      expect([await handoffs(id), alerted(), stage.slack.messages().length]).toEqual([[], [], 1])
      expect(stage.hubspot.contact(id)).toMatchObject({ hubspot_owner_id: '900', baton_sla_status: 'none' })
    },
  )

  it('also where others do not stay with their owners', async () => {
    await open({ edit: (config) => Object.assign(config.routing, { keepOwner: false }) })
    const id = await handRaiser({ hubspot_owner_id: '900' })
    expect([ownerOf(id), await handoffs(id), alerted()]).toEqual(['900', [], []])
  })

  it('goes its way once they give it up, or give it to a rep', async () => {
    await open()
    const [free, given] = [await handRaiser({ hubspot_owner_id: '900' }), '']
    await setOwner(free, given)
    expect([ownerOf(free), alerted()]).toEqual(['101', [ADA]])
    const other = await handRaiser({ email: 'other@northwind.example', hubspot_owner_id: '901' })
    await setOwner(other, '102')
    expect([ownerOf(other), alerted()]).toEqual(['102', [ADA, BEN]])
  })
})

describe('customers, opportunities and evangelists', () => {
  it.each(['customer', 'opportunity', 'evangelist'])(
    'as %s stay with their rep, who is told',
    async (lifecyclestage) => {
      await open({ edit: (config) => Object.assign(config.routing, { keepOwner: false }) })
      const id = await handRaiser({ lifecyclestage, hubspot_owner_id: '102' })
      expect([ownerOf(id), alerted()]).toEqual(['102', [BEN]])
      expect(stage.texts(BEN)[0]).toContain('You are the owner in HubSpot already')
      // Nobody takes it from them, however long they do not answer.
      await stage.advance(DAY)
      expect([ownerOf(id), alerted()]).toEqual(['102', [BEN]])
      expect(stage.texts(MANAGER).at(-1)).toContain('Stays with its owner')
    },
  )

  it.each<[string, string, () => Promise<void>]>([
    [
      'opportunity',
      'is inactive',
      async () => void Object.assign(stage.config.team.reps['ae-2'] ?? {}, { active: false }),
    ],
    [
      'customer',
      'is deactivated in HubSpot',
      async () => {
        stage.hubspot.archiveOwner('102')
        await stage.advance(HOUR)
      },
    ],
  ])('as %s stay with a rep who %s: the manager is told', async (lifecyclestage, _, leave) => {
    await open()
    await leave()
    const id = await handRaiser({ lifecyclestage, hubspot_owner_id: '102' })
    await stage.advance(DAY)
    expect([ownerOf(id), await handoffs(id), alerted()]).toEqual(['102', [], []])
    expect(stage.texts(MANAGER)).toEqual([expect.stringContaining('Ben Ortiz in HubSpot, who has left')])
  })

  it('without an owner go where their route says', async () => {
    await open()
    expect(ownerOf(await handRaiser({ lifecyclestage: 'customer' }))).toBe('101')
  })
})

describe('an owner who is a rep keeps the contact', () => {
  it('whatever the pool of its route, and whatever the caps', async () => {
    await open({ edit: (config) => Object.assign(config.team.pools.ae ?? {}, { caps: { open: 1 } }) })
    await handRaiser({ email: 'first@northwind.example' })
    const id = await handRaiser({ lifecyclestage: 'opportunity', hubspot_owner_id: '101' }, SMALLTOWN)
    expect((await handoffs(id)).map(({ route, pool, holders }) => [route, pool, holders[0]?.rep])).toEqual([
      ['hand-raiser-sdr', 'sdr', 'ae-1'],
    ])
    expect([ownerOf(id), alerted()]).toEqual(['101', [ADA]])
    expect(stage.texts(ADA)).toHaveLength(2)
    // It is theirs to answer, and stops their clock.
    await click(stage, ADA, ADA, 'contacted')
    await stage.quiet()
    expect(stage.hubspot.contact(id)).toMatchObject({ baton_sla_status: 'responded' })
  })

  it('and no rung takes from them what a person gave them', async () => {
    await open()
    const id = await handRaiser({ hubspot_owner_id: '202' }, SMALLTOWN)
    await stage.advance(5 * HOUR)
    expect([ownerOf(id), alerted()]).toEqual(['202', [DAN]])
  })

  it('who is away is covered for: a stand-in has the clock, the contact stays theirs', async () => {
    await open({ edit: (config) => Object.assign(config.team.reps['ae-1'] ?? {}, { away: TODAY }) })
    const id = await handRaiser({ lifecyclestage: 'customer', hubspot_owner_id: '101' })
    expect([ownerOf(id), alerted()]).toEqual(['101', [BEN]])
    expect(stage.texts(BEN)[0]).toContain(`Covers for <@${ADA}>, who is away and stays the owner`)
    expect(stage.hubspot.contact(id)).toMatchObject({ baton_sla_status: 'running' })
    const view = await ask<{ assignment: { holders: object[] } }>(`/v1/leads/${id}`)
    expect(view.assignment).toMatchObject({ rep: 'ae-2', how: 'stand-in', for: 'ae-1' })
    await click(stage, BEN, BEN, 'contacted')
    await stage.advance(30 * DAY)
    await stage.advance(MINUTE)
    await sendSignals(stage, [{ type: 'demo_requested', contactId: id }])
    await raiseHand(id)
    expect([ownerOf(id), stage.texts(ADA).length]).toEqual(['101', 1])
  })

  it('who is away and whose stand-in does not answer is covered for by the next one', async () => {
    await open({ edit: (config) => Object.assign(config.team.reps['sdr-1'] ?? {}, { away: TODAY }) })
    const { config } = stage
    config.team.pools.sdr?.members.push({ rep: 'ae-2', weight: 1 })
    const id = createTier2Lead(stage, { hubspot_owner_id: '201' })
    await stage.quiet()
    await stage.advance(3 * HOUR)
    const [handoff] = await handoffs(id)
    expect(handoff?.holders.map((holder) => [holder.how, holder.for])).toEqual([
      ['stand-in', 'sdr-1'],
      ['reassigned', 'sdr-1'],
    ])
    expect(ownerOf(id)).toBe('201')
  })

  it('who is away and whose contact is given to the stand-in for good: nobody reads that it was theirs before', async () => {
    await open({ edit: (config) => Object.assign(config.team.reps['sdr-1'] ?? {}, { away: TODAY }) })
    const id = createTier2Lead(stage, { hubspot_owner_id: '201' })
    await stage.advance(MINUTE)
    await setOwner(id, '202')
    expect(stage.texts(DAN).at(-1)).toMatch(/^Given on in HubSpot: /)
    expect(stage.texts(DAN).at(-1)).not.toContain('Was with')
    await stage.advance(DAY)
    expect(ownerOf(id)).toBe('202')
  })

  it('who is away loses it where the settings say so', async () => {
    await open({
      edit: (config) => {
        Object.assign(config.team.reps['sdr-1'] ?? {}, { away: TODAY })
        config.routing.cover = 'new-owner'
      },
    })
    const id = createTier2Lead(stage, { hubspot_owner_id: '201' })
    await stage.quiet()
    expect(ownerOf(id)).toBe('202')
  })
})

describe('an owner who is set while the clock runs', () => {
  let id: string
  beforeEach(async () => {
    await open()
    id = createTier2Lead(stage)
    await stage.advance(10 * MINUTE)
    expect(ownerOf(id)).toBe('201')
  })

  it.each(['person', 'other-app', 'hubspot'] as const)(
    'by a %s and is nobody of the team has it: nobody is paged, no rung acts',
    async (by) => {
      await setOwner(id, '900', by)
      expect(await handoffs(id)).toMatchObject([{ ended: { how: 'taken-over', reason: 'owner 900' } }])
      expect(stage.texts(CLEO)[0]).toContain('Taken over in HubSpot by owner 900 (Olive Owner 900)')
      const before = stage.slack.messages().length
      await stage.advance(2 * DAY)
      expect([ownerOf(id), stage.slack.messages().length]).toEqual(['900', before])
    },
  )

  it('and of whom HubSpot does not say the name is named by the id', async () => {
    stage.hubspot.failNext({ path: /owners.900/, status: 500, times: 1_000 })
    await setOwner(id, '900')
    expect(stage.texts(CLEO)[0]).toMatch(/Taken over in HubSpot by owner 900 [^(]/)
  })

  it('is seen before a rung acts, though no event came', async () => {
    stage.hubspot.changeContact(id, { hubspot_owner_id: '900' }, { by: 'person', silent: true })
    await stage.advance(DAY)
    expect([ownerOf(id), alerted(), stage.texts(MANAGER)]).toEqual(['900', [CLEO], []])
    expect(await handoffs(id)).toMatchObject([{ state: 'ended', ended: { how: 'taken-over' } }])
    expect(stage.hubspot.contact(id)).toMatchObject({ baton_sla_status: 'none' })
  })

  it('is a rep who has it with the clock that runs, and nobody takes it from them', async () => {
    const due = stage.hubspot.contact(id)?.baton_sla_due_at
    stage.hubspot.changeContact(id, { hubspot_owner_id: '102' }, { by: 'person', silent: true })
    await stage.advance(DAY)
    expect(stage.hubspot.contact(id)).toMatchObject({ hubspot_owner_id: '102', baton_sla_due_at: due })
    expect(alerted()).toEqual([BEN, CLEO])
    expect(stage.texts(MANAGER).at(-1)).toContain('No response yet')
  })

  it('and has left has it all the same, until they give it up', async () => {
    Object.assign(stage.config.team.reps['sdr-2'] ?? {}, { active: false })
    await setOwner(id, '202')
    expect(await handoffs(id)).toMatchObject([{ ended: { how: 'taken-over' } }])
    await raiseHand(id)
    await stage.advance(DAY)
    expect([ownerOf(id), stage.texts(MANAGER)]).toEqual(['202', []])
    await setOwner(id, '')
    expect(ownerOf(id)).toBe('201')
  })

  it('by another app to a rep who had it before is a word of its own, and no late write of ours', async () => {
    for (let hour = 0; hour < 4; hour++) await stage.advance(HOUR)
    expect(ownerOf(id)).toBe('202')
    await stage.advance(MINUTE)
    await setOwner(id, '201', 'other-app')
    expect((await handoffs(id))[0]?.holders.at(-1)).toMatchObject({ rep: 'sdr-1', how: 'owner-changed' })
  })

  it('by one person after another is the last one, and may be the first again', async () => {
    for (const owner of ['102', '900']) stage.hubspot.changeContact(id, { hubspot_owner_id: owner }, { by: 'person' })
    await setOwner(id, '202')
    expect((await handoffs(id))[0]?.holders.at(-1)).toMatchObject({ rep: 'sdr-2', how: 'owner-changed' })
    await stage.advance(MINUTE)
    await setOwner(id, '201')
    expect((await handoffs(id))[0]?.holders.at(-1)).toMatchObject({ rep: 'sdr-1', how: 'owner-changed' })
    expect(ownerOf(id)).toBe('201')
  })

  it('from before our own choice is no change: HubSpot took no write meanwhile', async () => {
    await stage.advance(HOUR)
    stage.hubspot.failNext({ method: 'POST', path: /contacts.batch.update/, times: 3 })
    await stage.advance(2 * HOUR)
    await sendSignals(stage, [{ type: 'email_clicked', contactId: id }])
    await stage.quiet()
    expect((await handoffs(id))[0]?.holders.map(({ rep, how }) => [rep, how])).toEqual([
      ['sdr-1', 'rotation'],
      ['sdr-2', 'reassigned'],
    ])
    expect([stage.texts(CLEO).length, stage.texts(DAN).length, ownerOf(id)]).toEqual([2, 1, '202'])
  })
})

describe('an owner who is cleared', () => {
  it('while the clock runs: the lead goes to the next rep of its pool, with that clock', async () => {
    await open()
    const id = createTier2Lead(stage)
    await stage.quiet()
    const due = stage.hubspot.contact(id)?.baton_sla_due_at
    await stage.advance(10 * MINUTE)
    await setOwner(id, '')
    expect(stage.hubspot.contact(id)).toMatchObject({ hubspot_owner_id: '202', baton_sla_due_at: due })
    expect((await handoffs(id))[0]?.holders.map(({ rep, how }) => [rep, how])).toEqual([
      ['sdr-1', 'rotation'],
      ['sdr-2', 'owner-cleared'],
    ])
    expect(stage.texts(DAN)).toEqual([expect.stringContaining(`Was with <@${CLEO}> before`)])
    // Once more: nobody is left, and nobody owns it again without a word.
    await stage.advance(10 * MINUTE)
    await setOwner(id, '')
    await stage.advance(HOUR)
    expect([ownerOf(id), stage.texts(MANAGER).length]).toEqual(['', 1])
    expect(stage.texts(MANAGER)[0]).toContain('Nobody left')
  })

  it('while the clock runs, where a lead then rests: it is left alone until its next signal', async () => {
    await open({ edit: (config) => Object.assign(config.routing, { ownerCleared: 'rest' }) })
    const id = createTier2Lead(stage)
    await stage.advance(10 * MINUTE)
    await setOwner(id, '')
    await stage.advance(DAY)
    expect([ownerOf(id), alerted(), stage.texts(MANAGER)]).toEqual(['', [CLEO], []])
    expect(stage.texts(CLEO)[0]).toContain('its owner was cleared in HubSpot')
    await raiseHand(id)
    expect((await handoffs(id)).map(({ state }) => state).toSorted()).toEqual(['ended', 'open'])
  })

  it('after the rep has answered, or long after: nothing', async () => {
    await open()
    const id = createTier2Lead(stage)
    await stage.quiet()
    await click(stage, CLEO, CLEO, 'contacted')
    await stage.advance(10 * MINUTE)
    await setOwner(id, '')
    stage.hubspot.changeContact(id, { hs_email_open: '1' })
    await stage.quiet()
    expect([ownerOf(id), alerted()]).toEqual(['', [CLEO]])
    await stage.advance(30 * DAY)
    expect([ownerOf(id), alerted()]).toEqual(['', [CLEO]])
  })
})

describe('an owner who is set while the lead waits for a rep', () => {
  const everybodyAway = (config: Stage['config']) => {
    for (const rep of Object.values(config.team.reps)) rep.away = TODAY
  }
  beforeEach(() => open({ edit: everybodyAway }))

  it('and is nobody of the team has it', async () => {
    const id = createTier2Lead(stage)
    await stage.quiet()
    expect(stage.texts(MANAGER)).toHaveLength(1)
    await setOwner(id, '900')
    await stage.advance(2 * DAY)
    expect([ownerOf(id), alerted(), stage.texts(MANAGER)]).toEqual([
      '900',
      [],
      [expect.stringMatching(/^No lead waits any more/)],
    ])
    expect(await handoffs(id)).toMatchObject([{ ended: { how: 'taken-over', reason: 'owner 900' } }])
  })

  it('and is a rep has it', async () => {
    const id = createTier2Lead(stage)
    await stage.quiet()
    for (const rep of Object.values(stage.config.team.reps)) rep.away = []
    await setOwner(id, '102')
    expect([ownerOf(id), alerted()]).toEqual(['102', [BEN]])
  })
})

/** What the API answers. */
async function ask<T>(path: string): Promise<T> {
  const headers = { authorization: 'Bearer canary-api-token' }
  return (await (await fetch(`${stage.addresses[0]}${path}`, { headers })).json()) as T
}
