import { afterEach, expect, test } from 'vitest'
import { createTier1Lead, sendSignals } from '../support/leads.ts'
import { createStage, type Stage } from '../support/stage.ts'

const CROWD = 2_000

let stage: Stage
afterEach(async () => stage.close())

test('behind an import of 2,000 neither a lead that a form brings has to wait, nor one that is known as hot', async () => {
  stage = await createStage()
  const hot = createTier1Lead(stage)
  await stage.quiet()
  await sendSignals(stage, [{ type: 'pricing_page_viewed', contactId: hot }])
  await stage.quiet()
  expect(stage.hubspot.contact(hot)).toMatchObject({ baton_band: 'hot', baton_score: '85' })
  const imported = Array.from({ length: CROWD }, (_, number) =>
    stage.hubspot.createContact({ email: `lead${number}@import.example`, jobtitle: 'CMO' }, { by: 'import' }),
  )
  const done = () => imported.filter((id) => stage.hubspot.contact(id)?.baton_route !== undefined).length
  await expect.poll(done, { timeout: 30_000, interval: 5 }).toBeGreaterThan(0)

  const before = done()
  stage.hubspot.changeContact(hot, { hs_email_click: '3' }, { by: 'import' })
  const fresh = createTier1Lead(stage, { email: 'fresh@northwind.example' })
  const states = () => [stage.hubspot.contact(fresh)?.baton_route, stage.hubspot.contact(hot)?.baton_score]
  await expect.poll(() => stage.texts('C0000AE').length, { timeout: 60_000, interval: 5 }).toBe(2)
  expect(done() - before).toBeLessThan(CROWD / 2)
  await expect.poll(states, { timeout: 60_000, interval: 5 }).toEqual(['tier-1-mql', '90'])
  expect(done() - before).toBeLessThan(CROWD / 2)
  await stage.quiet()
  expect(done()).toBe(CROWD)
}, 120_000)
