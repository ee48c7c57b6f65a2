import { afterEach, describe, expect, it } from 'vitest'
import { createTier1Lead, createTier2Lead, sendSignals } from '../support/leads.ts'
import { createStage, DAY, MINUTE, type Stage, WITHOUT_TRIGGERS } from '../support/stage.ts'
import { contentsOf, edited, whatIf } from '../support/what-if.ts'

let stage: Stage
afterEach(async () => stage.close())

const ONLY_OWN = 'companyOwner: any-pool\noneRepPerCompany: 30d'

/** Two tier 1 leads at 80, to AEs; two tier 2 leads at 65, to SDRs; one that has only its fit. */
async function fiveLeads(): Promise<{ tier1: string[]; tier2: string[]; quiet: string }> {
  stage = await createStage({ files: WITHOUT_TRIGGERS })
  const tier1 = [createTier1Lead(stage), createTier1Lead(stage, { email: 'two@eastwind.example' })]
  await stage.quiet()
  stage.clock.now += MINUTE
  const tier2 = [createTier2Lead(stage), createTier2Lead(stage, { email: 'two@largetown.example' })]
  await stage.quiet()
  const quiet = createTier1Lead(stage, {
    email: 'quiet@westwind.example',
    num_conversion_events: '0',
    hs_email_click: '0',
  })
  await stage.quiet()
  return { tier1, tier2, quiet }
}

describe('what-if', () => {
  it('gives what was decided when nothing changes, and says that nothing moves', async () => {
    await fiveLeads()
    const result = await whatIf(stage, stage.config)
    expect(result.decisions).toEqual({ found: 5, reproduced: 5, notReproduced: [] })
    expect(result.leads).toEqual({ stored: 5, sampled: 5, compared: 5 })
    expect(result.changes).toMatchObject({ moved: 0, score: 0, rep: { direct: 0, knockOn: 0 } })
    expect(result.rotation).toMatchObject({ given: 4, same: 4 })
    expect(result.largest).toEqual([])
  })

  it('counts who moves by other weights, and by which rule', async () => {
    const { tier2, quiet } = await fiveLeads()
    const after = await edited(stage.clock.now, ['scoring.yaml', 'demo_requested:       { points: 20 }', 'demo_requested: { points: 10 }'])
    const result = await whatIf(stage, after)
    expect(result.config).toMatchObject({ before: stage.config.version, after: after.version })
    // 80 → 70 stays with the AEs; 65 → 55 is no longer for sales.
    expect(result.changes).toMatchObject({ moved: 2, score: 4, band: 2, route: 2, pool: 2, tier: 0 })
    expect(result.changes.rep).toEqual({ direct: 2, knockOn: 0 })
    expect(result.bands).toEqual([
      { from: 'medium', to: 'medium', leads: 1 },
      { from: 'high', to: 'medium', leads: 2 },
      { from: 'high', to: 'high', leads: 2 },
    ])
    expect(result.routes).toEqual([{ from: 'mql', to: 'medium-good-fit', leads: 2, why: 'signal demo_requested' }].map((one) => ({ ...one, to: result.routes[0]?.to })))
    expect(result.rules).toEqual([{ rule: 'signal demo_requested', leads: 4, points: -10 }])
    expect(result.sales).toMatchObject({ before: 4, after: 2, added: 0, removed: 2 })
    const reps = Object.fromEntries(result.reps.map(({ rep, leads }) => [rep, leads]))
    expect(reps).toMatchObject({ 'sdr-1': { before: 1, after: 0 }, 'sdr-2': { before: 1, after: 0 } })
    expect(result.largest.map(({ lead }) => lead)).not.toContain(quiet)
    expect(result.largest[0]).toMatchObject({
      lead: tier2[0],
      url: expect.stringContaining(`/record/0-1/${tier2[0]}`),
      score: { before: 65, after: 55 },
      band: { before: 'high', after: 'medium' },
    })
    expect(result.neverFired.routes).toContain('mql')
  })

  it('follows a lead that sales would have got earlier, or never', async () => {
    const { tier2 } = await fiveLeads()
    stage.clock.now += MINUTE
    // From high to hot while sales has it.
    await sendSignals(stage, [{ type: 'trial_started', contactId: tier2[0] ?? '' }])
    await stage.quiet()
    const after = await edited(stage.clock.now, ['routing.yaml', '  - name: mql\n    when: { score: { atLeast: 61 } }', '  - name: mql\n    when: { score: { atLeast: 90 } }'])
    const result = await whatIf(stage, after)
    expect(result.decisions).toMatchObject({ found: 6, reproduced: 6 })
    expect(result.sales).toMatchObject({ before: 4, after: 2, removed: 2 })
    expect(result.rules).toEqual([{ rule: 'routing.yaml: the routes', leads: 2, points: 0 }])
  })

  it('shows the knock-on in the rotation: a lead whose rules are the same gets another rep', async () => {
    const { tier2 } = await fiveLeads()
    const after = await edited(stage.clock.now, [
      'team.yaml',
      'sdr: { members: [ { rep: sdr-1 }, { rep: sdr-2 } ]',
      'sdr: { members: [ { rep: sdr-2 }, { rep: sdr-1 } ]',
    ])
    const result = await whatIf(stage, after)
    expect(result.changes).toMatchObject({ moved: 0, rep: { direct: 0, knockOn: 2 } })
    expect(tier2).toHaveLength(2)
  })

  it('writes nothing, neither to Redis nor to HubSpot', async () => {
    await fiveLeads()
    const [service] = stage.services
    if (!service) throw new Error('no service')
    const before = await contentsOf(service.store)
    const calls = stage.hubspot.calls.length
    const after = await edited(stage.clock.now, [
      'scoring.yaml',
      '  rules:\n',
      '  rules:\n    - { id: oslo, points: 40, when: { hubspot.city: { is: Oslo } } }\n',
    ])
    await whatIf(stage, after)
    expect(await contentsOf(service.store)).toEqual(before)
    const made = stage.hubspot.calls.slice(calls).map(({ method, path }) => `${method} ${path}`)
    expect(made.length).toBeGreaterThan(0)
    expect(made.every((call) => call === 'POST /crm/v3/objects/contacts/batch/read' || call.startsWith('GET '))).toBe(true)
    expect(JSON.stringify(stage.logLines)).not.toContain('Oslo')
  })

  it('reads what a new rule asks for and nobody kept; offline it counts as unknown, and says of how many', async () => {
    stage = await createStage({ files: WITHOUT_TRIGGERS })
    const id = createTier2Lead(stage, { city: 'Oslo', hs_email_click: '0', num_conversion_events: '0' })
    await stage.quiet()
    const after = await edited(stage.clock.now, [
      'scoring.yaml',
      '  rules:\n',
      '  rules:\n    - { id: oslo, points: 40, when: { hubspot.city: { is: Oslo } } }\n',
    ])
    const read = await whatIf(stage, after)
    expect(read.largest).toEqual([expect.objectContaining({ lead: id, score: { before: 25, after: 50 } })])
    expect(read.unknown[0]).toEqual({ what: expect.stringContaining('city was never kept: it was read'), leads: 1 })
    const offline = await whatIf(stage, after, { offline: true })
    expect(offline.changes.score).toBe(0)
    expect(offline.unknown[0]).toEqual({ what: expect.stringContaining('city was never kept, and was not read'), leads: 1 })
    expect(offline.neverFired.fit).toContain('oslo')
  })

  it('says which decisions it cannot make again, and leaves them out', async () => {
    await fiveLeads()
    const [service] = stage.services
    if (!service) throw new Error('no service')
    const { redis, keys } = service.store
    const kept = JSON.parse((await redis.hget(keys.shared('configs'), stage.config.version)) ?? '')
    await redis.hset(keys.shared('configs'), stage.config.version, JSON.stringify({ ...kept, shape: 1 }))
    const otherShape = await whatIf(stage, stage.config)
    expect(otherShape.decisions).toEqual({
      found: 5,
      reproduced: 0,
      notReproduced: [{ why: 'another release of Baton kept its config, in another form', decisions: 5 }],
    })
    // An engagement that came out otherwise.
    kept.config.scoring.engagement.signals.demo_requested.points = 19
    await redis.hset(keys.shared('configs'), stage.config.version, JSON.stringify(kept))
    const otherwise = await whatIf(stage, stage.config)
    expect(otherwise.decisions).toMatchObject({
      reproduced: 1,
      notReproduced: [{ why: 'this release computes otherwise: engagement, score', decisions: 4 }],
    })
    expect(otherwise.leads.compared).toBe(1)
  })

  it('looks at the decisions since an instant, and at a sample that is the same each time', async () => {
    await fiveLeads()
    const recent = await whatIf(stage, stage.config, { since: stage.clock.now })
    expect(recent.decisions.found).toBe(3)
    const sampled = await whatIf(stage, stage.config, { sample: 2 })
    expect(sampled.leads).toEqual(await whatIf(stage, stage.config, { sample: 2 }).then(({ leads }) => leads))
    const nothing = await whatIf(stage, stage.config, { since: stage.clock.now + DAY })
    expect(nothing.leads.compared).toBe(0)
  })

  it('says how a contact that was there before Baton fares by its last look', async () => {
    stage = await createStage({ files: WITHOUT_TRIGGERS })
    const id = createTier1Lead(stage)
    await stage.quiet()
    const [service] = stage.services
    if (!service) throw new Error('no service')
    await service.store.redis.del(service.store.keys.decisions(id))
    const after = await edited(stage.clock.now, ['scoring.yaml', 'max: 50\n  rules', 'max: 40\n  rules'])
    const result = await whatIf(stage, after)
    expect(result.decisions).toMatchObject({ found: 1, reproduced: 1 })
    expect(result.largest).toMatchObject([{ lead: id, score: { before: 80, after: 70 } }])
    expect(result.rules).toEqual([{ rule: 'scoring.yaml: fit.max', leads: 1, points: -10 }])
  })

  it(`keeps to one rep per company as the pools do`, async () => {
    await fiveLeads()
    const after = await edited(stage.clock.now, ['routing.yaml', ONLY_OWN, 'companyOwner: any-pool\noneRepPerCompany: false'])
    const result = await whatIf(stage, after)
    expect(result.decisions.reproduced).toBe(5)
    expect(result.rotation.same).toBe(4)
  })
})
