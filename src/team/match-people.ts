import type { RepEntry, RepMend } from '../config/edit-team.ts'
import { type HubSpotOwner, ownerFault } from '../doctor/owners.ts'
import type { SlackMember } from '../slack/directory.ts'

/** A rep of team.yaml, and what is known of its Slack id: null when that is nobody who is there. */
export interface PresentRep extends RepEntry {
  active: boolean
  member: SlackMember | null
}

/** What an import would do. `unmatched` are people who are left out, with the reason. */
export interface TeamImport {
  added: RepEntry[]
  mends: RepMend[]
  unmatched: { who: string; why: string }[]
}

/** What is compared: HubSpot's owners, who of them is who in Slack by email (in lower case), and who is there already. */
export interface PeopleToMatch {
  owners: readonly HubSpotOwner[]
  members: ReadonlyMap<string, SlackMember>
  present: readonly PresentRep[]
  /** People of team.yaml who are no reps: they are not added. */
  others?: readonly { hubspotOwnerId?: string | undefined; slackUserId: string }[]
  /** The calendars of team.yaml with their time zones, the first for whoever is in none of them. */
  calendars: Readonly<Record<string, { timeZone: string }>>
  /** Stands before each new id. */
  prefix?: string
  /** Emails in lower case: nobody else is added. Everybody may be when there are none. */
  only?: readonly string[]
}

/**
 * Matches owners with members by email. A rep who is there keeps everything but an id that is nobody's; who is there is
 * known by owner id, user id or Slack id. Owners who are deactivated, queues, and whoever has no member are left out.
 */
export function matchPeople({
  owners,
  members,
  present,
  others = [],
  calendars,
  prefix = '',
  only = [],
}: PeopleToMatch): TeamImport {
  const result: TeamImport = { added: [], mends: [], unmatched: [] }
  const taken = new Set(present.map(({ id }) => id))
  const known = new Set<string>()
  for (const rep of present) {
    const owner = ownerOf(rep, owners)
    if (!owner) {
      if (rep.active)
        result.unmatched.push({ who: rep.id, why: `HubSpot has no owner ${rep.hubspotOwnerId} who is there` })
      continue
    }
    known.add(owner.id)
    if (owner.id !== rep.hubspotOwnerId) result.mends.push({ rep: rep.id, key: 'hubspotOwnerId', value: owner.id })
    if (rep.member && !rep.member.gone && !rep.member.bot) continue
    const member = memberOf(owner, members)
    if (member) result.mends.push({ rep: rep.id, key: 'slackUserId', value: member.id })
    else
      result.unmatched.push({
        who: rep.id,
        why: `${rep.slackUserId} is nobody in Slack, nor is the email of the owner`,
      })
  }
  for (const owner of owners) {
    if (owner.archived || known.has(owner.id) || !isMeant(owner, only)) continue
    const who = `owner ${owner.id} (${owner.email ?? 'no email'})`
    const member = memberOf(owner, members)
    if (others.some((one) => one.hubspotOwnerId === owner.id || one.slackUserId === member?.id)) continue
    if (owner.type && owner.type !== 'PERSON') result.unmatched.push({ who, why: 'is a queue and no person' })
    else if (!owner.email) result.unmatched.push({ who, why: 'has no email in HubSpot' })
    else if (!member) result.unmatched.push({ who, why: 'Slack has no member with this email' })
    else {
      const id = freeId(prefix + slugOf(owner), taken)
      taken.add(id)
      const name = [owner.firstName, owner.lastName].filter(Boolean).join(' ') || owner.email
      const calendar = calendarOf(member, calendars)
      result.added.push({ id, name, hubspotOwnerId: owner.id, slackUserId: member.id, calendar })
    }
  }
  for (const email of only) {
    if (!owners.some((owner) => !owner.archived && isMeant(owner, [email])))
      result.unmatched.push({ who: email, why: 'HubSpot has no owner with this email who is there' })
  }
  return result
}

/** Whether an import is about this owner: `only` are emails in lower case, none mean everybody. */
export function isMeant({ email }: HubSpotOwner, only: readonly string[]): boolean {
  return only.length === 0 || only.includes(email?.toLowerCase() ?? '')
}

/** The owner who is there and meant: by the owner id, by the user id that stands in its place, or by the Slack member's email. */
function ownerOf(rep: PresentRep, owners: readonly HubSpotOwner[]): HubSpotOwner | undefined {
  const fault = ownerFault(rep, owners)
  if (!fault) return owners.find(({ id, archived }) => id === rep.hubspotOwnerId && !archived)
  if (fault.kind === 'user-id') return fault.owner
  // Whoever has left is not replaced by somebody else of the same address.
  if (fault.kind === 'archived') return undefined
  const email = rep.member?.email
  return email ? owners.find((owner) => !owner.archived && owner.email?.toLowerCase() === email) : undefined
}

function memberOf({ email }: HubSpotOwner, members: ReadonlyMap<string, SlackMember>): SlackMember | undefined {
  const member = members.get(email?.toLowerCase() ?? '')
  return member && !member.gone && !member.bot ? member : undefined
}

function calendarOf({ timeZone }: SlackMember, calendars: PeopleToMatch['calendars']): string {
  const all = Object.entries(calendars)
  return (all.find(([, calendar]) => calendar.timeZone === timeZone) ?? all[0])?.[0] ?? ''
}

function slugOf({ id, firstName, lastName, email }: HubSpotOwner): string {
  const texts = [[firstName, lastName].filter(Boolean).join(' '), email?.split('@')[0] ?? '']
  const slugs = texts.map((text) =>
    text
      .normalize('NFKD')
      .replace(/\p{M}/gu, '')
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-|-$/g, ''),
  )
  return slugs.find(Boolean) ?? `owner-${id}`
}

function freeId(wanted: string, taken: ReadonlySet<string>): string {
  let id = wanted
  for (let number = 2; taken.has(id); number++) id = `${wanted}-${number}`
  return id
}
