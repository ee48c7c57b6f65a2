import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createTier1Lead, createTier2Lead, sendDealEvents } from '../support/leads.ts'
import { pollAfter, withoutWebhooks } from '../support/poll.ts'
import { createStage, DAY, HOUR, MINUTE, type Stage } from '../support/stage.ts'

const [EVA, FINN, CS_MANAGER, CS] = ['U0000CS1', 'U0000CS2', 'U000CSMG', 'C00000CS']

let stage: Stage
let id: string
beforeEach(async () => {
  stage = await createStage()
  sendDealEvents(stage)
  id = createTier1Lead(stage)
  await stage.quiet()
  await stage.advance(MINUTE)
})
afterEach(async () => stage.close())

const DEAL = { dealname: 'Northwind <rollout>', amount: '12000', deal_currency_code: 'EUR', hubspot_owner_id: '101' }

async function deal(properties: Record<string, string> = {}, contactIds = [id]): Promise<string> {
  const closedate = '2026-11-18T12:00:00Z'
  const dealId = stage.hubspot.createDeal({ ...DEAL, closedate, dealstage: 'closedwon', ...properties }, { contactIds })
  await stage.quiet()
  return dealId
}

async function onboarding(contactId = id) {
  const { handoffs } = (await stage.services[0]?.leads.get(contactId)) ?? {}
  return Object.values(handoffs ?? {}).filter(({ kind }) => kind === 'closed-won-onboarding')
}

const holder = () => (stage.slack.messages(EVA).length > 0 ? EVA : FINN)

async function press(label: string, user: string): Promise<void> {
  for (const { channel, ts, blocks } of stage.slack.messages(user).toReversed()) {
    for (const block of blocks ?? [])
      for (const element of (block as { elements?: unknown[] }).elements ?? []) {
        const {
          text,
          action_id: actionId,
          value,
        } = element as {
          text?: { text?: string }
          action_id?: string
          value?: string
        }
        if (text?.text !== label || !actionId) continue
        await stage.slack.click({ user, channel, ts, actionId, ...(value === undefined ? {} : { value }) })
        return stage.quiet()
      }
  }
  throw new Error(`no button ${label}`)
}

describe('a deal that is won', () => {
  it('goes to customer success with its context; the rep who sold it stays the owner', async () => {
    const { hubspot_owner_id: owner } = stage.hubspot.contact(id) ?? {}
    await deal()
    const text = stage.texts(holder()).at(-1) ?? ''
    expect(text).toMatch(/Dana-Canary.*Northwind &lt;rollout&gt;.*12,000 EUR.*closed 2026-11-18.*sold by <@U0000AE1>/s)
    expect(stage.texts(CS).at(-1)).toContain('12,000 EUR')
    expect(stage.hubspot.contact(id)?.hubspot_owner_id).toBe(owner)
    expect(await onboarding()).toMatchObject([{ state: 'open', pool: 'cs', dueAt: stage.clock.now + DAY }])
  })

  it('is answered by Introduced: nobody is reminded', async () => {
    await deal()
    await press('Introduced', holder())
    expect(await onboarding()).toMatchObject([{ state: 'answered', answered: { how: 'contacted', by: holder() } }])
    await stage.advance(2 * DAY)
    expect(stage.texts(holder()).join()).not.toContain('Still waiting')
    expect(stage.texts(CS_MANAGER)).toEqual([])
  })

  it('reminds at 24 hours, and tells the CS manager at 48', async () => {
    await deal()
    await stage.advance(DAY - MINUTE)
    expect(stage.texts(holder()).join()).not.toContain('Still waiting')
    await stage.advance(MINUTE)
    expect(stage.texts(holder()).join()).toContain('Still waiting for you')
    await stage.advance(DAY - MINUTE)
    expect(stage.texts(CS_MANAGER)).toEqual([])
    await stage.advance(MINUTE)
    expect(stage.texts(CS_MANAGER).join()).toContain('No response yet')
  })

  it('has one handoff, however many contacts it has: at the first that Baton knows', async () => {
    const other = createTier2Lead(stage)
    const unknown = stage.hubspot.createContact({ email: 'new@northwind.example' }, { silent: true })
    await stage.quiet()
    const dealId = await deal({}, [unknown, other, id])
    const begun = async () => (await Promise.all([unknown, other, id].map(onboarding))).map((some) => some.length)
    expect(await begun()).toEqual([0, 1, 0])
    expect(stage.texts(CS)).toHaveLength(1)
    // Baton knows all of them by now: whoever stood for the deal goes on to.
    stage.hubspot.changeDeal(dealId, { dealstage: 'contractsent' })
    await stage.advance(HOUR)
    stage.hubspot.changeDeal(dealId, { dealstage: 'closedwon' })
    await stage.quiet()
    expect(await begun()).toEqual([0, 1, 0])
  })

  it('is handed over once: not again when it is opened and won again, nor when a contact is added', async () => {
    const dealId = await deal()
    await press('Introduced', holder())
    await stage.advance(HOUR)
    stage.hubspot.changeDeal(dealId, { dealstage: 'contractsent' })
    await stage.quiet()
    await stage.advance(2 * DAY)
    stage.hubspot.changeDeal(dealId, { dealstage: 'closedwon' })
    const added = createTier2Lead(stage)
    stage.hubspot.associateDeal(dealId, added)
    await stage.quiet()
    expect([await onboarding(), await onboarding(added)]).toMatchObject([[{ state: 'answered' }], []])
    await stage.advance(65 * DAY)
    stage.hubspot.changeDeal(dealId, { dealstage: 'contractsent' })
    await stage.advance(MINUTE)
    stage.hubspot.changeDeal(dealId, { dealstage: 'closedwon' })
    await stage.quiet()
    expect(await onboarding()).toMatchObject([{ state: 'ended' }])
  })

  it('is not the same as another deal of the same customer, which has a handoff of its own beside it', async () => {
    const first = await deal()
    await stage.advance(DAY)
    const second = await deal({ dealname: 'Northwind expansion' })
    expect((await onboarding()).map(({ about, state }) => `${about} ${state}`).toSorted()).toEqual([
      `${first} open`,
      `${second} open`,
    ])
    expect(stage.texts(CS).at(-1)).toContain('Northwind expansion')
  })

  it('hands over two deals that are heard of together', async () => {
    const ids = ['one', 'two'].map((dealname) =>
      stage.hubspot.createDeal({ dealname, dealstage: 'closedwon' }, { contactIds: [id] }),
    )
    await stage.quiet()
    expect((await onboarding()).map(({ about }) => about).toSorted()).toEqual(ids)
  })

  it('is known by what HubSpot says of it where a pipeline calls its stages otherwise', async () => {
    await deal({ pipeline: '70001', dealstage: '80012' })
    expect(await onboarding()).toEqual([])
    await deal({ pipeline: '70001', dealstage: '80011' })
    expect(await onboarding()).toMatchObject([{ route: 'closedwon' }])
  })

  it('that was lost, or is not won yet, starts nothing', async () => {
    await deal({ dealstage: 'closedlost' })
    await deal({ dealstage: 'contractsent' })
    expect(await onboarding()).toEqual([])
  })

  it('is found by the poll when webhooks are off, once', async () => {
    await stage.services[0]?.work.poll()
    withoutWebhooks(stage)
    await pollAfter(stage, 5 * MINUTE)
    await deal()
    expect(await onboarding()).toEqual([])
    await pollAfter(stage, 3 * MINUTE)
    expect(await onboarding()).toHaveLength(1)
    await pollAfter(stage, 3 * MINUTE)
    await pollAfter(stage, 10 * MINUTE)
    expect(await onboarding()).toHaveLength(1)
  })

  it('waits for its contacts, whom a person gives it some moments later', async () => {
    const dealId = stage.hubspot.createDeal({ dealname: 'Late', dealstage: 'closedwon' })
    await stage.quiet()
    expect(await onboarding()).toEqual([])
    stage.hubspot.associateDeal(dealId, id)
    await stage.quiet()
    await stage.advance(3 * MINUTE)
    expect(await onboarding()).toMatchObject([{ about: dealId }])
  })

  it('leaves nothing of the deal when the lead is erased', async () => {
    await deal()
    const headers = { authorization: 'Bearer canary-api-token' }
    await fetch(`${stage.addresses[0]}/v1/leads/${id}`, { method: 'DELETE', headers })
    await stage.quiet()
    expect(
      stage.slack
        .messages()
        .map(({ text, blocks }) => JSON.stringify([text, blocks]))
        .join(),
    ).not.toContain('rollout')
    expect(stage.logLines.join()).not.toContain('rollout')
  })
})
