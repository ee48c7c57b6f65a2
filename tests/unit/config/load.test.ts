import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { loadConfig } from '../../../src/config/load.ts'
import { ConfigError } from '../../../src/config/problems.ts'
import { attributesOf } from '../../../src/rules/condition.ts'
import { LOADED_AT, problemsIn, useConfigDirectories } from '../../support/config.ts'

const makeDirectory = useConfigDirectories()
const DAY = 86_400_000

/** A sample config with one text of one file replaced. */
async function changed(file: string, from: string, to: string): Promise<string> {
  const directory = await makeDirectory()
  const path = join(directory, file)
  const text = await readFile(path, 'utf8')
  expect(text).toContain(from)
  await writeFile(path, text.replace(from, to))
  return directory
}

test('who is named in reports.yaml and nowhere else stops no config: no lead depends on a report', async () => {
  const directory = await makeDirectory()
  const reports =
    'weekly: { to: [who-left] }\nfeedback: { successToMarketing: { to: [gone], struggles: [{ trigger: none }] } }\n'
  await writeFile(join(directory, 'reports.yaml'), reports)
  expect((await loadConfig(directory, LOADED_AT)).reports.weekly?.to).toEqual(['who-left'])
})

describe('what is read', () => {
  test('the sample of the contract', async () => {
    const config = await loadConfig(await makeDirectory(), LOADED_AT)
    expect(config.routing.routes).toHaveLength(9)
    expect(config.routing.routes[7]).toEqual({
      name: 'medium',
      when: { kind: 'test', attribute: 'score', test: { atLeast: 31 } },
      to: { nurture: 'signal-based' },
      rescore: 7 * DAY,
    })
    expect(config.icp.negative[1]?.when).toEqual({
      kind: 'any',
      of: [
        { kind: 'test', attribute: 'email.domain', test: { matches: ['*.edu'] } },
        { kind: 'test', attribute: 'jobTitle', test: { matches: ['*student*'] } },
      ],
    })
    expect(config.scoring.engagement).toMatchObject({
      window: 180 * DAY,
      signals: { email_opened: { points: 3, cap: { count: 3, per: 7 * DAY } }, email_clicked: { halfLife: 45 * DAY } },
    })
    expect(config.team.calendars['us-east']?.hours).toMatchObject({
      fri: [
        { open: 540, close: 720 },
        { open: 780, close: 1050 },
      ],
      sat: [{ open: 1320, close: 120 }],
    })
    expect(config.team.reps['ae-2']).toMatchObject({ active: true, away: [] })
    expect(config.team.pools.ae?.members[1]).toEqual({ rep: 'ae-2', weight: 1 })
    expect(config.handoffs.kinds['mql-to-sales-tier-1']?.respondWithin).toEqual({ ms: 300_000 })
    expect(config.hubspot.attributes.jobTitle).toEqual(['jobtitle'])
    expect(config.hubspot.properties.score).toBe('baton_score')
    expect(config.enrichment.total).toBe(3_000)
  })

  test('what a directory of an older version does not say has its default', async () => {
    const { routing, enrichment, hubspot } = await loadConfig(await makeDirectory(), LOADED_AT)
    expect(routing).toMatchObject({
      ...{ oneRepPerCompany: 30 * DAY, prefer: 'open', cover: 'stand-in', ownerCleared: 'back-to-pool' },
      leavers: 'hand-on',
    })
    expect(routing.tracks).toBeUndefined()
    expect(enrichment.when && attributesOf(enrichment.when)).toEqual(['hubspot.hs_email_optout', 'email.free'])
    expect(hubspot.properties).toMatchObject({ signals: 'baton_signals', handoffs: 'baton_handoffs' })
  })

  test('the tests of a condition in the order of the file', async () => {
    const when =
      'when: { icp.tier: { is: 1 }, hubspot.plan: { is: pro }, company.size: { atLeast: 5 }, email: { known: true } }'
    const directory = await changed('routing.yaml', 'when: { icp.negative: { known: true } }', when)
    const { routing } = await loadConfig(directory, LOADED_AT)
    const condition = routing.routes[0]?.when
    expect(condition && attributesOf(condition)).toEqual(['icp.tier', 'hubspot.plan', 'company.size', 'email'])
  })

  test('the config that Baton comes with', async () => {
    const directory = join(import.meta.dirname, '..', '..', '..', 'config')
    await expect(loadConfig(directory, LOADED_AT)).resolves.toMatchObject({ version: expect.any(String) })
  })

  test.each([
    ['1.1h', 3_960_000],
    ['0.5s', 500],
    ['90m', 5_400_000],
  ])('%s is whole milliseconds', async (text, ms) => {
    const config = await loadConfig(await changed('sla.yaml', 'respondWithin: 1h', `respondWithin: ${text}`), LOADED_AT)
    expect(config.handoffs.kinds['mql-to-sales']?.respondWithin).toEqual({ ms })
  })

  test('a kind of handoff: what starts it, and what follows an answer', async () => {
    const { comesBack, kinds } = (await loadConfig(await makeDirectory(), LOADED_AT)).handoffs
    expect(comesBack).toEqual({ points: 20, signals: ['meeting_booked'] })
    const common = { count: 3, within: { businessDays: 5 }, then: { nurture: 'signal-based' } }
    expect(kinds['mql-to-sales']).toMatchObject({ withSales: true, starts: [], attempts: common })
    expect(kinds['mql-to-sales']?.attempts?.answered.kind).toBe('any')

    const rules = 'respondWithin: 1h, hours: elapsed, ladder: []'
    const own = 'attempts: { count: 1, within: 2d, then: { nurture: newsletter } }'
    const trial = `  trial: { start: { signal: trial_started }, to: { pool: ae }, ${rules}, ${own} }`
    const config = await loadConfig(await changed('sla.yaml', 'handoffs:', `handoffs:\n${trial}`), LOADED_AT)
    expect(config.handoffs.kinds.trial).toMatchObject({
      withSales: false,
      starts: [{ signal: 'trial_started' }],
      to: { pool: 'ae' },
      attempts: { count: 1, within: { ms: 2 * DAY }, then: { nurture: 'newsletter' } },
    })
    expect(config.handoffs.kinds['mql-to-sales']?.attempts).toMatchObject(common)
  })

  test.each([
    [
      'start: { signal: trial_started }, ',
      'handoffs.trial: is missing to: what starts by itself has to say who gets it; routes name their pool themselves',
    ],
    [
      'start: { signal: trial_start }, to: { pool: ae }, ',
      'handoffs.trial.start.signal: there is no signal "trial_start" in scoring.yaml; did you mean "trial_started"?',
    ],
    [
      'start: { signal: trial_started }, to: { pool: ea }, ',
      'handoffs.trial.to.pool: there is no pool "ea" in team.yaml; did you mean "ae"?',
    ],
    [
      'attempts: { count: 1, within: 2d, then: { nurture: signal-base } }, ',
      'handoffs.trial.attempts.then.nurture: there is no nurture track "signal-base" in routing.yaml; did you mean "signal-based"?',
    ],
  ])('a kind of handoff with a mistake: %s', async (mistake, problem) => {
    const kind = `  trial: { ${mistake}respondWithin: 1h, hours: elapsed, ladder: [] }`
    const problems = await problemsIn(await changed('sla.yaml', 'handoffs:', `handoffs:\n${kind}`))
    expect(problems).toEqual([`sla.yaml:3  ${problem}`])
  })

  test('how long what is over is kept, also without the file that says so', async () => {
    const directory = await makeDirectory()
    const kept = { handoffs: 180 * DAY, decisions: 396 * DAY, facts: 396 * DAY }
    expect((await loadConfig(directory, LOADED_AT)).retention).toEqual(kept)
    await writeFile(join(directory, 'retention.yaml'), 'handoffs: 30d\n')
    expect((await loadConfig(directory, LOADED_AT)).retention).toEqual({ ...kept, handoffs: 30 * DAY })
  })

  test('which properties to ask HubSpot for', async () => {
    const rule = 'when: { icp.negative: { known: true } }'
    const asked = 'when: { any: [ { icp.negative: { known: true } }, { not: { hubspot.plan: { is: free } } } ] }'
    const config = await loadConfig(await changed('routing.yaml', rule, asked), LOADED_AT)
    const { contact, company, raw } = config.reads
    expect(contact).toEqual(expect.arrayContaining(['plan', 'jobtitle', 'numemployees', 'hs_email_open', 'createdate']))
    expect(contact).toContain('recent_conversion_event_name')
    expect(new Set(contact).size).toBe(contact.length)
    expect(company).toEqual(['numberofemployees', 'hubspot_owner_id', 'domain'])
    expect(raw).toContain('hubspot.plan')
  })

  test('what the reason of a route names in braces is asked for as well', async () => {
    const named = await changed('routing.yaml', 'disqualify: company too small', 'disqualify: "is {hubspot.plan}"')
    expect((await loadConfig(named, LOADED_AT)).reads.contact).toContain('plan')
  })

  test('what is set to take a lead out, and why, is asked for as well', async () => {
    const standard = await loadConfig(await makeDirectory(), LOADED_AT)
    expect(standard.hubspot.disqualified).toEqual([{ changes: 'hs_lead_status', to: ['UNQUALIFIED'] }])
    const own = 'disqualified: [ { changes: sales_verdict, to: ["no"], reason: verdict_reason } ]'
    const config = await loadConfig(await changed('hubspot.yaml', 'responses:', `${own}\nresponses:`), LOADED_AT)
    expect(config.reads.contact).toEqual(expect.arrayContaining(['sales_verdict', 'verdict_reason']))
  })
})

describe('several mistakes', () => {
  test('are told all at once, of shape and of names, by file and line', async () => {
    const directory = await makeDirectory('several-mistakes')
    const problems = await problemsIn(directory)
    expect(problems).toEqual([
      'icp.yaml:2  tiers.0.when.company.sise: unknown attribute; did you mean "company.size"?',
      'icp.yaml:3  minimumCompanySize: "five" is not a number',
      'routing.yaml:1  keepOwner: is missing; add it (true or false)',
      'routing.yaml:4  routes.0.to.pool: there is no pool "ea" in team.yaml; did you mean "ae"?',
      'routing.yaml:12  keepowner: unknown key; did you mean "keepOwner"?',
      'team.yaml:4  calendars.office.hours.mon-fri.0: "09:00-25:30" must be a shift such as 09:00-17:30 or 22:00-02:00',
      'team.yaml:17  pools.sdr.members.0.rep: there is no rep "bne" in team.yaml; did you mean "ben"?',
    ])
  })

  test('the error says how many and where', async () => {
    const error = await loadConfig(await makeDirectory('several-mistakes'), LOADED_AT).catch(
      (thrown: unknown) => thrown,
    )
    expect(error).toBeInstanceOf(ConfigError)
    expect((error as ConfigError).message).toMatch(/^The config has 7 mistakes:\n/)
    expect((error as ConfigError).problems[1]).toMatchObject({ line: 3, path: 'minimumCompanySize' })
  })
})

describe('the version', () => {
  const versionOf = async (directory: string) => (await loadConfig(directory, LOADED_AT)).version

  test.each([
    ['a comment', 'scoring.yaml', 'fit:\n  max: 50', '# How well it fits\nfit:\n  max: 50 # at most'],
    ['the order of keys', 'scoring.yaml', '{ low: 0, medium: 31, high: 61', '{ high: 61, medium: 31, low: 0'],
    ['the way of writing', 'scoring.yaml', '{ score: 61, fit: 30', '{ "score": 61.0, fit: 30'],
    ['an anchor', 'sla.yaml', '{ respondWithin: 1h, hours: business', '{ respondWithin: &hour 1h, hours: business'],
  ])('is not changed by %s', async (_what, file, from, to) => {
    expect(await versionOf(await changed(file, from, to))).toBe(await versionOf(await makeDirectory()))
  })

  test('is not changed by routing cases, which decide nothing', async () => {
    const directory = await makeDirectory()
    await writeFile(join(directory, 'routing-cases.yaml'), 'cases: []\n')
    expect(await versionOf(directory)).toBe(await versionOf(await makeDirectory()))
  })

  test.each([
    ['a number', 'scoring.yaml', 'medium: 31', 'medium: 32'],
    ['a name', 'routing.yaml', 'name: hand-raiser,', 'name: hand-raised,'],
    ['another file', 'team.yaml', 'weight: 2', 'weight: 3'],
  ])('is changed by %s', async (_what, file, from, to) => {
    const versions = [await versionOf(await makeDirectory()), await versionOf(await changed(file, from, to))]
    expect(versions[0]).toMatch(/^[0-9a-f]{12}$/)
    expect(versions[1]).not.toBe(versions[0])
  })

  test('shared lists written out have the same version as an alias', async () => {
    const written = await changed('sla.yaml', 'hours: business', 'hours: business')
    const text = await readFile(join(written, 'sla.yaml'), 'utf8')
    const ladder = /ladder: (\[.*?\]) \}/.exec(text)?.[1] ?? ''
    const aliased = await makeDirectory()
    const short = text
      .replace(ladder, `&ladder ${ladder}`)
      .replace(/(mql-to-sales-tier-1.*ladder: )\[.*\] \}/, '$1*ladder }')
    expect(short).toContain('*ladder }')
    const same = text.replace(/(mql-to-sales-tier-1.*ladder: )\[.*\] \}/, `$1${ladder} }`)
    await writeFile(join(aliased, 'sla.yaml'), short)
    await writeFile(join(written, 'sla.yaml'), same)
    expect(await versionOf(aliased)).toBe(await versionOf(written))
  })
})

describe('the version of the rules that score', () => {
  const rulesOf = async (directory: string) => (await loadConfig(directory, LOADED_AT)).rulesVersion

  test.each([
    ['scoring', 'scoring.yaml', 'medium: 31', 'medium: 32', true],
    ['who the ideal customer is', 'icp.yaml', 'tier: 2', 'tier: 3', true],
    ['what is read from HubSpot', 'hubspot.yaml', 'jobTitle: jobtitle', 'jobTitle: title', true],
    ['where leads go', 'routing.yaml', 'name: hand-raiser,', 'name: hand-raised,', false],
    ['who gets them', 'team.yaml', 'weight: 2', 'weight: 3', false],
  ])('is another when a change is about %s: %s', async (_what, file, from, to, changes) => {
    const before = await rulesOf(await makeDirectory())
    expect(Number.isSafeInteger(before)).toBe(true)
    expect((await rulesOf(await changed(file, from, to))) !== before).toBe(changes)
  })
})

describe('routing cases', () => {
  test('that do not hold are told with the difference', async () => {
    const leader = '"a marketing leader asks for a demo"'
    expect(await problemsIn(await makeDirectory('failing-cases'))).toEqual([
      `routing-cases.yaml:5  cases.0.expect.score: ${leader} should have score 60, but has 55`,
      `routing-cases.yaml:5  cases.0.expect.band: ${leader} should have band high, but has medium`,
      `routing-cases.yaml:5  cases.0.expect.tier: ${leader} should have tier 1, but has none`,
      `routing-cases.yaml:5  cases.0.expect.route: ${leader} should have route low, but has medium (score 55: fit 35, engagement 20, tier none)`,
      `routing-cases.yaml:5  cases.0.expect.pool: ${leader} should have pool ae, but has none`,
      'routing-cases.yaml:11  cases.2.expect.tier: "a competitor" should have tier 1, but has none',
      'routing-cases.yaml:11  cases.2.expect.disqualify: "a competitor" should have disqualify rival, but has competitor',
    ])
  })
})
