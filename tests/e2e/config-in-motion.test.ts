import { cp, mkdtemp, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { watchConfig } from '../../src/config/watch.ts'
import { createLogger } from '../../src/platform/log.ts'
import { pack } from '../../src/store/pack.ts'
import { createScored } from '../../src/store/scored.ts'
import { createTier1Lead, createTier2Lead, sendSignals } from '../support/leads.ts'
import { createStage, DAY, HOUR, loadTestConfig, MINUTE, type Stage } from '../support/stage.ts'

async function changed(file: string, from: string, to: string, now: number) {
  const text = await readFile(join('config', file), 'utf8')
  expect(text).toContain(from)
  return loadTestConfig({ [file]: text.replace(from, to), 'routing-cases.yaml': 'cases: []' }, now)
}

describe('another config while leads are on their way', () => {
  let stage: Stage
  afterEach(async () => stage.close())

  it('scores every lead again by the new weights, without asking HubSpot, and routes who is ready now', async () => {
    stage = await createStage()
    const fit = createTier1Lead(stage, { num_conversion_events: '0', hs_email_click: '0' })
    const two = createTier2Lead(stage)
    await stage.quiet()
    expect(stage.hubspot.contact(fit)).toMatchObject({ baton_score: '50', baton_route: 'medium-good-fit' })
    expect(stage.hubspot.contact(two)).toMatchObject({ baton_score: '65' })
    const reads = () => stage.hubspot.calls.filter(({ path }) => path.includes('contacts/batch/read')).length
    const before = reads()
    await stage.changeConfig(
      await changed(
        'scoring.yaml',
        'company-size-tier-2, points: 10',
        'company-size-tier-2, points: 5',
        stage.clock.now,
      ),
    )
    await stage.advance(MINUTE)
    expect(stage.hubspot.contact(two)).toMatchObject({ baton_score: '60', baton_route: 'mql', hubspot_owner_id: '201' })
    expect(reads()).toBe(before)

    const eager = (await changed('scoring.yaml', 'max: 50', 'max: 70', stage.clock.now)) as typeof stage.config
    const rule = eager.scoring.fit.rules.find(({ id }) => id === 'company-size-tier-1')
    if (rule) rule.points = 40
    await stage.changeConfig(eager)
    await stage.advance(MINUTE)
    expect(stage.hubspot.contact(fit)).toMatchObject({
      baton_score: '70',
      baton_route: 'tier-1-mql',
      hubspot_owner_id: '101',
    })
    expect(stage.texts('U0000AE1').at(-1)).toContain('Score 70')
    expect(stage.logLines.join()).toContain('leads scored again')
    const metrics = await (await fetch(`${stage.addresses[0]}/metrics`)).text()
    expect(metrics).toMatch(/^baton_rescore_remaining 0$/m)
    expect(metrics).toContain(`baton_config_info{version="${eager.version}"} 1`)
  })

  it('reads what the new rules need to know and was never read, a hundred leads at a time, before it decides', async () => {
    stage = await createStage()
    const ids = Array.from({ length: 250 }, (_, number) =>
      stage.hubspot.createContact({ email: `lead${number}@some.example`, jobtitle: 'CMO', city: 'Oslo' }),
    )
    await stage.quiet()
    expect(stage.hubspot.contact(ids[0] ?? '')).toMatchObject({ baton_score: '15' })
    const reads = () => stage.hubspot.calls.filter(({ path }) => path.endsWith('contacts/batch/read')).length
    const before = reads()
    const oslo = '\n    - { id: oslo, points: 30, when: { hubspot.city: { is: Oslo } } }'
    const next = await changed('scoring.yaml', '  rules:', `  rules:${oslo}`, stage.clock.now)
    await stage.changeConfig(next)
    await stage.advance(MINUTE)
    for (const id of ids) expect(stage.hubspot.contact(id)).toMatchObject({ baton_score: '45' })
    expect(reads() - before).toBeLessThanOrEqual(5)
    for (const id of ids.slice(0, 20)) {
      const lines = (await stage.services[0]?.leads.readHistory(id))?.filter((line) => 'config' in line)
      expect(lines?.map((line) => 'config' in line && [line.config, line.score])).toEqual([
        [stage.config.version, 15],
        [next.version, 45],
      ])
    }
  })

  it.each([
    ['to a property that was read for something else', 'jobTitle: [company, jobtitle]', 0],
    ['to one that was never read', 'jobTitle: [city, jobtitle]', 1],
  ])('scores every lead again when hubspot.yaml maps an attribute %s', async (_, mapping, reads) => {
    stage = await createStage()
    const id = stage.hubspot.createContact({ email: 'l@some.example', jobtitle: 'Baker', company: 'CMO', city: 'CMO' })
    await stage.quiet()
    expect(stage.hubspot.contact(id)).toMatchObject({ baton_score: '0' })
    const ofContacts = () => stage.hubspot.calls.filter(({ path }) => path.endsWith('contacts/batch/read')).length
    const before = ofContacts()
    await stage.changeConfig(await changed('hubspot.yaml', 'jobTitle: jobtitle', mapping, stage.clock.now))
    await stage.advance(MINUTE)
    expect(stage.hubspot.contact(id)).toMatchObject({ baton_score: '15' })
    expect(ofContacts() - before).toBe(reads)
  })

  it('leaves running clocks and leads alone when only the clocks changed; a new lead gets the new clock', async () => {
    stage = await createStage()
    const [service] = stage.services
    if (!service) throw new Error('no service')
    const clockOf = async (id: string) => {
      const { lead, handoffs } = await service.leads.read(id)
      const { dueAt, calendar, ladder, breachedAt } = handoffs[`${id}-1`] ?? {}
      return { config: lead?.configVersion, dueAt, breachedAt, calendar, ladder }
    }
    const remindersTo = (user: string) => stage.texts(user).filter((text) => text.includes('Still waiting for you'))
    const [ADA, BEN] = ['U0000AE1', 'U0000AE2']
    const start = stage.clock.now
    const [left, read] = [createTier1Lead(stage), createTier1Lead(stage, { email: 'second@northwind.example' })]
    await stage.quiet()
    const before = [await service.leads.get(left), await service.leads.get(read)]
    const [clock, other] = [await clockOf(left), await clockOf(read)]
    expect(clock).toMatchObject({ config: stage.config.version, dueAt: start + 5 * MINUTE, calendar: 'us-east' })
    expect(clock.ladder?.map(({ dueAt }) => dueAt - start)).toEqual([5 * MINUTE, 2 * HOUR, 5 * HOUR])
    await stage.advance(MINUTE)
    const slower = await changed(
      'handoffs.yaml',
      '    respondWithin: 5m\n    hours: business\n    ladder: [ { at: 5m, do: remind }, { at: 2h, do: reassign }, { at: 4h, do: alert-manager } ]',
      '    respondWithin: 9h\n    hours: elapsed\n    ladder: [ { at: 9h, do: remind } ]',
      stage.clock.now,
    )
    expect(slower.version).not.toBe(stage.config.version)
    await stage.changeConfig(slower)
    await stage.advance(0)
    for (const [index, id] of [left, read].entries())
      expect(await service.leads.get(id)).toMatchObject({ version: before[index]?.version, lead: before[index]?.lead })

    // One that is read again by the new config goes on with its clock as well.
    stage.hubspot.changeContact(read, { hs_email_click: '3' })
    await stage.quiet()
    expect(await clockOf(read)).toEqual({ ...other, config: slower.version })
    const fresh = createTier1Lead(stage, { email: 'third@northwind.example' })
    await stage.quiet()
    const due = start + MINUTE + 9 * HOUR
    expect(await clockOf(fresh)).toEqual({
      ...{ config: slower.version, dueAt: due, breachedAt: undefined, calendar: null },
      ladder: [{ do: 'remind', dueAt: due }],
    })

    await stage.advance(4 * MINUTE - 1)
    expect([...remindersTo(ADA), ...remindersTo(BEN)]).toEqual([])
    await stage.advance(1)
    expect([remindersTo(ADA).length, remindersTo(BEN).length]).toEqual([1, 1])
    const late = { breachedAt: start + 5 * MINUTE }
    expect(await clockOf(left)).toMatchObject({ ...late, config: stage.config.version, dueAt: clock.dueAt })
    expect(await clockOf(read)).toMatchObject({ ...late, dueAt: other.dueAt })
    expect(stage.hubspot.contact(left)?.baton_config_version).toBe(stage.config.version)

    await stage.advance(2 * HOUR - 5 * MINUTE - 1)
    expect(stage.hubspot.contact(left)?.hubspot_owner_id).toBe('101')
    await stage.advance(1)
    expect(stage.hubspot.contact(left)?.hubspot_owner_id).toBe('102')
    expect((await clockOf(left)).ladder?.map(({ dueAt }) => dueAt)).toEqual(clock.ladder?.map(({ dueAt }) => dueAt))

    await stage.advance(due - stage.clock.now - 1)
    expect((await clockOf(fresh)).breachedAt).toBeUndefined()
    await stage.advance(1)
    expect(await clockOf(fresh)).toMatchObject({ breachedAt: due, dueAt: due, ladder: [{ doneAt: due }] })
  })

  it('respects who was rejected or rests, and tells the manager of a lead that turns hot', async () => {
    stage = await createStage()
    const hot = createTier1Lead(stage)
    const rejected = createTier2Lead(stage)
    await stage.quiet()
    // A person's word, of which no handoff tells.
    const { store, leads } = stage.services[0] ?? {}
    const before = await leads?.read(rejected)
    if (!before?.lead || !store) throw new Error('no record')
    const lead = { ...before.lead, rejected: { by: 'U000SDR1', reason: 'no budget', at: stage.clock.now } }
    await store.commit([], [['HSET', store.keys.lead(rejected), 'record', pack(lead)]])
    await stage.advance(1_000)
    const eager = structuredClone(stage.config)
    const rule = eager.scoring.engagement.signals.email_clicked
    if (rule) rule.points = 15
    await stage.changeConfig({ ...eager, version: 'eager', rulesVersion: 42 })
    await stage.advance(MINUTE)
    expect(stage.hubspot.contact(hot)).toMatchObject({ baton_score: '100', baton_band: 'hot' })
    expect(stage.texts('U000MGR1').filter((text) => /hot/i.test(text))).toHaveLength(1)
    expect(stage.hubspot.contact(rejected)).toMatchObject({ baton_route: 'disqualified-by-person' })
    const history = await stage.services[0]?.leads.readHistory(rejected)
    expect(history?.findLast(({ what }) => what === 'decided')).toMatchObject({
      config: 'eager',
      standing: { rejected: true },
    })
  })

  it('scores the others again when one cannot be read, and sets that one aside', async () => {
    stage = await createStage({ strict: false })
    const ids = Array.from({ length: 12 }, (_, index) =>
      stage.hubspot.createContact({ email: `lead${index}@some.example` }),
    )
    await stage.quiet()
    const { store, leads } = stage.services[0] ?? {}
    if (!store || !leads) throw new Error('no service')
    await store.redis.hset(store.keys.lead(ids[3] ?? ''), 'record', 'not packed by Baton')
    await stage.changeConfig({ ...structuredClone(stage.config), version: 'other', rulesVersion: 43 })
    await store.redis.set(store.keys.shared('scoring-version'), 43)
    await stage.services[0]?.work.sweep({ grace: false })
    await expect.poll(() => createScored(store).countByOtherRules(43), { timeout: 10_000 }).toBe(0)
    await expect.poll(() => store.count('dead'), { timeout: 10_000 }).toBe(1)
    // What cannot be read can still be erased.
    const erased = await fetch(`${stage.addresses[0]}/v1/leads/${ids[3]}`, {
      method: 'DELETE',
      headers: { authorization: 'Bearer canary-api-token' },
    })
    expect(erased.status).toBe(204)
    await expect.poll(() => store.redis.hkeys(store.keys.lead(ids[3] ?? '')), { timeout: 10_000 }).toEqual(['version'])
  })

  it('lets the rules of those who live have the last word, when an old worker came and went', async () => {
    stage = await createStage()
    const id = createTier1Lead(stage)
    await stage.quiet()
    const { store, leads } = stage.services[0] ?? {}
    if (!store || !leads) throw new Error('no service')
    await stage.changeConfig({ ...structuredClone(stage.config), version: 'newer', rulesVersion: 44 })
    const authority = store.keys.shared('scoring-version')
    await store.redis.set(authority, 7, 'EX', 60)
    await stage.advance(1_000)
    expect(await createScored(store).countByOtherRules(44)).toBe(1)
    // The old worker's word lapses a moment after its last sweep.
    await store.redis.del(authority)
    await stage.advance(1_000)
    expect(await createScored(store).countByOtherRules(44)).toBe(0)
    expect((await leads.read(id)).lead?.configVersion).toBe('newer')
  })

  it('gives each lead its new score and one more line of history, once', async () => {
    stage = await createStage()
    const ids = Array.from({ length: 40 }, (_, index) =>
      stage.hubspot.createContact({ email: `lead${index}@some.example` }),
    )
    await stage.quiet()
    await sendSignals(
      stage,
      ids.map((contactId) => ({ type: 'webinar_attended', contactId })),
    )
    await stage.quiet()
    await stage.changeConfig(
      await changed(
        'scoring.yaml',
        'webinar_attended:     { points: 15 }',
        'webinar_attended: { points: 25 }',
        stage.clock.now,
      ),
    )
    await stage.advance(1_000)
    for (const id of ids) expect(stage.hubspot.contact(id)?.baton_score).toBe('25')
    await stage.advance(29 * DAY)
    for (const id of ids) expect((await stage.services[0]?.leads.readHistory(id))?.length).toBe(3)
  })
})

describe('the config directory', () => {
  let directory: string
  const lines: string[] = []
  const log = createLogger('info', { write: (line: string) => void lines.push(line) })
  beforeEach(async () => {
    lines.length = 0
    directory = await mkdtemp(join(tmpdir(), 'baton-watched-'))
    await cp('config', directory, { recursive: true })
  })
  afterEach(async () => rm(directory, { recursive: true }))

  const edit = async (file: string, from: string, to: string) => {
    const path = join(directory, file)
    await writeFile(path, (await readFile(path, 'utf8')).replace(from, to))
  }

  it('is followed: a sound change is taken over, a broken one is refused with the words of the check', async () => {
    const watched = await watchConfig(directory, log, Date.now)
    const taken: string[] = []
    watched.beforeChange(async (next) => void taken.push(next.version))
    const first = watched.current()
    try {
      await edit('routing.yaml', '    rescore: 2d', '    rescore: 3d')
      await expect.poll(() => watched.current().version, { timeout: 10_000 }).not.toBe(first.version)
      const second = watched.current()
      expect(taken).toEqual([second.version])

      await edit('routing.yaml', '    to: { pool: sdr }', '    to: { pool: sdrs }')
      await expect.poll(() => watched.refusal(), { timeout: 10_000 }).not.toBeNull()
      expect(watched.refusal()).toContain('there is no pool "sdrs" in team.yaml; did you mean "sdr"?')
      expect(watched.refusal()).toMatch(/routing\.yaml:\d+ {2}route "\S+" to\.pool/)
      expect(watched.current()).toBe(second)
      expect(lines.join()).toContain('the new config is refused')

      await edit('routing.yaml', 'sdrs', 'sdr')
      await expect.poll(() => watched.refusal(), { timeout: 10_000 }).toBeNull()
      expect(watched.current()).toBe(second)
      // Comments decide nothing.
      await edit('routing.yaml', 'keepOwner', '# a remark\nkeepOwner')
      expect(await watched.reload()).toBe(false)
      expect(taken).toHaveLength(1)
    } finally {
      watched.close()
    }
  })

  it('runs although something in it can never work, and the log says what', async () => {
    await edit(
      'routing.yaml',
      '{ score: { atLeast: 61 }, icp.tier: { is: 1 } }',
      '{ score: { atLeast: 61 }, icp.tier: { in: [1, 7] } }',
    )
    const watched = await watchConfig(directory, log, Date.now)
    const first = watched.current().version
    try {
      expect(lines.join()).toMatch(/route \\"tier-1-mql\\": icp.tier is never 7/)
      lines.length = 0
      expect(await watched.reload()).toBe(false)
      expect(lines.join()).not.toContain('never')
      await edit('scoring.yaml', 'hot: 81', 'hot: 82')
      await expect.poll(() => watched.current().version, { timeout: 10_000 }).not.toBe(first)
      expect(watched.refusal()).toBeNull()
      expect(lines.join()).toContain('icp.tier is never 7')
    } finally {
      watched.close()
    }
  })

  it('is followed when another directory takes its place, or a link points elsewhere', async () => {
    const link = `${directory}-current`
    await symlink(directory, link)
    const other = `${directory}-next`
    const watched = await watchConfig(link, log, Date.now)
    const first = watched.current().version
    try {
      await cp(directory, other, { recursive: true })
      const path = join(other, 'handoffs.yaml')
      await writeFile(path, (await readFile(path, 'utf8')).replace('respondWithin: 1h', 'respondWithin: 2h'))
      await rm(link)
      await symlink(other, link)
      await expect.poll(() => watched.current().version, { timeout: 10_000 }).not.toBe(first)
      const second = watched.current().version
      // Gone for a moment, and back as another directory: what is written there afterwards counts again.
      await rename(other, `${other}-old`)
      await expect.poll(() => watched.refusal(), { timeout: 10_000 }).not.toBeNull()
      await cp(directory, other, { recursive: true })
      await expect.poll(() => watched.current().version, { timeout: 10_000 }).toBe(first)
      await writeFile(path, await readFile(join(`${other}-old`, 'handoffs.yaml'), 'utf8'))
      await expect.poll(() => watched.current().version, { timeout: 10_000 }).toBe(second)
      expect(watched.refusal()).toBeNull()
    } finally {
      watched.close()
      for (const one of [link, other, `${other}-old`]) await rm(one, { recursive: true, force: true })
    }
  })

  it('is not taken over while the versions cannot be kept, and is tried again', async () => {
    const watched = await watchConfig(directory, log, Date.now)
    watched.beforeChange(async () => {
      throw new Error('Redis is away')
    })
    const first = watched.current()
    await edit('handoffs.yaml', 'respondWithin: 1h', 'respondWithin: 2h')
    expect(await watched.reload()).toBe(false)
    expect(watched.current()).toBe(first)
    expect(watched.refusal()).toContain('could not be taken over yet')
    watched.close()
  })
})
