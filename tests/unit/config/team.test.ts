import { describe, expect, it } from 'vitest'
import { loadConfig } from '../../../src/config/load.ts'
import { everybody, mayAct } from '../../../src/handoffs/team.ts'
import { managerOf } from '../../../src/messages/render.ts'
import { LOADED_AT, useConfigDirectories } from '../../support/config.ts'

const makeDirectory = useConfigDirectories()

describe('people who get no leads', () => {
  it('may manage a pool: they hear of its leads, and may click', async () => {
    const { team } = await loadConfig('config', LOADED_AT)
    expect(Object.keys(team.people)).toEqual(['cs-manager', 'vp-sales', 'marketing'])
    const manager = team.people['cs-manager']?.slackUserId ?? ''
    expect(managerOf(team, 'cs')).toBe(manager)
    expect(mayAct(team, manager, 'cs-1', ['cs'])).toBe(true)
    expect(mayAct(team, team.people.marketing?.slackUserId ?? '', 'cs-1', ['cs'])).toBe(false)
  })

  it('are told once, also where they stand under managers as well; who has left is not', async () => {
    const { team } = await loadConfig('config', LOADED_AT)
    const [rep] = Object.values(team.reps)
    const left = { ...team, reps: { ...team.reps, [rep?.id ?? '']: { ...rep, active: false } as never } }
    const ids = everybody(left).map(({ id }) => id)
    expect(ids).toEqual([...new Set(ids)])
    expect(ids).toContain('cs-manager')
    expect(ids).not.toContain(rep?.id)
  })

  it('are nobody in an older directory', async () => {
    const { team } = await loadConfig(await makeDirectory(), LOADED_AT)
    expect(team.people).toEqual({})
  })
})
