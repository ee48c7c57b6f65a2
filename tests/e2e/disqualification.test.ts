import { afterEach, describe, expect, it } from 'vitest'
import {
  click,
  createTier1Lead,
  createTier2Lead,
  DANA,
  INTERESTED,
  NORTHWIND,
  SMALLTOWN,
  sendSignals,
} from '../support/leads.ts'
import { pollAfter } from '../support/poll.ts'
import { createStage, DAY, HOUR, MINUTE, type Stage } from '../support/stage.ts'

let stage: Stage
afterEach(async () => stage.close())

const CLEO = 'U000SDR1'
const shown = (id: string) => stage.hubspot.contact(id)
const handoffs = async (id: string) => Object.values((await stage.services[0]?.leads.read(id))?.handoffs ?? {})

async function look(id: string): Promise<void> {
  const headers = { authorization: 'Bearer canary-api-token' }
  await fetch(`${stage.addresses[0]}/v1/leads/${id}/rescore`, { method: 'POST', headers })
  await stage.quiet()
}

async function signal(contactId: string, ...types: string[]): Promise<void> {
  await sendSignals(
    stage,
    types.map((type) => ({ type, contactId })),
  )
  await stage.quiet()
}

/** Somebody who fits a little and did nothing: to the newsletter. */
function createQuietLead(properties: Record<string, string> = {}): string {
  const companyId = stage.hubspot.createCompany(SMALLTOWN)
  const contact = { ...DANA, email: 'kim@smalltown.example', ...properties }
  return stage.hubspot.createContact(contact, { companyId, by: 'form' })
}

type Saying = (id: string) => Promise<void>

const setTo =
  (properties: Record<string, string>, by: 'person' | 'hubspot' | 'other-app'): Saying =>
  async (id) => {
    stage.hubspot.changeContact(id, properties, { by })
    await stage.quiet()
  }

const sendForm =
  (name: string, page?: string): Saying =>
  async (id) => {
    await stage.advance(MINUTE)
    stage.hubspot.submitForm(id, { name, ...(page ? { page } : {}) })
    await look(id)
  }

const inSlack: Saying = async () => {
  await click(stage, CLEO, CLEO, 'disqualify')
  const viewId = stage.slack.views().find(({ user }) => user === CLEO)?.id ?? ''
  await stage.slack.submitView({ user: CLEO, viewId, values: { reason: 'not_interested' } })
  await stage.quiet()
}

const bySignal: Saying = (id) => signal(id, 'not_interested')

describe('a lead that says it is not interested, while a rep has it,', () => {
  it.each<[string, Saying]>([
    ['by a status that a person sets', setTo({ hs_lead_status: 'UNQUALIFIED' }, 'person')],
    ['by a status that an app sets', setTo({ hs_lead_status: 'UNQUALIFIED' }, 'other-app')],
    ['to its rep, who says so in Slack', inSlack],
    ['by a signal', bySignal],
    ['by a form', sendForm('Not interested', 'Preferences')],
    ['by a form to unsubscribe', sendForm('Unsubscribe from everything', 'Preferences')],
  ])('%s: its handoffs end, and it stays as it is until it raises its hand', async (_, say) => {
    // What a person takes out goes back to marketing besides, by a handoff that tells people of its own.
    stage = await createStage({ edit: ({ handoffs }) => void delete handoffs.kinds['disqualified-recycle'] })
    const id = createTier2Lead(stage)
    await stage.quiet()
    const told = stage.texts(CLEO).length
    await say(id)
    expect((await handoffs(id)).map(({ ended }) => ended?.how)).toEqual(['disqualified'])
    expect(shown(id)).toMatchObject({ baton_disqualified_reason: 'not interested', hubspot_owner_id: '201' })
    expect(shown(id)?.baton_nurture_track ?? '').toBe('')
    // No reminder, no reassignment, no manager, and no track as it cools down.
    await stage.advance(5 * HOUR)
    await stage.advance(20 * DAY)
    expect(stage.texts(CLEO)).toHaveLength(told)
    expect(stage.texts('U000MGR1')).toEqual([])
    expect(shown(id)).toMatchObject({ baton_disqualified_reason: 'not interested' })
    expect(shown(id)?.baton_nurture_track ?? '').toBe('')

    await signal(id, 'demo_requested', 'trial_started')
    expect(shown(id)).toMatchObject({ baton_disqualified_reason: null, baton_sla_status: 'running' })
    expect(stage.texts(CLEO).at(-1)).toContain('Comes back')
  })

  it('has not been answered by its rep', async () => {
    stage = await createStage()
    const id = createTier2Lead(stage)
    await stage.quiet()
    await bySignal(id)
    const [handoff] = await handoffs(id)
    expect(handoff).not.toHaveProperty('answered')
    expect(stage.texts(CLEO).at(-1)).toContain('not interested, as the lead says itself')
  })
})

describe('a lead that says it is not interested, while it is nurtured,', () => {
  it.each<[string, Saying]>([
    ['by a signal', bySignal],
    ['by a status that an app sets', setTo({ hs_lead_status: 'UNQUALIFIED' }, 'other-app')],
    ['by a form', sendForm('Not interested')],
  ])('%s: is in no track until it raises its hand', async (_, say) => {
    stage = await createStage()
    const id = createQuietLead()
    await stage.quiet()
    expect(shown(id)?.baton_nurture_track).toBe('newsletter')
    await say(id)
    expect(shown(id)).toMatchObject({ baton_nurture_track: null, baton_disqualified_reason: 'not interested' })
    // A mail that it opens is no change of mind.
    await signal(id, 'email_opened')
    await stage.advance(40 * DAY)
    expect(shown(id)?.baton_nurture_track).toBeNull()
    await signal(id, 'demo_requested')
    // Who comes back is routed by a rule of its own.
    expect(shown(id)).toMatchObject({ baton_disqualified_reason: null, baton_route: 'returning' })
  })

  it('is not out by what it said before it raised its hand, heard of late', async () => {
    stage = await createStage()
    const id = createQuietLead()
    await stage.quiet()
    const said = stage.clock.now
    await stage.advance(HOUR)
    await signal(id, 'demo_requested')
    await sendSignals(stage, [{ type: 'not_interested', contactId: id, at: said }])
    await stage.quiet()
    expect(shown(id)?.baton_disqualified_reason ?? '').toBe('')
  })

  it('is back by a hand that it raised after it, heard of late', async () => {
    stage = await createStage()
    const id = createQuietLead()
    await stage.quiet()
    const said = stage.clock.now
    await stage.advance(2 * HOUR)
    await sendSignals(stage, [{ type: 'not_interested', contactId: id, at: said }])
    await stage.quiet()
    expect(shown(id)?.baton_disqualified_reason).toBe('not interested')
    await sendSignals(stage, [{ type: 'demo_requested', contactId: id, at: said + HOUR }])
    await stage.quiet()
    expect(shown(id)?.baton_disqualified_reason).toBeNull()
  })

  it('says so by whatever signal the config names', async () => {
    stage = await createStage({
      edit: (config) => {
        config.hubspot.notInterested = ['please_stop']
        config.signals.please_stop = { words: 'asked us to stop' }
      },
    })
    const id = createQuietLead()
    await stage.quiet()
    await signal(id, 'not_interested')
    expect(shown(id)?.baton_disqualified_reason ?? '').toBe('')
    await signal(id, 'please_stop')
    expect(shown(id)?.baton_disqualified_reason).toBe('please stop')
  })
})

describe('a customer who says that they are not interested', () => {
  it('is in no track, and whoever looks after them still does', async () => {
    stage = await createStage()
    const id = createQuietLead({ lifecyclestage: 'customer', hubspot_owner_id: '101' })
    await stage.quiet()
    await signal(id, 'upgrade_page_viewed', 'churn_risk')
    expect(shown(id)?.baton_nurture_track).toBe('expansion-case-study')
    await stage.advance(MINUTE)
    await bySignal(id)
    expect(shown(id)).toMatchObject({ baton_stage: 'customer', baton_nurture_track: null })
    expect((await handoffs(id)).map(({ kind, state }) => `${kind} ${state}`)).toEqual(['churn-risk open'])
  })
})

describe('a lead that only opts out of email', () => {
  it('stays with its rep, and is in no track', async () => {
    stage = await createStage()
    const [withRep, nurtured] = [createTier2Lead(stage), createQuietLead({ email: 'lee@smalltown.example' })]
    await stage.quiet()
    for (const id of [withRep, nurtured]) {
      stage.hubspot.changeContact(id, { hs_email_optout: 'true' }, { by: 'hubspot' })
      await look(id)
    }
    expect((await handoffs(withRep)).map(({ state }) => state)).toEqual(['open'])
    expect(shown(nurtured)).toMatchObject({ baton_nurture_track: null, baton_route: 'low' })
    expect(shown(nurtured)?.baton_disqualified_reason ?? '').toBe('')
  })
})

describe("a competitor's employee", () => {
  it.each([
    ['by the address', { email: 'spy@rival.example' }],
    ['by an address in capitals', { email: 'SPY@RIVAL.Example' }],
    ['at a subdomain', { email: 'spy@eu.mail.rival.example' }],
    ['with a dot at the end', { email: 'spy@rival.example.' }],
    ['with a private address, by the company', { email: 'spy@gmail.com', company: 'rival' }],
  ])('%s: is disqualified with the reason, without an alert or a track', async (_, properties) => {
    stage = await createStage()
    const { company, ...contact } = properties as Record<string, string>
    const companyId = company ? stage.hubspot.createCompany({ ...NORTHWIND, domain: 'www.rival.example' }) : undefined
    const options = companyId ? { companyId } : {}
    const id = stage.hubspot.createContact({ ...DANA, ...INTERESTED, ...contact }, { by: 'form', ...options })
    await stage.quiet()
    expect(shown(id)).toMatchObject({ baton_route: 'negative-icp', baton_disqualified_reason: 'competitor' })
    expect([shown(id)?.baton_nurture_track ?? '', shown(id)?.hubspot_owner_id ?? '']).toEqual(['', ''])
    expect(stage.slack.messages()).toEqual([])
  })

  it.each(['a@notrival.example', 'a@rival.example.northwind.example', 'rival.example@northwind.example'])(
    'is not who only has a like address: %s',
    async (email) => {
      stage = await createStage()
      const id = createTier1Lead(stage, { email })
      await stage.quiet()
      expect(shown(id)).toMatchObject({ baton_route: 'tier-1-mql', baton_icp_tier: '1' })
    },
  )
})

describe('a private address without a company', () => {
  const PRIVATE = { firstname: 'Pat', email: 'pat@gmail.com', jobtitle: 'CMO' }

  it.each<[string, Record<string, string>, string[], string, string]>([
    ['with little engagement', {}, ['demo_requested'], 'personal-email', 'newsletter'],
    ['with high engagement', {}, ['demo_requested', 'webinar_attended'], 'medium', 'signal-based'],
    ['with a company', { company: 'Northwind' }, ['demo_requested'], 'medium', 'signal-based'],
  ])('%s', async (_, properties, types, route, track) => {
    stage = await createStage()
    const id = stage.hubspot.createContact({ ...PRIVATE, ...properties }, { by: 'form' })
    await stage.quiet()
    await signal(id, ...types)
    expect(shown(id)).toMatchObject({ baton_route: route, baton_nurture_track: track })
    expect(stage.slack.messages()).toEqual([])
  })

  it('goes to sales when its engagement and its score are high', async () => {
    stage = await createStage()
    const id = stage.hubspot.createContact({ ...PRIVATE, numemployees: '25-50' }, { by: 'form' })
    await stage.quiet()
    await signal(id, 'demo_requested', 'trial_started')
    expect(shown(id)).toMatchObject({ baton_score: '65', baton_route: 'mql', baton_sla_status: 'running' })
  })
})

describe('a company below the minimum', () => {
  it('is disqualified, and is not any more once it has grown', async () => {
    stage = await createStage()
    stage.hubspot.setWebhooks({
      targetUrl: `${stage.addresses[0]}/webhooks/hubspot`,
      publicUrl: 'https://baton.example.com/webhooks/hubspot',
      companies: true,
    })
    const companyId = stage.hubspot.createCompany({ ...NORTHWIND, numberofemployees: '4' })
    const id = stage.hubspot.createContact({ ...DANA, ...INTERESTED }, { companyId, by: 'form' })
    await stage.quiet()
    expect(shown(id)).toMatchObject({ baton_route: 'too-small', baton_disqualified_reason: 'company too small' })
    expect(stage.slack.messages()).toEqual([])
    stage.hubspot.changeCompany(companyId, { numberofemployees: '60' })
    await stage.quiet()
    expect(shown(id)).toMatchObject({ baton_route: 'tier-1-mql', baton_disqualified_reason: null })
  })
})

describe('a lead whose mails come back', () => {
  /** HubSpot counts one more of each, a minute after the last. */
  async function mails(id: string, ...names: ('bounce' | 'delivered' | 'open' | 'click')[]): Promise<void> {
    for (const name of names) {
      stage.clock.now += MINUTE
      const property = `hs_email_${name}`
      const before = Number(shown(id)?.[property] ?? 0)
      stage.hubspot.changeContact(id, { [property]: String(before + 1) }, { by: 'hubspot', silent: true })
    }
    await look(id)
  }
  const track = (id: string) => shown(id)?.baton_nurture_track ?? ''

  async function nurtured(): Promise<string> {
    stage = await createStage()
    const id = createQuietLead()
    await stage.quiet()
    expect(track(id)).toBe('newsletter')
    return id
  }

  it('is in no track after two in a row, which the reason says', async () => {
    const id = await nurtured()
    await mails(id, 'delivered')
    await mails(id, 'bounce')
    expect(track(id)).toBe('newsletter')
    await mails(id, 'bounce')
    expect(shown(id)).toMatchObject({ baton_nurture_track: null, baton_route: 'bouncing' })
    expect(shown(id)?.baton_route_reason).toContain('2 mails in a row came back')
    expect(shown(id)?.baton_disqualified_reason ?? '').toBe('')
  })

  it.each(['delivered', 'open', 'click'] as const)('stays where it is when a mail between was %s', async (between) => {
    const id = await nurtured()
    await mails(id, 'bounce')
    await mails(id, between)
    await mails(id, 'bounce')
    expect(track(id)).not.toBe('')
    await mails(id, 'bounce')
    expect(track(id)).toBe('')
  })

  it('is judged by the order in which it was, where all was heard of at once', async () => {
    const id = await nurtured()
    await mails(id, 'bounce', 'delivered', 'bounce')
    expect(track(id)).toBe('newsletter')
    const other = createQuietLead({ email: 'lee@smalltown.example' })
    await stage.quiet()
    await mails(other, 'delivered', 'bounce', 'bounce')
    expect(track(other)).toBe('')
  })

  it.each<[string, Saying]>([
    ['a mail gets through', (id) => mails(id, 'delivered')],
    ['its address is mended', setTo({ email: 'kim.new@smalltown.example' }, 'person')],
  ])('comes back into its track when %s', async (_, mend) => {
    const id = await nurtured()
    await mails(id, 'bounce', 'bounce')
    expect(track(id)).toBe('')
    await mend(id)
    expect(track(id)).toBe('newsletter')
    // One more is the first again.
    await mails(id, 'bounce')
    expect(track(id)).toBe('newsletter')
  })

  it('comes back when a mail gets through of which no event tells', async () => {
    const id = await nurtured()
    await mails(id, 'bounce', 'bounce')
    await pollAfter(stage, MINUTE)
    stage.clock.now += MINUTE
    stage.hubspot.changeContact(id, { hs_email_delivered: '1' }, { by: 'hubspot', silent: true })
    await pollAfter(stage, MINUTE)
    expect(track(id)).toBe('newsletter')
  })

  it('is in no track after a bounce for good, for HubSpot mails it no more', async () => {
    const id = await nurtured()
    stage.hubspot.changeContact(
      id,
      { hs_email_bounce: '1', hs_email_hard_bounce_reason_enum: 'UNKNOWN_USER' },
      { by: 'hubspot' },
    )
    await look(id)
    expect(track(id)).toBe('')
    expect(shown(id)?.baton_route_reason).toContain('HubSpot sends it no mail (UNKNOWN_USER)')
    await setTo({ email: 'kim.new@smalltown.example' }, 'person')(id)
    expect(track(id)).toBe('newsletter')
  })

  it('may still be called', async () => {
    const id = await nurtured()
    await mails(id, 'bounce', 'bounce')
    await signal(id, 'pricing_page_viewed', 'demo_requested')
    await stage.advance(HOUR)
    await signal(id, 'pricing_page_viewed')
    expect(shown(id)).toMatchObject({ baton_route: 'hand-raiser-sdr', baton_sla_status: 'running' })
  })

  it('is in none of the tracks, that of a lead which nobody reached as well', async () => {
    stage = await createStage()
    const id = createTier2Lead(stage)
    await stage.quiet()
    await click(stage, CLEO, CLEO, 'contacted')
    await mails(id, 'bounce', 'bounce')
    await stage.advance(10 * DAY)
    expect(shown(id)).toMatchObject({ baton_route: 'no-answer' })
    expect(track(id)).toBe('')
    expect(shown(id)?.baton_route_reason).toContain('2 mails in a row came back: not enrolled in signal-based')
  })

  it('is in no track into which a trigger put it either, as long as that is so', async () => {
    const id = await nurtured()
    await signal(id, 'trial_started')
    const enrolled = track(id)
    expect(['', 'newsletter']).not.toContain(enrolled)
    await mails(id, 'bounce', 'bounce')
    expect(track(id)).toBe('')
    expect(shown(id)?.baton_route_reason).toContain(`2 mails in a row came back: not enrolled in ${enrolled}`)
    await mails(id, 'delivered')
    expect(track(id)).toBe(enrolled)
    await signal(id, 'not_interested')
    expect(track(id)).toBe('')
  })

  it('that was there before Baton came is judged by its history, and is not out by a total', async () => {
    stage = await createStage()
    const old = { createdAt: stage.clock.now - 90 * DAY, silent: true, by: 'hubspot' as const }
    const [total, twice] = ['total', 'twice'].map((name) =>
      stage.hubspot.createContact({ email: `${name}@smalltown.example`, jobtitle: 'CMO' }, old),
    ) as [string, string]
    const set = (id: string, name: string, value: string, daysAgo: number) =>
      stage.hubspot.changeContact(
        id,
        { [`hs_email_${name}`]: value },
        { by: 'hubspot', silent: true, at: stage.clock.now - daysAgo * DAY },
      )
    for (const [value, days] of [
      ['1', 60],
      ['2', 50],
    ] as const)
      set(total, 'bounce', value, days)
    set(total, 'delivered', '1', 40)
    for (const [value, days] of [
      ['1', 60],
      ['2', 40],
    ] as const)
      set(twice, 'bounce', value, days)
    set(twice, 'delivered', '1', 70)
    for (const id of [total, twice]) await signal(id, 'content_downloaded')
    expect([track(total), track(twice)]).toEqual(['newsletter', ''])
  })

  it('is treated as the config says', async () => {
    stage = await createStage({ edit: (config) => void config.routing.noMail.splice(0) })
    const id = createQuietLead()
    await stage.quiet()
    await mails(id, 'bounce', 'bounce')
    expect(track(id)).toBe('no-mail')
  })
})

describe('back to marketing', () => {
  const kindsOf = async (id: string) => (await handoffs(id)).map(({ kind }) => kind)
  it.each<[string, Saying, boolean]>([
    ['goes what a person took out', setTo({ hs_lead_status: 'UNQUALIFIED' }, 'person'), true],
    ['goes nothing that an app took out', setTo({ hs_lead_status: 'UNQUALIFIED' }, 'other-app'), false],
    ['goes nobody who says so themselves', bySignal, false],
  ])('%s', async (_, say, goes) => {
    stage = await createStage()
    const id = createTier2Lead(stage)
    await stage.quiet()
    await say(id)
    expect((await kindsOf(id)).includes('disqualified-recycle')).toBe(goes)
  })
})
