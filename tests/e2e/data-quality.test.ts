import { afterEach, describe, expect, it } from 'vitest'
import { createTier1Lead } from '../support/leads.ts'
import { createStage, DAY, HOUR, MINUTE, type Stage } from '../support/stage.ts'

const MARKETING = 'U0000MKT'
// A Thursday; the reports' zone is New York's.
const START = Date.parse('2026-11-19T15:00:00Z')
const HEADERS = { authorization: 'Bearer canary-api-token' }

let stage: Stage
afterEach(async () => stage.close())

async function until(date: string, step = 6 * HOUR): Promise<void> {
  const at = Date.parse(date)
  while (stage.clock.now < at) await stage.advance(Math.min(step, at - stage.clock.now))
}

const ask = async (path: string, method = 'GET') =>
  (await fetch(`${stage.addresses[0]}/v1${path}`, { headers: HEADERS, method })).json()

const scorecard = async (period: string): Promise<(number | null)[]> => {
  const { sections } = await ask(`/reports/quality?period=${period}`)
  return sections.find(({ id }: { id: string }) => id === 'scorecard').rows.map(({ share }: { share: number }) => share)
}

const found = (pattern: RegExp) => stage.slack.messages(MARKETING).filter(({ text }) => pattern.test(text))
const cleaner = () => found(/^Data to put right/)
const sample = () => found(/^Is the lifecycle stage right/)

async function click(message: ReturnType<typeof cleaner>[number] | undefined, value: string, user = MARKETING) {
  const blocks = (message?.blocks ?? []) as { elements?: { action_id?: string; value?: string }[] }[]
  const button = blocks
    .flatMap(({ elements = [] }) => elements)
    .find((one) => `${one.action_id} ${one.value}`.includes(value))
  if (!message || !button) throw new Error(`no button for ${value}`)
  const { channel, ts } = message
  await stage.slack.click({ user, channel, ts, actionId: button.action_id ?? '', value: button.value ?? '' })
  await stage.quiet()
}

const GOOD = {
  firstname: 'Ada',
  lastname: 'Canary',
  jobtitle: 'VP Sales',
  hs_analytics_source: 'ORGANIC_SEARCH',
  hs_analytics_source_data_1: 'google',
}

/** Seven contacts, four of which have something wrong with them. */
function flawed() {
  const company = stage.hubspot.createCompany({
    name: 'Oak',
    domain: 'oak.example',
    numberofemployees: '90',
    industry: 'COMPUTER_SOFTWARE',
  })
  const of = (properties: Record<string, string>, companyId: string | undefined = company) =>
    stage.hubspot.createContact(
      { ...GOOD, lifecyclestage: 'lead', ...properties },
      { ...(companyId ? { companyId } : {}), by: 'form' },
    )
  const elm = (domain: string) => stage.hubspot.createCompany({ name: 'Elm', domain, industry: 'COMPUTER_SOFTWARE' })
  return {
    fine: of({ email: 'ada@oak.example' }),
    sizeless: of({ email: 'bo@elm.example', firstname: 'Bo', lifecyclestage: 'opportunity' }, elm('elm.example')),
    taken: of({ email: 'cy@fir.example', firstname: 'Cy', lifecyclestage: 'opportunity' }, elm('fir.example')),
    twin: of({ email: 'd.ash+news@gmail.com', firstname: 'Di', lifecyclestage: 'customer' }),
    other: of({ email: 'DAsh@gmail.com', firstname: 'Dido' }),
    misspelt: of({ email: 'eve@gmial.com', firstname: 'Eve', hs_analytics_source: '' }),
    whole: of({ email: 'flo@oak.example', firstname: 'Flo', lifecyclestage: 'customer' }),
  }
}

describe('the quality of the data', () => {
  it('is listed, measured, judged and put right by people', async () => {
    stage = await createStage({
      start: START,
      reports: true,
      // The other reports have tests of their own; what they send takes its turns at Slack.
      edit({ reports }) {
        for (const name of ['weekly', 'monthly', 'quarterly', 'feedback'] as const) delete reports[name]
      },
    })
    await stage.advance(MINUTE)
    const ids = flawed()
    await stage.quiet()
    const { store } = stage.services[0] ?? {}
    for (const domain of ['elm.example', 'fir.example']) {
      const answer = { status: 'matched', personal: {}, shared: { 'company.size': { value: 120, source: 'apollo' } } }
      await store?.redis.set(`${store.prefix}:enrichment:apollo:${domain}`, JSON.stringify(answer))
    }

    expect(await ask('/data-quality', 'POST')).toEqual({ accepted: true })
    await stage.advance(MINUTE)
    const { summary, leads } = await ask('/data-quality')
    expect(summary).toMatchObject({
      leads: 7,
      flawed: 5,
      kinds: { email: 1, missing: 3, duplicate: 2, source: 1, stale: 0 },
    })
    expect(leads.map(({ id, kinds }: { id: string; kinds: string[] }) => [id, kinds])).toEqual([
      [ids.twin, ['duplicate']],
      ...[ids.sizeless, ids.taken].sort().map((id) => [id, ['missing']]),
      [ids.misspelt, ['email', 'missing', 'source']],
      [ids.other, ['duplicate']],
    ])
    expect(leads[0].duplicates).toEqual([
      expect.objectContaining({ id: ids.other, by: 'email', url: expect.stringContaining(ids.other) }),
    ])
    const page = await ask('/data-quality?kind=duplicate&limit=1')
    const next = await ask(`/data-quality?kind=duplicate&limit=1&cursor=${page.next}`)
    expect([page.leads[0].id, next.leads[0].id, next.next]).toEqual([ids.twin, ids.other, null])

    await until('2026-11-23T13:59:00Z', DAY)
    expect(cleaner()).toHaveLength(0)
    await until('2026-11-23T14:00:00Z')
    expect(cleaner()).toHaveLength(1)
    expect(cleaner()[0]?.text).toMatch(/^Data to put right: 5 leads/)

    // Somebody fills it in while the message stands there: their word stays.
    stage.hubspot.changeContact(ids.taken, { numemployees: '1-5' }, { by: 'person', silent: true })
    await click(cleaner()[0], `${ids.taken}:company.size`)
    expect(stage.hubspot.contact(ids.taken)?.numemployees).toBe('1-5')
    // Who clicks twice is told that it is done already.
    await Promise.all([1, 2].map(() => click(cleaner()[0], `${ids.sizeless}:company.size`)))
    expect(stage.slack.ephemerals(MARKETING)).toHaveLength(1)
    expect(stage.hubspot.contact(ids.sizeless)?.numemployees).toBe('100-500')
    const blocks = JSON.stringify(cleaner()[0]?.blocks)
    expect(blocks).toContain(`<@${MARKETING}> filled in company size: 120 (Apollo)`)
    expect(blocks).toContain('was filled in already')
    expect((await ask('/facts?type=filled')).facts).toEqual([
      expect.objectContaining({ rule: 'company.size', source: 'apollo' }),
    ])

    // Of those beyond subscriber three are customers or opportunities; all are drawn where there are fewer than the sample.
    await until('2026-12-01T13:00:00Z', DAY)
    expect(sample()).toHaveLength(1)
    await click(sample()[0], `quality.right sample/202612:${ids.whole}`)
    await click(sample()[0], `quality.wrong sample/202612:${ids.twin}`)
    await click(sample()[0], `quality.right sample/202612:${ids.twin}`)
    await click(sample()[0], `quality.wrong sample/202612:${ids.sizeless}`)
    expect(JSON.stringify(sample()[0]?.blocks)).toMatch(/Judged: 3, right: 2.*✓ Right, says <@U0000MKT>/s)

    // Of seven one address is misspelt and its lead has no source, and two may be one person; half a month later nothing is stale.
    expect(await scorecard('2026-11')).toEqual([
      6 / 7,
      6 / 7,
      2 / 7,
      null,
      6 / 7,
      0,
      expect.closeTo((6 + 6 + 5 + 6 + 7) / 35),
    ])
    // Of the three that were judged two are right, by the last word about each.
    expect((await scorecard('2026-12'))[3]).toBe(2 / 3)

    await fetch(`${stage.addresses[0]}/v1/leads/${ids.twin}`, { method: 'DELETE', headers: HEADERS })
    await stage.quiet()
    const shown = JSON.stringify([...cleaner(), ...sample()].map((one) => [one.text, one.blocks]))
    expect(shown).not.toMatch(new RegExp(`${ids.twin}|\\bDi Canary`))
    expect((await ask('/data-quality')).leads.map(({ id }: { id: string }) => id)).not.toContain(ids.twin)
  })
})

describe('a lead that lacks what sales needs, where it is held', () => {
  const MANAGER = 'U000MGR1'
  it('waits without a clock, its manager is told; the field, or a person, brings it out', async () => {
    stage = await createStage({
      start: START,
      edit: (config) => void Object.assign(config.routing, { missing: 'hold' }),
    })
    const [field, lifted] = ['dana', 'kim'].map((name) =>
      createTier1Lead(stage, { email: `${name}@northwind.example`, hs_analytics_source_data_1: '' }),
    )
    await stage.quiet()
    await stage.advance(15_000)
    expect(stage.hubspot.contact(field ?? '')).toMatchObject({
      baton_sla_status: 'waiting',
      baton_needs_review: 'true',
    })
    expect(stage.hubspot.contact(field ?? '')?.baton_route_reason).toContain('; waits for leadSource.detail since')
    expect(stage.texts(MANAGER).at(-1)).toMatch(
      /^2 leads wait: sales lacks what it needs to know\. 2 for ae: lack what sales needs/,
    )
    expect(JSON.stringify(stage.slack.messages(MANAGER).at(-1)?.blocks)).toContain('lacks lead source detail')
    expect((await ask(`/leads/${field}`)).state).toMatchObject({ heldFor: ['leadSource.detail'] })
    expect((await ask('/facts?type=lacked')).facts).toHaveLength(2)
    expect(await (await fetch(`${stage.addresses[0]}/metrics`)).text()).toMatch(
      /baton_leads_lacking_total\{attribute="leadSource.detail"\} 2/,
    )

    stage.hubspot.changeContact(field ?? '', { hs_analytics_source_data_1: 'autumn' }, { by: 'person' })
    await stage.quiet()
    expect(stage.hubspot.contact(field ?? '')?.baton_sla_status).toBe('running')
    const body = JSON.stringify({ rep: 'ae-1' })
    const headers = { ...HEADERS, 'content-type': 'application/json' }
    await fetch(`${stage.addresses[0]}/v1/leads/${lifted}/assign`, { method: 'POST', headers, body })
    await stage.quiet()
    expect(stage.hubspot.contact(lifted ?? '')).toMatchObject({ baton_sla_status: 'running', hubspot_owner_id: '101' })
    expect(stage.texts('U0000AE1').at(-1)).toContain('Missing: lead source detail')
    await stage.advance(MINUTE)
    expect(stage.texts(MANAGER).at(-1)).toMatch(/No lead waits any more/)
  })
})
