import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createSimulatedApollo, type SimulatedApollo } from '../support/apollo.ts'
import { createTier1Lead, DANA, INTERESTED } from '../support/leads.ts'
import { createStage, DAY, MINUTE, type Stage, type StageOptions } from '../support/stage.ts'

const TIER_1 = { name: 'Acme', estimated_num_employees: 240, industry: 'computer software' }
const SMALL = { name: 'Corner', estimated_num_employees: 20, industry: 'retail' }
const PER_DAY = `providers: [hubspot-company, apollo]
timeout: 2.5s
total: 3s
perDay: 2
keep: { matched: 90d, notFound: 1d }
`

let stage: Stage
let apollo: SimulatedApollo
beforeEach(async () => {
  apollo = await createSimulatedApollo({ 'acme.example': TIER_1, 'corner.example': SMALL })
})
afterEach(async () => {
  await stage.close()
  await apollo.close()
})

async function open(options: StageOptions = {}): Promise<void> {
  stage = await createStage({ ...options, env: apollo.env })
}
/** A contact with an address and whatever else, of whose company HubSpot knows nothing. */
function lead(email: string, properties: Record<string, string> = {}): string {
  const {
    company: _,
    numemployees: __,
    industry: ___,
    ...person
  } = { ...DANA, ...INTERESTED } as Record<string, string>
  return stage.hubspot.createContact({ ...person, jobtitle: 'VP Marketing', email, ...properties }, { by: 'form' })
}
interface View {
  attributes: Record<string, { value: unknown }>
  enrichment: Record<string, { status: string; why?: string }>
  score: { total: number }
  route: { name: string }
}
async function view(id: string): Promise<View> {
  const headers = { authorization: 'Bearer canary-api-token' }
  return (await (await fetch(`${stage.addresses[0]}/v1/leads/${id}`, { headers })).json()) as View
}

describe('a provider that costs money', () => {
  it('is asked where its answer can send the lead elsewhere', async () => {
    await open()
    const id = lead('dana@acme.example')
    await stage.quiet()
    expect(apollo.asked).toEqual(['dana@acme.example'])
    expect(await view(id)).toMatchObject({
      enrichment: { apollo: { status: 'matched' } },
      route: { name: 'tier-1-mql' },
    })
  })

  it.each<[string, string, Record<string, string>, string]>([
    ['a competitor is out, whatever they are', 'dana@rival.example', {}, 'negative-icp'],
    ['a person has taken it out', 'dana@acme.example', { hs_lead_status: 'UNQUALIFIED' }, 'not-interested'],
  ])('is not asked where %s', async (_, email, properties, route) => {
    await open()
    const id = lead(email, properties)
    await stage.quiet()
    expect(apollo.asked).toEqual([])
    const { enrichment } = await view(id)
    expect(enrichment.apollo).toMatchObject({
      status: 'not-needed',
      why: `no answer would have sent the lead elsewhere than to ${route}`,
    })
  })

  it('is not asked where HubSpot knows all that the rules ask for', async () => {
    await open()
    const id = createTier1Lead(stage)
    await stage.quiet()
    expect(apollo.asked).toEqual([])
    expect((await view(id)).enrichment.apollo).toMatchObject({ status: 'not-needed' })
  })

  it('is not asked again about a lead that sales has', async () => {
    await open()
    const id = lead('kim@nobody-knows.example', { hs_email_click: '9' })
    await stage.quiet()
    expect(apollo.asked).toHaveLength(1)
    await stage.advance(2 * DAY)
    stage.hubspot.changeContact(id, { lastname: 'Married' })
    await stage.quiet()
    expect(apollo.asked).toHaveLength(1)
  })

  it('is asked as often in a day as the config says, and about the others on the next', async () => {
    await open({ files: { 'enrichment.yaml': PER_DAY } })
    const ids = ['one', 'two', 'three'].map((name) => lead(`${name}@${name}.example`))
    await stage.quiet()
    expect(apollo.asked).toHaveLength(2)
    const last = ids[2] ?? ''
    expect((await view(last)).enrichment.apollo).toMatchObject({
      status: 'over-budget',
      why: expect.stringContaining('perDay: it had been asked 2 times that day'),
    })
    await stage.advance(12 * 60 * MINUTE)
    expect(apollo.asked).toContain('three@three.example')
  })
})

describe('an address of another company', () => {
  it('is asked about anew, and what the old company was is gone', async () => {
    await open()
    const id = lead('dana@acme.example')
    await stage.quiet()
    expect((await view(id)).attributes).toMatchObject({ 'company.size': { value: 240 } })
    stage.hubspot.changeContact(id, { email: 'dana@corner.example' })
    await stage.quiet()
    expect((await view(id)).attributes).toMatchObject({
      'company.size': { value: 20 },
      'company.industry': { value: 'retail' },
      'company.name': { value: 'Corner' },
    })
  })

  it('that nobody knows leaves nothing of the old one', async () => {
    await open()
    const id = lead('dana@acme.example')
    await stage.quiet()
    stage.hubspot.changeContact(id, { email: 'dana@new-place.example' })
    await stage.quiet()
    expect((await view(id)).attributes).not.toHaveProperty(['company.size'])
  })

  it.each(['dana.ruiz@acme.example', 'dana@eu.acme.example', 'dana@gmail.com'])(
    '%s is none: what is known stays',
    async (email) => {
      await open()
      const id = lead('dana@acme.example')
      await stage.quiet()
      stage.hubspot.changeContact(id, { email })
      await stage.quiet()
      expect((await view(id)).attributes).toMatchObject({ 'company.size': { value: 240 } })
    },
  )
})
