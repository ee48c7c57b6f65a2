import { afterEach, describe, expect, it } from 'vitest'
import { DANA, INTERESTED, NORTHWIND } from '../support/leads.ts'
import { callsTo, pollAfter, withoutWebhooks } from '../support/poll.ts'
import { createStage, MINUTE, type Stage } from '../support/stage.ts'

let stage: Stage
afterEach(async () => stage.close())

const READ = '/contacts/batch/read'
const GROWN = { numberofemployees: '240', industry: 'COMPUTER_SOFTWARE' }

/** Has HubSpot send the events of companies too. */
function withCompanies(form: 'classic' | 'generic'): void {
  const publicUrl = 'https://baton.example.com/webhooks/hubspot'
  stage.hubspot.setWebhooks({ targetUrl: `${stage.addresses[0]}/webhooks/hubspot`, publicUrl, form, companies: true })
}

/** A lead of whose company only the name is known: 45 points. */
function leadOfSmallFacts(): { id: string; companyId: string } {
  const companyId = stage.hubspot.createCompany({ name: 'Northwind Freight', domain: 'northwind.example' })
  const id = stage.hubspot.createContact({ ...DANA, ...INTERESTED }, { companyId, by: 'form' })
  return { id, companyId }
}

describe('a lead whose company becomes known', () => {
  it.each(['classic', 'generic'] as const)('goes to sales at once, by a %s event', async (form) => {
    stage = await createStage()
    withCompanies(form)
    const { id, companyId } = leadOfSmallFacts()
    await stage.quiet()
    expect(stage.hubspot.contact(id)).toMatchObject({ baton_score: '45' })
    stage.hubspot.changeCompany(companyId, GROWN)
    await stage.quiet()
    expect(stage.hubspot.contact(id)).toMatchObject({ baton_score: '80', baton_route: 'tier-1-mql' })
    expect(stage.texts('U0000AE1')).toEqual([expect.stringContaining('Score 80')])
    // The poll finds the same company, and has nothing new to say.
    const before = callsTo(stage, READ)
    await pollAfter(stage, MINUTE)
    expect(callsTo(stage, READ)).toBe(before)
  })

  it('goes to sales at the next look, without any event', async () => {
    stage = withoutWebhooks(await createStage())
    const { id, companyId } = leadOfSmallFacts()
    await pollAfter(stage, 0)
    stage.clock.now += 30_000
    stage.hubspot.changeCompany(companyId, GROWN)
    await pollAfter(stage, 90_000)
    expect(stage.hubspot.contact(id)).toMatchObject({ baton_score: '80', baton_route: 'tier-1-mql' })
  })

  it('goes to sales although the search did not yet show that it belongs there', async () => {
    stage = await createStage()
    withCompanies('classic')
    stage.hubspot.setSearchLag(30_000)
    const { id, companyId } = leadOfSmallFacts()
    await stage.quiet()
    stage.hubspot.changeCompany(companyId, GROWN)
    await stage.quiet()
    expect(stage.hubspot.contact(id)).toMatchObject({ baton_score: '45' })
    await stage.advance(MINUTE)
    expect(stage.hubspot.contact(id)).toMatchObject({ baton_score: '80', baton_route: 'tier-1-mql' })
  })

  it('hears of each change, also of one that comes back within a day', async () => {
    stage = await createStage()
    withCompanies('classic')
    const { id, companyId } = leadOfSmallFacts()
    await stage.quiet()
    for (const [size, score] of [
      ['240', '65'],
      ['2', '25'],
      ['240', '65'],
      ['2', '25'],
    ] as const) {
      stage.hubspot.changeCompany(companyId, { numberofemployees: size })
      await stage.quiet()
      expect([size, stage.hubspot.contact(id)?.baton_score]).toEqual([size, score])
      stage.clock.now += MINUTE
    }
  })
})

it('a company that changes in what no rule reads costs no look at its contacts', async () => {
  stage = await createStage()
  withCompanies('classic')
  const { companyId } = leadOfSmallFacts()
  await stage.quiet()
  stage.hubspot.changeCompany(companyId, { lifecyclestage: 'lead' })
  await stage.quiet()
  const before = { reads: callsTo(stage, READ), searches: callsTo(stage, '/contacts/search') }
  for (const lifecyclestage of ['opportunity', 'customer']) {
    stage.hubspot.changeCompany(companyId, { lifecyclestage })
    await stage.quiet()
  }
  expect({ reads: callsTo(stage, READ), searches: callsTo(stage, '/contacts/search') }).toEqual(before)
})

describe('a large company', () => {
  const SIZE = 450
  const contactsOf = (companyId: string, count: number) =>
    Array.from({ length: count }, (_, index) =>
      stage.hubspot.createContact({ ...DANA, email: `${index}@northwind.example` }, { companyId, by: 'import' }),
    )

  it('has all its contacts looked at, behind everything else, and nobody of another company', async () => {
    stage = await createStage()
    withCompanies('classic')
    const { companyId } = leadOfSmallFacts()
    const ids = contactsOf(companyId, SIZE)
    const other = stage.hubspot.createCompany({ ...NORTHWIND, domain: 'other.example' })
    const bystander = stage.hubspot.createContact({ ...DANA, email: 'by@other.example' }, { companyId: other })
    await stage.quiet()
    const scores = () => new Set(ids.map((id) => stage.hubspot.contact(id)?.baton_score))
    expect(scores()).toEqual(new Set(['15']))
    const decisions = async (id: string) => (await stage.services[0]?.leads.get(id))?.version
    const before = await decisions(bystander)
    const searches = callsTo(stage, '/contacts/search')
    stage.hubspot.changeCompany(companyId, GROWN)
    const urgent = stage.hubspot.createContact(
      { ...DANA, ...INTERESTED, email: 'urgent@other.example' },
      { companyId: other, by: 'form' },
    )
    await expect.poll(() => stage.hubspot.contact(urgent)?.baton_score, { timeout: 10_000 }).toBe('80')
    expect(scores()).not.toEqual(new Set(['50']))
    await stage.quiet()
    expect(scores()).toEqual(new Set(['50']))
    expect(callsTo(stage, '/contacts/search') - searches).toBe(3)
    expect(await decisions(bystander)).toBe(before)
  }, 60_000)
})

it('many companies that change at once share searches', async () => {
  stage = withoutWebhooks(await createStage())
  const leads = Array.from({ length: 60 }, (_, index) => {
    const companyId = stage.hubspot.createCompany({ name: `Company ${index}`, domain: `company-${index}.example` })
    const person = { ...DANA, email: `dana@company-${index}.example` }
    return { companyId, id: stage.hubspot.createContact(person, { companyId }) }
  })
  await pollAfter(stage, 0)
  const scores = () => leads.filter(({ id }) => stage.hubspot.contact(id)?.baton_score === '50').length
  expect(scores()).toBe(0)
  const searches = callsTo(stage, '/contacts/search')
  stage.clock.now += MINUTE
  for (const { companyId } of leads) stage.hubspot.changeCompany(companyId, GROWN)
  await pollAfter(stage, MINUTE)
  expect(scores()).toBe(60)
  // Two are of the poll, and each company is looked at twice.
  expect(callsTo(stage, '/contacts/search') - searches).toBeLessThan(10)
}, 60_000)
