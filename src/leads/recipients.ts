import { byAge, type Handoff, holderOf, isHeld } from '../handoffs/handoff.ts'
import type { Team } from '../handoffs/team.ts'
import type { RECIPIENTS } from '../rules/outcomes.ts'

/*
 * Who hears of something: whom a rule names, or who they are to the lead. Where there is nobody, the next in line hears of it,
 * and at the end a manager, so that nothing is lost.
 */

/** What is known of a lead when somebody is to hear of it: its owners in HubSpot, who has it, and where it was sent. */
export interface AboutLead {
  owners: { contact?: string | undefined; company?: string | undefined; deal?: string | undefined }
  handoffs: readonly Handoff[]
  /** The owner id of the host of the meeting that it booked last. */
  host?: string | undefined
  /** The pool that its route names. */
  pool?: string | undefined
}

/** Somebody of the team, by id; `for`: in the place of an owner in HubSpot whom Baton does not know, or who has left. */
export interface Recipient {
  to: string
  for?: string
}

const SLACK_ID = /^[CGDUW][A-Z0-9]{3,}$/

type Relation = (typeof RECIPIENTS)[number]

// Each in the order in which they are asked for.
const LINES: Record<Relation, readonly Relation[]> = {
  owner: ['owner', 'holder', 'manager'],
  'company-owner': ['company-owner', 'owner', 'holder', 'manager'],
  'deal-owner': ['deal-owner', 'owner', 'holder', 'manager'],
  holder: ['holder', 'owner', 'manager'],
  host: ['host', 'owner', 'holder', 'manager'],
  manager: ['manager'],
}

/** Who hears of it; undefined only where the team has nobody at all. */
export function recipientOf(team: Team, about: AboutLead, who: string): Recipient | undefined {
  const line = Object.hasOwn(LINES, who) ? LINES[who as Relation] : undefined
  if (!line) {
    if (isThere(team, who)) return { to: who }
    const manager = managerFor(team, about)
    return manager === undefined ? undefined : { to: manager }
  }
  for (const relation of line) {
    const found = relatedBy(team, about, relation)
    if (found) return found
  }
  return undefined
}

function relatedBy(team: Team, about: AboutLead, relation: Relation): Recipient | undefined {
  const { owners } = about
  switch (relation) {
    case 'owner':
      return owning(team, about, owners.contact)
    case 'company-owner':
      return owning(team, about, owners.company)
    case 'deal-owner':
      return owning(team, about, owners.deal)
    case 'host':
      return owning(team, about, about.host)
    case 'holder': {
      const rep = salesHolder(about)?.rep
      return rep !== undefined && team.reps[rep]?.active ? { to: rep } : undefined
    }
    case 'manager': {
      const to = managerFor(team, about)
      return to === undefined ? undefined : { to }
    }
  }
}

// Who has left, or was never of the team, cannot be told: the manager hears whose it is.
function owning(team: Team, about: AboutLead, owner: string | undefined): Recipient | undefined {
  if (!owner) return undefined
  const known = memberWithOwner(team, owner)
  if (known !== undefined) return { to: known }
  const manager = managerFor(team, about)
  return manager === undefined ? undefined : { to: manager, for: owner }
}

/** The rep who is there, or the person, whose owner id in HubSpot this is. */
export function memberWithOwner({ reps, people }: Pick<Team, 'reps' | 'people'>, owner: string): string | undefined {
  const rep = Object.values(reps).find(({ hubspotOwnerId, active }) => active && hubspotOwnerId === owner)
  return (rep ?? Object.values(people).find(({ hubspotOwnerId }) => hubspotOwnerId === owner))?.id
}

/** The pool whose manager answers for a lead: of who has it, of its owner, of its route; else the first. */
export function poolFor(team: Team, about: AboutLead): string {
  const { contact } = about.owners
  const owner = contact ? memberWithOwner(team, contact) : undefined
  const ofOwner = Object.entries(team.pools).find(([, { members }]) => members.some(({ rep }) => rep === owner))?.[0]
  const candidates = [salesHolder(about)?.pool, ofOwner, about.pool]
  return candidates.find((pool) => pool !== undefined && pool in team.pools) ?? Object.keys(team.pools)[0] ?? ''
}

function managerFor(team: Team, about: AboutLead): string | undefined {
  const manager = team.pools[poolFor(team, about)]?.manager
  return manager !== undefined && manager in team.managers ? manager : Object.keys(team.managers)[0]
}

// Who has the lead with sales, or had it last.
function salesHolder({ handoffs }: AboutLead) {
  const sales = handoffs.filter(({ byRoute }) => byRoute).sort(byAge)
  const handoff = sales.findLast(isHeld) ?? sales.findLast(({ holders }) => holders.length > 0)
  return handoff && holderOf(handoff)
}

function isThere({ reps, managers, people, pools }: Team, who: string): boolean {
  return (reps[who]?.active ?? false) || who in managers || who in people || who in pools
}

/** The Slack user or channel of somebody of the team; undefined when they are not there. */
export function slackIdOf({ reps, managers, people, pools }: Team, who: string): string | undefined {
  const person = (reps[who]?.active ? reps[who] : undefined) ?? managers[who] ?? people[who]
  return person?.slackUserId ?? pools[who]?.channel
}

/**
 * The Slack user or channel that a list of readers names: somebody of the team, or a Slack id. Undefined for any other word:
 * Slack would take it for the name of a channel, whoever is in there.
 */
export function readerOf(team: Team, name: string): string | undefined {
  return slackIdOf(team, name) ?? (SLACK_ID.test(name) ? name : undefined)
}

/**
 * Who hears of what is for a manager, in order, each once: whom it names, the pool's manager and those who stand in for them, the
 * pool's channel, the other managers.
 */
export function managersInLine(team: Team, pool: string, named?: string): string[] {
  const { manager, managers = [] } = team.pools[pool] ?? {}
  const all = [named, manager, ...managers, pool, ...Object.keys(team.managers)]
  const there = all.flatMap((who) => (who !== undefined && slackIdOf(team, who) !== undefined ? [who] : []))
  return there.filter((who, at) => there.findIndex((one) => slackIdOf(team, one) === slackIdOf(team, who)) === at)
}

/** Who hears of something that cannot be told to somebody: the next in the manager's line. */
export function nextInLine(team: Team, pool: string, tried: string): string | undefined {
  const line = managersInLine(team, pool)
  return line[line.indexOf(tried) + 1]
}
