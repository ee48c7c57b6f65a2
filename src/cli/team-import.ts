import { readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import type { Command } from 'commander'
import { editTeam, repLine } from '../config/edit-team.ts'
import { loadConfig } from '../config/load.ts'
import { createAskHubSpot, hubSpotToAsk } from '../doctor/ask-hubspot.ts'
import type { HubSpotOwner } from '../doctor/owners.ts'
import { hostNow } from '../platform/clock.ts'
import { type CheckEnv, readCheckEnv } from '../platform/env.ts'
import { OutsideError } from '../platform/errors.ts'
import { createSlackDirectory, type SlackMember } from '../slack/directory.ts'
import { isMeant, matchPeople, type PresentRep, type TeamImport } from '../team/match-people.ts'

const HELP = `
It finds the members of Slack by the emails of HubSpot's owners (scopes crm.objects.owners.read, users:read.email).
A rep who is there already keeps everything but an id that is nobody's. Nobody is removed. Put new reps into pools.

Examples:
  npm run baton -- team import                             print what would be added
  npm run baton -- team import --prefix ae- ada@acme.example ben@acme.example --write`

/** `team import`: fills the reps of team.yaml from HubSpot and Slack. */
export function addTeamImport(program: Command): void {
  program
    .command('team')
    .description('who gets leads')
    .command('import')
    .argument('[emails...]', 'only these owners; all when left out')
    .option('--write', 'put them into config/team.yaml')
    .option('--prefix <text>', 'what new ids begin with, such as ae-')
    .option('--json', 'print what would be done as JSON')
    .description("reps from HubSpot's owners and Slack's members, by email")
    .addHelpText('after', HELP)
    .action(async (emails: string[], { write = false, json = false, prefix = '' }: ImportOptions) => {
      const env = readCheckEnv(process.env)
      const file = join(env.CONFIG_DIR, 'team.yaml')
      const found = await lookUp(
        env,
        emails.map((email) => email.toLowerCase()),
        prefix,
      )
      if (write && found.added.length + found.mends.length > 0) {
        const text = editTeam(await readFile(file, 'utf8'), found)
        // A service that watches the folder sees the whole file or the old one.
        await writeFile(`${file}.new`, text)
        await rename(`${file}.new`, file)
      }
      console.log(json ? JSON.stringify({ file, written: write, ...found }, null, 2) : describe(found, file, write))
    })
}

interface ImportOptions {
  write?: boolean
  json?: boolean
  prefix?: string
}

async function lookUp(env: CheckEnv, only: string[], prefix: string): Promise<TeamImport> {
  const { team } = await loadConfig(env.CONFIG_DIR, hostNow())
  const slack = createSlackDirectory({ token: env.SLACK_BOT_TOKEN, apiUrl: env.SLACK_API_URL })
  const owners = await createAskHubSpot(hubSpotToAsk(env)).owners()
  const reps = Object.values(team.reps)
  const isPresent = ({ id, userId }: HubSpotOwner) =>
    reps.some(({ hubspotOwnerId }) => hubspotOwnerId === id || hubspotOwnerId === String(userId))
  const members = new Map<string, SlackMember>()
  for (const owner of owners) {
    const email = owner.email?.toLowerCase()
    if (!email || owner.archived || !(isMeant(owner, only) || isPresent(owner))) continue
    const member = await patiently(() => slack.memberByEmail(email))
    if (member) members.set(email, member)
  }
  const present: PresentRep[] = []
  for (const rep of reps) present.push({ ...rep, member: await patiently(() => slack.member(rep.slackUserId)) })
  const others = Object.values(team.people)
  return matchPeople({ owners, members, present, others, calendars: team.calendars, prefix, only })
}

/** Waits where Slack asks to: it answers some fifty look-ups a minute. */
async function patiently<T>(look: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await look()
    } catch (error) {
      if (!(error instanceof OutsideError)) throw error
      if (error.code === 'missing_scope')
        throw new Error('SLACK_BOT_TOKEN lacks a scope: users:read and users:read.email are needed to find people.')
      if (error.kind !== 'rate-limited') throw error
      await setTimeout(error.retryAfter ?? 1_000)
    }
  }
}

/** For a terminal: lines that may be pasted into team.yaml, the rest as its comments. */
function describe({ added, mends, unmatched }: TeamImport, file: string, written: boolean): string {
  const nothing = added.length + mends.length === 0
  return [
    ...(nothing ? [`# Nothing to change in ${file}.`] : [`# ${written ? 'Written to' : 'For'} ${file}:`]),
    ...(added.length > 0 ? ['reps:', ...added.map((rep) => `  ${repLine(rep)}`)] : []),
    ...mends.map(({ rep, key, value }) => `# ${rep}: ${key} becomes "${value}"`),
    ...(added.length > 0 ? ['# Put them into pools, and look at their calendars.'] : []),
    ...unmatched.map(({ who, why }) => `# left out: ${who}: ${why}`),
    ...(nothing || written ? [] : ['# Nothing is written: --write does it.']),
  ].join('\n')
}
