import { afterEach, describe, expect, it } from 'vitest'
import { blockProblems } from '../../simulators/slack/blocks.ts'
import { createTier1Lead } from '../support/leads.ts'
import { createSalesStage } from '../support/sales-stage.ts'
import { MINUTE, type Stage } from '../support/stage.ts'

const MANAGER = 'U000MGR1'
const SECONDS_15 = 15_000

let stage: Stage
afterEach(async () => stage.close())

const messages = () => stage.slack.messages(MANAGER)
const text = () => messages().at(-1)?.text ?? ''

/** Leads of different companies, at once. */
function leads(count: number, from = 1): string[] {
  return Array.from({ length: count }, (_, at) =>
    createTier1Lead(stage, { email: `dana${at}@company${from + at}.example`, lastname: `Canary-${from + at}` }),
  )
}

describe('leads that nobody can take', () => {
  it('stand in one message to the manager, which says why and follows the state; the next one after them begins another', async () => {
    stage = await createSalesStage({
      edit: ({ team }) => {
        for (const pool of ['ae', 'sdr']) if (team.pools[pool]) team.pools[pool].caps = { open: 2 }
        const dan = team.reps['sdr-2']
        if (dan) dan.away = [{ from: '2026-11-18', to: '2026-11-18' }]
      },
    })
    const ids = leads(30)
    await stage.quiet()
    await stage.advance(SECONDS_15)
    // Six places, of which those of sdr-2 are not free.
    expect(messages()).toHaveLength(1)
    expect(text()).toMatch(/^24 leads wait: nobody is free\. 24 for ae: 2 at the cap of open leads; fallback sdr: /)
    expect(text()).toMatch(/1 at the cap of open leads, 1 away|1 away, 1 at the cap of open leads/)
    const blocks = JSON.stringify(messages().at(-1)?.blocks)
    expect(blocks.match(/Dana-Canary Canary-\d+/g)).toHaveLength(20)
    expect(blocks).toContain(
      'and *4 more*: all of them in <https://baton.example.com/console/leads?show=waiting|the console>',
    )
    expect(blockProblems(messages().at(-1)?.blocks, 'message')).toEqual([])

    // An erased one is gone from it; the others move up.
    const [first = ''] = ids.filter((id) => stage.hubspot.contact(id)?.baton_sla_status === 'waiting')
    const name = stage.hubspot.contact(first)?.lastname ?? ''
    expect(stage.hubspot.contact(first)?.baton_route_reason).toMatch(/; waits for a rep since 2026-11-18T15:00/)
    const headers = { authorization: 'Bearer canary-api-token' }
    await fetch(`${stage.addresses[0]}/v1/leads/${first}`, { method: 'DELETE', headers })
    await stage.quiet()
    await stage.advance(SECONDS_15)
    expect(text()).toMatch(/^23 leads wait/)
    expect(JSON.stringify(messages().at(-1)?.blocks)).not.toContain(`${name}|`)

    for (const pool of Object.values(stage.config.team.pools)) pool.caps = {}
    await stage.advance(2 * MINUTE)
    await stage.advance(SECONDS_15)
    expect(messages()).toHaveLength(1)
    expect(text()).toMatch(/^No lead waits any more/)

    for (const rep of Object.values(stage.config.team.reps)) rep.active = false
    leads(2, 100)
    await stage.quiet()
    await stage.advance(SECONDS_15)
    expect(messages()).toHaveLength(2)
    expect(text()).toMatch(/^2 leads wait: nobody is free\. 2 for ae: 2 inactive; fallback sdr: 2 inactive/)
  })

  it('are told to the next in line where the manager cannot be told', async () => {
    stage = await createSalesStage({
      edit: ({ team }) => {
        for (const rep of Object.values(team.reps)) rep.away = [{ from: '2026-11-18', to: '2026-11-18' }]
      },
    })
    stage.slack.failNext({ method: 'conversations.open', kind: 'ok-false', error: 'user_disabled' })
    leads(1)
    await stage.quiet()
    await stage.advance(SECONDS_15)
    const told = [
      MANAGER,
      ...Object.values(stage.config.team.managers).map(({ slackUserId }) => slackUserId),
      'C0000AE',
    ]
    expect(told.flatMap((to) => stage.texts(to)).filter((one) => one.startsWith('1 lead waits'))).toHaveLength(1)
  })
})
