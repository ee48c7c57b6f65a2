import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { createSimulatedSlack, type SimulatedSlack } from '../../simulators/slack/simulated-slack.ts'
import type { SimulatedSlackOptions } from '../../simulators/slack/types.ts'
import { loadConfig } from '../../src/config/load.ts'
import { LOADED_AT, useConfigDirectories } from '../support/config.ts'
import { runCli } from '../support/run-cli.ts'
import { useSimulatedHubSpot } from '../support/simulated-hubspot.ts'

const makeConfig = useConfigDirectories()
const startHubSpot = useSimulatedHubSpot()
const running: SimulatedSlack[] = []
afterEach(async () => {
  for (const slack of running.splice(0)) await slack.close()
})

/** A portal and a workspace with the three reps of the config, the second with its user id; Zoe and Sam are new. */
async function scene(options: Partial<SimulatedSlackOptions> = {}) {
  const { hubspot } = await startHubSpot({ now: Date.now })
  const directory = await makeConfig()
  const file = join(directory, 'team.yaml')
  const reps = Object.values((await loadConfig(directory, LOADED_AT)).team.reps)
  const [first, second, third] = reps
  const owner = (id: string, name: string, more = {}) => {
    const [firstName = '', lastName = ''] = name.split(' ')
    hubspot.createOwner({ id, email: `${firstName.toLowerCase()}@team.example`, firstName, lastName, ...more })
  }
  hubspot.archiveOwner('101')
  owner(first?.hubspotOwnerId ?? '', 'First Rep')
  owner('880112', 'Second Rep', { userId: Number(second?.hubspotOwnerId) })
  owner(third?.hubspotOwnerId ?? '', 'Third Rep')
  owner('880200', 'Zoe New')
  owner('880201', 'Sam New')
  owner('880202', 'Noslack New')
  owner('880203', 'Left New', { archived: true })
  const slack = await createSimulatedSlack({
    ...{ now: Date.now, botToken: 'xoxb-test', signingSecret: 'secret', channels: [] },
    users: [
      { id: first?.slackUserId ?? '', name: 'First', email: 'first@team.example' },
      { id: second?.slackUserId ?? '', name: 'Second', email: 'second@team.example' },
      { id: 'U0THIRD', name: 'Third', email: 'third@team.example' },
      { id: 'U0ZOE', name: 'Zoe', email: 'zoe@team.example' },
      { id: 'U0SAM', name: 'Sam', email: 'sam@team.example' },
      { id: 'U0LEFT', name: 'Left', email: 'left@team.example' },
    ],
    ...options,
  })
  running.push(slack)
  const env = {
    ...{ CONFIG_DIR: directory, HUBSPOT_ACCESS_TOKEN: 'pat-test', HUBSPOT_BASE_URL: hubspot.url },
    ...{ SLACK_BOT_TOKEN: 'xoxb-test', SLACK_API_URL: slack.apiUrl },
  }
  const teamImport = (...args: string[]) => runCli(['team', 'import', ...args], { env })
  return { hubspot, slack, file, directory, reps, teamImport, before: await readFile(file, 'utf8') }
}

test('prints what it would do, with who is left out and why, and writes nothing', async () => {
  const { teamImport, file, before, reps } = await scene()
  const { code, stdout, stderr } = await teamImport('--prefix', 'ae-')
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(stdout).toMatch(
    /^ {2}- { id: ae-zoe-new, name: Zoe New, hubspotOwnerId: "880200", slackUserId: U0ZOE, calendar: \S+ }$/m,
  )
  expect(stdout).toContain(`# ${reps[1]?.id}: hubspotOwnerId becomes "880112"`)
  expect(stdout).toContain(`# ${reps[2]?.id}: slackUserId becomes "U0THIRD"`)
  expect(stdout).toContain('# left out: owner 880202 (noslack@team.example): Slack has no member with this email')
  expect(stdout).not.toContain('left@team.example')
  expect(stdout).toContain('--write does it')
  expect(await readFile(file, 'utf8')).toBe(before)
})

test('--write puts it into team.yaml, keeps the rest, and the second time finds nothing to do', async () => {
  const { teamImport, file, before, directory, reps } = await scene()
  const first = await teamImport('--write', '--json')
  expect(JSON.parse(first.stdout)).toMatchObject({ written: true, added: [{ id: 'zoe-new' }, { id: 'sam-new' }] })
  const after = await readFile(file, 'utf8')
  const { team } = await loadConfig(directory, LOADED_AT)
  expect(Object.keys(team.reps)).toEqual([...reps.map(({ id }) => id), 'zoe-new', 'sam-new'])
  expect(team.reps[reps[1]?.id ?? '']).toEqual({ ...reps[1], hubspotOwnerId: '880112' })
  expect(team.reps[reps[2]?.id ?? '']).toEqual({ ...reps[2], slackUserId: 'U0THIRD' })
  for (const comment of before.match(/#.*/g) ?? []) expect(after).toContain(comment)
  const second = await teamImport('--write')
  expect(second.stdout).toContain('# Nothing to change')
  expect(await readFile(file, 'utf8')).toBe(after)
})

test('only those that are named', async () => {
  const { teamImport } = await scene()
  const { stdout } = await teamImport('Sam@team.example', 'eve@team.example', '--json')
  const found = JSON.parse(stdout)
  expect(found.added.map(({ id }: { id: string }) => id)).toEqual(['sam-new'])
  expect(found.unmatched).toEqual([{ who: 'eve@team.example', why: expect.stringContaining('no owner') }])
})

test('waits where Slack asks to', async () => {
  const { teamImport, slack } = await scene()
  slack.failNext({ method: 'users.lookupByEmail', kind: 'rate-limited', retryAfter: 1, times: 1 })
  expect((await teamImport('--json')).code).toBe(0)
})

test('a scope that is missing is named, on either side', async () => {
  const { teamImport, hubspot } = await scene({ scopes: ['chat:write', 'users:read'] })
  expect(await teamImport()).toMatchObject({ code: 1, stderr: expect.stringContaining('users:read.email') })
  hubspot.denyScope('crm.objects.owners.read')
  expect(await teamImport()).toMatchObject({ code: 1, stderr: expect.stringContaining('crm.objects.owners.read') })
})
