import type { Team } from '../handoffs/team.ts'
import type { Finding } from './finding.ts'

/** An owner as HubSpot's owners API tells it. */
export interface HubSpotOwner {
  id: string
  email?: string | null
  firstName?: string | null
  lastName?: string | null
  userId?: number | null
  userIdIncludingInactive?: number | null
  type?: string
  archived?: boolean
}

/** A rep as far as owners are concerned. */
export interface OwnedRep {
  id: string
  name: string
  hubspotOwnerId: string
  active: boolean
}

/** What is wrong with the owner id of a rep, and which one is meant. */
export type OwnerFault =
  | { kind: 'user-id'; owner: HubSpotOwner }
  | { kind: 'archived' }
  | { kind: 'unknown'; owner: HubSpotOwner | undefined }

/** Compares the owner id of a rep with HubSpot's owners; null when it is an owner who is there. */
export function ownerFault(rep: OwnedRep, owners: readonly HubSpotOwner[]): OwnerFault | null {
  const present = owners.filter(({ archived }) => !archived)
  const { hubspotOwnerId: id } = rep
  if (present.some((owner) => owner.id === id)) return null
  const user = present.find(({ userId, userIdIncludingInactive }) => String(userId ?? userIdIncludingInactive) === id)
  if (user) return { kind: 'user-id', owner: user }
  const gone = owners.filter(({ archived }) => archived)
  if (gone.some((owner) => owner.id === id || String(owner.userIdIncludingInactive) === id)) return { kind: 'archived' }
  const named = present.filter((owner) => nameOf(owner) === rep.name.trim().toLowerCase())
  return { kind: 'unknown', owner: named.length === 1 ? named[0] : undefined }
}

/** Those of a team of whom HubSpot should have an owner. */
export function withOwnerId({ reps, people }: Pick<Team, 'reps' | 'people'>): OwnedRep[] {
  const others = Object.values(people).flatMap(({ hubspotOwnerId, ...one }) =>
    hubspotOwnerId === undefined ? [] : [{ ...one, hubspotOwnerId, active: true }],
  )
  return [...Object.values(reps), ...others]
}

function nameOf({ firstName, lastName }: HubSpotOwner): string {
  return [firstName, lastName].filter(Boolean).join(' ').trim().toLowerCase()
}

/** What the owners of the reps are like, and of people who have an owner id. */
export function ownerFindings(reps: readonly OwnedRep[], owners: readonly HubSpotOwner[]): Finding[] {
  const found = reps.flatMap((rep) => findingOf(rep, ownerFault(rep, owners)) ?? [])
  const wrong = found.filter(({ status }) => status === 'fault').length
  const all: Finding = {
    check: 'hubspot owners',
    status: 'ok',
    found: `${reps.length - found.length} of ${reps.length} are owners in HubSpot`,
  }
  return wrong > 0 ? found : [all, ...found]
}

function findingOf(rep: OwnedRep, fault: OwnerFault | null): Finding | null {
  if (!fault) return null
  // Whoever takes no leads may be gone.
  const base = { check: `hubspot owner ${rep.id}`, status: rep.active ? ('fault' as const) : ('warning' as const) }
  const id = rep.hubspotOwnerId
  if (fault.kind === 'user-id')
    return {
      ...base,
      found: `${rep.id}: ${id} is a user id; the owner id of that email is ${fault.owner.id}`,
      todo: `set hubspotOwnerId: "${fault.owner.id}" in team.yaml`,
    }
  if (fault.kind === 'archived')
    return {
      ...base,
      found: `${rep.id}: who has the id ${id} is deactivated in HubSpot`,
      todo: 'set active: false in team.yaml, or give the owner id of who takes over',
    }
  if (fault.owner)
    return {
      ...base,
      found: `${rep.id}: HubSpot has no owner ${id}; the one of that name is ${fault.owner.id}`,
      todo: `set hubspotOwnerId: "${fault.owner.id}" in team.yaml`,
    }
  return {
    ...base,
    found: `${rep.id}: HubSpot has no owner ${id}`,
    todo: 'put the right id into team.yaml: "baton team import" knows them',
  }
}
