import { afterEach, describe, expect, it } from 'vitest'
import { createTier1Lead, createTier2Lead } from '../support/leads.ts'
import { createStage, HOUR, MINUTE, type Stage, type StageOptions } from '../support/stage.ts'

const [REP, OTHER, MANAGER, CHANNEL] = ['U000SDR1', 'U000SDR2', 'U000MGR1', 'C0000SDR']

let stage: Stage
afterEach(async () => stage.close())

/** Slack says for good that somebody cannot be reached. */
function refuse(to: string, error = 'user_disabled'): void {
  for (const method of ['conversations.open', 'chat.postMessage'])
    stage.slack.failNext({ method, kind: 'ok-false', error, to, times: Number.POSITIVE_INFINITY })
}

async function begin(options: StageOptions = {}): Promise<void> {
  stage = await createStage(options)
}

async function api(path: string): Promise<Record<string, never>> {
  const answer = await fetch(`${stage.addresses[0]}${path}`, { headers: { authorization: 'Bearer canary-api-token' } })
  return answer.json() as Promise<Record<string, never>>
}

const clockOf = async (id: string) => (await api(`/v1/leads/${id}`)).clock as unknown as Record<string, unknown>

describe('a rep whom Slack does not reach', () => {
  it('loses the lead at once to the next one, is passed over, and is there again when Slack reaches them', async () => {
    await begin()
    refuse(REP)
    const id = createTier2Lead(stage)
    await stage.quiet()
    expect(stage.texts(OTHER)).toEqual([expect.stringContaining('who cannot be reached in Slack')])
    expect(stage.hubspot.contact(id)?.hubspot_owner_id).toBe('202')
    expect(JSON.stringify(stage.slack.messages(CHANNEL))).toContain(`<@${REP}> could not be told`)
    expect(stage.texts(MANAGER)).toEqual([])
    expect(stage.slack.calls.filter(({ outcome }) => outcome.startsWith('fault'))).toHaveLength(1)

    createTier2Lead(stage, { email: 'second@smalltown.example' })
    await stage.quiet()
    expect(stage.texts(OTHER)).toHaveLength(2)
    expect(stage.slack.calls.filter(({ outcome }) => outcome.startsWith('fault'))).toHaveLength(1)

    stage.slack.mend()
    await stage.advance(6 * MINUTE)
    createTier2Lead(stage, { email: 'third@smalltown.example' })
    await stage.quiet()
    expect(stage.texts(REP)).toHaveLength(1)
  })

  it('is told to the manager when nobody else can take the lead, and hears of it when Slack reaches them', async () => {
    await begin({ edit: ({ team }) => void team.pools.sdr?.members.splice(1) })
    refuse(REP)
    createTier2Lead(stage)
    await stage.quiet()
    expect(stage.texts(MANAGER)).toEqual([expect.stringContaining('Rep not reached in Slack')])
    expect(stage.texts(CHANNEL)[0]).toContain('cannot be reached in Slack')
    stage.slack.mend()
    await stage.advance(6 * MINUTE)
    expect(stage.texts(REP)).toHaveLength(1)
    expect(stage.texts(MANAGER)[0]).not.toContain('cannot be reached in Slack: please')
  })

  it('keeps the lead that a person gave them, and the manager hears of it', async () => {
    await begin()
    refuse(REP)
    const id = createTier2Lead(stage)
    stage.hubspot.changeContact(id, { hubspot_owner_id: '201' }, { by: 'person', silent: true })
    await stage.quiet()
    expect(stage.hubspot.contact(id)?.hubspot_owner_id).toBe('201')
    expect(stage.texts(OTHER)).toEqual([])
    expect(stage.texts(MANAGER)).toEqual([expect.stringContaining('Rep not reached in Slack')])
  })
})

describe('a manager whom Slack does not reach', () => {
  it('is stood in for by the next in line, and nobody reads that they were told', async () => {
    await begin({
      edit({ team }) {
        team.managers['mgr-2'] = { id: 'mgr-2', name: 'Second', slackUserId: 'U000MGR2' }
        if (team.pools.sdr) team.pools.sdr.managers = ['mgr-2']
      },
    })
    refuse(MANAGER)
    const id = createTier2Lead(stage)
    await stage.quiet()
    await stage.advance(5 * HOUR)
    expect(stage.texts('U000MGR2')).toEqual([expect.stringContaining('No response yet')])
    for (const text of [...stage.texts(OTHER), ...stage.texts(CHANNEL)])
      expect(text).not.toContain(`<@${MANAGER}> told`)
    const shown = JSON.stringify(stage.slack.messages(CHANNEL))
    expect(shown).toContain(`<@${MANAGER}> could not be told`)
    expect(shown).toContain('Manager <@U000MGR2> told')
    expect(JSON.stringify((await api(`/v1/leads/${id}`)).history)).toContain('manager-told to mgr-2')
  })

  it('is a dead letter while nobody could be told, and hears of it when it is tried again', async () => {
    await begin()
    createTier2Lead(stage)
    await stage.quiet()
    for (const to of [MANAGER, 'U000CSMG', CHANNEL]) refuse(to)
    await stage.advance(5 * HOUR)
    const dead = await stage.services[0]?.work.dead.list()
    expect(dead).toEqual([expect.objectContaining({ name: 'send-post' })])
    expect(JSON.stringify(stage.slack.messages(OTHER))).not.toContain('Manager told')
    stage.slack.mend()
    await stage.advance(HOUR)
    expect(await stage.services[0]?.work.dead.list()).toEqual([])
    expect(stage.texts(MANAGER)).toEqual([expect.stringContaining('No response yet')])
  })
})

describe('Slack is down', () => {
  it('over the whole ladder: nobody loses a lead that they never heard of, and each reads once when it is back', async () => {
    await begin()
    stage.slack.failNext({ method: 'conversations.open', kind: 'http-500', times: Number.POSITIVE_INFINITY })
    stage.slack.failNext({ method: 'chat.postMessage', kind: 'http-500', times: Number.POSITIVE_INFINITY })
    const id = createTier2Lead(stage)
    const since = stage.clock.now
    await expect.poll(async () => (await api(`/v1/leads/${id}`)).clock ?? null).not.toBeNull()
    for (const _ of [1, 2, 3, 4, 5]) {
      stage.clock.now += HOUR
      await stage.services[0]?.work.sweep({ grace: false })
    }
    expect(await clockOf(id)).toMatchObject({ undeliveredSince: new Date(since).toISOString() })
    stage.slack.mend()
    await stage.quiet()
    expect(stage.texts(OTHER)).toEqual([])
    expect(stage.texts(REP)).toHaveLength(1)
    expect(stage.texts(MANAGER)).toHaveLength(1)
    expect(stage.texts(MANAGER)[0]).toMatch(/^Delivered late|^Not delivered yet/)
    expect(JSON.stringify(stage.slack.messages(MANAGER))).toContain('Nobody could be told')
    expect(stage.slack.messages().map(({ user }) => user)[0]).toBe(REP)
    expect(stage.hubspot.contact(id)?.baton_sla_status).toBe('breached')
    expect((await clockOf(id)).undeliveredSince).toBeUndefined()
    // From the delivery they have the rung's time.
    await stage.advance(2 * HOUR)
    expect(stage.texts(OTHER)).toHaveLength(1)
  })
})

describe('a message that Slack does not take', () => {
  it('keeps its buttons without the part that is refused', async () => {
    await begin()
    stage.slack.failNext({ method: 'chat.postMessage', kind: 'ok-false', error: 'invalid_blocks', to: REP, times: 1 })
    createTier1Lead(stage, {})
    createTier2Lead(stage)
    await stage.quiet()
    const [message] = stage.slack.messages(REP)
    expect(JSON.stringify(message?.blocks)).toContain('lead.contacted')
    expect(stage.logLines.join('\n')).toContain('Slack does not take the blocks of a message')
  })

  it('to a channel that is archived is told to the manager once', async () => {
    await begin({ strict: false })
    refuse(CHANNEL, 'is_archived')
    for (const name of ['one', 'two', 'three']) createTier2Lead(stage, { email: `${name}@smalltown.example` })
    await stage.quiet()
    expect(stage.texts(MANAGER)).toEqual([expect.stringContaining('The channel of sdr gets no alerts')])
    expect(stage.texts(REP).length + stage.texts(OTHER).length).toBe(3)
  })
})
