import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { createSimulatedSlack, type SimulatedSlack } from '../../simulators/slack/simulated-slack.ts'
import type { SimulatedSlackOptions } from '../../simulators/slack/types.ts'
import { loadConfig } from '../../src/config/load.ts'
import type { Finding } from '../../src/doctor/finding.ts'
import { createHubSpot } from '../../src/hubspot/client.ts'
import { setUpHubSpot } from '../../src/hubspot/setup.ts'
import { createMetrics } from '../../src/platform/metrics.ts'
import { LOADED_AT, useConfigDirectories } from '../support/config.ts'
import { createTestRedis } from '../support/redis.ts'
import { runCli } from '../support/run-cli.ts'
import { useSimulatedHubSpot } from '../support/simulated-hubspot.ts'

const makeConfig = useConfigDirectories()
const startHubSpot = useSimulatedHubSpot()
const redis = createTestRedis()
const running: SimulatedSlack[] = []
afterEach(async () => {
  for (const slack of running.splice(0)) await slack.close()
})

/** A portal and a workspace in which everything is as the config has it; then `wrong` makes something wrong. */
async function scene(slackOptions: Partial<SimulatedSlackOptions> = {}) {
  const { hubspot, properties } = await startHubSpot({ now: Date.now })
  const directory = await makeConfig()
  const config = await loadConfig(directory, LOADED_AT)
  const { reps, managers, people, pools } = config.team
  for (const { id, name, hubspotOwnerId } of Object.values(reps)) {
    const [firstName = '', lastName = ''] = name.split(' ')
    hubspot.createOwner({ id: hubspotOwnerId, email: `${id}@team.example`, firstName, lastName })
  }
  const slack = await createSimulatedSlack({
    now: Date.now,
    botToken: 'xoxb-test',
    signingSecret: 'secret',
    users: [
      ...Object.values(reps).map(({ id, slackUserId, name }) => ({
        id: slackUserId,
        name,
        email: `${id}@team.example`,
      })),
      ...Object.values({ ...managers, ...people }).map(({ slackUserId, name }) => ({ id: slackUserId, name })),
    ],
    channels: Object.entries(pools).map(([name, { channel }]) => ({ id: channel, name })),
    ...slackOptions,
  })
  running.push(slack)
  const client = createHubSpot({
    ...{ accessToken: 'pat-test', baseUrl: hubspot.url, redis: null, prefix: 'test', requestsPer10Seconds: 1000 },
    ...{ properties: () => ({ contact: [], company: [] }), metrics: createMetrics() },
  })
  await setUpHubSpot(client, config.hubspot.properties, false)
  const env = {
    ...{ CONFIG_DIR: directory, HUBSPOT_ACCESS_TOKEN: 'pat-test', HUBSPOT_BASE_URL: hubspot.url },
    ...{ SLACK_BOT_TOKEN: 'xoxb-test', SLACK_API_URL: slack.apiUrl, REDIS_URL: redis.url },
  }
  const doctor = async (more: Record<string, string> = {}) => {
    const { code, stdout, stderr } = await runCli(['doctor', '--json'], { env: { ...env, ...more } })
    expect(stderr).toBe('')
    const findings: Finding[] = JSON.parse(stdout)
    const faults = findings.filter(({ status }) => status === 'fault')
    expect(code).toBe(faults.length > 0 ? 1 : 0)
    return { findings, faults, find: (check: string) => findings.find((finding) => finding.check === check) }
  }
  const edit = async (file: string, from: string, to: string) => {
    const text = await readFile(join(directory, file), 'utf8')
    expect(text).toContain(from)
    await writeFile(join(directory, file), text.replace(from, to))
  }
  return { hubspot, properties, slack, config, env, doctor, edit }
}

describe('where all is well', () => {
  test('each check says so, nothing is changed, and no call is one that HubSpot or Slack does not know', async () => {
    const { hubspot, slack, doctor, env } = await scene()
    const before = hubspot.calls.length
    const { faults, find } = await doctor()
    expect(faults).toEqual([])
    expect(find('hubspot token')).toMatchObject({ status: 'ok', found: expect.stringContaining('portal 90012345') })
    for (const check of [
      ...['hubspot scopes', 'hubspot properties of Baton', 'hubspot properties of the config', 'hubspot options'],
      ...['hubspot owners', 'hubspot search', 'hubspot workflows', 'clock', 'redis version', 'redis clock'],
      ...['slack token', 'slack scopes', 'slack people', 'slack channels', 'apollo key'],
    ])
      expect(find(check), check).toMatchObject({ status: 'ok' })
    const written = hubspot.calls.slice(before).filter(({ method, status }) => method !== 'GET' && status < 300)
    expect(written.map(({ path }) => path)).toEqual(['/crm/v3/objects/contacts/search'])
    expect([...hubspot.unexpectedCalls, ...slack.unexpectedCalls]).toEqual([])
    const table = await runCli(['doctor'], { env })
    expect(table.stdout).toMatch(/^ok +hubspot token: portal /)
    expect(table.stdout).toContain('\nno faults, ')
  })

  test('without a Redis the rest is examined', async () => {
    const { doctor } = await scene()
    const { find, faults } = await doctor({ REDIS_URL: '' })
    expect(find('redis')).toMatchObject({ status: 'skipped' })
    expect(faults).toEqual([])
  })
})

describe('HubSpot', () => {
  test('a token that is not accepted is one fault; Slack is examined all the same', async () => {
    const { doctor } = await scene()
    const { faults, find } = await doctor({ HUBSPOT_ACCESS_TOKEN: 'pat-wrong' })
    expect(faults.map(({ check }) => check)).toEqual(['hubspot token'])
    expect(find('hubspot owners')).toMatchObject({ status: 'skipped' })
    expect(find('slack people')).toMatchObject({ status: 'ok' })
  })

  test('a token of another portal than the one whose events are taken', async () => {
    const { doctor } = await scene()
    const { faults } = await doctor({ HUBSPOT_PORTAL_ID: '1' })
    expect(faults.map(({ check, found }) => [check, found])).toEqual([
      ['hubspot token', 'the token is of portal 90012345, HUBSPOT_PORTAL_ID is 1: every event is left out'],
    ])
    expect((await doctor({ HUBSPOT_PORTAL_ID: '90012345' })).faults).toEqual([])
  })

  test('one call that fails spoils its check only', async () => {
    const { doctor, hubspot } = await scene()
    hubspot.failNext({ path: /account-info/, status: 502 })
    const { faults, find } = await doctor()
    expect(faults).toEqual([
      { check: 'hubspot token', status: 'fault', found: 'hubspot did not answer (502)', todo: 'try again later' },
    ])
    expect(find('hubspot owners')).toMatchObject({ status: 'ok' })
  })

  test.each([
    'crm.objects.contacts.read',
    'crm.objects.contacts.write',
    'crm.objects.companies.read',
    'crm.objects.deals.read',
    'crm.objects.owners.read',
    'crm.schemas.contacts.read',
    'crm.schemas.contacts.write',
    'crm.schemas.companies.read',
  ])('the scope %s is missing', async (scope) => {
    const { doctor, hubspot } = await scene()
    hubspot.denyScope(scope)
    const { faults } = await doctor()
    expect(faults).toEqual([expect.objectContaining({ check: `hubspot scope ${scope}` })])
  })

  test.each(['crm.objects.deals.write', 'crm.schemas.deals.read', 'crm.schemas.deals.write'])(
    'the scope %s, without which deals are not told how their contacts came, is missing: a warning',
    async (scope) => {
      const { doctor, hubspot } = await scene()
      hubspot.denyScope(scope)
      const { faults, find } = await doctor()
      expect(faults).toEqual([])
      expect(find(`hubspot scope ${scope}`)).toMatchObject({ status: 'warning' })
    },
  )

  test('an optional scope that is missing, and a plan without workflows, are warnings', async () => {
    const { doctor, hubspot } = await scene()
    hubspot.denyScope('sales-email-read')
    hubspot.hasWorkflows(false)
    const { faults, find } = await doctor()
    expect(faults).toEqual([])
    expect(find('hubspot scope sales-email-read')).toMatchObject({ status: 'warning' })
    expect(find('hubspot workflows')).toMatchObject({
      status: 'warning',
      found: expect.stringContaining('the plan has no workflows'),
    })
  })

  test('a user id in the place of an owner id, and an owner who has left', async () => {
    const { doctor, edit, hubspot, config } = await scene()
    const [first, second] = Object.values(config.team.reps)
    hubspot.createOwner({ id: '880112', email: 'ben@team.example', firstName: 'B', lastName: 'O', userId: 5_102 })
    await edit('team.yaml', `hubspotOwnerId: "${first?.hubspotOwnerId}"`, 'hubspotOwnerId: "5102"')
    hubspot.archiveOwner(second?.hubspotOwnerId ?? '')
    const { faults } = await doctor()
    expect(faults.map(({ found }) => found)).toEqual([
      `${first?.id}: 5102 is a user id; the owner id of that email is 880112`,
      `${second?.id}: who has the id ${second?.hubspotOwnerId} is deactivated in HubSpot`,
    ])
  })

  test('properties that are missing, and a status that is no option', async () => {
    const { doctor, edit } = await scene()
    await edit('hubspot.yaml', 'jobTitle: jobtitle', 'jobTitle: jobtitel')
    await edit('hubspot.yaml', 'CONNECTED', 'CONECTED')
    const { faults } = await doctor()
    expect(faults.map(({ found }) => found)).toEqual([
      'a contact has no property jobtitel; did you mean "jobtitle"?',
      'CONECTED is no option of hs_lead_status; did you mean "CONNECTED"?',
    ])
  })
})

describe('Slack', () => {
  test('a token that is not accepted is one fault', async () => {
    const { doctor } = await scene()
    const { faults, find } = await doctor({ SLACK_BOT_TOKEN: 'xoxb-wrong' })
    expect(faults.map(({ check }) => check)).toEqual(['slack token'])
    expect(find('hubspot owners')).toMatchObject({ status: 'ok' })
  })

  test('missing scopes: those that work needs are faults', async () => {
    const { doctor } = await scene({ scopes: ['chat:write', 'im:write', 'channels:history', 'users:read'] })
    const { faults, find } = await doctor()
    expect(faults.map(({ check }) => check)).toEqual(['slack scope im:history'])
    expect(find('slack scope users:read.email')).toMatchObject({ status: 'warning' })
    expect(find('slack channels')).toMatchObject({ status: 'skipped' })
  })

  test('people and channels, with the member who is meant', async () => {
    const well = await scene()
    const [first, second, third] = Object.values(well.config.team.reps)
    const [manager] = Object.values(well.config.team.managers)
    const member = (id: string, more = {}) => ({ id, name: 'Somebody', ...more })
    const [one, two] = Object.values(well.config.team.pools)
    const { doctor } = await scene({
      users: [
        member('U0RIGHT', { email: `${first?.id}@team.example` }),
        member(second?.slackUserId ?? '', { deleted: true }),
        member(third?.slackUserId ?? '', { email: 'nobody@team.example' }),
        member(manager?.slackUserId ?? '', { bot: true }),
      ],
      channels: [
        { id: one?.channel ?? '', name: 'one', botMember: false },
        { id: two?.channel ?? '', name: 'two', archived: true },
      ],
    })
    const { faults } = await doctor()
    expect(faults.map(({ found }) => found)).toEqual([
      `${first?.id}: ${first?.slackUserId} is nobody in this workspace; the member with the email of its owner is U0RIGHT`,
      `${second?.id}: ${second?.slackUserId} is deactivated`,
      `${manager?.id}: ${manager?.slackUserId} is a bot`,
      expect.stringContaining(`${one?.channel} is without Baton`),
      expect.stringContaining(`${two?.channel} is archived`),
    ])
  })

  test('two reps with each other’s member ids', async () => {
    const { doctor, edit, config } = await scene()
    const [first, second] = Object.values(config.team.reps)
    await edit('team.yaml', `slackUserId: ${first?.slackUserId}`, 'slackUserId: U0SWAP')
    await edit('team.yaml', `slackUserId: ${second?.slackUserId}`, `slackUserId: ${first?.slackUserId}`)
    await edit('team.yaml', 'slackUserId: U0SWAP', `slackUserId: ${second?.slackUserId}`)
    const { faults } = await doctor()
    expect(faults.map(({ check }) => check)).toEqual([`slack person ${first?.id}`, `slack person ${second?.id}`])
  })
})

test('a config with mistakes and an environment that lacks something are told, with exit code 1', async () => {
  const { doctor, edit, env } = await scene()
  await edit('routing.yaml', 'routes:', 'rutes:')
  const { faults, find } = await doctor()
  expect(faults.map(({ check }) => check)).toEqual(['config'])
  expect(find('slack token')).toMatchObject({ status: 'ok' })
  const { SLACK_BOT_TOKEN: _, ...rest } = env
  const missing = await runCli(['doctor'], { env: rest })
  expect(missing).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('SLACK_BOT_TOKEN is required') })
})

describe('config check', () => {
  test('with --live asks HubSpot; what doctor saw is kept for the check that may not ask', async () => {
    const { doctor, env, edit, config } = await scene()
    // It asks HubSpot alone, so it wants no secret of Slack's.
    const { SLACK_BOT_TOKEN: _, ...withoutSlack } = env
    const check = async (...options: string[]) => {
      const found = await runCli(['config', 'check', env.CONFIG_DIR, ...options, '--json'], { env: withoutSlack })
      return JSON.parse(found.stdout) as { level: string; file: string; where: string; message: string; line: number }[]
    }
    await doctor()
    expect(await check()).toEqual([])
    const [rep] = Object.values(config.team.reps)
    await edit('team.yaml', `hubspotOwnerId: "${rep?.hubspotOwnerId}"`, 'hubspotOwnerId: "999"')
    await edit('icp.yaml', 'when: { jobTitle:', 'when: { hubspot.jobtitel: { known: true }, jobTitle:')
    await edit(
      'routing.yaml',
      'routes:',
      'routes:\n  - { name: out, when: { hubspot.hs_lead_status: { in: [UNQALIFIED] } }, to: { disqualify: out } }',
    )
    for (const findings of [await check(), await check('--live')]) {
      const said = findings.map(({ level, where, message }) => `${level} ${where}: ${message}`)
      expect(said).toEqual([
        expect.stringMatching(
          /^error persona ".*": a contact has no property jobtitel in HubSpot; did you mean "jobtitle"\?$/,
        ),
        expect.stringMatching(
          /^error route "out": "UNQALIFIED" is no option of hs_lead_status in HubSpot; did you mean "UNQUALIFIED"\?$/,
        ),
        expect.stringMatching(/^error rep ".*" hubspotOwnerId: HubSpot has no owner 999/),
      ])
      for (const { line } of findings) expect(line).toBeGreaterThan(1)
    }
    // A word of the portal's own is no misspelt one of HubSpot's.
    const text = await readFile(join(env.CONFIG_DIR, '.baton', 'hubspot-schema.json'), 'utf8')
    expect(text).not.toContain('@')
    const { stderr } = await runCli(['config', 'check', env.CONFIG_DIR], { env })
    expect(stderr).toMatch(/HubSpot's properties and options as seen today \(\d{4}-\d\d-\d\d\)\.\n$/)
  }, 90_000)
})
