import { afterEach, describe, expect, it } from 'vitest'
import { INDEX } from '../../src/store/partitions.ts'
import { click, createTier1Lead, createTier2Lead, leadsIn, reassignedIn } from '../support/leads.ts'
import { createStage, DAY, HOUR, MINUTE, type Stage } from '../support/stage.ts'

let stage: Stage
afterEach(async () => stage.close())

describe('nothing is lost and nothing is said twice', () => {
  it('sends one alert when webhooks come twice and in the wrong order', async () => {
    stage = await createStage()
    stage.hubspot.setWebhooks({
      targetUrl: `${stage.addresses[0]}/webhooks/hubspot`,
      publicUrl: 'https://baton.example.com/webhooks/hubspot',
      duplicates: 2,
      reverse: true,
    })
    const ids = Array.from({ length: 10 }, (_, index) =>
      createTier2Lead(stage, { email: `lead${index}@smalltown.example` }),
    )
    await stage.quiet()
    expect(stage.slack.messages('C0000SDR')).toHaveLength(10)
    expect(leadsIn(stage.texts('U000SDR1'))).toBe(5)
    expect(leadsIn(stage.texts('U000SDR2'))).toBe(5)
    expect(ids.every((id) => stage.hubspot.contact(id)?.baton_route === 'mql')).toBe(true)
  })

  it('finds a post whose answer was lost in the history instead of posting it again', async () => {
    stage = await createStage()
    stage.slack.failNext({ method: 'chat.postMessage', kind: 'accept-then-reset', times: 1 })
    createTier2Lead(stage)
    await stage.quiet()
    expect(stage.slack.calls.some((call) => call.method === 'conversations.history')).toBe(true)
    expect(stage.texts('U000SDR1')).toHaveLength(1)
    expect(stage.texts('C0000SDR')).toHaveLength(1)
    await click(stage, 'U000SDR1', 'U000SDR1', 'contacted')
    await stage.quiet()
    for (const message of stage.slack.messages()) expect(message.text).toContain('Contacted')
  })

  it.each([
    ['chat.postMessage', 'http-500'],
    ['chat.postMessage', 'html'],
    ['chat.postMessage', 'rate-limited-bare'],
    ['conversations.open', 'http-500'],
    ['chat.update', 'http-500'],
  ] as const)('gets over %s answering %s', async (method, kind) => {
    stage = await createStage()
    stage.slack.failNext({ method, kind, times: 2 })
    createTier2Lead(stage)
    await stage.quiet()
    await click(stage, 'U000SDR1', 'U000SDR1', 'contacted')
    await stage.quiet()
    expect(stage.slack.messages()).toHaveLength(2)
    for (const message of stage.slack.messages()) expect(message.text).toContain('Contacted')
  })

  it('goes on with the ladder when HubSpot cannot be asked for a response', async () => {
    stage = await createStage()
    createTier2Lead(stage)
    await stage.quiet()
    stage.hubspot.failNext({ path: /contacts\/batch\/read/, status: 503, times: 1 })
    await stage.advance(HOUR)
    expect(stage.texts('U000SDR1')).toEqual([
      expect.stringContaining(' · was due '),
      expect.stringContaining('Still waiting for you'),
    ])
  })

  it('does not send a message that is no longer true', async () => {
    stage = await createStage()
    // The rep's own message cannot be delivered yet; a colleague takes the lead from the channel meanwhile.
    stage.slack.failNext({ method: 'conversations.open', kind: 'http-500', times: 6 })
    createTier2Lead(stage)
    await expect.poll(() => stage.slack.messages('C0000SDR').length).toBe(1)
    await click(stage, 'U000SDR2', 'C0000SDR', 'contacted')
    await stage.quiet()
    expect(stage.texts('U000SDR1')).toEqual([])
    expect(stage.texts('C0000SDR')).toEqual([expect.stringContaining('Contacted by')])
  })

  it.each([
    [/contacts\/batch\/read/, 500, undefined],
    [/contacts\/batch\/read/, 423, undefined],
    [/contacts\/batch\/update/, 502, undefined],
    [
      /contacts\/batch\/update/,
      429,
      {
        status: 'error',
        errorType: 'RATE_LIMIT',
        policyName: 'SECONDLY',
        message: 'You have reached your secondly limit.',
      },
    ],
  ] as const)('gets over HubSpot answering %s with %i', async (path, status, body) => {
    stage = await createStage()
    stage.hubspot.failNext({ path, status, times: 1, ...(body ? { body } : {}) })
    const id = createTier2Lead(stage)
    await stage.quiet()
    expect(stage.hubspot.contact(id)).toMatchObject({ baton_route: 'mql', hubspot_owner_id: '201' })
    expect(stage.slack.messages()).toHaveLength(2)
  })

  it('writes everything but an owner whom HubSpot refuses, of every contact of a batch', async () => {
    stage = await createStage()
    const good = createTier2Lead(stage)
    const bad = createTier2Lead(stage, { email: 'bad@smalltown.example' })
    const better = createTier2Lead(stage, { email: 'better@smalltown.example' })
    // An owner id that HubSpot does not know spoils the batch it is in.
    const rep = stage.config.team.reps['sdr-2']
    if (rep) rep.hubspotOwnerId = '999'
    await stage.quiet()
    const owners = [good, bad, better].map((id) => stage.hubspot.contact(id)?.hubspot_owner_id)
    expect(owners.filter((owner) => owner === '201')).toHaveLength(2)
    for (const id of [good, bad, better]) expect(stage.hubspot.contact(id)?.baton_sla_status).toBe('running')
    expect(await stage.services[0]?.store.count('dead')).toBe(0)
    expect(stage.slack.messages('C0000SDR')).toHaveLength(3)
  })

  it('comes to rest: our own writes come back as events and end there', async () => {
    stage = await createStage()
    createTier1Lead(stage)
    await stage.quiet()
    const ofHubSpot = (path: string) => stage.hubspot.calls.filter((call) => call.path.endsWith(path)).length
    expect(ofHubSpot('contacts/batch/update')).toBe(1)
    expect(ofHubSpot('contacts/batch/read')).toBeLessThanOrEqual(2)
  })

  it('brings back what the queues have lost', async () => {
    stage = await createStage()
    const id = createTier2Lead(stage)
    await stage.quiet()
    const queues = stage.services[0]?.queues.queues
    await queues?.timers.obliterate({ force: true })
    await stage.advance(HOUR)
    expect(stage.texts('U000SDR1')).toHaveLength(2)
    await stage.services[0]?.inbox.wait(INDEX.unread, id, stage.clock.now)
    await stage.advance(MINUTE)
    expect(await stage.services[0]?.store.count(INDEX.unread)).toBe(0)
  })
})

describe('work whose job is lost', () => {
  it('is done by a worker at its start, however short it lives', async () => {
    stage = await createStage({ roles: ['api'] })
    const id = createTier2Lead(stage)
    await expect.poll(() => stage.services[0]?.store.count(INDEX.unread)).toBe(1)
    await stage.hubspot.settled()
    await stage.services[0]?.queues.queues.leads.obliterate({ force: true })
    stage.clock.now += MINUTE
    // Its next sweep would be too late for it.
    await stage.start('worker', { sweepEvery: DAY })
    await stage.quiet()
    expect(stage.hubspot.contact(id)).toMatchObject({ baton_route: 'mql', hubspot_owner_id: '201' })
    expect(stage.slack.messages()).toHaveLength(2)
  })

  it.each(['no list', 'the list of those under way'])(
    'is done, though its hash is there still, in %s',
    async (list) => {
      stage = await createStage()
      createTier2Lead(stage)
      await stage.quiet()
      const timers = stage.services[0]?.queues.queues.timers
      const redis = stage.services[0]?.store.redis
      const [job] = (await timers?.getDelayed()) ?? []
      if (!timers || !redis || !job?.id) throw new Error('no timer')
      await redis.del(timers.toKey('delayed'))
      if (list !== 'no list') await redis.lpush(timers.toKey('active'), job.id)
      expect(await timers.getJob(job.id)).toBeDefined()
      await stage.advance(HOUR)
      expect(stage.texts('U000SDR1')).toHaveLength(2)
      await stage.advance(4 * HOUR)
      expect(stage.texts('U000SDR2')).toEqual([expect.stringContaining('Reassigned: ')])
      expect(stage.texts('U000MGR1')).toHaveLength(1)
    },
  )
})

describe('an outside system that is down', () => {
  const LEADS = 30
  const createLeads = () =>
    Array.from({ length: LEADS }, (_, lead) => createTier2Lead(stage, { email: `lead${lead}@smalltown.example` }))
  // What cannot be done waits in the indexes, and only a probe of it runs at a time.
  async function probed(calls: unknown[]): Promise<void> {
    const running = () => stage.services[0]?.work.runner.busy().length
    await expect.poll(running, { timeout: 20_000 }).toBeLessThanOrEqual(1)
    const before = calls.length
    await expect.poll(() => calls.length, { timeout: 20_000 }).toBeGreaterThan(before + 1)
    expect(await stage.services[0]?.store.count('dead')).toBe(0)
  }
  const ofHubSpot = (path: RegExp) => stage.hubspot.calls.filter((call) => path.test(call.path)).length

  it('Slack: everything is written to HubSpot, nothing is given up, and every message is sent once it answers', async () => {
    stage = await createStage()
    for (const method of ['chat.postMessage', 'conversations.open'])
      stage.slack.failNext({ method, kind: 'http-500', times: Number.POSITIVE_INFINITY })
    const ids = createLeads()
    const running = () => ids.filter((id) => stage.hubspot.contact(id)?.baton_sla_status === 'running').length
    await expect.poll(running, { timeout: 20_000 }).toBe(LEADS)
    await probed(stage.slack.calls)
    expect(stage.slack.messages()).toEqual([])
    stage.slack.mend()
    await stage.quiet()
    expect(stage.texts('C0000SDR')).toHaveLength(LEADS)
    expect(leadsIn([...stage.texts('U000SDR1'), ...stage.texts('U000SDR2')])).toBe(LEADS)
  })

  it('HubSpot: clicks and messages go on, nothing is given up, and everything is read and written in few calls once it answers', async () => {
    stage = await createStage()
    const first = createTier2Lead(stage)
    await stage.quiet()
    stage.hubspot.failNext({ path: /crm/, status: 503, times: Number.POSITIVE_INFINITY })
    await click(stage, 'U000SDR1', 'U000SDR1', 'contacted')
    const ids = createLeads()
    const answered = () => stage.slack.messages().filter(({ text }) => text.includes('Contacted by')).length
    await expect.poll(answered, { timeout: 20_000 }).toBe(2)
    await probed(stage.hubspot.calls)
    stage.hubspot.mend()
    const failed = ofHubSpot(/batch/)
    await stage.quiet()
    for (const id of [first, ...ids]) expect(stage.hubspot.contact(id)?.baton_sla_status).toMatch(/responded|running/)
    expect(ofHubSpot(/batch/) - failed).toBeLessThanOrEqual(10)
  })

  it('HubSpot fails two calls of three for a while: once it answers again, everything is done in few calls', async () => {
    stage = await createStage()
    let seen = 0
    const answers = () => stage.hubspot.calls.filter(({ path, status }) => /contacts/.test(path) && status < 500).length
    const fail = () => stage.hubspot.failNext({ path: /contacts/, status: 503, times: 2 })
    fail()
    const failing = setInterval(() => {
      if (answers() === seen) return
      seen = answers()
      fail()
    }, 1)
    const ids = createLeads()
    await expect.poll(() => stage.hubspot.calls.length, { timeout: 20_000 }).toBeGreaterThan(12)
    clearInterval(failing)
    stage.hubspot.mend()
    const before = ofHubSpot(/batch/)
    await stage.quiet()
    for (const id of ids) expect(stage.hubspot.contact(id)?.baton_sla_status).toBe('running')
    expect(ofHubSpot(/batch/) - before).toBeLessThanOrEqual(10)
    expect(await stage.services[0]?.store.count('dead')).toBe(0)
  })
})

describe('several processes on one Redis', () => {
  it('two APIs and two workers behave like one', async () => {
    stage = await createStage({ roles: ['api', 'api', 'worker', 'worker'] })
    const [first, second] = stage.addresses
    const publicUrl = 'https://baton.example.com/webhooks/hubspot'
    const ids: string[] = []
    for (const [index, address] of [first, second, first, second].entries()) {
      stage.hubspot.setWebhooks({ targetUrl: `${address}/webhooks/hubspot`, publicUrl, duplicates: 1 })
      for (let lead = 0; lead < 10; lead++)
        ids.push(createTier2Lead(stage, { email: `lead${index}-${lead}@smalltown.example` }))
    }
    await stage.quiet()
    const owners = ids.map((id) => stage.hubspot.contact(id)?.hubspot_owner_id)
    expect(owners.filter((owner) => owner === '201')).toHaveLength(20)
    expect(owners.filter((owner) => owner === '202')).toHaveLength(20)
    expect(stage.texts('C0000SDR')).toHaveLength(40)
    // The other API takes the click; whichever worker is free takes the ladder.
    stage.slack.setInteractionsUrl(`${second}/webhooks/slack/interactions`)
    await click(stage, 'U000SDR1', 'U000SDR1', 'contacted')
    await stage.advance(2 * HOUR)
    expect(reassignedIn(stage.texts('U000SDR2'))).toBe(19)
    expect(new Set(ids.map((id) => stage.hubspot.contact(id)?.baton_sla_status))).toEqual(
      new Set(['breached', 'responded']),
    )
  })
})

describe('personal data', () => {
  it('never reaches a log line, a job or the metadata of a message', async () => {
    stage = await createStage()
    stage.slack.failNext({ method: 'chat.postMessage', kind: 'ok-false', error: 'invalid_blocks', times: 1 })
    stage.hubspot.failNext({ path: /batch\/update/, status: 500, times: 1 })
    stage.hubspot.failNext({ path: /companies/, status: 400, times: 1 })
    createTier1Lead(stage)
    await stage.quiet()
    await click(stage, 'U0STRANGER', 'C0000SDR', 'contacted').catch(() => undefined)
    await fetch(`${stage.addresses[0]}/v1/signals`, {
      method: 'POST',
      headers: { authorization: 'Bearer wrong-canary' },
      body: '{"dana":"canary"}',
    })
    await stage.advance(HOUR)
    expect(stage.logLines.length).toBeGreaterThan(0)
    expect(stage.logLines.join('')).not.toMatch(/canary/i)
    for (const message of stage.slack.messages()) expect(JSON.stringify(message.metadata)).not.toMatch(/canary/i)
    const queues = Object.values(stage.services[0]?.queues.queues ?? {})
    for (const queue of queues) {
      const jobs = await queue.getJobs(['delayed', 'waiting', 'active', 'completed', 'failed'])
      expect(JSON.stringify(jobs.map((job) => job.data))).not.toMatch(/canary/i)
    }
  })
})
