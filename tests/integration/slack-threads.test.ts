import { WebClient } from '@slack/web-api'
import { afterEach, describe, expect, it, test } from 'vitest'
import { createSimulatedSlack, type SimulatedSlackOptions } from '../../simulators/slack/simulated-slack.ts'
import { DEFAULT_SCOPES } from '../../simulators/slack/types.ts'
import { createBreaker } from '../../src/platform/breaker.ts'
import { createMetrics } from '../../src/platform/metrics.ts'
import { createSlack } from '../../src/slack/client.ts'
import type { Picture } from '../../src/slack/threads.ts'

const TOKEN = 'xoxb-canary-token'
const POOL = 'C0000AE'
const RUTH = 'U0RUTH0001'
const REPORT = { text: 'Weekly report', blocks: [] }
const PICTURE: Picture = { name: 'leads.png', title: 'Leads', alt: 'Leads: W47 66', data: Buffer.from('a picture') }
const closing: (() => Promise<void>)[] = []

afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

async function start(changes: Partial<SimulatedSlackOptions> = {}) {
  const simulated = await createSimulatedSlack({
    now: () => Date.UTC(2026, 10, 23, 13),
    botToken: TOKEN,
    signingSecret: 'secret',
    users: [{ id: RUTH, name: 'Ruth' }],
    channels: [
      { id: POOL, name: 'ae-leads' },
      { id: 'C0PUBLIC', name: 'not-joined', botMember: false },
    ],
    ...changes,
  })
  closing.push(simulated.close)
  const breaker = createBreaker('slack', { firstPause: 1_000, onDown() {}, onUp() {} })
  const slack = createSlack({ token: TOKEN, apiUrl: simulated.apiUrl, metrics: createMetrics(), breaker })
  const report = await slack.post(POOL, 'report/weekly/2026-W47', REPORT)
  return { simulated, slack, breaker, report }
}

describe('a thread', () => {
  it.each([POOL, 'D0RUTH0001'])('has replies and pictures, found by their keys and names: %s', async (channel) => {
    const { simulated, slack } = await start()
    const { ts } = await slack.post(channel, 'report', REPORT)
    await slack.post(channel, 'report/more', { text: 'The rest', blocks: [] }, ts)
    await slack.upload(channel, ts, PICTURE)
    const [, reply, picture] = simulated.messages(channel).filter(({ threadTs, ts: own }) => (threadTs ?? own) === ts)
    expect(reply).toMatchObject({ text: 'The rest', threadTs: ts })
    expect(picture).toMatchObject({ threadTs: ts, files: [{ title: 'Leads', alt: 'Leads: W47 66' }] })
    const { keys, files } = await slack.thread(channel, ts)
    expect(keys).toContain('report/more')
    expect(files).toEqual(new Set(['leads.png']))
  })
})

describe('a picture that Slack does not take', () => {
  it('for want of a scope is refused, which says nothing of the rest of Slack', async () => {
    const { slack, breaker, report } = await start({ scopes: DEFAULT_SCOPES.filter((one) => one !== 'files:write') })
    for (let at = 0; at < 4; at += 1)
      await expect(slack.upload(POOL, report.ts, PICTURE)).rejects.toMatchObject({
        kind: 'refused',
        code: 'missing_scope',
      })
    expect(breaker.isDown()).toBe(false)
  })

  it('because the place for files does not answer neither', async () => {
    const { simulated, slack, breaker, report } = await start()
    simulated.failNext({ method: 'upload', kind: 'http-500', times: 4 })
    for (let at = 0; at < 4; at += 1)
      await expect(slack.upload(POOL, report.ts, PICTURE)).rejects.toMatchObject({ kind: 'unavailable', code: '500' })
    expect(breaker.isDown()).toBe(false)
    expect(simulated.messages(POOL)).toHaveLength(1)
  })

  it.each([
    ['in a channel that it is not in', 'C0PUBLIC', 'not_in_channel'],
    ['in a thread that is not there', POOL, 'thread_not_found'],
  ])('%s is refused', async (_, channel, code) => {
    const { slack } = await start()
    await expect(slack.upload(channel, '1795438800.000100', PICTURE)).rejects.toMatchObject({ kind: 'refused', code })
  })
})

test('the simulated Slack takes a file only as it was announced, once', async () => {
  const { simulated, report } = await start()
  const client = new WebClient(TOKEN, { slackApiUrl: simulated.apiUrl })
  const announced = await client.files.getUploadURLExternal({ filename: 'leads.png', length: 9 })
  const share = { channel_id: POOL, thread_ts: report.ts } as const
  const files: [{ id: string; title: string }] = [{ id: announced.file_id ?? '', title: 'Leads' }]
  const refused = expect.objectContaining({ data: expect.objectContaining({ error: 'file_not_found' }) })
  await expect(client.files.completeUploadExternal({ ...share, files })).rejects.toEqual(refused)
  const send = async (body: string) => (await fetch(announced.upload_url ?? '', { method: 'POST', body })).status
  expect(await send('too short')).toBe(200)
  expect(await send('too short')).toBe(404)
  await client.files.completeUploadExternal({ ...share, files })
  await expect(client.files.completeUploadExternal({ ...share, files })).rejects.toEqual(refused)
  const other = await client.files.getUploadURLExternal({ filename: 'leads.png', length: 10 })
  expect((await fetch(other.upload_url ?? '', { method: 'POST', body: 'too short' })).status).toBe(400)
})
