import { afterEach, describe, expect, it } from 'vitest'
import { DANA, INTERESTED, SMALLTOWN } from '../support/leads.ts'
import { createStage, MINUTE, type Stage, type StageOptions } from '../support/stage.ts'

const [ADA, CLEO, DAN] = ['U0000AE1', 'U000SDR1', 'U000SDR2']
const ACCOUNT = { ...SMALLTOWN, name: 'Acme', domain: 'acme.example' }

let stage: Stage
afterEach(async () => stage.close())

let created = 0
/** A lead for the pool sdr that HubSpot has tied to no company, unless told. */
function lead(properties: Record<string, string>, companyId?: string): string {
  const contact = {
    ...{ ...DANA, jobtitle: 'Head of Marketing', ...INTERESTED, hs_email_click: '4', numemployees: '25-50' },
    ...{ company: 'Some Shop', email: `lead${++created}@acme.example`, ...properties },
  }
  return stage.hubspot.createContact(contact, { by: 'form', ...(companyId ? { companyId } : {}) })
}
const account = (properties: Record<string, string> = {}) => stage.hubspot.createCompany({ ...ACCOUNT, ...properties })
const owner = (id: string) => stage.hubspot.contact(id)?.hubspot_owner_id
const whyOf = async (id: string) => {
  const headers = { authorization: 'Bearer canary-api-token' }
  const answer = await fetch(`${stage.addresses[0]}/v1/leads/${id}`, { headers })
  return ((await answer.json()) as { rotation: { why: string } }).rotation.why
}
const searches = () => stage.hubspot.calls.filter(({ path }) => path.includes('companies/search')).length

describe('a lead whose company has an owner', () => {
  it('goes to that owner, of whatever pool, and the alert says why', async () => {
    stage = await createStage()
    const id = lead({}, account({ hubspot_owner_id: '101' }))
    await stage.quiet()
    expect(owner(id)).toBe('101')
    expect(stage.texts(ADA)[0]).toContain('You own the company in HubSpot')
    expect(await whyOf(id)).toBe('company-owner')
    // The channel of the route's pool and its manager see it as any other lead of the route.
    expect(stage.texts('C0000SDR')).toHaveLength(1)
  })

  it.each([
    ['its domain', {}, 'acme.example'],
    ['what its domain is a part of', { email: 'kim@mail.eu.acme.example' }, 'acme.example'],
    ['a domain of a country', { email: 'kim@eu.acme.co.uk' }, 'acme.co.uk'],
    [
      'its website where the address is free mail',
      { email: 'kim@gmail.com', website: 'https://www.acme.example/shop' },
      'acme.example',
    ],
    ['capitals', { email: 'Kim@ACME.example' }, 'acme.example'],
  ])('is found by %s when HubSpot has tied it to none', async (_, properties, domain) => {
    stage = await createStage()
    account({ domain, hubspot_owner_id: '202' })
    const id = lead(properties)
    await stage.quiet()
    expect(owner(id)).toBe('202')
    expect(stage.texts(DAN)[0]).toContain('You own the company in HubSpot')
  })

  it('is not looked for by free mail, and not under another domain', async () => {
    stage = await createStage()
    account({ domain: 'gmail.com', hubspot_owner_id: '202' })
    account({ domain: 'example', hubspot_owner_id: '202' })
    account({ domain: 'notacme.example', hubspot_owner_id: '202' })
    const ids = [lead({ email: 'kim@gmail.com' }), lead({ email: 'lee@acme.example' })]
    await stage.quiet()
    expect(ids.map(owner).toSorted()).toEqual(['201', '202'])
    expect(await Promise.all(ids.map(whyOf))).toEqual(['rotation', 'rotation'])
  })

  it('is not the owner of a company of free mail to which HubSpot has tied it', async () => {
    stage = await createStage()
    const id = lead({ email: 'kim@gmail.com' }, account({ domain: 'gmail.com', hubspot_owner_id: '101' }))
    await stage.quiet()
    expect(owner(id)).toBe('201')
  })

  it('is looked for only when a rep is wanted', async () => {
    stage = await createStage()
    account({ hubspot_owner_id: '202' })
    const cold = stage.hubspot.createContact({ email: 'cold@acme.example' }, { by: 'form' })
    lead({ email: 'owned@acme.example', hubspot_owner_id: '201' })
    await stage.quiet()
    expect(searches()).toBe(0)
    stage.hubspot.changeContact(cold, { ...INTERESTED, hs_email_click: '4', jobtitle: 'CMO', numemployees: '25-50' })
    await stage.quiet()
    expect(owner(cold)).toBe('202')
    expect(searches()).toBe(1)
  })

  it('and that has several companies goes to the oldest one’s who is a rep', async () => {
    stage = await createStage()
    stage.hubspot.createOwner({ id: '900', email: 'o@example.com', firstName: 'Olive', lastName: 'Owner' })
    account({ hubspot_owner_id: '' })
    account({ hubspot_owner_id: '900' })
    account({ hubspot_owner_id: '202' })
    account({ hubspot_owner_id: '201' })
    const id = lead({})
    await stage.quiet()
    expect(owner(id)).toBe('202')
  })

  it('goes there also when the search fails for a moment', async () => {
    stage = await createStage()
    account({ hubspot_owner_id: '202' })
    stage.hubspot.failNext({ path: /companies\/search/, status: 500, times: 2 })
    const id = lead({})
    await stage.quiet()
    expect(owner(id)).toBe('202')
  })

  it('goes by the rotation, and does not wait, when HubSpot refuses the search', async () => {
    stage = await createStage()
    account({ hubspot_owner_id: '202' })
    stage.hubspot.failNext({ path: /companies\/search/, status: 400, times: 99 })
    const id = lead({})
    await stage.quiet()
    expect(owner(id)).toBe('201')
  })

  it('goes by the rotation after minutes in which the search does not answer', async () => {
    stage = await createStage()
    account({ hubspot_owner_id: '202' })
    stage.hubspot.failNext({ path: /companies\/search/, status: 500, times: 9999 })
    const id = lead({})
    await expect.poll(searches).toBeGreaterThan(0)
    await stage.advance(3 * MINUTE)
    expect(owner(id)).toBe('201')
  })

  it('goes by the rotation where the settings say so', async () => {
    stage = await createStage({ edit: (config) => Object.assign(config.routing, { companyOwner: 'never' }) })
    account({ hubspot_owner_id: '202' })
    const id = lead({})
    await stage.quiet()
    expect(owner(id)).toBe('201')
    expect(searches()).toBe(0)
  })

  it('whose own owner is another rep stays with that one, and the alert names whose company it is', async () => {
    stage = await createStage()
    const id = lead({ hubspot_owner_id: '201' }, account({ hubspot_owner_id: '101' }))
    await stage.quiet()
    expect(owner(id)).toBe('201')
    expect(stage.texts(CLEO)[0]).toContain(`The company belongs to <@${ADA}> in HubSpot`)
  })

  it('goes to the account’s owner, whatever it wants of a rep', async () => {
    stage = await createStage({
      edit: (config) => {
        const route = config.routing.routes.find(({ name }) => name === 'mql')
        if (route) route.to = { pool: 'sdr', reps: { languages: ['es'] } }
      },
    })
    const id = lead({}, account({ hubspot_owner_id: '201' }))
    await stage.quiet()
    expect(owner(id)).toBe('201')
    expect(stage.texts(CLEO)[0]).not.toContain('It is for a rep')
  })
})

describe('an owner of the company who cannot take it', () => {
  const away: StageOptions['edit'] = (config) =>
    void Object.assign(config.team.reps['ae-1'] ?? {}, { away: [{ from: '2026-11-18', to: '2026-11-18' }] })
  const capped: StageOptions['edit'] = (config) => void Object.assign(config.team.pools.ae ?? {}, { caps: { open: 1 } })
  const left: StageOptions['edit'] = (config) => void Object.assign(config.team.reps['ae-1'] ?? {}, { active: false })

  it.each([
    ['is away', away],
    ['has left', left],
  ])('because they are a rep who %s is named to the rep whose turn it is', async (_, edit) => {
    stage = await createStage({ edit })
    const id = lead({}, account({ hubspot_owner_id: '101' }))
    await stage.quiet()
    expect(owner(id)).toBe('201')
    expect(stage.texts(CLEO)[0]).toContain(`The company belongs to <@${ADA}> in HubSpot`)
  })

  it('because they are at the cap of their own pool is passed over', async () => {
    stage = await createStage({ edit: capped })
    const shop = account({ hubspot_owner_id: '101' })
    const ids = [lead({}, shop)]
    await stage.quiet()
    ids.push(lead({}, shop))
    await stage.quiet()
    expect(ids.map(owner)).toEqual(['101', '201'])
  })

  it('because they are nobody of the team is named to the rep whose turn it is, who gets the lead', async () => {
    stage = await createStage()
    stage.hubspot.createOwner({ id: '900', email: 'o@example.com', firstName: 'Olive', lastName: '<Owner>' })
    account({ hubspot_owner_id: '900' })
    const id = lead({})
    await stage.quiet()
    expect(owner(id)).toBe('201')
    expect(stage.texts(CLEO)[0]).toContain(
      'The company belongs to Olive &lt;Owner&gt;, who is not in team.yaml, in HubSpot',
    )
  })
})
