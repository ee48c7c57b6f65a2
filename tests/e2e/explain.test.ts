import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { createKnownContact, STORY } from '../../demo/story.ts'
import { chooseRep } from '../../src/handoffs/rotation.ts'
import { startHandoff } from '../../src/handoffs/start.ts'
import { calendarOf } from '../../src/handoffs/team.ts'
import { isDecision } from '../../src/leads/history.ts'
import { replay } from '../../src/leads/next.ts'
import { createConfigs } from '../../src/store/configs.ts'
import type { LeadView } from '../../src/views/lead-schema.ts'
import { leadViewText } from '../../src/views/lead-text.ts'
import { click, createTier1Lead, createTier2Lead, DANA, sendSignals } from '../support/leads.ts'
import { createStage, DAY, HOUR, loadTestConfig, MINUTE, type Stage, WITHOUT_TRIGGERS } from '../support/stage.ts'

let stage: Stage
afterEach(async () => stage.close())

function service() {
  const [first] = stage.services
  if (!first) throw new Error('no service')
  return first
}

async function view(id: string, query = ''): Promise<LeadView> {
  const response = await fetch(`${stage.addresses[0]}/v1/leads/${id}${query}`, {
    headers: { authorization: 'Bearer canary-api-token' },
  })
  expect(response.status).toBe(200)
  return (await response.json()) as LeadView
}

async function otherWeights(from: string, to: string) {
  const text = await readFile(join('config', 'scoring.yaml'), 'utf8')
  expect(text).toContain(from)
  return loadTestConfig({ 'scoring.yaml': text.replace(from, to), 'routing-cases.yaml': 'cases: []' }, stage.clock.now)
}

describe('every stored decision', () => {
  it('can be computed again: score, route, action, rotation and clock', async () => {
    stage = await createStage({ files: WITHOUT_TRIGGERS })
    const known = createKnownContact(stage.hubspot, () => stage.clock.now)
    const ids = STORY.map((lead) => lead.arrive(stage.hubspot, known))
    await stage.quiet()
    ids.push(createTier1Lead(stage), createTier2Lead(stage, { email: 'kim.two@smalltown.example' }))
    await stage.quiet()
    for (const [index, id] of ids.entries()) {
      const type = ['pricing_page_viewed', 'webinar_attended', 'trial_started'][index % 3] ?? ''
      const signal = { type, contactId: id, at: stage.clock.now - index * DAY }
      await sendSignals(stage, [signal, signal])
      await stage.quiet()
      stage.hubspot.changeContact(id, { jobtitle: index % 2 ? 'Chief Marketing Officer' : 'Student' })
      await stage.quiet()
    }
    await click(stage, 'U000SDR1', 'U000SDR1', 'contacted')
    await stage.advance(40 * DAY)
    await stage.changeConfig(
      await otherWeights('demo_requested:       { points: 20 }', 'demo_requested: { points: 30 }'),
    )
    await stage.advance(MINUTE)
    await stage.advance(30 * DAY)

    const configs = createConfigs(service().store)
    const seen = { decisions: 0, choices: 0, clocks: 0, configs: new Set<string>() }
    for (const id of ids) {
      const { lead } = await service().leads.read(id)
      const history = await service().leads.readHistory(id)
      const decisions = history.filter(isDecision)
      if (!lead) throw new Error(`no record of ${id}`)
      expect(decisions.map(({ number }) => number)).toEqual(decisions.map((_, index) => index + 1))
      for (const entry of decisions) {
        const config = await configs.read(entry.config)
        const again = config && replay(config, lead, decisions, entry)?.decision
        if (!again) throw new Error(`not enough is kept of decision ${entry.number} of ${id}`)
        expect({
          route: again.route.route,
          to: again.route.to,
          action: again.action,
          score: again.score.total,
          fit: again.score.fit.points,
          engagement: again.score.engagement.points,
          band: again.score.band,
        }).toEqual({
          route: entry.route,
          to: entry.to,
          action: entry.action,
          score: entry.score,
          fit: entry.fit,
          engagement: entry.engagement,
          band: entry.band,
        })
        seen.decisions++
        seen.configs.add(entry.config)
        const pool = entry.choice?.candidates.at(-1)
        if (!entry.choice || !pool) continue
        // The candidates hold what the rotation compared, so it can be asked again.
        const chosen = chooseRep({
          members: pool.members,
          ledger: {
            version: 0,
            level: { turns: 0, weight: 1 },
            members: Object.fromEntries(pool.members.map((member) => [member.rep, member])),
          },
          skip: Object.fromEntries(pool.members.map(({ rep, skipped }) => [rep, skipped ?? undefined])),
          at: entry.at,
        })
        if (!entry.choice.owner) expect(chosen.rep).toBe(entry.choice.rep)
        seen.choices++
      }
      for (let number = 1; number <= lead.handoffCount; number++) {
        const handoff = await service().leads.readHandoff(`${id}-${number}`)
        const entry = decisions.findLast(({ at, choice }) => choice && at <= (handoff?.startedAt ?? 0))
        const config = entry && (await configs.read(entry.config))
        const rep = handoff?.holders[0]?.rep
        const kind = config?.handoffs.kinds[handoff?.kind ?? '']
        if (!handoff || !config || !rep || !kind) throw new Error(`not enough is kept of handoff ${number} of ${id}`)
        const again = startHandoff(
          handoff,
          kind,
          { rep, pool: 'any', how: 'rotation', assignmentId: 'any' },
          { name: config.team.reps[rep]?.calendar ?? '', calendar: calendarOf(config.team, rep) },
          handoff.startedAt,
        )
        expect(again.dueAt).toBe(handoff.dueAt)
        expect(again.counted).toEqual(handoff.counted)
        expect(again.ladder.map(({ dueAt }) => dueAt)).toEqual(handoff.ladder.map(({ dueAt }) => dueAt))
        seen.clocks++
      }
    }
    expect(seen.decisions).toBeGreaterThan(25)
    expect(seen.choices).toBeGreaterThan(3)
    expect(seen.clocks).toBeGreaterThan(3)
    expect(seen.configs.size).toBe(2)
  })
})

describe('the lead view', () => {
  it('shows every rule, and why it fired or not; the route, the rotation and the clock', async () => {
    stage = await createStage({ start: Date.parse('2026-11-20T21:45:00Z') })
    const id = createTier2Lead(stage)
    await stage.quiet()
    const { score, route, rotation, assignment, clock, history, doubt } = await view(id)
    expect(doubt).toBeUndefined()
    expect(score).toMatchObject({
      total: 65,
      fit: 25,
      engagement: 40,
      band: 'high',
      arithmetic: expect.stringContaining('25 + engagement 40 = 65'),
    })
    expect(score.fitRules.rules.map(({ rule, points, why }) => [rule, points, why])).toEqual([
      ['company-size-tier-1', 0, 'company.size is 30, not between 51 and 500'],
      ['industry-tier-1', 0, expect.stringContaining('company.industry is retail, not one of computer software')],
      ['buyer-persona', 15, 'persona is marketing leader'],
      ['company-size-tier-2', 10, 'company.size is 30'],
      ['below-minimum-size', 0, 'company.size is 30, not at most 4'],
      ['negative-icp', 0, 'icp.negative is unknown'],
    ])
    expect(score.fitRules.rules[0]?.checks).toEqual([
      {
        attribute: 'company.size',
        wanted: 'between 51 and 500',
        value: 30,
        truth: 'false',
        source: 'company:numberofemployees',
      },
    ])
    expect(score.fitRules.arithmetic).toBe('15 + 10 = 25, at most 50: 25')
    expect(score.engagementSignals.signals).toHaveLength(6)
    expect(score.engagementSignals.signals).toContainEqual({
      signal: 'demo_requested',
      detail: 'Request a demo',
      at: '2026-11-20T21:45:00.000Z',
      ageDays: 0,
      worth: 20,
      points: 20,
      source: 'hubspot:num_conversion_events',
      why: 'counted',
    })
    expect(score.engagementSignals.notSeen).toContainEqual({ signal: 'trial_started', worth: 20 })
    expect(score.profile.find(({ matched }) => matched)).toMatchObject({ kind: 'tier', name: '2' })
    expect(route).toMatchObject({ name: 'mql', to: { pool: 'sdr' }, action: 'assign' })
    expect(route.considered.at(-1)).toMatchObject({ route: 'mql', matched: true, why: 'score is 65' })
    expect(route.considered[0]).toMatchObject({ route: 'junk', matched: false, why: 'junk is unknown' })
    expect(rotation?.pools[0]?.members.map(({ rep, chosen, skipped }) => [rep, chosen, skipped])).toEqual([
      ['sdr-1', true, null],
      ['sdr-2', false, null],
    ])
    expect(assignment).toMatchObject({ rep: 'sdr-1', pool: 'sdr', how: 'rotation' })
    // Friday 16:45 in New York: 45 minutes until the close at 17:30, the rest on Monday.
    expect(clock?.counted.map(({ minutes }) => minutes).reduce((sum, minutes) => sum + minutes)).toBe(60)
    expect(clock?.arithmetic).toContain('1 h of open hours of')
    expect(history).toEqual([
      {
        at: '2026-11-20T21:45:00.000Z',
        what: 'decided',
        decision: 1,
        config: stage.config.version,
        text: 'score 65 (fit 25, engagement 40, high); route mql; assign → sdr-1',
      },
    ])
  })

  it('is what the API document shows as its example', async () => {
    stage = await createStage()
    const id = createTier1Lead(stage, { email: 'dana.ruiz@northwind.example', firstname: 'Dana', lastname: 'Ruiz' })
    await stage.quiet()
    // When it differs rightly: vitest --update, then npm run baton -- openapi.
    await expect(`${JSON.stringify(await view(id), null, 2)}\n`).toMatchFileSnapshot('../../openapi/lead-example.json')
  })

  it('names who was skipped and why, and who took it over', async () => {
    stage = await createStage({
      edit: (config) => {
        const rep = config.team.reps['ae-1']
        if (rep) rep.away = [{ from: '2026-11-01', to: '2026-12-31' }]
      },
    })
    const id = createTier1Lead(stage)
    await stage.quiet()
    const before = await view(id)
    expect(before.rotation?.pools[0]?.members[0]).toMatchObject({
      rep: 'ae-1',
      skipped: 'away until Thu 31 Dec',
      chosen: false,
    })
    await click(stage, 'U0000AE2', 'U0000AE2', 'contacted')
    await stage.quiet()
    const { clock, history } = await view(id)
    expect(clock).toMatchObject({ status: 'responded', answered: { how: 'contacted', by: 'U0000AE2', minutes: 0 } })
    expect(history.at(-1)).toMatchObject({ what: 'contacted', text: 'by U0000AE2' })
  })

  it('shows an earlier decision as it was made, with the config of that time, and what has faded since', async () => {
    stage = await createStage()
    const id = createTier1Lead(stage)
    await stage.quiet()
    stage.hubspot.changeContact(id, { jobtitle: 'Student' })
    await stage.quiet()
    await stage.changeConfig(await otherWeights('points: -30', 'points: -40'))
    await stage.advance(MINUTE)
    const [first, second, latest] = [await view(id, '?decision=1'), await view(id, '?decision=2'), await view(id)]
    expect(first).toMatchObject({ decision: { number: 1, latest: false }, score: { total: 80 } })
    expect(first.doubt).toBeUndefined()
    expect(first.route).toMatchObject({ name: 'tier-1-mql', reason: expect.stringContaining('score 80') })
    expect(first.attributes.jobTitle?.value).toBe(DANA.jobtitle)
    expect(second.score.fitRules.rules.at(-1)).toMatchObject({ rule: 'negative-icp', points: -30 })
    expect(latest).toMatchObject({
      decision: { number: 3, latest: true },
      configVersion: expect.not.stringMatching(first.configVersion),
    })
    expect(latest.score.fitRules.rules.at(-1)).toMatchObject({ points: -40 })
    expect(latest.route.action).toBe('stay-with-sales')
    stage.clock.now += 61 * DAY
    const later = await view(id)
    expect(later.score.engagement).toBe(30)
    expect(later.score.now).toMatchObject({ engagement: 10 })
    expect(leadViewText(later)).toContain('by now: score')
  })

  it('explains a contact that another was merged into, and says when an old decision lacks what was forgotten', async () => {
    stage = await createStage()
    const id = createTier1Lead(stage, { num_conversion_events: '0', hs_email_click: '0' })
    const other = stage.hubspot.createContact({ email: 'second@northwind.example', hs_email_open: '2' })
    await stage.quiet()
    for (const type of ['webinar_attended', 'content_downloaded', 'session_over_3_pages', 'pricing_page_viewed']) {
      await sendSignals(stage, [{ type, contactId: other }])
      await stage.quiet()
    }
    const survivor = stage.hubspot.mergeContacts(id, other)
    await stage.quiet()
    const merged = await view(survivor)
    expect(merged.doubt).toBeUndefined()
    expect(String(merged.score.total)).toBe(stage.hubspot.contact(survivor)?.baton_score)
    expect(merged.standing.name).toBe(merged.route.name)

    await stage.advance(190 * DAY)
    await sendSignals(stage, [{ type: 'trial_started', contactId: survivor }])
    await stage.quiet()
    await stage.advance(2 * DAY)
    const old = await view(survivor, '?decision=1')
    expect(old.doubt).toContain('from signals that are no longer kept')
    expect(leadViewText(old)).toContain('what follows lacks them')
  })

  it('is what Slack says, in other words and at more length', async () => {
    stage = await createStage()
    const id = createTier2Lead(stage)
    await stage.quiet()
    await click(stage, 'U000SDR1', 'U000SDR1', 'explain')
    await stage.quiet()
    const told = stage.slack.ephemerals('U000SDR1').at(-1)?.text ?? ''
    const { score } = await view(id)
    expect(told).toContain(`score ${score.total} (${score.band})`)
    expect(told).toContain(`Who they are: ${score.fit}`)
    expect(told).toContain(`What they did: ${score.engagement}`)
    for (const { points } of score.fitRules.rules.filter((one) => one.points !== 0))
      expect(told).toContain(`: +${points}`)
    expect(told).toContain('would have added 20: company size between 51 and 500 (it is 30)')
  })

  it('is not there for who is unknown, or is being erased', async () => {
    stage = await createStage({ strict: false })
    const ask = (id: string) =>
      fetch(`${stage.addresses[0]}/v1/leads/${id}`, { headers: { authorization: 'Bearer canary-api-token' } })
    expect((await ask('999')).status).toBe(404)
    const id = createTier1Lead(stage)
    await stage.quiet()
    await stage.advance(2 * HOUR)
    const erased = await fetch(`${stage.addresses[0]}/v1/leads/${id}`, {
      method: 'DELETE',
      headers: { authorization: 'Bearer canary-api-token' },
    })
    expect(erased.status).toBe(204)
    expect((await ask(id)).status).toBe(404)
    await stage.quiet()
    const keys = await service().store.redis.keys(`${service().store.prefix}*${id}*`)
    expect(keys.filter((key) => !key.includes(':seen:'))).toEqual([service().store.keys.lead(id)])
    expect(await service().store.redis.hkeys(service().store.keys.lead(id))).toEqual(['version'])
    expect(stage.texts('U0000AE1').join()).not.toContain(DANA.lastname)
  })
})
