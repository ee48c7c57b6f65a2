import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { newWebhookSecret, signedHeaders } from '../../src/platform/standard-webhooks.ts'
import { createEndpoint, type Endpoint, isSignedBy } from '../support/endpoint.ts'
import { DANA, INTERESTED } from '../support/leads.ts'
import { createStage, HOUR, MINUTE, type Stage } from '../support/stage.ts'

const SECRET = newWebhookSecret()
const TOKEN = 'a-token-that-the-other-side-bears'
const TIER_1 = { person: {}, company: { employees: 240, industry: 'Computer Software' } }

let stage: Stage
let clay: Endpoint
beforeEach(async () => {
  clay = await createEndpoint()
  stage = await createStage({
    files: {
      'enrichment.yaml': `providers: [hubspot-company, clay]
timeout: 2.5s
total: 3s
keep: { matched: 90d, notFound: 1d }
callbacks:
  clay:
    url: "${clay.url}"
    private: true
    secret: CLAY_SECRET
    token: CLAY_TOKEN
    headers: { x-clay-webhook-auth: CLAY_AUTH }
    fields: { jobTitle: person.title, company.size: company.employees, company.industry: company.industry, company.revenue: company.revenue }
    within: 2d
`,
    },
    env: { CLAY_SECRET: SECRET, CLAY_TOKEN: TOKEN, CLAY_AUTH: 'clay-auth' },
  })
})
afterEach(async () => {
  await stage.close()
  await clay.close()
})

/** A contact of whose company HubSpot knows nothing. */
function lead(email = DANA.email): string {
  return stage.hubspot.createContact({ ...DANA, ...INTERESTED, email }, { by: 'form' })
}

interface Asked {
  requestId: string
  callbackUrl: string
  email: string
}
const asked = (at = 0) => JSON.parse(clay.heard[at]?.text ?? '{}') as Asked

/** Answers as Clay does; resolves with the status. */
async function answer(...given: Parameters<typeof answerOnly>): Promise<number> {
  const status = await answerOnly(...given)
  await stage.quiet()
  return status
}
async function answerOnly(
  requestId: string,
  content: object,
  { secret = SECRET, token, at = stage.clock.now }: { secret?: string; token?: string; at?: number } = {},
): Promise<number> {
  const body = JSON.stringify({ requestId, ...content })
  const signed = token ? { authorization: `Bearer ${token}` } : signedHeaders([secret], { id: 'msg_1', at, body })
  const headers = { 'content-type': 'application/json', ...signed }
  return (await fetch(`${stage.addresses[0]}/webhooks/enrichment/clay`, { method: 'POST', body, headers })).status
}

interface View {
  attributes: Record<string, { value: unknown; source: string }>
  enrichment: Record<string, { status: string; why?: string }>
  score: { total: number }
  route: { name: string }
}
async function view(id: string): Promise<View> {
  const headers = { authorization: 'Bearer canary-api-token' }
  return (await (await fetch(`${stage.addresses[0]}/v1/leads/${id}`, { headers })).json()) as View
}

describe('a provider that answers later', () => {
  it('is asked once, and scores the lead again by its answer', async () => {
    const id = lead()
    await stage.quiet()
    expect(clay.heard).toHaveLength(1)
    const [question] = clay.heard
    expect(question && isSignedBy(SECRET, question)).toBe(true)
    expect(question?.headers['x-clay-webhook-auth']).toBe('clay-auth')
    expect(asked()).toEqual({
      ...{ requestId: expect.stringMatching(/^[\w-]{44}$/), email: DANA.email, domain: 'northwind.example' },
      ...{ firstName: DANA.firstname, lastName: DANA.lastname },
      callbackUrl: 'https://baton.example.com/webhooks/enrichment/clay',
    })
    expect(asked().requestId).not.toContain(id)
    const before = await view(id)
    expect(before.enrichment.clay).toMatchObject({ status: 'pending' })
    await stage.advance(3 * HOUR)
    expect(await answer(asked().requestId, { ...TIER_1, person: { title: 'Nobody' } })).toBe(204)
    const after = await view(id)
    expect(after).toMatchObject({
      enrichment: { clay: { status: 'matched' } },
      attributes: {
        'company.size': { value: 240, source: 'clay' },
        // HubSpot's own word stands.
        jobTitle: { value: DANA.jobtitle },
      },
      route: { name: 'tier-1-mql' },
    })
    expect(after.score.total).toBeGreaterThan(before.score.total)
    // The same again changes nothing.
    expect(await answer(asked().requestId, { company: { revenue: 3 } })).toBe(204)
    expect((await view(id)).attributes).not.toHaveProperty(['company.revenue'])
    expect(clay.heard).toHaveLength(1)
  })

  it('is believed only by its signature or token, for a question that was asked and a lead that is there', async () => {
    const id = lead()
    await stage.quiet()
    const { requestId } = asked()
    expect([
      await answer(requestId, TIER_1, { secret: newWebhookSecret() }),
      await answer(requestId, TIER_1, { at: stage.clock.now - 6 * MINUTE }),
      await answer(requestId, TIER_1, { token: 'another' }),
      await answer(`0${'x'.repeat(43)}`, TIER_1),
      await answer('../../lead', TIER_1),
      await answer(requestId, { padding: 'x'.repeat(70_000) }),
    ]).toEqual([401, 401, 401, 404, 404, 413])
    expect((await view(id)).enrichment.clay).toMatchObject({ status: 'pending' })
    expect(await answer(requestId, TIER_1, { token: TOKEN })).toBe(204)
    expect((await view(id)).enrichment.clay).toMatchObject({ status: 'matched' })

    const other = lead('kim@elsewhere.example')
    await stage.quiet()
    stage.hubspot.privacyDeleteContact(other)
    await stage.quiet()
    expect(await answer(asked(1).requestId, TIER_1)).toBe(410)
    const { redis, keys } = stage.services[0]?.store ?? expect.fail()
    // What is left of the question names nobody.
    const left = await redis.hgetall(keys.question(other, asked(1).requestId))
    expect(left).toEqual({ provider: 'clay', state: 'erased' })
    expect(await redis.exists(keys.asked(other))).toBe(0)
    expect(await redis.hgetall(keys.lead(other))).not.toHaveProperty('late:clay')
    expect(await redis.exists(keys.inbox(other))).toBe(0)
  })

  it('is waited for as long as the config says, and is asked again then', async () => {
    const id = lead()
    await stage.quiet()
    stage.hubspot.changeContact(id, { lastname: 'Married' })
    await stage.quiet()
    expect(new Set(clay.heard.map(({ text }) => JSON.parse(text).lastName)).size).toBe(clay.heard.length)
    const before = clay.heard.length
    await stage.advance(49 * HOUR)
    stage.hubspot.changeContact(id, { hs_email_click: '3' })
    await stage.quiet()
    expect(clay.heard).toHaveLength(before + 1)
  })

  it('may answer before the question is through, and the lead is in no record yet', async () => {
    clay.meanwhile = (text) => answerOnly(JSON.parse(text).requestId, TIER_1)
    const id = lead()
    await stage.quiet()
    expect(await view(id)).toMatchObject({
      enrichment: { clay: { status: 'matched' } },
      route: { name: 'tier-1-mql' },
    })
    expect(clay.heard).toHaveLength(1)
  })

  it('that fails is asked again later', async () => {
    clay.answers = 500
    const id = lead()
    await stage.quiet()
    expect((await view(id)).enrichment.clay).toMatchObject({ status: 'failed' })
    clay.answers = 200
    await stage.advance(HOUR)
    await stage.advance(HOUR)
    expect((await view(id)).enrichment.clay).toMatchObject({ status: 'pending' })
  })
})
