import { afterEach, describe, expect, it } from 'vitest'
import { createTier2Lead, DANA, sendDealEvents, sendSignals } from '../support/leads.ts'
import { createStage, DAY, HOUR, MINUTE, type Stage } from '../support/stage.ts'

const [CLEO, EVA, MANAGER, CS_MANAGER] = ['U000SDR1', 'U0000CS1', 'U000MGR1', 'U000CSMG']
const [SDR_CHANNEL, CS_CHANNEL] = ['C0000SDR', 'C00000CS']
const KINDS = `handoffs:
  mql-to-sales: { respondWithin: 1h, hours: business, ladder: [ { at: 4h, do: alert-manager } ] }
  mql-to-sales-tier-1: { respondWithin: 5m, hours: business, ladder: [ { at: 5m, do: remind } ] }
  save-attempt:
    to: { pool: cs }
    respondWithin: 4h
    hours: elapsed
    ladder: [ { at: 24h, tell: vp-sales } ]
attempts: { count: 3, within: 5bd, then: { nurture: signal-based } }
`
const trigger = (name: string, type: string, ...outcomes: string[]) =>
  `  ${name}: { when: { signals.${type}: { atLeast: 1 } }, once: ever, do: [ ${outcomes.join(', ')} ] }\n`

let stage: Stage
afterEach(async () => stage.close())

/** Starts with these triggers; what they say is laid over the default config. */
async function begin(...triggers: string[]) {
  stage = await createStage({
    files: { 'triggers.yaml': `triggers:\n${triggers.join('')}`, 'handoffs.yaml': KINDS },
  })
}

/** A contact of a small company that has done nothing yet. */
function quietContact(properties: Record<string, string> = {}): string {
  return stage.hubspot.createContact({ ...DANA, ...properties }, { by: 'form' })
}

async function signal(id: string, ...types: string[]) {
  await sendSignals(
    stage,
    types.map((type) => ({ type, contactId: id })),
  )
  await stage.quiet()
}

const lastTo = (reader: string) => stage.slack.messages(reader).at(-1)
const blocksTo = (reader: string) => JSON.stringify(lastTo(reader)?.blocks)

/** Presses the button of the newest message there. */
async function press(user: string, where: string): Promise<void> {
  const { channel = '', ts = '' } = lastTo(where) ?? {}
  await stage.slack.click({ user, channel, ts, actionId: 'handoff.open' })
}

describe('who hears of it', () => {
  it.each([
    ['a rep', 'sdr-1', {}, CLEO],
    ['a manager', 'mgr-1', {}, MANAGER],
    ['a person', 'vp-sales', {}, 'U0000VPS'],
    ['a pool, in its channel', 'cs', {}, CS_CHANNEL],
    ["the contact's owner", 'owner', { hubspot_owner_id: '301' }, EVA],
    ['the manager, where it has no owner and nobody has it', 'owner', {}, MANAGER],
    ['the manager of the pool of its owner', 'manager', { hubspot_owner_id: '301' }, CS_MANAGER],
    ['its owner, where nobody of sales has it', 'holder', { hubspot_owner_id: '301' }, EVA],
    ['its owner, where no meeting is booked', 'host', { hubspot_owner_id: '301' }, EVA],
    ['its owner, where it has no deal', 'deal-owner', { hubspot_owner_id: '301' }, EVA],
  ])('%s (%s)', async (_, who, properties, reader) => {
    await begin(trigger('upgrade-interest', 'upgrade_page_viewed', `{ tell: ${who} }`))
    const id = quietContact(properties)
    await signal(id, 'upgrade_page_viewed')
    expect(stage.texts(reader)).toEqual([
      expect.stringMatching(/^Dana-Canary Ruiz-Canary\. Upgrade interest: viewed the upgrade page\. VP Marketing/),
    ])
    expect(stage.slack.messages()).toHaveLength(1)
    expect(blocksTo(reader)).toContain(`/record/0-1/${id}`)
    await signal(id, 'upgrade_page_viewed')
    expect(stage.slack.messages()).toHaveLength(1)
  })

  it("the owner of its company; where Baton does not know an owner, the manager, with that owner's name", async () => {
    await begin(trigger('upgrade-interest', 'upgrade_page_viewed', '{ tell: company-owner }', '{ tell: owner }'))
    stage.hubspot.createOwner({ id: '900', email: 'o@x.example', firstName: 'Olga', lastName: 'Outside' })
    const companyId = stage.hubspot.createCompany({ name: 'Acme', domain: 'acme.example', hubspot_owner_id: '301' })
    const id = stage.hubspot.createContact({ ...DANA, hubspot_owner_id: '900' }, { by: 'form', companyId })
    await signal(id, 'upgrade_page_viewed')
    expect(stage.texts(EVA)).toHaveLength(1)
    expect(stage.texts(MANAGER)).toEqual([expect.stringContaining('Olga Outside, who is not in team.yaml')])
  })

  it('the owner of its deal', async () => {
    await begin(trigger('upgrade-interest', 'upgrade_page_viewed', '{ tell: deal-owner }'))
    sendDealEvents(stage)
    const id = quietContact({ hubspot_owner_id: '301' })
    const deal = { dealname: 'Northwind', dealstage: 'appointmentscheduled', hubspot_owner_id: '102' }
    stage.hubspot.createDeal(deal, { contactIds: [id] })
    await stage.quiet()
    await signal(id, 'upgrade_page_viewed')
    expect([stage.texts('U0000AE2').length, stage.texts(EVA).length]).toEqual([1, 0])
  })

  it('who has it with sales, and a rep who has left is no one', async () => {
    await begin(trigger('upgrade-interest', 'upgrade_page_viewed', '{ tell: holder }'))
    const id = createTier2Lead(stage)
    await stage.quiet()
    await stage.advance(HOUR)
    await signal(id, 'upgrade_page_viewed')
    expect(stage.texts(CLEO)).toHaveLength(2)
  })
})

describe('one event', () => {
  it('tells a person once, with every reason, whatever triggers say so', async () => {
    await begin(
      trigger('upgrade-interest', 'upgrade_page_viewed', '{ tell: owner }', '{ tell: cs-1 }'),
      trigger(
        'expansion',
        'upgrade_page_viewed',
        '{ tell: cs-1, buttons: [ { open: save-attempt } ] }',
        '{ tell: cs }',
      ),
    )
    const id = quietContact({ hubspot_owner_id: '301' })
    await signal(id, 'upgrade_page_viewed')
    expect([stage.texts(EVA).length, stage.texts(CS_CHANNEL).length]).toEqual([1, 1])
    expect(stage.texts(EVA)[0]).toMatch(/Upgrade interest: viewed the upgrade page; Expansion: viewed the upgrade page/)
  })

  it('tells the reason in the alert, where the reader gets one by the same event', async () => {
    await begin(trigger('comparing', 'demo_requested', '{ tell: holder }', '{ tell: sdr }', '{ tell: mgr-1 }'))
    createTier2Lead(stage)
    await stage.quiet()
    expect([stage.texts(CLEO).length, stage.texts(SDR_CHANNEL).length, stage.texts(MANAGER).length]).toEqual([1, 1, 1])
    for (const reader of [CLEO, SDR_CHANNEL])
      expect(stage.texts(reader)[0]).toContain('Also: Comparing: asked for a demo (Request a demo)')
  })

  it('says nothing twice where the trigger itself has opened the handoff', async () => {
    await begin(trigger('rescue', 'churn_risk', '{ open: save-attempt }', '{ tell: cs-1 }', '{ tell: cs }'))
    await signal(quietContact(), 'churn_risk')
    expect([stage.texts(EVA).length, stage.texts(CS_CHANNEL).length]).toEqual([1, 1])
    expect(stage.texts(EVA)[0]).not.toContain('Also')
  })

  it.each([
    ['what happened before they were told is the same event', 0, 1],
    ['what happens later is another one', MINUTE, 2],
  ])('over several reads: %s', async (_, later, messages) => {
    await begin(
      trigger('first', 'upgrade_page_viewed', '{ tell: cs-1 }'),
      `  second: { when: { leadStatus: { is: NEW } }, once: ever, do: [ { tell: cs-1 } ] }\n`,
      trigger('third', 'churn_risk', '{ tell: cs-1 }'),
    )
    const id = quietContact()
    await signal(id, 'upgrade_page_viewed')
    const at = stage.clock.now + later
    stage.clock.now += MINUTE
    stage.hubspot.changeContact(id, { hs_lead_status: 'NEW' }, { by: 'person', at })
    await stage.quiet()
    expect(stage.texts(EVA)).toHaveLength(messages)
    expect(stage.texts(EVA).at(-1)).toContain('Second')
    await signal(id, 'churn_risk')
    expect(stage.texts(EVA)).toHaveLength(messages + 1)
  })

  it('tells the reason in an alert that went out a moment ago', async () => {
    await begin(`  second: { when: { leadStatus: { is: NEW } }, once: ever, do: [ { tell: holder } ] }\n`)
    const id = createTier2Lead(stage)
    await stage.quiet()
    stage.hubspot.changeContact(id, { hs_lead_status: 'NEW' }, { by: 'person' })
    await stage.quiet()
    expect(stage.texts(CLEO)).toEqual([expect.stringContaining('Also: Second')])
  })
})

describe('a button that opens a handoff', () => {
  it('opens it once, and the messages of all who were told say who did', async () => {
    await begin(
      trigger(
        'usage-dropped',
        'churn_risk',
        '{ tell: cs, buttons: [ { open: save-attempt, label: Save it } ] }',
        '{ tell: mgr-1, buttons: [ { open: save-attempt } ] }',
      ),
    )
    const id = quietContact()
    await signal(id, 'churn_risk')
    expect(blocksTo(CS_CHANNEL)).toContain(
      `"action_id":"handoff.open","style":"primary","text":{"type":"plain_text","text":"Save it"`,
    )
    expect(blocksTo(CS_CHANNEL)).toContain(`"value":"save-attempt:${id}"`)
    const both = [press('U0000CS2', CS_CHANNEL), press('U0000CS2', CS_CHANNEL), press(MANAGER, MANAGER)]
    await Promise.all(both)
    await stage.quiet()
    expect(stage.texts(EVA)).toHaveLength(1)
    expect(blocksTo(EVA)).toContain('Save attempt: ')
    // The name of a rule says nothing to a rep.
    expect(blocksTo(EVA)).not.toMatch(/usage.dropped/)
    for (const reader of [CS_CHANNEL, MANAGER]) {
      expect(stage.slack.messages(reader)[0]?.text).toContain('opened by <@U0000CS2>')
      expect(JSON.stringify(stage.slack.messages(reader)[0]?.blocks)).not.toContain('handoff.open')
    }
    expect(stage.hubspot.contact(id)?.baton_handoffs).toContain('save-attempt')
    const answers = stage.slack.ephemerals().map(({ text }) => text)
    expect(answers).toEqual(Array(2).fill('Such a handoff is open already. Its messages show who has it.'))
  })

  it('is for those who were told', async () => {
    await begin(trigger('usage-dropped', 'churn_risk', '{ tell: cs, buttons: [ { open: save-attempt } ] }'))
    await signal(quietContact(), 'churn_risk')
    await press('U0STRANGER', CS_CHANNEL)
    await stage.quiet()
    expect(stage.texts(EVA)).toHaveLength(0)
    expect(stage.slack.ephemerals()[0]?.text).toContain('Only those who were told')
  })
})

describe('what a message holds', () => {
  it('cannot ping or forge, and is emptied when the lead is erased', async () => {
    await begin(trigger('upgrade-interest', 'upgrade_page_viewed', '{ tell: cs-1 }'))
    const id = quietContact({ firstname: '<!channel> & <@U0000AE1>', lastname: '' })
    await signal(id, 'upgrade_page_viewed')
    expect(stage.texts(EVA)[0]).toContain('!channel &amp; @U0000AE1')
    expect(stage.texts(EVA)[0]).not.toContain('<!channel')
    expect(JSON.stringify(lastTo(EVA)?.metadata)).not.toContain('Canary')
    await fetch(`${stage.addresses[0]}/v1/leads/${id}`, {
      method: 'DELETE',
      headers: { authorization: 'Bearer canary-api-token' },
    })
    await stage.quiet()
    expect(stage.texts(EVA)).toEqual(['This lead was deleted on request.'])
  })
})

describe('somebody whom Slack does not reach', () => {
  it('is stood in for by the manager, who reads for whom it was', async () => {
    await begin(trigger('upgrade-interest', 'upgrade_page_viewed', '{ tell: cs-1 }'))
    stage.slack.failNext({ method: 'conversations.open', kind: 'ok-false', error: 'user_disabled' })
    await signal(quietContact(), 'upgrade_page_viewed')
    expect(stage.texts(EVA)).toHaveLength(0)
    expect(stage.texts(MANAGER)).toEqual([expect.stringContaining('Meant for Eva Rost, whom Slack does not reach')])
    expect(stage.logLines.join('\n')).not.toContain('Dana-Canary')
  })
})

describe('a rung that tells somebody', () => {
  it('is an event of its own', async () => {
    await begin(trigger('rescue', 'churn_risk', '{ open: save-attempt }', '{ tell: vp-sales }'))
    await signal(quietContact(), 'churn_risk')
    expect(stage.texts('U0000VPS')).toHaveLength(1)
    await stage.advance(DAY)
    expect(stage.texts('U0000VPS')).toHaveLength(2)
    expect(stage.texts('U0000VPS')[1]).toMatch(/Save attempt: no response yet, with <@U0000CS1>/)
  })
})
