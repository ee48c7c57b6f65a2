import type { Config } from '../config/config.ts'
import type { Person as TeamPerson } from '../handoffs/team.ts'
import { OutsideError } from '../platform/errors.ts'
import { iso } from '../rules/words.ts'
import type { SlackDirectory, SlackMember } from '../slack/directory.ts'
import type { Finding } from './finding.ts'
import type { HubSpotOwner } from './owners.ts'

/** The scopes of the bot token with what Baton does with them; without one that is `needed` work is undone. */
export const SLACK_SCOPES: readonly { scope: string; needed: boolean; use: string }[] = [
  { scope: 'chat:write', needed: true, use: 'sends alerts' },
  { scope: 'chat:write.public', needed: false, use: 'writes to a public channel that nobody invited it to' },
  { scope: 'im:write', needed: true, use: 'opens a conversation with a rep' },
  { scope: 'commands', needed: false, use: 'answers /baton' },
  { scope: 'im:history', needed: true, use: 'looks whether a message has arrived' },
  { scope: 'channels:history', needed: true, use: 'looks whether a message has arrived in a public channel' },
  { scope: 'groups:history', needed: false, use: 'looks whether a message has arrived in a private channel' },
  { scope: 'files:write', needed: false, use: 'puts charts into the threads of its reports' },
  { scope: 'users:read', needed: false, use: 'checks reps, for "baton doctor"' },
  { scope: 'users:read.email', needed: false, use: 'finds people by email, for "baton team import"' },
  { scope: 'channels:read', needed: false, use: 'checks public channels, for "baton doctor"' },
  { scope: 'groups:read', needed: false, use: 'checks private channels, for "baton doctor"' },
]

/** What Slack answers to a token that it does not take. */
export const TOKEN_REFUSED: ReadonlySet<string> = new Set([
  ...['invalid_auth', 'not_authed', 'account_inactive', 'token_revoked', 'token_expired'],
])

/** Whether the token works, and which scopes it lacks. */
export async function checkSlackToken(slack: SlackDirectory): Promise<Finding[]> {
  const check = 'slack token'
  const identity = await slack.identity().catch((error: OutsideError) => {
    if (TOKEN_REFUSED.has(error.code)) return error
    throw error
  })
  if (identity instanceof OutsideError) {
    const found = `Slack does not take SLACK_BOT_TOKEN (${identity.code})`
    return [
      { check, status: 'fault', found, todo: 'copy it again: your app > OAuth & Permissions > Bot User OAuth Token' },
    ]
  }
  const token: Finding = { check, status: 'ok', found: `workspace ${identity.team}` }
  const { scopes } = identity
  if (scopes === null) return [token]
  const missing = SLACK_SCOPES.filter(({ scope }) => !scopes.includes(scope))
  const todo = 'add it in Slack (docker/slack-app-manifest.yaml has all), and install the app again'
  return [
    token,
    ...missing.map(
      ({ scope, needed, use }): Finding => ({
        check: `slack scope ${scope}`,
        status: needed ? 'fault' : 'warning',
        found: `missing: Baton ${use}`,
        todo,
      }),
    ),
    ...(missing.length === 0 ? [{ check: 'slack scopes', status: 'ok', found: 'all are given' } as const] : []),
  ]
}

/** Somebody of team.yaml in Slack. `ownerId` is whose email says who is meant; not everybody has one. */
interface Person {
  id: string
  slackUserId: string
  ownerId?: string
  active: boolean
}

/** Whether each rep, manager and person is a member who is there. `owners` may be empty: then nothing is proposed by email. */
export async function checkSlackPeople(
  slack: SlackDirectory,
  config: Config,
  owners: readonly HubSpotOwner[],
): Promise<Finding[]> {
  const { reps, managers, people: others } = config.team
  const people: Person[] = [
    ...Object.values(reps).map(({ id, slackUserId, hubspotOwnerId, active }) => {
      return { id, slackUserId, ownerId: hubspotOwnerId, active }
    }),
    ...Object.values({ ...managers, ...others }).map(({ id, slackUserId, hubspotOwnerId }: TeamPerson) => {
      return { id, slackUserId, ...(hubspotOwnerId ? { ownerId: hubspotOwnerId } : {}), active: true }
    }),
  ]
  const found: Finding[] = []
  for (const person of people) {
    const member = await slack.member(person.slackUserId)
    const fault = memberFault(member)
    if (fault) found.push(await personFinding(slack, person, fault, owners))
    else {
      const other = people.find(
        ({ id, ownerId }) => id !== person.id && ownerId && emailOf(owners, ownerId) === member?.email,
      )
      const own = emailOf(owners, person.ownerId)
      if (person.ownerId && member?.email && other && own !== member.email)
        found.push({
          check: `slack person ${person.id}`,
          status: 'fault',
          found: `${person.id}: ${person.slackUserId} has the email of the owner of ${other.id}`,
          todo: 'put the right ids into team.yaml',
        })
    }
  }
  if (found.length > 0) return found
  return [{ check: 'slack people', status: 'ok', found: `all ${people.length} of team.yaml are members` }]
}

function memberFault(member: SlackMember | null): string | null {
  if (!member) return 'is nobody in this workspace'
  if (member.gone) return 'is deactivated'
  return member.bot ? 'is a bot' : null
}

async function personFinding(
  slack: SlackDirectory,
  person: Person,
  fault: string,
  owners: readonly HubSpotOwner[],
): Promise<Finding> {
  const { id, slackUserId, active } = person
  const email = emailOf(owners, person.ownerId)
  const right = email ? await slack.memberByEmail(email).catch(() => null) : null
  const proposed = right && !memberFault(right) && right.id !== slackUserId ? right.id : undefined
  return {
    check: `slack person ${id}`,
    status: active ? 'fault' : 'warning',
    found: `${id}: ${slackUserId} ${fault}${proposed ? `; the member with the email of its owner is ${proposed}` : ''}`,
    todo: proposed
      ? `set slackUserId: ${proposed} in team.yaml`
      : 'copy the member id from the profile into team.yaml, or set active: false',
  }
}

/** The reps whom Slack does not reach at present, by what became of their messages; nothing when there are none. */
export function reachFindings(
  unreachable: readonly { rep: string; slackUserId: string; since: number; code: string }[],
): Finding[] {
  return unreachable.map(({ rep, slackUserId, since, code }) => ({
    check: `slack reach ${rep}`,
    status: 'fault',
    found: `${rep}: Slack refuses messages to ${slackUserId} since ${iso(since)} (${code}), so they get no leads`,
    todo: 'correct slackUserId in team.yaml, or set active: false',
  }))
}

function emailOf(owners: readonly HubSpotOwner[], ownerId: string | undefined): string | undefined {
  if (ownerId === undefined) return undefined
  const named = owners.find(({ id }) => id === ownerId) ?? owners.find(({ userId }) => String(userId) === ownerId)
  return named?.email?.toLowerCase()
}

/** Whether Baton can write to the channel of each pool, and read there what it wrote. */
export async function checkSlackChannels(slack: SlackDirectory, config: Config): Promise<Finding[]> {
  const { channel: report = '' } = config.routing.observe ?? {}
  const pools = [
    ...Object.entries(config.team.pools).map(([pool, { channel }]) => [pool, channel] as const),
    // Whoever of team.yaml gets the report is looked at there.
    ...(/^[CG][A-Z0-9]+$/.test(report) ? [['observe', report] as const] : []),
  ]
  const found: Finding[] = []
  for (const [pool, id] of pools) {
    const channel = await slack.channel(id)
    const fault = (what: string, todo: string) =>
      found.push({ check: `slack channel ${pool}`, status: 'fault', found: `${pool}: ${id} ${what}`, todo })
    if (!channel) fault('is no channel, or a private one without Baton', 'correct the id, or invite Baton to it')
    else if (channel.archived) fault('is archived', 'name another channel in team.yaml')
    else if (!channel.member) fault('is without Baton', 'invite it: /invite @Baton')
  }
  if (found.length > 0) return found
  return [{ check: 'slack channels', status: 'ok', found: `Baton is in all ${pools.length}` }]
}
