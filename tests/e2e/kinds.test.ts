import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { createTier2Lead, handoffsOf, press, sendSignals } from '../support/leads.ts'
import { createStage, HOUR, MINUTE, type Stage } from '../support/stage.ts'

const [CLEO, MANAGER, VP, MARKETING, ADA] = ['U000SDR1', 'U000MGR1', 'U0000VPS', 'U0000MKT', 'U0000AE1']

/** A sixth kind, of this test's own: everything that it needs is this block. */
const PRESS = `handoffs:
  press-enquiry:
    owner: Head of Marketing
    start: { signal: press_enquiry }
    to: { person: marketing }
    tell: vp-sales
    respondWithin: 2h
    hours: elapsed
    ladder: [ { at: 2h, do: remind }, { at: 3h, tell: cs-manager }, { at: 6h, end: expired } ]
    buttons:
      - take: { label: Take it, ending: accepted }
      - decline: { label: Decline, ending: rejected, reasons: [no time, wrong paper] }
      - explain
    on:
      rejected: [ { open: mql-to-sales, to: { pool: ae } } ]
      expired: [ { tell: mgr-1 } ]
`

let stage: Stage
afterEach(async () => stage.close())

async function start(): Promise<string> {
  const [handoffs, signals] = await Promise.all(
    ['handoffs', 'signals'].map((name) => readFile(join('config', `${name}.yaml`), 'utf8')),
  )
  stage = await createStage({
    files: {
      'handoffs.yaml': (handoffs ?? '').replace('handoffs:\n', PRESS),
      'signals.yaml': `${signals}  press_enquiry: { words: asked for an interview }\n`,
    },
  })
  const id = stage.hubspot.createContact(
    { email: 'pia@paper.example', firstname: 'Pia', lastname: 'Press' },
    { by: 'form' },
  )
  await stage.quiet()
  await sendSignals(stage, [{ type: 'press_enquiry', contactId: id }])
  await stage.quiet()
  return id
}

describe('a kind that is a block of YAML', () => {
  it('starts by its signal, goes to its person, and tells whom it names', async () => {
    const id = await start()
    expect(stage.texts(MARKETING)).toEqual([expect.stringMatching(/^Press enquiry: Pia Press/)])
    expect(stage.texts(VP)).toEqual([expect.stringMatching(/^Pia Press.*\. Press enquiry: with <@U0000MKT>/)])
    expect(await handoffsOf(stage, 'open')).toMatchObject([
      {
        leadId: id,
        kind: 'press-enquiry',
        rep: 'marketing',
        dueAt: new Date(stage.clock.now + 2 * HOUR).toISOString(),
      },
    ])
    // Who is no rep does not become the owner, and sales has nothing to do with it.
    expect(stage.hubspot.contact(id)).toMatchObject({ baton_sla_status: 'none' })
    expect(stage.hubspot.contact(id)?.hubspot_owner_id ?? '').toBe('')
  })

  it('is started once by one signal, and goes through its ladder to its end', async () => {
    const id = await start()
    // The same again, and another one while the first is not over.
    await sendSignals(stage, [{ type: 'press_enquiry', contactId: id }])
    await sendSignals(stage, [{ type: 'press_enquiry', contactId: id, id: 'another' }])
    await stage.quiet()
    expect(await handoffsOf(stage, 'open')).toHaveLength(1)
    await stage.advance(2 * HOUR)
    expect(stage.texts(MARKETING).at(-1)).toContain('Still waiting for you')
    await stage.advance(HOUR)
    expect(stage.texts('U000CSMG')).toHaveLength(1)
    await stage.advance(3 * HOUR)
    expect(await handoffsOf(stage, 'closed')).toMatchObject([{ kind: 'press-enquiry', ended: { how: 'expired' } }])
    expect(stage.texts(MANAGER)).toEqual([expect.stringMatching(/Press enquiry: Closed/)])
  })

  it('is answered by its own button, once, and never again', async () => {
    await start()
    await stage.advance(12 * MINUTE)
    await press(stage, MARKETING, MARKETING, 'take')
    await stage.quiet()
    expect(stage.texts(MARKETING)[0]).toMatch(/Accepted by <@U0000MKT>/)
    expect(await handoffsOf(stage, 'responded')).toMatchObject([
      { kind: 'press-enquiry', answered: { minutes: 12 }, ended: { how: 'accepted', by: MARKETING } },
    ])
    await stage.advance(6 * HOUR)
    expect(stage.texts(MARKETING)).toHaveLength(1)
    expect(stage.texts(MANAGER)).toEqual([])
  })

  it('asks for a reason, ends by it, and has done what its ending says', async () => {
    const id = await start()
    await press(stage, MARKETING, MARKETING, 'decline', 'wrong paper', 'a tabloid')
    await stage.quiet()
    expect(stage.texts(MARKETING)[0]).toMatch(/Rejected by <@U0000MKT>.*wrong paper: a tabloid/)
    expect(await handoffsOf(stage, 'closed')).toMatchObject([
      { kind: 'press-enquiry', reason: 'wrong paper: a tabloid', ended: { how: 'rejected' } },
    ])
    // Sales has it now, though no route sent it there.
    expect(await handoffsOf(stage, 'open')).toMatchObject([{ kind: 'mql-to-sales', rep: 'ae-1' }])
    expect(stage.texts(ADA)).toEqual([expect.stringContaining('wrong paper: a tabloid')])
    expect(stage.hubspot.contact(id)).toMatchObject({ hubspot_owner_id: '101', baton_sla_status: 'running' })
  })

  it('is pressed by its holder, its manager and those whom it names, and by nobody else', async () => {
    await start()
    await press(stage, CLEO, MARKETING, 'take').catch(() => undefined)
    await stage.quiet()
    expect(await handoffsOf(stage, 'open')).toHaveLength(1)
  })

  it('leaves a lead that sales has with sales', async () => {
    await start()
    const id = createTier2Lead(stage)
    await stage.quiet()
    await sendSignals(stage, [{ type: 'press_enquiry', contactId: id }])
    await stage.quiet()
    expect(stage.hubspot.contact(id)).toMatchObject({ hubspot_owner_id: '201', baton_sla_status: 'running' })
    await press(stage, MARKETING, MARKETING, 'decline', 'no time')
    await stage.quiet()
    const open = await handoffsOf(stage, 'open')
    expect(open.filter(({ leadId }) => leadId === id)).toMatchObject([{ kind: 'mql-to-sales', rep: 'sdr-1' }])
  })
})
