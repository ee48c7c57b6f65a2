import { everybody, type Team } from './team.ts'

const WAYS: Readonly<Record<string, string>> = { api: 'the API', cli: 'the command line', console: 'the console' }

/**
 * What somebody is called who did something: their name in the team, also of a rep who has left; else what they acted by. `by` is a
 * Slack user id, or a way with an id behind it, such as `api:crm-sync`.
 */
export function actorName(team: Team, by: string): string {
  const known = [...everybody(team), ...Object.values(team.reps)].find(({ slackUserId }) => slackUserId === by)
  return known?.name ?? actorWords(by)
}

/** What somebody acted by, in words: `crm-sync (the API)`, `the command line`; what is no such way stays as it is. */
export function actorWords(by: string): string {
  const [way = '', ...rest] = by.split(':')
  const words = Object.hasOwn(WAYS, way) ? WAYS[way] : undefined
  const id = rest.join(':')
  return words === undefined ? by : id === '' ? words : `${id} (${words})`
}
