import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createTier1Lead, createTier2Lead } from '../support/leads.ts'
import { createSalesStage } from '../support/sales-stage.ts'
import { MINUTE, type Stage } from '../support/stage.ts'

const [ADA, BEN, CLEO, MANAGER, STRANGER] = ['U0000AE1', 'U0000AE2', 'U000SDR1', 'U000MGR1', 'U0STRANGER']

let stage: Stage
beforeEach(async () => {
  stage = await createSalesStage()
})
afterEach(async () => {
  await stage.close()
})

async function open(user: string): Promise<string> {
  expect((await stage.slack.openHome(user)).status).toBe(200)
  await stage.quiet()
  return seen(user)
}
function seen(user: string): string {
  return JSON.stringify(stage.slack.home(user)?.blocks ?? [])
}
async function say(user: string, text: string): Promise<string> {
  expect((await stage.slack.command({ user, text })).status).toBe(200)
  await stage.quiet()
  const answer = stage.slack.ephemerals(user).at(-1)
  return `${answer?.text} ${JSON.stringify(answer?.blocks)}`
}
const press = (user: string, actionId: string) => stage.slack.click({ user, channel: 'home', ts: '-', actionId })

describe('the App Home', () => {
  it('shows a rep their leads, follows what happens, and answers by the buttons of the messages', async () => {
    const lead = createTier1Lead(stage)
    await stage.quiet()
    expect(await open(ADA)).toContain('My open leads (1)')
    expect(seen(ADA)).toContain('Dana-Canary Ruiz-Canary')
    expect(await open(CLEO)).not.toContain('Canary')
    expect(await open(STRANGER)).toContain(STRANGER)
    // An answer is shown where the click was made.
    const answer = () => JSON.stringify(stage.slack.views().findLast(({ user }) => user === ADA)?.blocks)
    await stage.slack.click({ user: ADA, channel: 'home', ts: '-', actionId: 'lead.more', value: `explain:${lead}-1` })
    expect(answer()).toContain('Who they are: 50')
    const link = { actionId: 'lead.open', channel: 'home', ts: '-' }
    expect(await stage.slack.click({ user: ADA, ...link })).toEqual({ status: 200 })
    expect(stage.slack.ephemerals(ADA)).toEqual([])

    expect((await press(ADA, 'lead.contacted')).status).toBe(200)
    await stage.advance(2_000)
    expect(seen(ADA)).toContain('No open leads')
    expect(seen(ADA)).toContain('Attempts under way (1)')
    // A retry of Slack changes nothing.
    const { versions } = stage.slack.home(ADA) ?? { versions: 0 }
    expect((await stage.slack.openHome(ADA, 1)).status).toBe(200)
    await stage.quiet()
    expect(stage.slack.home(ADA)?.versions).toBe(versions + 1)
  })

  it('shows a manager the team, who reassigns there, and sees breaches of today and who is away', async () => {
    createTier1Lead(stage)
    createTier2Lead(stage)
    await stage.quiet()
    expect(await open(MANAGER)).toContain('My team: 2 open leads')
    expect(seen(MANAGER)).toContain('Nobody is away')
    await stage.advance(6 * MINUTE)
    await stage.advance(2_000)
    expect(seen(MANAGER)).toContain('Breaches today (1)')
    await press(MANAGER, 'lead.pass_on')
    const modal = stage.slack.views().find(({ user }) => user === MANAGER)
    expect(modal?.callbackId).toBe('lead.pass_on')
    await press(MANAGER, 'home.away_for')
    const form = stage.slack.views().find(({ callbackId }) => callbackId === 'home.away')
    const values = { rep: 'ae-1', what: 'away', from: '2026-11-18', until: '2026-11-20' }
    const sent = await stage.slack.submitView({ user: MANAGER, viewId: form?.id ?? '', values })
    expect(sent).toEqual({ status: 200 })
    await stage.advance(2_000)
    expect(seen(MANAGER)).toMatch(/Away \(1\).*away until Fri 20 Nov, said by/)
    // Whoever is away gets no lead, though it would be their turn.
    const next = ['next', 'other'].map((name) => createTier1Lead(stage, { email: `${name}@${name}.example` }))
    await stage.quiet()
    expect(next.map((id) => stage.hubspot.contact(id)?.hubspot_owner_id)).toEqual(['102', '102'])
    expect(await say(BEN, 'who')).toContain('away until Fri 20 Nov')
    expect(await open(ADA)).toContain('You are away')
    await press(ADA, 'home.back')
    await stage.quiet()
    expect(seen(ADA)).toContain('You get new leads')
    // Said over the API, it is seen by those who look.
    const headers = { authorization: 'Bearer canary-api-token', 'content-type': 'application/json' }
    const put = { method: 'PUT', headers, body: JSON.stringify({ until: '2026-11-19' }) }
    expect((await fetch(`${stage.addresses[0]}/v1/reps/ae-1/away`, put)).status).toBe(200)
    await stage.advance(2_000)
    expect(seen(ADA)).toMatch(/You are away\* until Thu 19 Nov/)
    expect(seen(MANAGER)).toContain('away until Thu 19 Nov, said by')
  })
})

describe('/baton', () => {
  it('tells of what is one’s own pools’, and sets who is away', async () => {
    createTier1Lead(stage)
    await stage.quiet()
    expect(await say(ADA, 'me')).toContain('1 open lead')
    expect(await say(ADA, '')).toContain('/baton away')
    expect(await say(ADA, 'sing')).toContain('I do not know `sing`')
    expect(await say(ADA, 'lead dana.canary@northwind.example')).toContain('1 lead found')
    expect(await say(CLEO, 'lead dana.canary@northwind.example')).toContain('No lead of your pools')
    expect(await say(ADA, 'why dana.canary@northwind.example')).toContain('score')
    expect(await say(STRANGER, 'me')).toContain('does not know you yet')
    expect(await say(ADA, 'away until someday')).toContain('I do not understand')
    expect(await say(ADA, 'away until friday')).toContain('You are away until Fri 20 Nov')
    expect(await say(BEN, `away <@${ADA}|ada> tomorrow`)).toContain('in a pool that you manage')
    expect(await say(MANAGER, `away <@${BEN}|ben> mon-fri`)).toContain('is away from Mon 23 Nov until Fri 27 Nov')
    expect(await say(ADA, 'back')).toContain('Welcome back')
    expect(await say(ADA, 'back')).toContain('You are not away')
  })

  it('takes only what Slack has signed', async () => {
    for (const path of ['events', 'commands'])
      for (const type of ['application/json', 'application/x-www-form-urlencoded']) {
        const headers = { 'content-type': type, 'x-slack-signature': 'v0=00', 'x-slack-request-timestamp': '1' }
        const answer = await fetch(`${stage.addresses[0]}/webhooks/slack/${path}`, {
          method: 'POST',
          headers,
          body: '{}',
        })
        expect(answer.status).toBe(401)
      }
  })
})
