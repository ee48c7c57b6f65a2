import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { click, createTier1Lead, createTier2Lead, sendSignals } from '../support/leads.ts'
import { emptyRedis, loseRedis } from '../support/lose-redis.ts'
import { createStage, DAY, HOUR, MINUTE, type Stage, WITHOUT_TRIGGERS } from '../support/stage.ts'

const [CLEO, DAN, MANAGER] = ['U000SDR1', 'U000SDR2', 'U000MGR1']
const TRIAL = `handoffs:
  try-out:
    start: { signal: trial_started }
    to: { pool: ae }
    respondWithin: 2h
    hours: elapsed
    ladder: [ { at: 2h, do: remind }, { at: 3h, do: alert-manager } ]
`

let stage: Stage
afterEach(async () => stage.close())

/** What HubSpot shows of a lead, but for when and by which config it was worked out. */
function shown(id: string): Record<string, string | null> {
  const { properties } = { properties: stage.hubspot.contact(id) as Record<string, string | null> }
  const names = Object.keys(properties).filter(
    (name) => /^baton_/.test(name) && !['baton_scored_at', 'baton_config_version'].includes(name),
  )
  return Object.fromEntries(
    [...names, 'hubspot_owner_id', 'lifecyclestage'].map((name) => [name, properties[name] ?? '']),
  )
}

const posts = () => [CLEO, DAN, MANAGER, 'C0000SDR'].map((where) => stage.texts(where).length)
const recorded = async (id: string) => stage.services[0]?.leads.read(id)

/** The handoffs of a state, but for when Slack took each alert: of one that was lost it counts as told. */
function handoffsOf(state: Awaited<ReturnType<typeof recorded>>) {
  const all = Object.values(state?.handoffs ?? {}).map((handoff) => ({
    ...handoff,
    holders: handoff.holders.map(({ toldAt: _, ...holder }) => holder),
  }))
  return Object.fromEntries(all.map((handoff) => [handoff.id, handoff]))
}

/** Empties Redis, and lets the contact's title change once. */
async function loseAndTouch(id: string, jobtitle = 'Head of Marketing EMEA'): Promise<void> {
  await loseRedis(stage)
  stage.hubspot.changeContact(id, { jobtitle }, { by: 'form' })
  await stage.quiet()
}

describe('a lead whose clock runs when Redis is emptied', () => {
  it('keeps score, owner, deadline and rep, and nobody is alerted twice', async () => {
    stage = await createStage()
    const id = createTier2Lead(stage)
    await sendSignals(stage, [{ type: 'pricing_page_viewed', contactId: id, page: '/pricing-canary' }])
    await stage.quiet()
    await stage.advance(20 * MINUTE)
    const [before, told] = [shown(id), posts()]
    expect(before).toMatchObject({ baton_sla_status: 'running', hubspot_owner_id: '201' })
    expect(`${before.baton_signals}${before.baton_handoffs}`).not.toMatch(/canary|smalltown/i)
    await loseAndTouch(id)
    expect(shown(id)).toEqual(before)
    expect(posts()).toEqual(told)
  })

  it('goes on with its ladder, and a button of an older message stops it', async () => {
    stage = await createStage()
    const [id, other] = [createTier2Lead(stage), createTier2Lead(stage, { email: 'lou@smalltown.example' })]
    await stage.quiet()
    await loseAndTouch(id)
    stage.hubspot.changeContact(other, { jobtitle: 'Head of Marketing APAC' }, { by: 'form' })
    await stage.quiet()
    await stage.advance(HOUR + MINUTE)
    const [cleos, dans] = shown(id).hubspot_owner_id === '201' ? [id, other] : [other, id]
    expect([stage.texts(CLEO), stage.texts(DAN)].map((texts) => texts.length)).toEqual([2, 2])
    // The first alert of the rep, whose address is lost.
    const alert = stage.slack.messages(CLEO)[0]
    if (!alert) throw new Error('no alert')
    await stage.slack.click({ user: CLEO, channel: alert.channel, ts: alert.ts, actionId: 'lead.contacted' })
    await stage.quiet()
    expect(shown(cleos)).toMatchObject({ baton_sla_status: 'breached', baton_first_response_minutes: '61' })
    await stage.advance(HOUR)
    expect([shown(cleos).hubspot_owner_id, shown(dans).hubspot_owner_id]).toEqual(['201', '201'])
  })

  it('that was overdue meanwhile acts once, for all rungs together', async () => {
    stage = await createStage()
    const id = createTier2Lead(stage)
    await stage.quiet()
    const before = posts()
    stage.clock.now += 5 * HOUR
    await loseAndTouch(id)
    await stage.advance(MINUTE)
    expect(shown(id)).toMatchObject({ baton_sla_status: 'breached', hubspot_owner_id: '202' })
    expect(posts().map((count, at) => count - (before[at] ?? 0))).toEqual([0, 1, 1, 0])
  })

  it('is counted for its rep, so that the next one goes to another', async () => {
    stage = await createStage()
    const id = createTier2Lead(stage)
    await stage.quiet()
    await loseAndTouch(id)
    expect((await stage.services[0]?.pools.read('sdr', stage.clock.now))?.open).toEqual({ 'sdr-1': 1 })
  })

  it('follows the owner whom a person set meanwhile', async () => {
    stage = await createStage()
    const id = createTier2Lead(stage)
    await stage.quiet()
    stage.hubspot.setWebhooks(null as never)
    stage.hubspot.changeContact(id, { hubspot_owner_id: '202' }, { by: 'person' })
    await loseAndTouch(id)
    expect(shown(id)).toMatchObject({ hubspot_owner_id: '202', baton_sla_status: 'running' })
    expect(JSON.parse(shown(id).baton_handoffs ?? '')).toMatchObject([{ holder: 'sdr-2' }])
  })

  it('is given to the next rep when a person cleared its owner meanwhile', async () => {
    stage = await createStage()
    const id = createTier2Lead(stage)
    await stage.quiet()
    stage.hubspot.setWebhooks(null as never)
    stage.clock.now += MINUTE
    stage.hubspot.changeContact(id, { hubspot_owner_id: '' }, { by: 'person' })
    await loseAndTouch(id)
    expect(shown(id)).toMatchObject({ hubspot_owner_id: '202', baton_sla_status: 'running' })
    expect(stage.texts(DAN)).toHaveLength(1)
  })

  it('stays with its rep, whom HubSpot did not take as its owner until then', async () => {
    stage = await createStage()
    stage.hubspot.failProperty('hubspot_owner_id')
    const id = createTier2Lead(stage)
    await stage.quiet()
    const told = posts()
    stage.hubspot.mend()
    await loseAndTouch(id)
    expect(shown(id)).toMatchObject({ hubspot_owner_id: '201', baton_sla_status: 'running' })
    expect(posts()).toEqual(told)
  })

  it('a form that was sent meanwhile counts once', async () => {
    stage = await createStage()
    const id = createTier2Lead(stage)
    await stage.quiet()
    const score = Number(shown(id).baton_score)
    await stage.advance(HOUR / 2)
    await loseRedis(stage)
    const form = {
      num_conversion_events: '2',
      recent_conversion_event_name: 'Pricing guide',
      recent_conversion_date: new Date(stage.clock.now).toISOString(),
      jobtitle: 'Head of Marketing DACH',
    }
    stage.hubspot.changeContact(id, form, { by: 'form' })
    await stage.quiet()
    expect(Number(shown(id).baton_score)).toBe(score + 10)
    stage.hubspot.changeContact(id, { jobtitle: 'Head of Marketing EMEA' }, { by: 'form' })
    await stage.quiet()
    expect(Number(shown(id).baton_score)).toBe(score + 10)
  })
})

it('every form that was sent meanwhile counts, each once', async () => {
  stage = await createStage()
  const id = createTier2Lead(stage, { hs_email_click: '0' })
  await stage.quiet()
  const points = () => Number(shown(id).baton_engagement_score)
  expect(points()).toBe(20)
  for (const name of ['Free trial', 'Pricing guide']) {
    stage.clock.now += 10 * MINUTE
    stage.hubspot.submitForm(id, { name, silent: true })
  }
  stage.clock.now += MINUTE
  await loseAndTouch(id)
  expect(points()).toBe(50)
  await loseAndTouch(id, 'Head of Marketing APAC')
  expect(points()).toBe(50)
})

it('a page that was seen meanwhile counts, and none of those before Baton came', async () => {
  stage = await createStage()
  const view = (id: string) => {
    const at = new Date(stage.clock.now).toISOString()
    const page = { hs_analytics_last_url: 'https://www.example.com/pricing', hs_analytics_last_timestamp: at }
    stage.hubspot.changeContact(id, page, { by: 'hubspot', silent: true })
  }
  const createdAt = stage.clock.now - DAY
  const id = stage.hubspot.createContact({ email: 'kim@smalltown.example' }, { createdAt, silent: true })
  for (let visit = 0; visit < 3; visit++) {
    view(id)
    stage.clock.now += 2 * DAY
  }
  stage.hubspot.changeContact(id, { jobtitle: 'Head of Marketing' })
  await stage.quiet()
  expect(shown(id).baton_engagement_score).toBe('0')
  stage.clock.now += HOUR
  view(id)
  stage.clock.now += MINUTE
  await loseAndTouch(id)
  expect(shown(id).baton_engagement_score).toBe('5')
})

it('what a contact did before Baton came stays without points, whatever it does meanwhile', async () => {
  stage = await createStage()
  const clicked = (count: number, at: number) => ({
    hs_email_click: String(count),
    hs_email_last_click_date: new Date(at).toISOString(),
  })
  const long = stage.clock.now - 100 * DAY
  const forms = { num_conversion_events: '3', recent_conversion_event_name: 'Request a demo' }
  const date = { recent_conversion_date: new Date(long).toISOString() }
  const properties = { email: 'old@smalltown.example', ...forms, ...date, ...clicked(6, long) }
  const id = stage.hubspot.createContact(properties, { createdAt: long, silent: true })
  stage.hubspot.changeContact(id, { jobtitle: 'Head of Marketing' })
  await stage.quiet()
  expect(shown(id).baton_engagement_score).toBe('0')
  stage.clock.now += HOUR
  stage.hubspot.changeContact(id, clicked(7, stage.clock.now), { by: 'hubspot', silent: true })
  stage.clock.now += MINUTE
  await loseAndTouch(id)
  expect(shown(id).baton_engagement_score).toBe('5')
})

describe('what else stands when Redis is emptied', () => {
  const contacted = async () => {
    await click(stage, CLEO, CLEO, 'contacted')
    await stage.quiet()
  }
  const disqualified = async () => {
    await click(stage, CLEO, CLEO, 'disqualify')
    const viewId = stage.slack.views().find(({ user }) => user === CLEO)?.id ?? ''
    await stage.slack.submitView({ user: CLEO, viewId, values: { reason: 'competitor' } })
    await stage.quiet()
  }
  const late = async () => {
    await stage.advance(2 * HOUR)
  }
  const over = async (id: string) => {
    await contacted()
    stage.hubspot.changeContact(id, { hs_lead_status: 'CONNECTED' }, { by: 'person' })
    await stage.quiet()
    await stage.advance(10 * DAY)
  }
  const unreached = async () => {
    await contacted()
    await stage.advance(10 * DAY)
  }

  it.each<[string, (id: string) => Promise<void>]>([
    ['a lead that was answered, with its attempts', contacted],
    ['a lead that a rep rejected', disqualified],
    ['a breached clock, reassigned', late],
    ['a lead that was reached', over],
    ['a lead that nobody reached', unreached],
  ])('%s', async (_, story) => {
    stage = await createStage()
    const id = createTier2Lead(stage)
    await stage.quiet()
    await story(id)
    const [before, told, record] = [shown(id), posts(), await recorded(id)]
    await loseAndTouch(id)
    expect(shown(id)).toEqual(before)
    expect(posts()).toEqual(told)
    const after = await recorded(id)
    expect([after?.lead?.ended, after?.lead?.rejected?.at, after?.lead?.handoffCount]).toEqual([
      record?.lead?.ended,
      record?.lead?.rejected?.at,
      record?.lead?.handoffCount,
    ])
    const attempts = (state: typeof after) => Object.values(state?.handoffs ?? {}).map((one) => one.attempts)
    expect(attempts(after)).toEqual(attempts(record))
  })

  it('handoffs of several kinds', async () => {
    const sla = await readFile(join('config', 'handoffs.yaml'), 'utf8')
    stage = await createStage({ files: { ...WITHOUT_TRIGGERS, 'handoffs.yaml': sla.replace('handoffs:\n', TRIAL) } })
    const id = createTier2Lead(stage)
    await stage.quiet()
    await sendSignals(stage, [{ type: 'trial_started', contactId: id }])
    await stage.quiet()
    const [before, told, record] = [shown(id), stage.texts('U0000AE1').length, await recorded(id)]
    await loseAndTouch(id)
    expect(shown(id)).toEqual(before)
    expect(stage.texts('U0000AE1')).toHaveLength(told)
    expect(handoffsOf(await recorded(id))).toEqual(handoffsOf(record))
    await stage.advance(2 * HOUR + MINUTE)
    expect(stage.texts('U0000AE1')).toHaveLength(told + 1)
  })

  it('a handoff that a signal started and that is over is not begun again', async () => {
    const sla = await readFile(join('config', 'handoffs.yaml'), 'utf8')
    stage = await createStage({ files: { ...WITHOUT_TRIGGERS, 'handoffs.yaml': sla.replace('handoffs:\n', TRIAL) } })
    const id = stage.hubspot.createContact({ email: 'trial@smalltown.example', jobtitle: 'Clerk' }, { by: 'form' })
    await sendSignals(stage, [{ type: 'trial_started', contactId: id }])
    await stage.quiet()
    await click(stage, 'U0000AE1', 'U0000AE1', 'contacted')
    await stage.advance(10 * DAY)
    const [told, record] = [stage.texts('U0000AE1').length, await recorded(id)]
    await loseAndTouch(id, 'Senior Clerk')
    expect(Object.keys((await recorded(id))?.handoffs ?? {})).toEqual(Object.keys(record?.handoffs ?? {}))
    expect(stage.texts('U0000AE1')).toHaveLength(told)
  })

  it('a lead that waits for a rep waits on, since then', async () => {
    stage = await createStage({
      edit: ({ team }) => {
        for (const rep of Object.values(team.reps)) rep.active = false
      },
    })
    const id = createTier2Lead(stage)
    await stage.quiet()
    const [before, told, record] = [shown(id), posts(), await recorded(id)]
    expect(before.baton_sla_status).toBe('waiting')
    stage.clock.now += 30_000
    await loseAndTouch(id)
    expect(shown(id)).toEqual(before)
    // Nobody knows any more which message showed who waits, so there is a new one.
    expect(posts()).toEqual(told.map((count, index) => count + (index === 2 ? 1 : 0)))
    expect((await recorded(id))?.handoffs).toEqual(record?.handoffs)
  })

  it('a track of nurture, so that nobody is enrolled twice', async () => {
    stage = await createStage()
    const id = stage.hubspot.createContact({ email: 'track@smalltown.example', jobtitle: 'Clerk' }, { by: 'form' })
    await stage.quiet()
    const before = shown(id)
    expect(before.baton_nurture_track).toBe('newsletter')
    stage.clock.now += 3 * DAY
    const changes = stage.hubspot.calls.length
    await loseAndTouch(id, 'Senior Clerk')
    expect(shown(id)).toEqual(before)
    expect(stage.hubspot.calls.slice(changes).filter(({ path }) => path.includes('batch/update'))).toEqual([])
  })

  it('a signal that its sender repeats is not counted again', async () => {
    stage = await createStage()
    const id = createTier1Lead(stage)
    await stage.quiet()
    const signal = { type: 'webinar_attended', contactId: id, id: 'webinar-7', at: stage.clock.now }
    await sendSignals(stage, [signal])
    await stage.quiet()
    const before = shown(id)
    await loseRedis(stage)
    await sendSignals(stage, [signal])
    await stage.quiet()
    expect(shown(id)).toEqual(before)
  })

  it('two contacts that were merged meanwhile are one with its clock', async () => {
    stage = await createStage()
    const [id, other] = [createTier2Lead(stage), stage.hubspot.createContact({ email: 'twin@smalltown.example' })]
    await stage.quiet()
    const due = shown(id).baton_sla_due_at
    const told = posts()
    await loseRedis(stage)
    const merged = stage.hubspot.mergeContacts(id, other)
    await stage.quiet()
    expect(shown(merged)).toMatchObject({ baton_sla_status: 'running', baton_sla_due_at: due, hubspot_owner_id: '201' })
    expect(posts()).toEqual(told)
  })
})

describe('without any event', () => {
  it('every lead is rebuilt, those with clocks first, and it is said what is lost', async () => {
    stage = await createStage()
    const quiet = Array.from({ length: 210 }, (_, at) =>
      stage.hubspot.createContact({ email: `quiet-${at}@smalltown.example`, jobtitle: 'Clerk' }),
    )
    const id = createTier2Lead(stage)
    await stage.quiet()
    const [before, told] = [shown(id), posts()]
    await loseRedis(stage)
    const { adoption } = stage.services[0]?.work ?? {}
    expect(await adoption?.step()).toBe('page')
    await stage.quiet()
    expect([(await recorded(id))?.lead?.route.name, (await recorded(quiet[0] ?? ''))?.lead]).toEqual(['mql', null])
    const ready = (await (await fetch(`${stage.addresses[0]}/readyz`)).json()) as {
      dependencies: { adoption: { detail: string } }
    }
    expect(ready.dependencies.adoption.detail).toMatch(/^rebuilding from HubSpot.*Redis was emptied: .* are lost$/)
    expect(stage.logLines.join()).toContain('Redis was emptied, but HubSpot has contacts that Baton knew')
    for (let more = true; more; more = (await adoption?.step()) !== 'done') await stage.quiet()
    await stage.quiet()
    expect((await recorded(quiet[209] ?? ''))?.lead?.route.name).toBe('low')
    expect([shown(id), posts()]).toEqual([before, told])
    await stage.advance(HOUR + MINUTE)
    expect(stage.texts(CLEO)).toHaveLength((told[0] ?? 0) + 1)
  })

  it('a service that runs while Redis is emptied rebuilds as well', async () => {
    stage = await createStage({ roles: ['api'] })
    const service = await stage.start('worker', { sweepEvery: 300 })
    const id = createTier2Lead(stage)
    await expect.poll(() => shown(id).baton_sla_status, { timeout: 10_000 }).toBe('running')
    const before = shown(id)
    await emptyRedis(service.store.prefix)
    await expect.poll(async () => (await recorded(id))?.lead?.score.total, { timeout: 20_000 }).toBe(65)
    await expect
      .poll(async () => Object.keys((await recorded(id))?.handoffs ?? {}), { timeout: 5_000 })
      .toEqual([`${id}-1`])
    expect(shown(id)).toEqual(before)
    expect(stage.texts(CLEO)).toHaveLength(1)
  })

  it('a click on an older message asks for its lead, and the next click counts', async () => {
    stage = await createStage()
    const id = createTier2Lead(stage)
    await stage.quiet()
    await loseRedis(stage)
    await click(stage, CLEO, CLEO, 'contacted')
    await stage.quiet()
    expect(shown(id).baton_sla_status).toBe('running')
    await click(stage, CLEO, CLEO, 'contacted')
    await stage.quiet()
    expect(shown(id)).toMatchObject({ baton_sla_status: 'responded', baton_first_response_minutes: '0' })
  })
})
