import { afterEach, describe, expect, it } from 'vitest'
import { createTier1Lead, sendSignals } from '../support/leads.ts'
import { createStage, type Stage } from '../support/stage.ts'

/*
 * Clocks of seconds in real time, with the sweep and the poll running: what overlaps there cannot be shown with a clock that
 * tests move. Nothing is asserted about how long anything takes.
 */

const [ADA, BEN, MANAGER] = ['U0000AE1', 'U0000AE2', 'U000MGR1']
const SECOND = 1_000
const RUNGS = { remind: 1.5 * SECOND, reassign: 3 * SECOND, 'alert-manager': 4.5 * SECOND }

let stage: Stage
afterEach(async () => stage.close())

/** A lead of Ada's, whose clock has just begun. */
async function givenLead(): Promise<string> {
  stage = await createStage({
    edit: ({ handoffs }) => {
      const ladder = Object.entries(RUNGS).map(([action, ms]) => ({ do: action as keyof typeof RUNGS, at: { ms } }))
      for (const kind of Object.values(handoffs.kinds))
        Object.assign(kind, { respondWithin: { ms: RUNGS.remind }, ladder })
    },
  })
  const [began, start] = [performance.now(), stage.clock.now]
  Object.defineProperty(stage.clock, 'now', { get: () => Math.round(start + performance.now() - began) })
  await stage.start('worker', { sweepEvery: 300, pollEvery: 500 })
  stage.hubspot.createOwner({ id: '999', email: 'boss@team.example', firstName: 'Olive', lastName: 'Boss' })
  const id = createTier1Lead(stage)
  await expect.poll(() => stage.texts(ADA).length, { timeout: 10_000 }).toBe(1)
  return id
}

const handoffs = async (id: string) => Object.values((await stage.services[0]?.leads.read(id))?.handoffs ?? {})
const holders = async (id: string) => (await handoffs(id)).flatMap((one) => one.holders.map(({ rep }) => rep))
const ownerOf = (id: string) => stage.hubspot.contact(id)?.hubspot_owner_id
/** Waits until the last rung was taken, if any is left. */
const over = async (id: string) => {
  const last = (await handoffs(id))[0]?.ladder.at(-1)?.dueAt ?? 0
  await expect.poll(() => stage.clock.now, { timeout: 15_000 }).toBeGreaterThan(last + SECOND)
}

describe('in the course of seconds', () => {
  it('an owner whom HubSpot does not take at once is nobody’s word, though a signal is read meanwhile', async () => {
    const id = await givenLead()
    const reassign = (await handoffs(id))[0]?.ladder[1]?.dueAt ?? 0
    await expect.poll(() => stage.clock.now, { timeout: 10_000, interval: 10 }).toBeGreaterThan(reassign - 200)
    stage.hubspot.failNext({ method: 'POST', path: /contacts.batch.update/, times: 4 })
    stage.hubspot.failNext({ path: /companies.batch.read/, times: 4 })
    await expect.poll(() => holders(id), { timeout: 10_000, interval: 10 }).toEqual(['ae-1', 'ae-2'])
    await sendSignals(stage, [{ type: 'email_clicked', contactId: id }])
    await over(id)
    await expect.poll(() => ownerOf(id), { timeout: 20_000 }).toBe('102')
    expect(await holders(id)).toEqual(['ae-1', 'ae-2'])
    expect([ADA, BEN].map((user) => stage.texts(user).length)).toEqual([2, 1])
  })

  it('an owner whom a person sets just before a rung keeps the lead, and nobody is paged', async () => {
    const id = await givenLead()
    const reassign = (await handoffs(id))[0]?.ladder[1]?.dueAt ?? 0
    await expect.poll(() => stage.clock.now, { timeout: 10_000, interval: 10 }).toBeGreaterThan(reassign - 200)
    stage.hubspot.changeContact(id, { hubspot_owner_id: '999' }, { by: 'person', silent: true })
    await over(id)
    expect([ownerOf(id), stage.texts(BEN), stage.texts(MANAGER)]).toEqual(['999', [], []])
    expect(stage.texts(ADA)[0]).toContain('Taken over in HubSpot by owner 999 (Olive Boss)')
  })

  it('a call in time of which no event comes is an answer in time', async () => {
    const id = await givenLead()
    stage.hubspot.logActivity(id, { type: 'call', by: 'rep', silent: true })
    await over(id)
    expect(stage.hubspot.contact(id)?.baton_sla_status).toBe('responded')
    expect([ADA, BEN, MANAGER].map((user) => stage.texts(user).length)).toEqual([1, 0, 0])
  })

  it('a rep who is deactivated in HubSpot is not reminded: the lead is handed on', async () => {
    const id = await givenLead()
    stage.hubspot.archiveOwner('101')
    await over(id)
    expect((await holders(id)).slice(0, 2)).toEqual(['ae-1', 'ae-2'])
    expect(stage.texts(ADA)).toHaveLength(1)
    expect(stage.texts(MANAGER).filter((text) => text.includes('Ada Lane has left'))).toHaveLength(1)
  })
})
