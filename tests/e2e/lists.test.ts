import { afterEach, describe, expect, test } from 'vitest'
import { createHands } from '../../src/store/by-rep.ts'
import { createTier1Lead, createTier2Lead, DANA } from '../support/leads.ts'
import { createStage, MINUTE, type Stage } from '../support/stage.ts'

let stage: Stage
afterEach(async () => stage.close())

async function ask(path: string, body?: unknown) {
  const response = await fetch(`${stage.addresses[0]}/v1${path}`, {
    headers: { authorization: 'Bearer canary-api-token', 'content-type': 'application/json' },
    ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
  })
  const answer: ReturnType<typeof JSON.parse> = await response.json()
  return { status: response.status, body: answer }
}

async function found(query: string): Promise<string[]> {
  const { status, body } = await ask(`/leads?${query}`)
  expect(status, JSON.stringify(body)).toBe(200)
  return body.leads.map(({ id }: { id: string }) => id)
}

const q = (text: string) => `q=${encodeURIComponent(text)}`

describe('lists of leads', () => {
  test('follow what happens, and leads are found by name, address and link, as long as HubSpot answers', async () => {
    stage = await createStage()
    const dana = createTier1Lead(stage)
    const kim = createTier2Lead(stage, { firstname: 'Kim', lastname: 'Østergård', phone: '+45 33 12 34 56' })
    const stranger = { email: 'stranger@nowhere.example', firstname: 'Kim', lastname: 'Stranger' }
    stage.hubspot.createContact(stranger, { silent: true })
    await stage.quiet()
    // HubSpot's search is some seconds late.
    await stage.advance(MINUTE)

    expect((await found('open=true')).sort()).toEqual([dana, kim].sort())
    const [rep] = (await ask(`/leads?q=${dana}`)).body.leads[0].reps
    expect(await found(`rep=${rep}&place=sales`)).toEqual([dana])
    expect(await found('waiting=true')).toEqual([])
    // Somebody whom Baton does not know is not found, whatever HubSpot says.
    for (const text of ['kim', 'øster', 'KIM Østergård', 'kim@smalltown.example', '33 12 34 56'])
      expect(await found(q(text)), text).toEqual([kim])
    expect(await found(q(DANA.email.toUpperCase()))).toEqual([dana])
    expect(await found(q('nobody-at-all'))).toEqual([])

    const other = rep === 'ae-1' ? 'ae-2' : 'ae-1'
    expect((await ask(`/leads/${dana}/assign`, { rep: other })).status).toBe(200)
    await stage.quiet()
    expect(await found(`rep=${other}&open=true`)).toEqual([dana])
    expect(await found(`rep=${rep}`)).toEqual([])
    const hands = createHands(stage.services[0]?.store as never)
    expect(await hands.count({ rep: other })).toBe(1)
    expect((await ask(`/handoffs?rep=${other}`)).body.handoffs).toMatchObject([{ leadId: dana, status: 'open' }])

    const { timeline } = (await ask(`/leads/${dana}/timeline`)).body
    const told = timeline.map(({ what, rep }: { what: string; rep?: string }) => [what, rep].filter(Boolean).join(' '))
    const moved = [
      'decided',
      `started ${rep}`,
      'pool-alert',
      `rep-alert ${rep}`,
      `assigned ${other}`,
      `rep-alert ${other}`,
    ]
    // Which of two messages Slack takes first is all the same.
    expect(told.filter((one: string) => !/_/.test(one)).sort()).toEqual(moved.sort())
    expect(told).toContain('demo_requested')

    stage.hubspot.failNext({ path: /contacts\/(search|batch\/read)/, status: 503, times: 50 })
    for (const text of ['kim', 'kim@smalltown.example']) {
      const { status, body } = await ask(`/leads?${q(text)}`)
      expect([status, body.detail]).toEqual([503, expect.stringContaining('HubSpot does not answer')])
    }
    expect(await found(q(`https://app.hubspot.com/contacts/1/record/0-1/${kim}`))).toEqual([kim])
    stage.hubspot.mend()

    await fetch(`${stage.addresses[0]}/v1/leads/${kim}`, {
      method: 'DELETE',
      headers: { authorization: 'Bearer canary-api-token' },
    })
    expect(await found(`q=${kim}`)).toEqual([])
    await stage.quiet()
    expect(await found('limit=200')).toEqual([dana])
  })
})
