import { afterEach, describe, expect, it, test } from 'vitest'
import { createTier2Lead } from '../support/leads.ts'
import { createStage, DAY, HOUR, MINUTE, type Stage } from '../support/stage.ts'

/*
 * HubSpot is compared with what Baton says, at every read; a property that it does not take costs that property alone.
 */

let stage: Stage
afterEach(async () => stage.close())

const [CLEO, MANAGER] = ['U000SDR1', 'U000MGR1']
const UPDATE = '/crm/v3/objects/contacts/batch/update'
const writes = () => stage.hubspot.calls.filter(({ path }) => path === UPDATE).length
const shown = (id: string) => stage.hubspot.contact(id)

async function api<T>(path: string, method = 'GET'): Promise<T> {
  const headers = { authorization: 'Bearer canary-api-token' }
  const answer = await fetch(`${stage.addresses[0]}${path}`, { method, headers })
  return (answer.headers.get('content-type')?.includes('json') ? await answer.json() : undefined) as T
}
async function rescore(id: string): Promise<void> {
  await api(`/v1/leads/${id}/rescore`, 'POST')
  await stage.quiet()
}
interface View {
  score: { mql: boolean }
  state: { stageSetBack?: { since: string }; refused?: { property: string; code: string }[] }
  enrichment: Record<string, { status: string }>
}
const view = (id: string) => api<View>(`/v1/leads/${id}`)
const own = (id: string) =>
  Object.fromEntries(Object.entries(shown(id) ?? {}).filter(([name]) => name.startsWith('baton_')))

describe('what Baton writes', () => {
  it.each([
    ['a number', { baton_score: '99' }],
    ['a choice', { baton_band: 'low' }],
    ['a text', { baton_route: 'elsewhere', baton_route_reason: 'because' }],
    ['an instant', { baton_sla_due_at: '2030-01-01T00:00:00Z' }],
    ['a yes or no', { baton_needs_review: 'true' }],
    ['what should be empty', { baton_disqualified_reason: 'competitor', baton_nurture_track: 'newsletter' }],
    ['what is emptied', { baton_score: '', baton_sla_status: '' }],
    ['what is written along with others only', { baton_scored_at: '2020-01-01T00:00:00Z', baton_config_version: 'x' }],
  ])('and a person changes is put right at the next look: %s', async (_, edited) => {
    stage = await createStage()
    const id = createTier2Lead(stage)
    await stage.quiet()
    const before = own(id)
    expect(before).toMatchObject({ baton_sla_status: 'running', baton_needs_review: 'false' })
    stage.hubspot.changeContact(id, edited)
    await rescore(id)
    const quiet = { baton_scored_at: expect.any(String) }
    expect(own(id)).toEqual({ ...before, ...quiet })
    expect(own(id).baton_scored_at).toBe(before.baton_scored_at)
    // And then it is at rest.
    const [calls] = [writes()]
    for (let look = 0; look < 3; look++) await rescore(id)
    expect(writes()).toBe(calls)
  })

  it('costs one call for a new lead, and none when nothing is new', async () => {
    stage = await createStage()
    const id = createTier2Lead(stage)
    await stage.quiet()
    expect(writes()).toBe(1)
    await rescore(id)
    expect(writes()).toBe(1)
  })

  it('and a write that was carried out after a newer one is put right within a minute', async () => {
    stage = await createStage()
    const id = createTier2Lead(stage)
    await stage.quiet()
    const before = own(id)
    stage.hubspot.failNext({ method: 'POST', path: /batch\/update/, acceptThenDrop: true })
    stage.hubspot.changeContact(id, { num_conversion_events: '1', recent_conversion_event_name: 'Free trial: Sign-up' })
    await stage.quiet()
    const after = own(id)
    expect(after.baton_score).not.toBe(before.baton_score)
    // What was on its way arrives now.
    stage.hubspot.changeContact(id, { baton_score: before.baton_score ?? '' }, { by: 'other-app' })
    await stage.advance(MINUTE)
    expect(own(id).baton_score).toBe(after.baton_score)
  })

  it('and HubSpot took over from a contact that was merged into it is put right, also by asking for it', async () => {
    stage = await createStage()
    const id = createTier2Lead(stage)
    await stage.quiet()
    const before = own(id)
    stage.hubspot.changeContact(
      id,
      { baton_route: 'negative-icp', baton_disqualified_reason: 'competitor', baton_band: 'low', baton_score: '0' },
      { by: 'hubspot' },
    )
    await rescore(id)
    expect(own(id)).toMatchObject(before)
  })

  it('says the same after a merge, whatever the other contact brought along', async () => {
    stage = await createStage()
    const survivor = createTier2Lead(stage)
    const loser = stage.hubspot.createContact({ email: 'eve@rival.example', jobtitle: 'Student' })
    await stage.quiet()
    const before = own(survivor)
    expect(own(loser).baton_route).not.toBe(before.baton_route)
    const merged = stage.hubspot.mergeContacts(survivor, loser)
    await stage.quiet()
    await rescore(merged)
    for (const name of ['baton_route', 'baton_disqualified_reason', 'baton_band', 'baton_sla_status'])
      expect([name, own(merged)[name] || null]).toEqual([name, before[name] || null])
  })
})
