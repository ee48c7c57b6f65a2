import { afterEach, describe, expect, it } from 'vitest'
import { blockProblems } from '../../simulators/slack/blocks.ts'
import { createTier2Lead } from '../support/leads.ts'
import { createSalesStage } from '../support/sales-stage.ts'
import { DAY, HOUR, MINUTE, type Stage } from '../support/stage.ts'

const [MANAGER, CLEO] = ['U000MGR1', 'U000SDR1']

let stage: Stage
afterEach(async () => stage.close())

const digests = () => stage.slack.messages(MANAGER).filter(({ text }) => text.startsWith('This morning'))

/** Moves the clock to an instant, as a worker that looks every hour would meet it. */
async function until(date: string): Promise<void> {
  const at = Date.parse(date)
  while (stage.clock.now < at) await stage.advance(Math.min(HOUR, at - stage.clock.now))
}

/** The usual team, of which only the first SDR gets leads; the manager's morning is the one of the first AE, 09:00 in New York. */
function begin(options: Parameters<typeof createSalesStage>[0] = {}): Promise<Stage> {
  return createSalesStage({
    digests: true,
    ...options,
    edit(config) {
      const pool = config.team.pools.sdr
      if (pool) config.team.pools.sdr = { ...pool, members: [{ rep: 'sdr-1', weight: 1 }], caps: { open: 2 } }
      const ada = config.team.reps['ae-1']
      if (ada) ada.away = [{ from: '2026-11-19', to: '2026-11-20' }]
      options.edit?.(config)
    },
  })
}

describe('the digest of a manager', () => {
  it('says in the morning what waits, what was late and how late, who has too much and who is away; once', async () => {
    stage = await begin()
    await stage.advance(MINUTE)
    const [first = '', second = '', third = ''] = [1, 2, 3].map((at) =>
      createTier2Lead(stage, { email: `kim@company${at}.example`, lastname: `Canary-${at}` }),
    )
    await stage.quiet()
    // Due at 11:01; one is answered at 11:31, and the third, which had waited, comes in its place.
    const held = [first, second, third].filter((id) => stage.hubspot.contact(id)?.hubspot_owner_id === '201')
    expect(held).toHaveLength(2)
    await stage.advance(90 * MINUTE)
    const message = stage.slack.messages(CLEO).find(({ blocks }) => JSON.stringify(blocks).includes(`${held[0]}-1`))
    await stage.slack.click({
      ...{ user: CLEO, channel: message?.channel ?? '', ts: message?.ts ?? '' },
      ...{ actionId: 'lead.contacted', value: `${held[0]}-1` },
    })
    await stage.quiet()
    await stage.slack.command({ user: MANAGER, text: 'away @ben until monday' })
    await until('2026-11-19T13:59:00Z')
    expect(digests()).toEqual([])
    await until('2026-11-19T14:00:00Z')
    expect(digests()).toHaveLength(1)
    const [digest] = digests()
    expect(digest?.text).toContain('This morning: 3 were late, 1 with too much')
    const text = JSON.stringify(digest?.blocks)
    // The second one is still open at 09:00: 21 h 59 min after 11:01 of the day before.
    expect(text).toContain('Cleo Park: *3*, the latest by 21 h 59 min; 2 not answered yet')
    expect(text).toMatch(/Cleo Park: \*\d\* open, the cap of sdr is 2/)
    // By team.yaml, and by what was said since.
    expect(text).toContain('Ada Lane, until Fri 20 Nov\\nBen Ortiz, until Mon 23 Nov')
    expect(text).not.toContain('Canary')
    expect(blockProblems(digest?.blocks, 'message')).toEqual([])
    await stage.advance(HOUR)
    expect(digests()).toHaveLength(1)
  })

  it('comes late where nobody ran in the morning, from one of several workers, and not at the weekend', async () => {
    stage = await begin({
      edit: ({ team }) => {
        for (const rep of Object.values(team.reps)) rep.active = false
      },
    })
    await stage.start('worker')
    await stage.advance(MINUTE)
    createTier2Lead(stage)
    await stage.quiet()
    stage.clock.now = Date.parse('2026-11-20T20:00:00Z')
    await Promise.all(stage.services.map(({ work }) => work.sweep({ grace: false })))
    await stage.quiet()
    expect(digests().map(({ text }) => text)).toEqual([expect.stringContaining('This morning: 1 lead waits')])
    for (const _ of [1, 2]) await stage.advance(DAY)
    expect(digests()).toHaveLength(1)
    await stage.advance(DAY)
    expect(digests()).toHaveLength(2)
  })

  it('is not sent where there is nothing to say, nor where it is switched off', async () => {
    stage = await begin({
      edit: ({ team }) => {
        const manager = team.managers['cs-manager']
        if (manager) manager.digest = false
      },
    })
    await stage.advance(MINUTE)
    await until('2026-11-19T15:00:00Z')
    expect(stage.slack.messages(MANAGER)).toEqual([])
  })
})
