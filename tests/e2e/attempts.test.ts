import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { INDEX } from '../../src/store/partitions.ts'
import { click, createTier2Lead, liveMessage } from '../support/leads.ts'
import { createStage, DAY, HOUR, MINUTE, type Stage, type StageOptions } from '../support/stage.ts'

let stage: Stage
afterEach(async () => stage.close())

const [CLEO, DAN] = ['U000SDR1', 'U000SDR2']
// Five business days after Wednesday 18 November, at the close of day; the day before it the rep is reminded.
const UNTIL = Date.parse('2026-11-25T22:30:00Z')
const REMIND = Date.parse('2026-11-24T22:30:00Z')
const TO = (instant: number) => instant - stage.clock.now

/** The kinds of handoff with other lines among what holds after the answer. */
async function attempts(lines: string): Promise<StageOptions> {
  const yaml = await readFile(join('config', 'handoffs.yaml'), 'utf8')
  return { files: { 'handoffs.yaml': yaml.replace('\nattempts:\n', `\nattempts:\n${lines}`) } }
}

/** A lead that Cleo has contacted on Wednesday at 10:00. */
async function contactedLead(options: StageOptions = {}, properties: Record<string, string> = {}): Promise<string> {
  stage = await createStage(options)
  const id = createTier2Lead(stage, properties)
  await stage.quiet()
  await click(stage, CLEO, CLEO, 'contacted')
  await stage.quiet()
  return id
}

/** The rep says that they tried. */
async function tried(user = CLEO, where = CLEO): Promise<void> {
  const { channel, ts } = liveMessage(stage, where)
  await stage.slack.click({ user, channel, ts, actionId: 'lead.attempt' })
  await stage.quiet()
}

/** Something that the rep or the lead does. */
async function logs(id: string, type: 'call' | 'email' | 'meeting' | 'communication', by: 'rep' | 'lead' = 'rep') {
  stage.hubspot.logActivity(id, { type, by })
  await stage.quiet()
}
const shown = () => stage.texts(CLEO)[0] ?? ''
const at = (made: number, count = 3) => `Attempt ${made} of ${count}, until Wed 25 Nov, 17:30`

async function clockOf(id: string) {
  const headers = { authorization: 'Bearer canary-api-token' }
  const view = await (await fetch(`${stage.addresses[0]}/v1/leads/${id}`, { headers })).json()
  return (view as { clock: Record<string, unknown> }).clock
}

describe('attempts are counted', () => {
  it('from what the rep does in HubSpot, and shown in every message and the view', async () => {
    const id = await contactedLead()
    expect(shown()).toContain(at(1))
    await stage.advance(DAY)
    await logs(id, 'call')
    expect(shown()).toContain(at(2))
    expect(stage.texts('C0000SDR')[0]).toContain(at(2))
    expect(await clockOf(id)).toMatchObject({ attempts: { made: 2, of: 3 } })
    await stage.advance(HOUR)
    await logs(id, 'email')
    expect(shown()).toContain(at(3))
    // More than were asked for are all told.
    await logs(id, 'meeting')
    expect(shown()).toContain(at(4, 4))
    expect(stage.slack.messages()).toHaveLength(2)
  })

  it('and not from what the lead does itself', async () => {
    const id = await contactedLead()
    await stage.advance(DAY)
    stage.hubspot.logChat(id)
    await stage.quiet()
    expect(stage.hubspot.contact(id)?.num_contacted_notes).toBe('1')
    expect(shown()).toContain(at(1))
    await logs(id, 'email', 'lead')
    expect(shown()).toContain(at(1))
    expect(shown()).toContain('The lead sent a mail')
    await logs(id, 'call')
    expect(shown()).toContain(at(2))
  })

  it('from the answer that HubSpot showed: a call is one attempt', async () => {
    stage = await createStage()
    const id = createTier2Lead(stage)
    await stage.quiet()
    await stage.advance(10 * MINUTE)
    await logs(id, 'call')
    expect(shown()).toContain('seen in HubSpot')
    expect(shown()).toContain(at(1))
    await logs(id, 'call')
    expect(shown()).toContain(at(2))
  })

  it.each([
    ['clicked, then seen', true],
    ['seen, then clicked', false],
  ])('an attempt that is %s within a quarter of an hour is one', async (_, clickFirst) => {
    const id = await contactedLead()
    await stage.advance(DAY)
    if (clickFirst) await tried()
    else await logs(id, 'call')
    await stage.advance(14 * MINUTE)
    if (clickFirst) await logs(id, 'call')
    else await tried()
    expect(shown()).toContain(at(2))
    const told = stage.slack.ephemerals(CLEO).map(({ text }) => text)
    expect(told).toEqual(clickFirst ? [] : [expect.stringContaining('counted already')])
    await stage.advance(16 * MINUTE)
    await tried()
    expect(shown()).toContain(at(3))
  })

  it('a call that is written down late is the one that was clicked when it was made', async () => {
    const id = await contactedLead()
    await stage.advance(DAY)
    await tried()
    const called = stage.clock.now
    await stage.advance(3 * HOUR)
    stage.hubspot.logActivity(id, { type: 'call', by: 'rep', at: called })
    await stage.quiet()
    expect(shown()).toContain(at(2))
  })

  it('from the button, by anybody who may act; a double click counts once, and strangers not at all', async () => {
    await contactedLead()
    await stage.advance(HOUR)
    await tried(DAN, 'C0000SDR')
    await tried(DAN, 'C0000SDR')
    expect(shown()).toContain(at(2))
    expect(stage.slack.ephemerals(DAN)).toHaveLength(1)
    await tried('U0STRANGER', 'C0000SDR')
    expect(stage.slack.ephemerals('U0STRANGER')).toMatchObject([{ text: expect.stringContaining('Only the rep') }])
    expect(shown()).toContain(at(2))
  })

  it('from the counter, where activities cannot be read', async () => {
    stage = await createStage()
    stage.hubspot.denyScope('sales-email-read')
    const id = createTier2Lead(stage)
    await stage.quiet()
    await click(stage, CLEO, CLEO, 'contacted')
    await stage.advance(DAY)
    await logs(id, 'email')
    expect(shown()).toContain(at(2))
    await stage.advance(HOUR)
    await logs(id, 'call')
    expect(shown()).toContain(at(3))
  })
})

describe('before the time runs out', () => {
  it('the rep hears once how many attempts were made, and until when', async () => {
    const id = await contactedLead()
    await stage.advance(DAY)
    await logs(id, 'call')
    await stage.advance(TO(REMIND - MINUTE))
    expect(stage.texts(CLEO)).toHaveLength(1)
    await stage.advance(MINUTE)
    const [, reminder = ''] = stage.texts(CLEO)
    expect(reminder).toContain('Time runs out')
    expect(reminder).toContain('2 of 3 attempts made, time ends Wed 25 Nov, 17:30')
    await stage.advance(HOUR)
    expect(stage.texts(CLEO)).toHaveLength(2)
    // It has the button, and follows.
    await tried()
    expect(stage.texts(CLEO)[1]).toContain('3 of 3 attempts made')
    expect(shown()).toContain(at(3))
    await stage.advance(TO(UNTIL))
    expect(stage.texts(CLEO)).toHaveLength(2)
    expect(stage.texts(CLEO)[1]).toContain('Back to nurture')
    expect(stage.hubspot.contact(id)?.baton_route).toBe('no-answer')
  })

  it.each<[string, (id: string) => Promise<void> | void]>([
    [
      'enough were made, the last of which nobody told of',
      async (id) => {
        await logs(id, 'call')
        stage.hubspot.logActivity(id, { type: 'call', by: 'rep', silent: true })
      },
    ],
    ['the lead has replied', (id) => logs(id, 'email', 'lead')],
    ['the lead has booked a meeting', (id) => logs(id, 'meeting', 'lead')],
    [
      'it was reached, by what a person says',
      (id) => stage.hubspot.changeContact(id, { hs_lead_status: 'CONNECTED' }, { silent: true }),
    ],
  ])('nobody is reminded when %s', async (_, happens) => {
    const id = await contactedLead()
    await stage.advance(DAY)
    await happens(id)
    await stage.advance(TO(REMIND + HOUR))
    expect(stage.texts(CLEO).filter((text) => text.includes('Time runs out'))).toEqual([])
  })

  it.each([
    ['  remind: 4h\n', UNTIL - 4 * HOUR],
    ['  remind: 2bd\n', Date.parse('2026-11-23T22:30:00Z')],
    ['  remind: false\n', undefined],
  ])('as the config says: %s', async (lines, remindAt) => {
    await contactedLead(await attempts(lines))
    await stage.advance(TO((remindAt ?? UNTIL) - MINUTE))
    expect(stage.texts(CLEO)).toHaveLength(1)
    await stage.advance(MINUTE)
    expect(stage.texts(CLEO)).toHaveLength(remindAt === undefined ? 1 : 2)
  })

  it('whoever has the lead by now is reminded', async () => {
    const id = await contactedLead()
    stage.hubspot.changeContact(id, { hubspot_owner_id: '202' }, { by: 'person' })
    await stage.advance(TO(REMIND))
    expect(stage.texts(CLEO)).toHaveLength(1)
    expect(stage.texts(DAN)).toMatchObject([expect.stringContaining('Time runs out')])
  })
})

describe('a lead that answers', () => {
  it.each<[string, (id: string) => Promise<void> | void]>([
    ['by a mail', (id) => logs(id, 'email', 'lead')],
    ['by a call', (id) => logs(id, 'call', 'lead')],
    [
      'by a mail that only its date shows',
      (id) => stage.hubspot.changeContact(id, { hs_sales_email_last_replied: new Date(stage.clock.now).toISOString() }),
    ],
    ['by booking a meeting', (id) => logs(id, 'meeting', 'lead')],
    ['as a person says', (id) => stage.hubspot.changeContact(id, { hs_lead_status: 'CONNECTED' })],
  ])('%s was reached: it stays with its rep', async (_, answers) => {
    const id = await contactedLead()
    await stage.advance(DAY)
    await answers(id)
    await stage.advance(TO(UNTIL + HOUR))
    expect(stage.hubspot.contact(id)).toMatchObject({ baton_route: 'mql', hubspot_owner_id: '201' })
    expect(stage.hubspot.notes(id)).toEqual([])
    expect(await stage.services[0]?.store.count(INDEX.steps)).toBe(0)
  })

  it('before anybody had tried has not answered to that', async () => {
    stage = await createStage()
    const id = createTier2Lead(stage)
    await stage.quiet()
    await logs(id, 'email', 'lead')
    await stage.advance(10 * MINUTE)
    await click(stage, CLEO, CLEO, 'contacted')
    await stage.advance(TO(UNTIL))
    expect(stage.hubspot.contact(id)?.baton_route).toBe('no-answer')
  })
})

describe('a lead that nobody reached', () => {
  it('goes back to nurture with a note of what was tried when, by whom, and its owner stays', async () => {
    const id = await contactedLead({}, { firstname: '<b>Dana</b>' })
    await stage.advance(DAY)
    await logs(id, 'call')
    await stage.advance(DAY)
    await tried(DAN, 'C0000SDR')
    await stage.advance(TO(UNTIL))
    expect(stage.hubspot.contact(id)).toMatchObject({
      baton_route: 'no-answer',
      baton_route_reason: 'no answer after 3 of 3 attempts',
      baton_nurture_track: 'signal-based',
      hubspot_owner_id: '201',
    })
    const lines = stage.hubspot.notes(id).map((body) =>
      body
        .replaceAll(/<\/?p>/g, '\n')
        .replaceAll('<br>', '\n')
        .trim(),
    )
    const [cleo, dan] = ['sdr-1', 'sdr-2'].map((rep) => stage.config.team.reps[rep]?.name)
    expect(lines).toEqual([
      [
        'Baton: no answer after 3 of 3 attempts',
        `Wed 18 Nov, 10:00 GMT-5: told in Slack, by ${cleo}, no answer`,
        `Thu 19 Nov, 10:00 GMT-5: call, by ${cleo}, no answer`,
        `Fri 20 Nov, 10:00 GMT-5: told in Slack, by ${dan}, no answer`,
        'Score 65 (high): fit 25, engagement 40, tier 2',
        'Nurture track: signal-based',
        '',
        `[Baton ${id}-1.returned]`,
      ].join('\n'),
    ])
  })

  it('that the third attempt was made early ends nothing: the time still runs', async () => {
    const id = await contactedLead()
    for (const _ of [2, 3]) {
      await stage.advance(HOUR)
      await tried()
    }
    await stage.advance(TO(UNTIL - MINUTE))
    expect(stage.hubspot.contact(id)?.baton_route).toBe('mql')
    await stage.advance(MINUTE)
    expect(stage.hubspot.contact(id)?.baton_route).toBe('no-answer')
  })

  it('has its note, once, also when HubSpot took it and its answer got lost', async () => {
    const id = await contactedLead()
    stage.hubspot.failNext({ method: 'POST', path: /objects\/notes$/, acceptThenDrop: true })
    await stage.advance(TO(UNTIL))
    expect(stage.hubspot.notes(id)).toHaveLength(1)
    expect(await stage.services[0]?.store.count(INDEX.notes)).toBe(0)
  })

  it('is in nurture also where HubSpot does not take the note: ops hear of that', async () => {
    const id = await contactedLead({ strict: false })
    stage.hubspot.failNext({ method: 'POST', path: /objects\/notes$/, status: 400, times: 9 })
    await stage.advance(TO(UNTIL))
    expect(stage.hubspot.contact(id)?.baton_nurture_track).toBe('signal-based')
    expect(await stage.services[0]?.work.dead.list()).toMatchObject([{ name: 'write-note', id: `${id}-1.returned` }])
    stage.hubspot.mend()
    await stage.advance(HOUR)
    expect(stage.hubspot.notes(id)).toHaveLength(1)
    expect(await stage.services[0]?.work.dead.list()).toEqual([])
  })

  it('that is erased before its note was written has none', async () => {
    const id = await contactedLead({ strict: false })
    stage.hubspot.failNext({ method: 'POST', path: /objects\/notes$/, status: 400, times: 9 })
    await stage.advance(TO(UNTIL))
    stage.hubspot.privacyDeleteContact(id)
    await stage.quiet()
    stage.hubspot.mend()
    await stage.advance(2 * HOUR)
    expect(await stage.services[0]?.work.dead.list()).toEqual([])
    expect(await stage.services[0]?.store.count(INDEX.notes)).toBe(0)
  })
})

describe('the owner of a lead that nobody reached', () => {
  const release = () => attempts('  owner: release\n')

  it('is cleared where the config says so and Baton had set them; whoever takes it then keeps it', async () => {
    const id = await contactedLead(await release())
    await stage.advance(TO(UNTIL))
    expect(stage.hubspot.contact(id)).toMatchObject({ hubspot_owner_id: null, baton_nurture_track: 'signal-based' })
    for (const owner of ['201', '202', '201']) {
      stage.hubspot.changeContact(id, { hubspot_owner_id: owner }, { by: 'person' })
      await stage.quiet()
      stage.hubspot.changeContact(id, { city: `Oslo ${owner}` })
      await stage.advance(DAY)
      expect(stage.hubspot.contact(id)?.hubspot_owner_id).toBe(owner)
    }
  })

  it.each<[string, Record<string, string>, (id: string) => void]>([
    ['was the owner before', { hubspot_owner_id: '201' }, () => undefined],
    [
      'was made that by a person',
      {},
      (id) => stage.hubspot.changeContact(id, { hubspot_owner_id: '202' }, { by: 'person' }),
    ],
    [
      'was set anew by a person',
      {},
      (id) => {
        stage.hubspot.changeContact(id, { hubspot_owner_id: '202' }, { by: 'person' })
        stage.hubspot.changeContact(id, { hubspot_owner_id: '201' }, { by: 'person' })
      },
    ],
  ])('stays who %s', async (_, properties, happens) => {
    const id = await contactedLead(await release(), properties)
    happens(id)
    await stage.quiet()
    const owner = stage.hubspot.contact(id)?.hubspot_owner_id
    await stage.advance(TO(UNTIL))
    expect(stage.hubspot.contact(id)).toMatchObject({ hubspot_owner_id: owner, baton_nurture_track: 'signal-based' })
  })

  it('is cleared once HubSpot answers again, and the lead may come back to anybody', async () => {
    const id = await contactedLead(await release())
    stage.hubspot.failNext({ method: 'POST', path: /contacts\/batch\/update$/, status: 500, times: 3 })
    await stage.advance(TO(UNTIL))
    expect(stage.hubspot.contact(id)?.hubspot_owner_id).toBeNull()
    await stage.advance(2 * HOUR)
    stage.hubspot.changeContact(id, { hs_email_click: '6' })
    await stage.quiet()
    expect(stage.hubspot.contact(id)).toMatchObject({
      baton_sla_status: 'running',
      hubspot_owner_id: expect.any(String),
    })
    stage.hubspot.changeContact(id, { city: 'Oslo' })
    await stage.advance(MINUTE)
    expect(stage.hubspot.contact(id)?.hubspot_owner_id).toEqual(expect.any(String))
  })
})

describe('attempts of a rep who has left', () => {
  it('are told to the manager before the time ends', async () => {
    await contactedLead()
    const next = structuredClone(stage.config)
    Object.assign(next.team.reps['sdr-1'] ?? {}, { active: false })
    await stage.changeConfig({ ...next, version: 'left' })
    await stage.advance(TO(REMIND) - MINUTE)
    expect(stage.texts('U000MGR1')).toEqual([])
    await stage.advance(MINUTE)
    expect(stage.texts('U000MGR1')).toEqual([expect.stringContaining('its rep has left, 1 of 3 attempts made')])
    expect(stage.texts(CLEO).join()).not.toContain('Time runs out')
  })
})
