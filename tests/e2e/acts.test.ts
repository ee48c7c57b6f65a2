import { afterEach, describe, expect, it } from 'vitest'
import { byAge, type Handoff } from '../../src/handoffs/handoff.ts'
import { click, createTier1Lead, createTier2Lead, liveMessage } from '../support/leads.ts'
import { createSalesStage as createStage } from '../support/sales-stage.ts'
import { HOUR, MINUTE, type Stage } from '../support/stage.ts'

let stage: Stage
afterEach(async () => stage.close())

const [ADA, CLEO, DAN, MANAGER] = ['U0000AE1', 'U000SDR1', 'U000SDR2', 'U000MGR1']

async function handoffOf(id: string): Promise<Handoff> {
  const handoffs = Object.values((await stage.services[0]?.leads.get(id))?.handoffs ?? {})
  const last = handoffs.sort(byAge).at(-1)
  if (!last) throw new Error('no handoff')
  return last
}

/** Presses a control of the newest live message of a channel or user: a button, or an entry of its menu. */
async function press(user: string, where: string, control: string): Promise<void> {
  const { channel, ts, blocks } = liveMessage(stage, where)
  const value = new RegExp(`"value":"(${control}:[^"]+)"`).exec(JSON.stringify(blocks))?.[1]
  await stage.slack.click({ user, channel, ts, ...(value ? { actionId: 'lead.more', value } : { actionId: control }) })
  await stage.quiet()
}

const act = (...given: Parameters<NonNullable<Stage['services'][0]>['act']>) => {
  const acted = stage.services[0]?.act(...given)
  return acted?.then(async ({ outcome }) => {
    await stage.quiet()
    return outcome
  })
}
const offers = (where: string) => JSON.stringify(liveMessage(stage, where).blocks)
const told = (user: string) => stage.slack.ephemerals(user).map(({ text }) => text)

describe('an answer that is taken back', () => {
  it('lets the clock go on as if nothing had happened: what came due meanwhile happens then, once', async () => {
    stage = await createStage()
    const id = createTier2Lead(stage)
    await stage.quiet()
    const before = await handoffOf(id)
    await stage.advance(55 * MINUTE)
    await click(stage, CLEO, CLEO, 'contacted')
    await stage.quiet()
    expect(stage.hubspot.contact(id)).toMatchObject({
      baton_sla_status: 'responded',
      baton_first_response_minutes: '55',
    })
    expect(offers(CLEO)).toContain('"lead.undo"')
    expect(offers('C0000SDR')).toContain('"lead.undo"')

    // The reminder and the deadline were at one hour.
    await stage.advance(8 * MINUTE)
    expect(stage.texts(CLEO)).toHaveLength(1)
    await press(CLEO, CLEO, 'lead.undo')
    const after = await handoffOf(id)
    expect(after).toMatchObject({ state: 'open', dueAt: before.dueAt, breachedAt: before.dueAt })
    expect(after.ladder.map(({ dueAt }) => dueAt)).toEqual(before.ladder.map(({ dueAt }) => dueAt))
    expect(after).not.toHaveProperty('attempts')
    expect(stage.texts(CLEO)).toHaveLength(2)
    expect(stage.texts(CLEO)[1]).toMatch(/^Still waiting for you: /)
    expect(stage.hubspot.contact(id)).toMatchObject({
      baton_sla_status: 'breached',
      baton_first_response_minutes: null,
    })
    expect((await stage.services[0]?.pools.read('sdr', stage.clock.now))?.open).toMatchObject({ 'sdr-1': 1 })
    // A second click on it says nothing, for it is done.
    expect(await act(after.id, CLEO, 'undo')).toBe('already')
    expect(await act(after.id, DAN, 'undo')).toBe('not-allowed')

    await click(stage, CLEO, CLEO, 'contacted')
    await stage.quiet()
    expect(stage.hubspot.contact(id)).toMatchObject({
      baton_sla_status: 'breached',
      baton_first_response_minutes: '63',
    })
  })

  it('for ten minutes: then the button goes, and a click says so; a manager can reopen it', async () => {
    stage = await createStage()
    const id = createTier2Lead(stage)
    await stage.quiet()
    await click(stage, CLEO, CLEO, 'contacted')
    await stage.quiet()
    await stage.advance(10 * MINUTE - 1)
    expect(offers(CLEO)).toContain('"lead.undo"')
    await stage.advance(1)
    expect(offers(CLEO)).not.toContain('"lead.undo"')
    const { id: handoffId } = await handoffOf(id)
    expect(await act(handoffId, CLEO, 'undo')).toBe('undo-over')
    expect(await act(handoffId, CLEO, 'reopen')).toBe('not-allowed')

    await stage.advance(HOUR)
    expect(await act(handoffId, MANAGER, 'reopen')).toBe('done')
    expect(await act(handoffId, MANAGER, 'reopen')).toBe('already')
    expect(await handoffOf(id)).toMatchObject({ id: handoffId, state: 'open', startedAt: stage.clock.now })
    expect(stage.texts(CLEO).at(-1)).toMatch(/^Reopened: /)
    expect(stage.texts(CLEO).at(-1)).toContain(`Reopened by <@${MANAGER}>`)
    expect(stage.hubspot.contact(id)?.baton_sla_status).toBe('running')
    // Lunch does not count.
    await stage.advance(2 * HOUR)
    expect(stage.texts(CLEO).at(-1)).toMatch(/^Still waiting for you: /)
  })

  it('takes back what followed from it in HubSpot, but for what somebody has changed since', async () => {
    stage = await createStage({
      files: {
        'handoffs.yaml': `handoffs:
  mql-to-sales:
    respondWithin: 1h
    hours: business
    ladder: [ { at: 1h, do: remind } ]
    on:
      answered:
        - { stage: sql }
        - { set: { hs_lead_status: OPEN, baton_review_request: asked } }
        - { enrol: talking, for: 7d }
        - { open: check }
        - { note: "Somebody talked to them" }
  mql-to-sales-tier-1: { respondWithin: 5m, hours: business, ladder: [ { at: 2h, do: reassign } ] }
  check: { to: { person: marketing }, respondWithin: 4h, hours: elapsed, ladder: [ { at: 4h, do: remind } ] }
attempts: { count: 3, within: 5bd, then: { nurture: signal-based } }
comesBack: { points: 20 }
`,
      },
    })
    const id = createTier2Lead(stage)
    await stage.quiet()
    const before = { ...stage.hubspot.contact(id) }
    await click(stage, CLEO, CLEO, 'contacted')
    await stage.quiet()
    expect(stage.hubspot.contact(id)).toMatchObject({
      lifecyclestage: 'salesqualifiedlead',
      hs_lead_status: 'OPEN',
      baton_review_request: 'asked',
      baton_nurture_track: 'talking',
      baton_stage: 'sql',
    })
    expect(stage.hubspot.notes(id)).toHaveLength(1)
    stage.clock.now += MINUTE
    stage.hubspot.changeContact(id, { baton_review_request: 'done' }, { by: 'person' })
    await stage.quiet()
    await press(CLEO, CLEO, 'lead.undo')
    await stage.advance(MINUTE)
    const after = stage.hubspot.contact(id)
    for (const name of ['lifecyclestage', 'baton_nurture_track', 'baton_stage', 'baton_sla_due_at', 'hubspot_owner_id'])
      expect([name, after?.[name] ?? null]).toEqual([name, before[name] ?? null])
    expect(after?.hs_lead_status ?? '').toBe('')
    expect(after?.baton_review_request).toBe('done')
    const kinds = Object.values((await stage.services[0]?.leads.get(id))?.handoffs ?? {})
    expect(kinds.map(({ kind, state }) => [kind, state]).sort()).toEqual([
      ['check', 'ended'],
      ['mql-to-sales', 'open'],
    ])
    expect(stage.hubspot.notes(id)).toEqual([])
  })

  it('is none that HubSpot shows', async () => {
    stage = await createStage()
    const id = createTier2Lead(stage)
    await stage.quiet()
    stage.hubspot.changeContact(id, { num_contacted_notes: '1' }, { by: 'person' })
    await stage.quiet()
    const { id: handoffId, state } = await handoffOf(id)
    expect(state).toBe('answered')
    expect(await act(handoffId, CLEO, 'undo')).toBe('not-undoable')
  })
})

describe('Pass on', () => {
  it('names a colleague, whom the note tells why; the next in turn keeps theirs', async () => {
    stage = await createStage({
      edit: (config) =>
        void Object.assign(config.team.reps['sdr-2'] ?? {}, { away: [{ from: '2026-01-01', to: '2029-01-01' }] }),
    })
    const id = createTier2Lead(stage)
    await stage.quiet()
    await press(CLEO, CLEO, 'pass_on')
    const view = stage.slack.views().find(({ user }) => user === CLEO)
    expect(JSON.stringify(view?.blocks)).toContain('Dan Moss (away)')
    expect(JSON.stringify(view?.blocks)).not.toContain('Cleo Park')
    const sent = { user: CLEO, viewId: view?.id ?? '', values: { to: 'sdr-2', note: 'she <knows> you & yours' } }
    expect(await stage.slack.submitView(sent)).toEqual({ status: 200 })
    await stage.quiet()
    expect(await handoffOf(id)).toMatchObject({
      holders: [{ rep: 'sdr-1' }, { rep: 'sdr-2', how: 'passed-on', by: CLEO }],
    })
    expect(stage.texts(DAN)[0]).toMatch(/^Passed on by Cleo Park: Dana-Canary/)
    expect(stage.texts(DAN)[0]).toContain(`Passed on by <@${CLEO}>: "she &lt;knows&gt; you &amp; yours"`)
    expect(stage.hubspot.contact(id)?.hubspot_owner_id).toBe('202')
    expect(stage.hubspot.contact(id)?.baton_handoffs).not.toContain('knows')
    expect(stage.logLines.join()).not.toContain('knows')
    const { rotation, open } = (await stage.services[0]?.pools.read('sdr', stage.clock.now)) ?? {}
    expect(rotation?.members['sdr-2']?.turns).toBe(1)
    expect(open).toMatchObject({ 'sdr-1': 0, 'sdr-2': 1 })
  })
})

describe('Snooze', () => {
  it('puts the reminder off by half an hour, once, and the deadline stays', async () => {
    stage = await createStage()
    const id = createTier2Lead(stage)
    await stage.quiet()
    const { dueAt } = await handoffOf(id)
    await stage.advance(50 * MINUTE)
    await press(CLEO, CLEO, 'snooze')
    expect(offers(CLEO)).not.toContain('snooze:')
    expect(stage.texts('C0000SDR')[0]).toContain('is on it')
    await stage.advance(29 * MINUTE)
    expect(stage.texts(CLEO)).toHaveLength(1)
    expect(await handoffOf(id)).toMatchObject({ dueAt, breachedAt: dueAt })
    await stage.advance(MINUTE)
    expect(stage.texts(CLEO)).toHaveLength(2)
    expect(await act((await handoffOf(id)).id, CLEO, 'snooze')).toBe('no-snooze')
    // The next rung comes when it comes.
    await stage.advance(40 * MINUTE)
    expect(stage.texts(DAN)).toHaveLength(1)
  })
})

describe('what managers and ops do', () => {
  it('assign gives an open lead to a rep, an answered one with a new clock, and one that nobody has', async () => {
    stage = await createStage()
    const id = createTier2Lead(stage)
    const cold = stage.hubspot.createContact({ email: 'cold@nowhere.example', firstname: 'Cold' }, { by: 'person' })
    await stage.quiet()
    const first = await handoffOf(id)
    expect(await act(id, DAN, { assign: { rep: 'sdr-2' } })).toBe('not-allowed')
    expect(await act(id, MANAGER, { assign: { rep: 'nobody' } })).toBe('unknown-rep')
    expect(await act(id, 'api:ops', { assign: { rep: 'sdr-2' } })).toBe('done')
    expect(await act(id, 'api:ops', { assign: { rep: 'sdr-2' } })).toBe('already')
    expect(await handoffOf(id)).toMatchObject({ dueAt: first.dueAt, holders: [{}, { rep: 'sdr-2', how: 'assigned' }] })
    expect(stage.texts(DAN)[0]).toMatch(/^Assigned: /)
    expect(stage.texts(DAN)[0]).toContain('given to you by ops')
    expect(stage.hubspot.contact(id)?.hubspot_owner_id).toBe('202')

    await click(stage, DAN, DAN, 'contacted')
    await stage.advance(HOUR)
    expect(await act(first.id, MANAGER, { assign: { rep: 'sdr-1' } })).toBe('done')
    expect(await handoffOf(id)).toMatchObject({ state: 'open', startedAt: stage.clock.now })
    expect(stage.texts(CLEO).at(-1)).toMatch(/^Assigned: /)

    expect(await act(cold, 'cli', { assign: { rep: 'ae-1' } })).toBe('done')
    expect(await handoffOf(cold)).toMatchObject({
      state: 'open',
      holders: [{ rep: 'ae-1', how: 'assigned', by: 'cli' }],
    })
    expect(stage.texts(ADA)[0]).toContain('Assigned by the command line')
    expect(stage.hubspot.contact(cold)?.hubspot_owner_id).toBe('101')
  })

  it('release gives it back: it rests, its owner is cleared, until it does something new', async () => {
    stage = await createStage()
    const id = createTier2Lead(stage)
    await stage.quiet()
    expect(await act(id, 'console:mia@x.example', 'release')).toBe('done')
    expect(await handoffOf(id)).toMatchObject({ state: 'ended', ended: { how: 'released' } })
    await stage.advance(HOUR)
    expect((await stage.services[0]?.leads.get(id))?.lead?.handoffCount).toBe(1)
    expect(stage.hubspot.contact(id)?.hubspot_owner_id ?? '').toBe('')
    stage.hubspot.changeContact(id, { hs_email_click: '9' }, { by: 'form' })
    await stage.quiet()
    expect((await handoffOf(id)).state).toBe('open')
  })

  it('release leaves an owner whom a person set', async () => {
    stage = await createStage()
    const id = createTier1Lead(stage)
    await stage.quiet()
    stage.hubspot.changeContact(id, { hubspot_owner_id: '102' }, { by: 'person' })
    await stage.quiet()
    expect(await act(id, 'cli', 'release')).toBe('done')
    expect(stage.hubspot.contact(id)?.hubspot_owner_id).toBe('102')
  })

  it('reopen goes on with a lead that was disqualified', async () => {
    stage = await createStage()
    const id = createTier2Lead(stage)
    await stage.quiet()
    const { id: handoffId } = await handoffOf(id)
    await act(handoffId, CLEO, { disqualify: { reason: 'not a fit', choice: 'not_a_fit' } })
    expect(stage.hubspot.contact(id)?.baton_stage).toBe('disqualified')
    expect(await act(handoffId, MANAGER, 'reopen')).toBe('done')
    expect(await handoffOf(id)).toMatchObject({ id: handoffId, state: 'open' })
    expect(stage.hubspot.contact(id)).toMatchObject({ baton_sla_status: 'running', baton_disqualified_reason: null })
    expect(stage.hubspot.contact(id)?.baton_stage).not.toBe('disqualified')
    expect(told(MANAGER)).toEqual([])
  })
})
