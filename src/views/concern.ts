import { managersOf, type Team } from '../handoffs/team.ts'

/** What concerns a Slack user: who they are in the team, and the pools of which they may see the leads. */
export interface Concern {
  /** Their id in team.yaml; absent for somebody outside the team. */
  who?: string | undefined
  /** Whether they get leads. */
  isRep: boolean
  /** The pools that they manage, or stand in for the manager of. */
  manages: string[]
  /** The pools whose leads their lists may show: those that they are a member of, and those that they manage. */
  pools: string[]
}

/** Finds what concerns a Slack user. Who has left sees nothing as a rep. */
export function concernOf({ reps, managers, people, pools }: Team, slackUserId: string): Concern {
  const isTheirs = ({ slackUserId: id }: { slackUserId: string }) => id === slackUserId
  const rep = Object.values(reps).find((one) => one.active && isTheirs(one))
  const others = [...Object.values(managers), ...Object.values(people)].filter(isTheirs).map(({ id }) => id)
  const ids = [...(rep ? [rep.id] : []), ...others]
  const all = Object.entries(pools)
  const manages = all.filter(([, pool]) => managersOf(pool).some((id) => ids.includes(id))).map(([name]) => name)
  const member = all.filter(([, { members }]) => rep && members.some((one) => one.rep === rep.id)).map(([name]) => name)
  return { who: ids[0], isRep: rep !== undefined, manages, pools: [...new Set([...member, ...manages])] }
}
