import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Config } from '../../src/config/config.ts'
import { INDEX } from '../../src/store/partitions.ts'
import { bySignal } from '../support/records.ts'
import { loadTestConfig } from '../support/stage.ts'
import { anyHistory, type History, play, playObserved } from './history.ts'
import type { Sabotage } from './world.ts'

const ROOT = join(import.meta.dirname, '..', '..')
// The same histories each time, so that a failure comes from the change. Others, and more of them:
// SIMULATIONS=20000 npm test -- --project simulation
const RUNS = process.env.SIMULATIONS ? { numRuns: Number(process.env.SIMULATIONS) } : { numRuns: 300, seed: 7 }

// The event is late, and a contact is read before another one takes it in and written after that.
const WRITTEN_AFTER_THE_MERGE: History = {
  seed: 1_080_079_215,
  actions: [
    { does: { what: 'create', company: 0, keen: true, owned: false, how: 'once', delay: 2_000 }, steps: 60 },
    { does: { what: 'wait', time: 9 }, steps: 1 },
    { does: { what: 'click', lead: 0, click: 0 }, steps: 0 },
    { does: { what: 'create', company: 0, keen: true, owned: false, how: 'once', delay: 2_000 }, steps: 12 },
    { does: { what: 'merge', lead: 3, into: 0, how: 'once', delay: 2_000 }, steps: 4 },
    { does: { what: 'click', lead: 0, click: 0 }, steps: 6 },
  ],
}

// Two contacts have each clicked in mails, and HubSpot adds it up.
const keen = { what: 'create', company: 0, keen: true, owned: false, how: 'once', delay: 2_000 } as const
const BOTH_CLICKED: History = {
  seed: 7,
  actions: [
    { does: keen, steps: 60 },
    { does: { what: 'wait', time: 4 }, steps: 60 },
    { does: { ...keen, company: 1 }, steps: 60 },
    { does: { what: 'wait', time: 4 }, steps: 60 },
    { does: { what: 'merge', lead: 0, into: 1, how: 'once', delay: 2_000 }, steps: 60 },
  ],
}

// HubSpot has merged them before both were read for the first time.
const MERGED_AT_ONCE: History = {
  seed: 0,
  actions: [
    { does: keen, steps: 2 },
    { does: keen, steps: 1 },
    { does: keen, steps: 2 },
    { does: { what: 'merge', lead: 0, into: 1, how: 'once', delay: 2_000 }, steps: 0 },
  ],
}

let config: Config
beforeAll(async () => {
  const team = await readFile(join(ROOT, 'demo', 'config', 'team.yaml'), 'utf8')
  const files = { 'team.yaml': team, 'routing-cases.yaml': 'cases: []' }
  config = await loadTestConfig(files, Date.parse('2026-11-18T15:00:00Z'))
  for (const pool of Object.values(config.team.pools)) pool.caps = { open: 1 }
  config.handoffs.kinds['trial-help'] = {
    ...bySignal('trial_started', 'sdr'),
    respondWithin: { ms: 3_600_000 },
    hours: 'elapsed',
    ladder: [
      { at: { ms: 3_600_000 }, do: 'remind' },
      { at: { ms: 7_200_000 }, do: 'alert-manager' },
    ],
  }
})

describe('any history', () => {
  it('leaves one holder a handoff, HubSpot and Slack in agreement, every clock going and nobody deaf', async () => {
    await fc.assert(
      fc.asyncProperty(anyHistory, (history) => play(config, history)),
      { ...RUNS, examples: [[WRITTEN_AFTER_THE_MERGE], [BOTH_CLICKED], [MERGED_AT_ONCE]] },
    )
  })
})

describe('any history that is only observed', () => {
  it('writes nothing to HubSpot, tells nobody, and is decided to its end', async () => {
    await fc.assert(
      fc.asyncProperty(anyHistory, (history) => playObserved(config, history)),
      { ...RUNS, numRuns: Math.ceil(RUNS.numRuns / 3) },
    )
  })
})

describe('a protection that is taken away is missed', () => {
  it.each<[string, Sabotage, string]>([
    ['the assignments that wait', { index: INDEX.assignments }, 'one holder a handoff'],
    ['the writes that wait', { index: INDEX.writes }, 'HubSpot and Baton agree'],
    ['the looking up of a message whose fate is unknown', { lookups: true }, 'each message is sent once'],
    ['the messages that wait', { index: INDEX.posts }, 'each rung is told'],
    ['the updates that wait', { index: INDEX.messages }, 'messages show what is'],
    ['the addresses of messages', { fields: 'm:' }, 'every message has its address'],
    ['the steps that wait', { index: INDEX.steps }, 'every open clock has a next instant'],
    ['the answer that ends a ladder', { answers: true }, 'nothing after an answer'],
    ['the leads that wait to be read', { index: INDEX.unread }, 'nobody is deaf'],
    ['the erasures that wait', { index: INDEX.erasures }, 'what is erased is nowhere'],
    ['the versions of leads', { guards: /:lead:/ }, 'no accepted click is lost'],
    ['the versions of ledgers', { guards: /:ledger$/ }, 'caps are kept'],
  ])('%s', async (_, sabotage, invariant) => {
    const broken: string[] = []
    for (const history of fc.sample(anyHistory, { numRuns: 600, seed: 7 })) {
      const error = await play(config, history, sabotage).then(
        () => null,
        (thrown: Error) => thrown,
      )
      if (error) broken.push(error.message)
      if (error?.message.startsWith(`${invariant}:`)) return
    }
    expect(broken).toContain(invariant)
  })
})
