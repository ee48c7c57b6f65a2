import { afterEach, expect, it } from 'vitest'
import { createTier2Lead, DANA, INTERESTED, NORTHWIND } from '../support/leads.ts'
import { pollAfter, withoutWebhooks } from '../support/poll.ts'
import { createStage, HOUR, MINUTE, type Stage } from '../support/stage.ts'

/*
 * What HubSpot tells nobody of: no webhook comes, and its search is behind. The poll, or the look before a rung, finds it.
 */

let stage: Stage
afterEach(async () => stage.close())

const liveOf = async (id: string) =>
  Object.values((await stage.services[0]?.leads.read(id))?.handoffs ?? {}).filter(({ ended }) => !ended)

/** A stage without webhooks with a lead that a rep has. */
async function givenLead(): Promise<string> {
  stage = withoutWebhooks(await createStage())
  await pollAfter(stage, 0)
  const id = createTier2Lead(stage)
  await pollAfter(stage, 2 * MINUTE)
  expect(await liveOf(id)).toHaveLength(1)
  return id
}

it('a merge: the handoff goes on, without a word', async () => {
  const lead = await givenLead()
  const other = stage.hubspot.createContact({ email: 'kim@private.example' })
  await pollAfter(stage, 2 * MINUTE)
  const [[before], told] = [await liveOf(lead), stage.slack.messages().length]
  stage.hubspot.setSearchLag(45_000)
  const merged = stage.hubspot.mergeContacts(other, lead, { silent: true })
  for (let look = 0; look < 3; look++) await pollAfter(stage, 2 * MINUTE)
  expect(await liveOf(merged)).toMatchObject([{ dueAt: before?.dueAt, holders: before?.holders }])
  expect(await liveOf(lead)).toEqual([])
  expect(stage.slack.messages()).toHaveLength(told)
})

it('a deletion: nobody is reminded', async () => {
  const lead = await givenLead()
  const told = stage.slack.messages().length
  stage.hubspot.deleteContact(lead)
  for (let hour = 0; hour < 6; hour++) await pollAfter(stage, HOUR)
  expect(stage.slack.messages()).toHaveLength(told)
  expect(await liveOf(lead)).toEqual([])
})

it('another company, and none: the lead is scored by what it has', async () => {
  await givenLead()
  const unknown = stage.hubspot.createCompany({ name: 'Northwind', domain: 'northwind.example' })
  const id = stage.hubspot.createContact({ ...DANA, ...INTERESTED }, { companyId: unknown, by: 'form' })
  await pollAfter(stage, 2 * MINUTE)
  expect(stage.hubspot.contact(id)).toMatchObject({ baton_score: '45' })
  const known = stage.hubspot.createCompany(NORTHWIND)
  stage.hubspot.associate(id, known)
  await pollAfter(stage, 2 * MINUTE)
  expect(stage.hubspot.contact(id)).toMatchObject({ baton_score: '80', baton_sla_status: 'running' })
  stage.hubspot.removeAssociation(id, known)
  await pollAfter(stage, 2 * MINUTE)
  expect(stage.hubspot.contact(id)).toMatchObject({ baton_score: '45', baton_sla_status: 'running' })
})
