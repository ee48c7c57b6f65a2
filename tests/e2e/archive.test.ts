import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { DANA, signalsCome } from '../support/leads.ts'
import { createStage, DAY, HOUR, type Stage } from '../support/stage.ts'

const TRIGGERS = `triggers:
  gone: { when: { signals.churn_risk: { atLeast: 1 } }, once: per signal, do: [ archive ] }
  re-engage: { when: { signals.upgrade_page_viewed: { atLeast: 1 } }, once: per signal, do: [ { enrol: expansion, for: 300d }, { open: save-attempt } ] }
`
const KINDS = `handoffs:
  mql-to-sales: { respondWithin: 1h, hours: business, ladder: [ { at: 1h, do: remind } ] }
  mql-to-sales-tier-1: { respondWithin: 5m, hours: business, ladder: [ { at: 5m, do: remind } ] }
  save-attempt: { to: { pool: cs }, respondWithin: 4h, hours: elapsed, ladder: [ { at: 4h, do: remind }, { at: 24h, do: alert-manager } ] }
attempts: { count: 3, within: 5bd, then: { nurture: signal-based } }
`

let stage: Stage
let id: string
afterEach(async () => stage.close())

const signal = (...types: string[]) => signalsCome(stage, id, ...types)

const shown = () => stage.hubspot.contact(id)
const lead = async () => (await stage.services[0]?.leads.get(id))?.lead

async function view() {
  const response = await fetch(`${stage.addresses[0]}/v1/leads/${id}`, {
    headers: { authorization: 'Bearer canary-api-token' },
  })
  return ((await response.json()) as { state: object }).state
}

beforeEach(async () => {
  stage = await createStage({ files: { 'triggers.yaml': TRIGGERS, 'handoffs.yaml': KINDS } })
  id = stage.hubspot.createContact(DANA, { by: 'form' })
  await stage.quiet()
  await signal('upgrade_page_viewed')
  expect(shown()).toMatchObject({ baton_nurture_track: 'expansion' })
  expect(stage.slack.messages()).toHaveLength(2)
  await signal('churn_risk')
})

describe('an archived lead', () => {
  it('is in no track, its handoffs end without a word, and nothing wakes it', async () => {
    expect(shown()).toMatchObject({
      baton_route: 'archived',
      baton_route_reason: 'archived by trigger gone: left alone until it does something new',
    })
    expect(shown()?.baton_nurture_track ?? '').toBe('')
    expect((await lead())?.wakeAt).toBeNull()
    expect(await view()).toMatchObject({ archived: { by: 'trigger gone' }, wakeAt: null })
    for (const { text } of stage.slack.messages()) expect(text).toContain('the lead was archived')
    const ofContacts = () => stage.hubspot.calls.filter(({ path }) => path.includes('/contacts/')).length
    const calls = ofContacts()
    await stage.advance(400 * DAY)
    expect(ofContacts()).toBe(calls)
    expect(stage.slack.messages()).toHaveLength(2)
    // It is a status of Baton's own: HubSpot's archive would delete the contact.
    expect(stage.hubspot.calls.filter(({ method }) => method === 'DELETE')).toEqual([])
  })

  it('stays so while nothing is new: our own values changed, another title, a look at it', async () => {
    stage.hubspot.changeContact(id, { baton_nurture_track: 'newsletter' }, { by: 'person' })
    stage.hubspot.changeContact(id, { jobtitle: 'Analyst' }, { by: 'person' })
    await fetch(`${stage.addresses[0]}/v1/leads/${id}/rescore`, {
      method: 'POST',
      headers: { authorization: 'Bearer canary-api-token' },
    })
    await stage.quiet()
    expect(await lead()).toMatchObject({ archived: { by: { what: 'trigger', name: 'gone' } }, wakeAt: null })
    expect(shown()).toMatchObject({ baton_route: 'archived' })
    expect(shown()?.baton_nurture_track ?? '').toBe('')
  })

  it.each<[string, () => unknown]>([
    ['it does something', () => signal('webinar_attended')],
    [
      'a person gives it an owner',
      () => stage.hubspot.changeContact(id, { hubspot_owner_id: '301' }, { by: 'person' }),
    ],
    ['a person sets its stage', () => stage.hubspot.changeContact(id, { lifecyclestage: 'lead' }, { by: 'person' })],
    ['a person sets its status', () => stage.hubspot.changeContact(id, { hs_lead_status: 'NEW' }, { by: 'person' })],
  ])('comes back when %s, and is routed as if it were new', async (_, act) => {
    await stage.advance(DAY)
    await act()
    await stage.quiet()
    expect((await lead())?.archived).toBeUndefined()
    expect((await lead())?.wakeAt).not.toBeNull()
    expect(shown()).toMatchObject({ baton_route: 'low', baton_nurture_track: 'newsletter' })
    expect(await view()).not.toHaveProperty('archived')
  })

  it('goes to sales when what it does calls for that', async () => {
    await stage.advance(DAY)
    await signal('pricing_page_viewed')
    await stage.advance(HOUR)
    await signal('pricing_page_viewed')
    expect(shown()).toMatchObject({ baton_route: 'hand-raiser-sdr', baton_sla_status: 'running' })
    expect(stage.texts('U000SDR1')).toHaveLength(1)
  })

  it('is archived again by the next occasion, and both times are facts', async () => {
    await stage.advance(DAY)
    await signal('webinar_attended')
    await stage.advance(DAY)
    await signal('churn_risk')
    expect(shown()).toMatchObject({ baton_route: 'archived' })
    const history = await stage.services[0]?.leads.readHistory(id)
    expect(history?.map(({ what }) => what)).toEqual(
      expect.arrayContaining(['archived', 'back-from-archive', 'archived']),
    )
  })

  it('is still archived after its record was lost', async () => {
    const { store } = stage.services[0] ?? {}
    await store?.redis.del(store.keys.lead(id))
    stage.hubspot.changeContact(id, { jobtitle: 'Analyst' }, { by: 'person' })
    await stage.quiet()
    expect(await lead()).toMatchObject({ archived: { by: { what: 'trigger', name: 'gone' } }, wakeAt: null })
    expect(shown()).toMatchObject({ baton_route: 'archived' })
  })
})
