import { readFile } from 'node:fs/promises'
import { afterEach, expect, it } from 'vitest'
import { createTier1Lead, DANA, INTERESTED, NORTHWIND, sendSignals } from '../support/leads.ts'
import { pollAfter } from '../support/poll.ts'
import { createStage, DAY, HOUR, MINUTE, type Stage } from '../support/stage.ts'

let stage: Stage
afterEach(async () => stage.close())

const shown = (id: string) => stage.hubspot.contact(id)
const HEADERS = { authorization: 'Bearer canary-api-token' }

/** Everything that anybody was told in Slack. */
function told(): string[] {
  const { reps, managers, people } = stage.config.team
  const users = [reps, managers, people].flatMap((group) => Object.values<{ slackUserId: string }>(group))
  const channels = Object.values(stage.config.team.pools).map(({ channel }) => channel)
  return [...users.map(({ slackUserId }) => slackUserId), ...channels].flatMap((id) => stage.texts(id))
}

async function explained(id: string): Promise<string> {
  const answer = await fetch(`${stage.addresses[0]}/v1/leads/${id}`, { headers: { ...HEADERS, accept: 'text/plain' } })
  return answer.text()
}

async function signal(contactId: string, ...types: string[]): Promise<void> {
  stage.clock.now += MINUTE
  await sendSignals(
    stage,
    types.map((type) => ({ type, contactId })),
  )
  await stage.quiet()
}

const DISPOSABLE = { email: 'dana.canary@mailinator.com' }

it('pages nobody, whatever it does, and is explained', async () => {
  stage = await createStage()
  const id = createTier1Lead(stage, DISPOSABLE)
  await stage.quiet()
  await signal(id, 'demo_requested', 'pricing_page_viewed', 'trial_started', 'competitor_page_viewed')
  await signal(id, 'pricing_page_viewed', 'churn_risk', 'usage_dropped', 'meeting_booked')
  await stage.advance(5 * HOUR)
  await stage.advance(30 * DAY)

  expect(told()).toEqual([])
  expect(shown(id)).toMatchObject({
    baton_route: 'junk',
    baton_disqualified_reason: 'junk: disposable address of mailinator.com',
    baton_stage: 'disqualified',
    baton_sla_status: 'none',
  })
  expect(shown(id)?.hubspot_owner_id ?? null).toBeNull()
  expect(shown(id)?.baton_nurture_track ?? '').toBe('')
  expect(Object.keys((await stage.services[0]?.leads.read(id))?.handoffs ?? {})).toEqual([])
  const text = await explained(id)
  expect(text).toContain('junk is disposable address of mailinator.com')
  expect(text).toContain('junk')
})

it.each<[string, Record<string, string>, string]>([
  ['a misspelt provider', { email: 'dana@gmial.com' }, 'junk: the address is misspelt: gmial.com for gmail.com'],
  [
    'an address of a disposable subdomain',
    { email: 'dana@eu.mailinator.com' },
    'junk: disposable address of mailinator.com',
  ],
  ['a name without letters', { firstname: '123', lastname: '456' }, 'junk: the name has no letter'],
  ['a web address as the name', { lastname: 'http://win.example' }, 'junk: a web address stands in the name'],
  [
    'the same text everywhere',
    { firstname: 'asdasd', lastname: 'asdasd', jobtitle: 'asdasd' },
    'junk: the same text in first name, last name, job title',
  ],
])('%s is junk', async (_, properties, reason) => {
  stage = await createStage()
  const id = createTier1Lead(stage, properties)
  await stage.quiet()
  expect(shown(id)).toMatchObject({ baton_route: 'junk', baton_disqualified_reason: reason })
  expect(told()).toEqual([])
})

it('a honeypot that the config names is read and heard', async () => {
  const icp = await readFile('config/icp.yaml', 'utf8')
  stage = await createStage({
    files: { 'icp.yaml': icp.replace('junk:\n', 'junk:\n  honeypot: hubspot.fax_number\n') },
  })
  stage.hubspot.createProperty('contacts', 'fax_number')
  const id = createTier1Lead(stage, { fax_number: 'x' })
  await stage.quiet()
  expect(shown(id)).toMatchObject({ baton_route: 'junk' })
  expect(told()).toEqual([])
})

it.each<[string, Record<string, string>]>([
  ['sets baton_not_junk', { baton_not_junk: 'true' }],
  ['mends the address', { email: 'dana@northwind.example' }],
  ['works on it', { hs_lead_status: 'OPEN_DEAL' }],
])('a person who %s lifts it, and it is routed by all that it has done', async (_, properties) => {
  stage = await createStage()
  const id = createTier1Lead(stage, DISPOSABLE)
  await stage.quiet()
  expect(told()).toEqual([])
  await stage.advance(2 * DAY)
  stage.hubspot.changeContact(id, properties, { by: 'person' })
  // Whether or not a webhook tells of it.
  await pollAfter(stage, MINUTE)

  expect(shown(id)).toMatchObject({
    baton_route: 'tier-1-mql',
    baton_disqualified_reason: null,
    baton_stage: 'lead',
    baton_sla_status: 'running',
    hubspot_owner_id: '101',
  })
  expect(told().join('\n')).toContain('Northwind Freight')
  // And it stays lifted, when it is looked at again and when it is computed again.
  await fetch(`${stage.addresses[0]}/v1/leads/${id}/rescore`, { method: 'POST', headers: HEADERS })
  await stage.quiet()
  expect(shown(id)).toMatchObject({ baton_route: 'tier-1-mql' })
})

it('a person who gives it an owner lifts it; an app that does so does not', async () => {
  stage = await createStage()
  const id = createTier1Lead(stage, DISPOSABLE)
  await stage.quiet()
  stage.hubspot.changeContact(id, { hubspot_owner_id: '102' }, { by: 'other-app' })
  await stage.quiet()
  expect(shown(id)).toMatchObject({ baton_route: 'junk', hubspot_owner_id: '102' })
  expect(told()).toEqual([])

  stage.hubspot.changeContact(id, { hubspot_owner_id: '101' }, { by: 'person' })
  await stage.quiet()
  expect(shown(id)).toMatchObject({ baton_route: 'tier-1-mql', hubspot_owner_id: '101', baton_sla_status: 'running' })
  expect(stage.texts('U0000AE1')).toHaveLength(1)
  await fetch(`${stage.addresses[0]}/v1/leads/${id}/rescore`, { method: 'POST', headers: HEADERS })
  await stage.quiet()
  expect(shown(id)).toMatchObject({ baton_route: 'tier-1-mql' })
})

it('a customer is none, and a lead that sales has stays with sales when its address goes bad', async () => {
  stage = await createStage()
  const companyId = stage.hubspot.createCompany(NORTHWIND)
  const customer = {
    ...DANA,
    ...INTERESTED,
    email: 'cus@mailinator.com',
    lifecyclestage: 'customer',
    hubspot_owner_id: '101',
  }
  const kept = stage.hubspot.createContact(customer, { companyId, by: 'form' })
  const id = createTier1Lead(stage)
  await stage.quiet()
  expect(shown(kept)?.baton_route).not.toBe('junk')
  expect(shown(id)).toMatchObject({ baton_sla_status: 'running' })
  stage.hubspot.changeContact(id, DISPOSABLE, { by: 'person' })
  await stage.quiet()
  expect(shown(id)).toMatchObject({ baton_sla_status: 'running' })
})
