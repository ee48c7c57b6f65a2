import { readFile } from 'node:fs/promises'
import { afterEach, describe, expect, it } from 'vitest'
import { createTier1Lead, createTier2Lead, leadsIn, sendSignals } from '../support/leads.ts'
import { createStage, HOUR, loadTestConfig, MINUTE, prepareHubSpot, type Stage } from '../support/stage.ts'

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
  route: { name: string }
  score: { mql: boolean }
  state: { stageSetBack?: string; notEnrolled?: string; refused?: { property: string; code: string }[] }
  enrichment: Record<string, { status: string; why?: string }>
}
const view = (id: string) => api<View>(`/v1/leads/${id}`)
const own = (id: string) =>
  Object.fromEntries(Object.entries(shown(id) ?? {}).filter(([name, value]) => name.startsWith('baton_') && value))

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
    stage.hubspot.changeContact(id, { jobtitle: 'Office manager' })
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

describe('a life cycle stage that marketing sets back from MQL', () => {
  const MQL = 'marketingqualifiedlead'
  async function setBack(): Promise<string> {
    stage = await createStage()
    const id = createTier1Lead(stage, { hs_email_click: '4' })
    await stage.quiet()
    expect(shown(id)?.lifecyclestage).toBe(MQL)
    await stage.advance(MINUTE)
    stage.hubspot.changeContact(id, { lifecyclestage: '' })
    stage.hubspot.changeContact(id, { lifecyclestage: 'lead' })
    await stage.quiet()
    return id
  }

  it('stays as it is set: for every later look, whatever was known before, and in the view', async () => {
    const id = await setBack()
    await stage.advance(MINUTE)
    await rescore(id)
    expect(shown(id)?.lifecyclestage).toBe('lead')
    // Something that happened before, and is heard of only now.
    await sendSignals(stage, [{ type: 'trial_started', contactId: id, id: 'old', at: stage.clock.now - 1.5 * MINUTE }])
    await stage.quiet()
    expect(shown(id)?.lifecyclestage).toBe('lead')
    const { score, state } = await view(id)
    expect([score.mql, state.stageSetBack]).toEqual([false, '2026-11-18T15:01:00.000Z'])
  })

  it('yields to what the lead does later', async () => {
    const id = await setBack()
    await stage.advance(MINUTE)
    await sendSignals(stage, [{ type: 'trial_started', contactId: id, id: 'new', at: stage.clock.now }])
    await stage.quiet()
    expect(shown(id)?.lifecyclestage).toBe(MQL)
    const { score, state } = await view(id)
    expect([score.mql, state.stageSetBack]).toEqual([true, undefined])
    await rescore(id)
    expect(shown(id)?.lifecyclestage).toBe(MQL)
  })

  it('yields to what was done between the change and the look at it', async () => {
    stage = await createStage()
    const id = createTier1Lead(stage, { hs_email_click: '4' })
    await stage.quiet()
    stage.hubspot.changeContact(id, { lifecyclestage: '' }, { silent: true })
    stage.hubspot.changeContact(id, { lifecyclestage: 'lead' }, { silent: true })
    stage.clock.now += MINUTE
    await sendSignals(stage, [{ type: 'trial_started', contactId: id, id: 'new', at: stage.clock.now - MINUTE / 2 }])
    await stage.quiet()
    expect(shown(id)?.lifecyclestage).toBe(MQL)
  })

  it('may be set back again, and stays then as well', async () => {
    const id = await setBack()
    await stage.advance(MINUTE)
    await sendSignals(stage, [{ type: 'trial_started', contactId: id, id: 'new', at: stage.clock.now }])
    await stage.quiet()
    expect(shown(id)?.lifecyclestage).toBe(MQL)
    stage.hubspot.changeContact(id, { lifecyclestage: '' }, { silent: true })
    stage.hubspot.changeContact(id, { lifecyclestage: 'lead' })
    await stage.quiet()
    await rescore(id)
    expect(shown(id)?.lifecyclestage).toBe('lead')
  })

  it('is not touched when a person set it further on', async () => {
    stage = await createStage()
    const id = createTier1Lead(stage, { hs_email_click: '4' })
    await stage.quiet()
    stage.hubspot.changeContact(id, { lifecyclestage: 'opportunity' })
    await stage.quiet()
    await sendSignals(stage, [{ type: 'trial_started', contactId: id, id: 'new', at: stage.clock.now }])
    await stage.quiet()
    expect(shown(id)?.lifecyclestage).toBe('opportunity')
  })
})

describe('a property that HubSpot does not take', () => {
  const ready = () => api<{ dependencies: Record<string, { status: string; detail?: string }> }>('/readyz')
  const metric = async (name: string) =>
    (await (await fetch(`${stage.addresses[0]}/metrics`)).text()).split('\n').filter((line) => line.startsWith(name))
  const errors = () => stage.logLines.filter((line) => line.includes('does not take a property'))
  const onlySdr1 = (config: Stage['config']) => {
    const pool = config.team.pools.sdr
    if (pool) pool.members = pool.members.filter(({ rep }) => rep === 'sdr-1')
  }
  const refusedCalls = () => stage.hubspot.calls.filter(({ path, status }) => path === UPDATE && status !== 200).length
  function createLeads(count: number): string[] {
    return Array.from({ length: count }, (_, at) => createTier2Lead(stage, { email: `kim${at}@smalltown.example` }))
  }

  it.each([false, true])('an owner id, ten leads at once, rows refused alone: %s', async (partial) => {
    stage = await createStage({ edit: onlySdr1 })
    stage.hubspot.setPartial(partial)
    stage.hubspot.failProperty('hubspot_owner_id')
    const ids = createLeads(10)
    await stage.quiet()
    for (const id of ids) {
      expect(shown(id)).toMatchObject({
        baton_score: '65',
        baton_band: 'high',
        baton_sla_status: 'running',
      })
      expect(shown(id)?.hubspot_owner_id ?? null).toBeNull()
    }
    expect(refusedCalls()).toBeLessThanOrEqual(3)
    expect(leadsIn(stage.texts(CLEO))).toBe(10)
    // Whoever can mend it hears of it once.
    expect(stage.texts(MANAGER).filter((text) => text.includes('owner id'))).toEqual([
      expect.stringContaining('Check hubspotOwnerId of sdr-1 in team.yaml'),
    ])
    expect(errors()).toHaveLength(1)
    expect(errors()[0]).toContain('hubspotOwnerId of sdr-1')
    const { hubspotProperties } = (await ready()).dependencies
    expect(hubspotProperties).toMatchObject({ status: 'degraded' })
    expect(hubspotProperties?.detail).toContain('hubspot_owner_id (INVALID_OWNER_ID)')
    const labels = 'baton_hubspot_refused_properties_total{property="hubspot_owner_id",code="INVALID_OWNER_ID"}'
    expect(await metric(labels)).toEqual([`${labels} 10`])
    expect((await view(ids[0] ?? '')).state.refused).toEqual([
      { property: 'hubspot_owner_id', code: 'INVALID_OWNER_ID' },
    ])
    // It is not tried again with every write.
    const calls = writes()
    await rescore(ids[0] ?? '')
    expect(writes()).toBe(calls)
    stage.hubspot.changeContact(ids[0] ?? '', { jobtitle: 'Office manager' })
    await stage.quiet()
    expect(writes()).toBe(calls + 1)
    // An hour later it is, for somebody may have mended it in HubSpot.
    stage.hubspot.mend()
    await stage.advance(HOUR)
    for (const id of ids) expect(shown(id)?.hubspot_owner_id).toBe('201')
    expect((await ready()).dependencies).not.toHaveProperty('hubspotProperties')
  })

  it('an owner id that team.yaml has right by now is written at once', async () => {
    const wrong = (config: Stage['config']) => {
      onlySdr1(config)
      const rep = config.team.reps['sdr-1']
      if (rep) rep.hubspotOwnerId = '777'
    }
    stage = await createStage({ edit: onlySdr1 })
    const right = stage.config
    const broken = structuredClone(right)
    wrong(broken)
    await stage.changeConfig({ ...broken, version: 'broken' })
    const [id = ''] = createLeads(1)
    await stage.quiet()
    expect(shown(id)).toMatchObject({ baton_score: '65' })
    expect(shown(id)?.hubspot_owner_id ?? null).toBeNull()
    await stage.changeConfig(right)
    await stage.advance(0)
    expect(shown(id)?.hubspot_owner_id).toBe('201')
    expect((await ready()).dependencies).not.toHaveProperty('hubspotProperties')
  })

  it('a property that is not there is written once HubSpot has it', async () => {
    const files = {
      'hubspot.yaml': `${await readFile('config/hubspot.yaml', 'utf8')}properties: { band: our_band }\n`,
    }
    stage = await createStage()
    const renamed = await loadTestConfig(files, stage.clock.now)
    await stage.changeConfig(renamed)
    const [id = ''] = createLeads(1)
    await stage.quiet()
    expect(shown(id)).toMatchObject({ baton_score: '65', hubspot_owner_id: '201' })
    expect((await view(id)).state.refused).toEqual([{ property: 'our_band', code: 'PROPERTY_DOESNT_EXIST' }])
    expect((await ready()).dependencies.hubspotProperties?.detail).toContain('hubspot setup')
    await prepareHubSpot(renamed, stage.hubspot.url, 'pat-canary-token')
    const lookAgain = () => rescore(id).then(() => shown(id)?.our_band)
    await expect.poll(lookAgain).toBe('high')
    expect((await view(id)).state.refused).toBeUndefined()
  })

  it('a choice that lacks the option, and a property that may only be read', async () => {
    const files = {
      'hubspot.yaml': `${await readFile('config/hubspot.yaml', 'utf8')}properties: { band: hs_lead_status, score: num_notes }\n`,
    }
    stage = await createStage()
    await stage.changeConfig(await loadTestConfig(files, stage.clock.now))
    const ids = createLeads(3)
    await stage.quiet()
    for (const id of ids) {
      expect(shown(id)).toMatchObject({ baton_fit_score: '25', hubspot_owner_id: expect.any(String) })
      const { refused = [] } = (await view(id)).state
      expect(refused.map(({ property, code }) => `${property} ${code}`).toSorted()).toEqual([
        'hs_lead_status INVALID_OPTION',
        'num_notes READ_ONLY_VALUE',
      ])
    }
    expect(writes()).toBeLessThanOrEqual(3)
  })
})
