import { afterEach, describe, expect, it } from 'vitest'
import type { Config } from '../../src/config/config.ts'
import { click, createTier2Lead, leadsIn } from '../support/leads.ts'
import { createStage, HOUR, MINUTE, type Stage } from '../support/stage.ts'

const [CLEO, DAN, MANAGER] = ['U000SDR1', 'U000SDR2', 'U000MGR1']

let stage: Stage
afterEach(async () => stage.close())

/** Four leads: Cleo and Dan have two each. */
async function fourLeads(): Promise<string[]> {
  stage = await createStage()
  // Everybody is known as one of the team.
  await stage.advance(MINUTE)
  const ids = ['a', 'b', 'c', 'd'].map((name) => createTier2Lead(stage, { email: `${name}@smalltown.example` }))
  await stage.quiet()
  return ids
}

/** The config without Cleo: inactive, or gone from team.yaml. */
function without(config: Config, how: 'inactive' | 'gone', edit?: (next: Config) => void): Config {
  const next = structuredClone(config)
  const cleo = next.team.reps['sdr-1']
  if (how === 'inactive' && cleo) cleo.active = false
  if (how === 'gone') {
    delete next.team.reps['sdr-1']
    for (const pool of Object.values(next.team.pools)) pool.members = pool.members.filter(({ rep }) => rep !== 'sdr-1')
  }
  edit?.(next)
  return { ...next, version: 'without-cleo' }
}

const owners = (ids: string[]) => ids.map((id) => stage.hubspot.contact(id)?.hubspot_owner_id)
const told = () => stage.texts(MANAGER).filter((text) => text.includes('has left:'))

describe('a rep who leaves', () => {
  it.each<[string, () => Promise<void>]>([
    ['is inactive', () => stage.changeConfig(without(stage.config, 'inactive'))],
    ['is no longer in team.yaml', () => stage.changeConfig(without(stage.config, 'gone'))],
    ['is deactivated in HubSpot', async () => stage.hubspot.archiveOwner('201')],
  ])('and %s: open leads go to others with their clocks, the manager is told once with the list', async (_, leave) => {
    const ids = await fourLeads()
    const clocks = () => ids.map((id) => stage.hubspot.contact(id)?.baton_sla_due_at)
    const [before, dues] = [owners(ids), clocks()]
    expect(before.toSorted()).toEqual(['201', '201', '202', '202'])
    await leave()
    // Those who are deactivated are asked for every minute.
    await stage.advance(MINUTE)
    await stage.advance(MINUTE)
    expect([owners(ids), clocks()]).toEqual([ids.map(() => '202'), dues])
    expect(told()).toHaveLength(1)
    for (const [index, id] of ids.entries())
      expect(told()[0]?.includes(`/0-1/${id}|lead `), id).toBe(before[index] === '201')
    // Within two minutes his fourth alert is a list.
    expect(stage.texts(DAN).filter((text) => text.startsWith('Handed on: '))).toHaveLength(1)
    expect(leadsIn(stage.texts(DAN))).toBe(4)
    // Nobody who has left is reminded, and nobody is told again.
    const reminded = stage.texts(CLEO).length
    await stage.advance(2 * HOUR)
    expect([stage.texts(CLEO).length, told().length]).toEqual([reminded, 1])
    // New leads go to those who are left.
    const next = createTier2Lead(stage, { email: 'next@smalltown.example' })
    await stage.quiet()
    expect(owners([next])).toEqual(['202'])
  })

  it('is seen before somebody is reminded', async () => {
    const ids = await fourLeads()
    await stage.advance(50 * MINUTE)
    stage.hubspot.archiveOwner('201')
    const before = stage.texts(CLEO).length
    await stage.advance(10 * MINUTE)
    expect(owners(ids)).toEqual(ids.map(() => '202'))
    expect([stage.texts(CLEO).length, told().length]).toEqual([before, 1])
  })

  it('keeps what was answered, and what a person gave to somebody else meanwhile', async () => {
    const ids = await fourLeads()
    const [first, second] = ids.filter((id) => stage.hubspot.contact(id)?.hubspot_owner_id === '201')
    await click(stage, CLEO, CLEO, 'contacted')
    await stage.quiet()
    const answered = [first, second].find((id) => stage.hubspot.contact(id ?? '')?.baton_sla_status === 'responded')
    const open = first === answered ? second : first
    await stage.advance(MINUTE)
    stage.hubspot.changeContact(open ?? '', { hubspot_owner_id: '102' }, { by: 'person', silent: true })
    await stage.changeConfig(without(stage.config, 'gone'))
    await stage.advance(MINUTE)
    await stage.advance(MINUTE)
    expect(owners([answered ?? '', open ?? ''])).toEqual(['201', '102'])
  })

  it('and was the only one: the manager hears that nobody is left, and again at the end, and nobody is reminded', async () => {
    stage = await createStage({
      edit: ({ team }) => Object.assign(team.pools.sdr ?? {}, { members: [{ rep: 'sdr-1', weight: 1 }] }),
    })
    await stage.advance(MINUTE)
    createTier2Lead(stage)
    await stage.quiet()
    await stage.changeConfig(without(stage.config, 'inactive'))
    await stage.advance(MINUTE)
    expect([told().length, stage.texts(MANAGER).length]).toEqual([1, 2])
    for (let hour = 0; hour < 4; hour++) await stage.advance(HOUR)
    expect([stage.texts(MANAGER).length, stage.texts(CLEO).length]).toEqual([2, 1])
    await stage.advance(HOUR)
    expect([stage.texts(MANAGER).length, stage.texts(CLEO).length]).toEqual([3, 1])
  })

  it('keeps everything where the settings say so', async () => {
    const ids = await fourLeads()
    const before = owners(ids)
    await stage.changeConfig(
      without(stage.config, 'inactive', (next) => Object.assign(next.routing, { leavers: 'keep' })),
    )
    await stage.advance(MINUTE)
    expect([owners(ids), told()]).toEqual([before, []])
  })
})
