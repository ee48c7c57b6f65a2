import { afterEach, describe, expect, it } from 'vitest'
import { NORTHWIND, sendSignals } from '../support/leads.ts'
import { createStage, DAY, HOUR, MINUTE, type Stage } from '../support/stage.ts'

let stage: Stage
afterEach(async () => stage.close())

const MANY = 450
const CHANNELS = ['C0000SDR', 'C0000AE', 'U000SDR1', 'U0000AE1', 'U000MGR1']

/** A portal as it was before Baton: contacts of last year, some owned, some customers, all of them a perfect fit. */
function createPortal(count: number): string[] {
  stage.hubspot.setWebhooks(undefined)
  stage.hubspot.createOwner({ id: '900', email: 'kay@elsewhere.example', firstName: 'Kay', lastName: 'Else' })
  const companyId = stage.hubspot.createCompany(NORTHWIND)
  return Array.from({ length: count }, (_, number) =>
    stage.hubspot.createContact(
      {
        email: `old-${number}@northwind.example`,
        jobtitle: 'VP Marketing',
        num_conversion_events: '3',
        recent_conversion_event_name: 'Request a demo',
        recent_conversion_date: new Date(stage.clock.now - 90 * DAY).toISOString(),
        hs_email_click: '9',
        ...(number % 3 === 0 ? { hubspot_owner_id: '900' } : {}),
        ...(number % 5 === 0 ? { lifecyclestage: 'customer' } : {}),
      },
      { companyId, createdAt: stage.clock.now - 300 * DAY },
    ),
  )
}

/** Takes every page that there is. */
async function adopt(): Promise<void> {
  const work = stage.services.at(-1)?.work
  for (let more = true; more; ) {
    await work?.adoption.run()
    await stage.quiet()
    more = (await work?.adoption.step()) !== 'done'
  }
  await stage.quiet()
}

const posts = () => CHANNELS.flatMap((where) => stage.texts(where))
const contact = (id: string) => stage.hubspot.contact(id) as Record<string, string | null>
const record = async (id: string) => (await stage.services[0]?.leads.read(id))?.lead

describe('a first start on a portal of old contacts', () => {
  it('scores every one, and does nothing else', async () => {
    stage = await createStage()
    const ids = createPortal(MANY)
    const before = ids.map(contact).map(({ hubspot_owner_id: owner, lifecyclestage: stage }) => [owner, stage])
    await adopt()
    expect(posts()).toEqual([])
    for (const [at, id] of ids.entries()) {
      const after = contact(id)
      expect(after).toMatchObject({
        baton_score: '50',
        baton_fit_score: '50',
        baton_band: 'medium',
        baton_icp_tier: '1',
      })
      expect(after).toMatchObject({ baton_engagement_score: '0', baton_route: 'adopted', baton_sla_status: 'none' })
      expect(after.baton_nurture_track ?? '').toBe('')
      expect([after.hubspot_owner_id, after.lifecyclestage]).toEqual(before[at])
    }
    // Per hundred contacts a read and a write, one company of all, two hundred found at once.
    const calls = Map.groupBy(stage.hubspot.calls, ({ path }) => path)
    expect(calls.get('/crm/v3/objects/contacts/search')?.length).toBeLessThanOrEqual(5)
    expect(stage.hubspot.calls.length).toBeLessThan(60)
    const ready = await fetch(`${stage.addresses[0]}/readyz`)
    expect(await ready.json()).toMatchObject({
      dependencies: { adoption: { status: 'ok', detail: 'adopted: 450 contacts' } },
    })
  })

  it('takes each page once, also when the timer comes again while one is under way', async () => {
    stage = await createStage()
    createPortal(MANY)
    const adoption = stage.services[0]?.work.adoption
    await Promise.all([adoption?.run(), adoption?.run(), adoption?.run()])
    await adopt()
    const ready = await fetch(`${stage.addresses[0]}/readyz`)
    expect(await ready.json()).toMatchObject({ dependencies: { adoption: { detail: 'adopted: 450 contacts' } } })
  })

  it('goes on where it was when the process ends, and finds each once', async () => {
    stage = await createStage()
    const ids = createPortal(MANY)
    expect(await stage.services[0]?.work.adoption.step()).toBe('page')
    for (const service of stage.services.splice(0)) await service.close()
    await stage.start('both')
    expect(await (await fetch(`${stage.addresses.at(-1)}/readyz`)).json()).toMatchObject({
      dependencies: { adoption: { detail: 'adopting: 200 contacts so far' } },
    })
    const searches = () => stage.hubspot.calls.filter(({ path }) => path.endsWith('/search')).length
    const before = searches()
    await stage.services[0]?.work.sweep({ grace: false })
    await adopt()
    expect(ids.map(contact).map(({ baton_score: score }) => score)).toEqual(ids.map(() => '50'))
    expect(searches() - before).toBe(2)
  })

  it('waits with the next page while leads are unread', async () => {
    stage = await createStage({ roles: ['api'] })
    createPortal(MANY)
    const api = stage.services[0]
    await api?.inbox.ingest(
      Array.from({ length: 400 }, (_, at) => ({
        leadId: `9${at}`,
        key: 'event',
        item: { kind: 'event', event: 'creation', at: stage.clock.now },
      })),
      stage.clock.now,
    )
    expect(await api?.work.adoption.step()).toBe('waiting')
    await Promise.all(Array.from({ length: 400 }, (_, at) => api?.store.redis.del(api.store.keys.inbox(`9${at}`))))
    for (const partition of api?.store.partitions ?? []) await api?.store.redis.del(`${partition}:index:unread`)
    expect(await api?.work.adoption.step()).toBe('page')
  })

  it('leaves them alone also when the poll finds them first', async () => {
    stage = await createStage()
    const ids = createPortal(120)
    for (const id of ids) stage.hubspot.changeContact(id, { country: 'Spain' }, { by: 'import' })
    await stage.services[0]?.work.poll()
    await stage.quiet()
    expect(ids.map(contact).map(({ baton_route: route }) => route)).toEqual(ids.map(() => 'adopted'))
    expect(posts()).toEqual([])
  })

  it('takes what happened in the last day as news', async () => {
    stage = await createStage()
    const [, , id = ''] = createPortal(3)
    const companyId = stage.hubspot.createCompany(NORTHWIND)
    const fresh = stage.hubspot.createContact(
      {
        ...{ email: 'new@northwind.example', jobtitle: 'VP Marketing', hs_email_click: '2' },
        ...{ num_conversion_events: '1', recent_conversion_event_name: 'Pricing guide' },
      },
      { companyId, createdAt: stage.clock.now - 20 * HOUR },
    )
    // A contact of last year that asked for a demo an hour ago.
    const asked = { num_conversion_events: '4', recent_conversion_date: new Date(stage.clock.now - HOUR).toISOString() }
    stage.hubspot.changeContact(id, asked, { by: 'form' })
    await adopt()
    for (const one of [fresh, id])
      expect(contact(one)).toMatchObject({ baton_sla_status: 'running', baton_route: 'tier-1-mql' })
    expect(stage.texts('C0000AE')).toHaveLength(2)
  })
})

describe('an adopted contact', () => {
  const adopted = async () => {
    stage = await createStage()
    const [, id = ''] = createPortal(2)
    await adopt()
    const publicUrl = 'https://baton.example.com/webhooks/hubspot'
    stage.hubspot.setWebhooks({ targetUrl: `${stage.addresses[0]}/webhooks/hubspot`, publicUrl })
    return id
  }

  it('that asks for a demo is alerted', async () => {
    const id = await adopted()
    await sendSignals(stage, [{ type: 'demo_requested', contactId: id }])
    await stage.quiet()
    expect(contact(id)).toMatchObject({
      baton_route: 'tier-1-mql',
      baton_sla_status: 'running',
      hubspot_owner_id: '101',
    })
    expect(stage.texts('U0000AE1')).toHaveLength(1)
    expect((await record(id))?.adopted).toBeUndefined()
  })

  it('whose title changes stays where it is, and explain says why', async () => {
    const id = await adopted()
    stage.hubspot.changeContact(id, { jobtitle: 'Chief Marketing Officer' }, { by: 'form' })
    await stage.quiet()
    expect(contact(id)).toMatchObject({ baton_route: 'adopted', baton_sla_status: 'none' })
    expect(contact(id).baton_nurture_track ?? '').toBe('')
    const view = await fetch(`${stage.addresses[0]}/v1/leads/${id}`, {
      headers: { authorization: 'Bearer canary-api-token' },
    })
    expect(await view.json()).toMatchObject({
      state: { adopted: { at: '2026-11-18T15:00:00.000Z' }, wakeAt: null },
      route: { action: 'stay-adopted' },
      standing: { reason: 'known before Baton came: left alone until it does something new' },
    })
  })

  it('stays there when other rules think more of it, and goes on its way when it rises by itself', async () => {
    const id = await adopted()
    const { config } = stage
    const bands = { low: 0, medium: 20, high: 45, hot: 81 }
    await stage.changeConfig({
      ...config,
      scoring: { ...config.scoring, bands },
      version: 'other',
      rulesVersion: config.rulesVersion + 1,
    })
    await stage.advance(MINUTE)
    await stage.services[0]?.work.rescoring.rescoreBatch()
    await stage.quiet()
    expect(contact(id)).toMatchObject({ baton_band: 'high', baton_route: 'adopted' })
    expect(posts()).toEqual([])
    stage.hubspot.changeContact(id, { jobtitle: 'Clerk' }, { by: 'form' })
    await stage.quiet()
    expect(contact(id)).toMatchObject({ baton_band: 'medium', baton_route: 'adopted' })
    stage.hubspot.changeContact(id, { jobtitle: 'VP Marketing' }, { by: 'form' })
    await stage.quiet()
    expect(contact(id)).toMatchObject({
      baton_band: 'high',
      baton_route: 'medium-good-fit',
      baton_nurture_track: 'accelerated',
    })
  })
})
