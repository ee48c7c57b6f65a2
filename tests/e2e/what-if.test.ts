import { createHash } from 'node:crypto'
import { readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { afterEach, describe, expect, it } from 'vitest'
import { startEmbeddedRedis } from '../../src/platform/embedded-redis.ts'
import type { Store } from '../../src/store/partitions.ts'
import { WhatIf } from '../../src/what-if/result.ts'
import { createTier1Lead, createTier2Lead, sendSignals } from '../support/leads.ts'
import { runCli } from '../support/run-cli.ts'
import { createStage, DAY, MINUTE, type Stage, WITHOUT_TRIGGERS } from '../support/stage.ts'
import { contentsOf, edited, editedDirectory, whatIf } from '../support/what-if.ts'

let stage: Stage
afterEach(async () => stage.close())

const TIER_1_MQL = '- name: tier-1-mql\n    when: { score: { atLeast: 61 }'
const DEMO = 'demo_requested:       { points: 20 }'
const CITY_RULE = '  rules:\n    - { id: oslo, points: 40, when: { hubspot.city: { is: Oslo } } }\n'
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

  it('counts the open handoffs of all reps, whatever part of the decisions is looked at', async () => {
    await fiveLeads()
    stage.clock.now += MINUTE
    const openNow = async (options: object) =>
      (await whatIf(stage, stage.config, options)).reps.reduce((sum, { openNow }) => sum + openNow, 0)
    expect(await openNow({})).toBe(4)
    expect(await openNow({ since: stage.clock.now })).toBe(4)
    expect(await openNow({ sample: 1 })).toBe(4)
  })

  it('counts who moves by other weights, and by which rule', async () => {
    const { tier2, quiet } = await fiveLeads()
    const after = await edited(stage.clock.now, ['scoring.yaml', DEMO, 'demo_requested: { points: 10 }'])
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
    expect(result.routes).toEqual([{ from: 'mql', to: 'medium', leads: 2, why: 'signal demo_requested' }])
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

  it('follows a lead that sales would have got later, or never', async () => {
    const { tier1 } = await fiveLeads()
    stage.clock.now += MINUTE
    // From 80 to 100 while sales has it: under the other rules it is now that sales gets it.
    await sendSignals(stage, [{ type: 'trial_started', contactId: tier1[0] ?? '' }])
    await stage.quiet()
    const after = await edited(stage.clock.now, ['routing.yaml', TIER_1_MQL, TIER_1_MQL.replace('61', '90')])
    const result = await whatIf(stage, after)
    expect(result.decisions).toMatchObject({ found: 6, reproduced: 6 })
    // The one that stays below 90 is what the next route takes.
    expect(result.routes).toEqual([{ from: 'tier-1-mql', to: 'mql', leads: 1, why: 'routing.yaml: the routes' }])
    expect(result.sales).toMatchObject({ before: 4, after: 4 })
    const later = await edited(
      stage.clock.now,
      ['routing.yaml', TIER_1_MQL, TIER_1_MQL.replace('61', '90')],
      [
        'routing.yaml',
        'name: mql\n    when: { score: { atLeast: 61 } }',
        'name: mql\n    when: { score: { atLeast: 95 } }',
      ],
    )
    const withGap = await whatIf(stage, later)
    expect(withGap.sales).toMatchObject({ before: 4, after: 1, added: 0, removed: 3 })
    expect(withGap.changes.route).toBe(3)
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
    const before = digests(await contentsOf(service.store))
    const calls = stage.hubspot.calls.length
    const after = await edited(stage.clock.now, ['scoring.yaml', '  rules:\n', CITY_RULE])
    await whatIf(stage, after)
    expect(digests(await contentsOf(service.store))).toEqual(before)
    const made = stage.hubspot.calls.slice(calls).map(({ method, path }) => `${method} ${path}`)
    expect(made.length).toBeGreaterThan(0)
    expect(made.every((call) => call === 'POST /crm/v3/objects/contacts/batch/read' || call.startsWith('GET '))).toBe(
      true,
    )
    expect(JSON.stringify(stage.logLines)).not.toContain('Oslo')
  })

  it('reads what a new rule asks for and nobody kept; offline it counts as unknown, and says of how many', async () => {
    stage = await createStage({ files: WITHOUT_TRIGGERS })
    const id = createTier2Lead(stage, { city: 'Oslo', hs_email_click: '0', num_conversion_events: '0' })
    await stage.quiet()
    const after = await edited(stage.clock.now, ['scoring.yaml', '  rules:\n', CITY_RULE])
    const read = await whatIf(stage, after)
    expect(read.largest).toEqual([expect.objectContaining({ lead: id, score: { before: 25, after: 50 } })])
    expect(read.unknown[0]).toEqual({ what: expect.stringContaining('city was never kept: it was read'), leads: 1 })
    const offline = await whatIf(stage, after, { offline: true })
    expect(offline.changes.score).toBe(0)
    expect(offline.unknown[0]).toEqual({
      what: expect.stringContaining('city was never kept, and was not read'),
      leads: 1,
    })
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
    const { now } = stage.clock
    const gone = { what: expect.stringMatching(/more than 396 days ago, of the 500 .* retention\.yaml/), leads: null }
    const tooLong = await whatIf(stage, stage.config, { now, since: now - 500 * DAY })
    expect(tooLong.unknown).toContainEqual(gone)
    const kept = await whatIf(stage, stage.config, { now, since: now - 396 * DAY })
    expect(kept.unknown).not.toContainEqual(gone)
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
    const after = await edited(stage.clock.now, [
      'routing.yaml',
      ONLY_OWN,
      'companyOwner: any-pool\noneRepPerCompany: false',
    ])
    const result = await whatIf(stage, after)
    expect(result.decisions.reproduced).toBe(5)
    expect(result.rotation.same).toBe(4)
  })
})

describe('POST /v1/what-if', () => {
  const ask = (body: unknown, token = 'canary-api-token') =>
    fetch(`${stage.addresses[0]}/v1/what-if`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })

  it('answers what the command line says, for a config that is sent', async () => {
    await fiveLeads()
    const files = await textsOf(['scoring.yaml', DEMO, 'demo_requested: { points: 10 }'])
    const response = await ask({ files, limits: { moved: '5%', load: '25/day' }, offline: true })
    expect(response.status).toBe(200)
    const result = WhatIf.parse(await response.json())
    expect(result).toEqual({
      ...(await whatIf(stage, await edited(stage.clock.now, ['scoring.yaml', DEMO, 'demo_requested: { points: 10 }']))),
      failed: ['2 leads move (40 %), allowed 5 %'],
      mistakes: result.mistakes,
    })
  })

  it('says what is wrong with a config as the check does, and takes one at a time', async () => {
    await fiveLeads()
    const files = await textsOf()
    const wrong = await ask({ files: { ...files, 'scoring.yaml': files['scoring.yaml']?.replace('mql:', 'mqls:') } })
    expect(wrong.status).toBe(400)
    const problem = (await wrong.json()) as { title: string; detail: string }
    expect(problem.title).toBe('The config has mistakes')
    expect(problem.detail).toMatch(/scoring\.yaml:\d+/)
    expect(problem.detail).not.toContain('/tmp')

    const [one, other] = await Promise.all([ask({ files, offline: true }), ask({ files, offline: true })])
    expect([one.status, other.status].toSorted()).toEqual([200, 409])
    expect([one, other].find(({ status }) => status === 409)?.headers.get('retry-after')).toBe('10')
  })

  it('is refused with bad values, names of other files, and without a token that may operate', async () => {
    stage = await createStage({
      files: WITHOUT_TRIGGERS,
      env: { API_TOKENS: 'canary-api-token,read=canary-read-token' },
    })
    const files = await textsOf()
    const details = async (body: unknown) => ((await (await ask(body)).json()) as { detail: string }).detail
    expect(await details({ files, since: 'yesterday' })).toContain('write it as 30d, 12h or 8w')
    expect(await details({ files, limits: { moved: 'some' } })).toContain('write it as 5% or 200')
    expect(await details({ files: { '../../etc/scoring.yaml': '' } })).toContain('what is no name of a config file')
    expect(await details({ files, sample: 0 })).toContain('sample')
    expect((await ask({ files }, 'canary-read-token')).status).toBe(403)
    expect((await ask({ files }, 'nobody')).status).toBe(401)
  })
})

describe('baton what-if', () => {
  it('prints a report and Markdown, and ends with 2 over a limit and 3 without decisions', async () => {
    await fiveLeads()
    const [service] = stage.services
    if (!service) throw new Error('no service')
    const redis = await startEmbeddedRedis()
    const directory = await editedDirectory(['scoring.yaml', DEMO, 'demo_requested: { points: 10 }'])
    const run = (...args: string[]) => runCli(['what-if', directory, ...args], { env: { REDIS_URL: redis.url } })
    try {
      expect(await run()).toMatchObject({ code: 3, stdout: expect.stringContaining('NOT ENOUGH DATA') })
      await copyTo(redis.url, service.store)
      const text = await run()
      expect(text.code).toBe(0)
      expect(text.stdout).toContain('5 of 5 decisions come out as they were made (100 %)')
      expect(
        Math.max(
          ...text.stdout
            .split('\n')
            .filter((line) => !line.includes('https:'))
            .map(({ length }) => length),
        ),
      ).toBeLessThanOrEqual(120)
      for (const secret of ['Canary', 'canary', '@']) expect(text.stdout).not.toContain(secret)

      const gated = await run('--max-moved', '5%', '--max-load', '25/day', '--max-rep', '+20%', '--format', 'md')
      expect(gated.code).toBe(2)
      expect(gated.stdout).toContain('**FAILED 2 leads move (40 %), allowed 5 %**')
      expect(gated.stdout.match(/FAILED/g)).toHaveLength(1)
      expect(gated.stdout).toContain('| --- |')
    } finally {
      await redis.stop()
      await rm(directory, { recursive: true })
    }
  })

  it('says what is wrong with a value or with the config, and ends with 1', async () => {
    stage = await createStage({ files: WITHOUT_TRIGGERS })
    const directory = await editedDirectory()
    await writeFile(join(directory, 'scoring.yaml'), 'fit: {}\n')
    const value = await runCli(['what-if', directory, '--max-moved', 'much'])
    expect(value).toMatchObject({ code: 1, stderr: expect.stringContaining('neither a share such as 5% nor a number') })
    const config = await runCli(['what-if', directory])
    expect(config).toMatchObject({ code: 1, stderr: expect.stringMatching(/scoring\.yaml:\d+/) })
    await rm(directory, { recursive: true })
  })

  it('wants the token of HubSpot only where it has to read, and reads there alone', async () => {
    stage = await createStage({ files: WITHOUT_TRIGGERS })
    createTier2Lead(stage, { city: 'Oslo' })
    await stage.quiet()
    const [service] = stage.services
    if (!service) throw new Error('no service')
    const redis = await startEmbeddedRedis()
    const directory = await editedDirectory(['scoring.yaml', '  rules:\n', CITY_RULE])
    try {
      await copyTo(redis.url, service.store)
      const env = { REDIS_URL: redis.url }
      const without = await runCli(['what-if', directory], { env })
      expect(without.code).toBe(1)
      expect(without.stderr).toContain('set HUBSPOT_ACCESS_TOKEN to read it, or say --offline')
      expect((await runCli(['what-if', directory, '--offline'], { env })).stdout).toContain('1 leads: property city')
      const calls = stage.hubspot.calls.length
      const own = { ...env, HUBSPOT_ACCESS_TOKEN: 'pat-canary-token', HUBSPOT_BASE_URL: stage.hubspot.url }
      const read = await runCli(['what-if', directory, '--json'], { env: own })
      expect(WhatIf.parse(JSON.parse(read.stdout)).changes.score).toBe(1)
      expect(stage.hubspot.calls.slice(calls).map(({ path }) => path)).toEqual(['/crm/v3/objects/contacts/batch/read'])
    } finally {
      await redis.stop()
      await rm(directory, { recursive: true })
    }
  })
})

/** What can be compared without filling the terminal; what the service does by itself is left out. */
function digests(contents: Map<string, string>): string[] {
  return [...contents]
    .filter(([key]) => !/:(rate:hubspot|stalled-check)$/.test(key))
    .map(([key, dump]) => `${key} ${createHash('sha1').update(dump).digest('hex')}`)
    .toSorted()
}

/** The command line looks under the service's own prefix. */
async function copyTo(url: string, from: Store): Promise<void> {
  const redis = new Redis(url)
  for (const [key, dump] of await contentsOf(from))
    await redis.restore(key.replace(from.prefix, 'baton'), 0, Buffer.from(dump, 'base64'))
  redis.disconnect()
}

async function textsOf(...edits: Parameters<typeof editedDirectory>): Promise<Record<string, string>> {
  const directory = await editedDirectory(...edits)
  const names = (await readdir(directory)).filter((name) => name.endsWith('.yaml'))
  const texts = await Promise.all(names.map(async (name) => [name, await readFile(join(directory, name), 'utf8')]))
  await rm(directory, { recursive: true })
  return Object.fromEntries(texts)
}
