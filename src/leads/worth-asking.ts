import { ATTRIBUTE_NAMES } from '../rules/attributes.ts'
import { possibleRoutes } from '../rules/possible-routes.ts'
import type { Gathered, LeadState, NextConfig } from './change.ts'
import { decideContact } from './decide-contact.ts'
import { besideScore } from './decision.ts'
import { beginLook, hear } from './look.ts'
import { ANSWERS, changedCompany } from './reading.ts'

/** What enrichment providers can tell. */
export const PROVIDED = ['jobTitle', 'country', ...ATTRIBUTE_NAMES.facts.filter((name) => name.startsWith('company.'))]

// What is worked out of another fact, where nothing says it.
const FOLLOWS: Record<string, readonly string[]> = {
  country: ['region', 'language'],
  jobTitle: ['title.seniority', 'title.department'],
}

/**
 * Whether anything that a provider may still tell of a contact could send it elsewhere. `gathered` is what is known of it
 * without that answer. No answer moves a lead that sales has, that a person took out, or that is left alone; it is asked about
 * only where it has come to another company, or where the provider failed when it could still be moved.
 */
export function isWorthAsking(config: NextConfig, state: LeadState, gathered: Gathered, now: number): boolean {
  const look = beginLook(config, state, gathered, {}, now)
  const heard = hear(look)
  const { decision, standing } = decideContact(look, heard)
  const { reading } = heard
  const isOwed = changedCompany(state.lead, gathered.contact, reading.attributes) || hasFailed(state)
  if (decision.action.startsWith('stay-') && !isOwed) return false
  const unknown = (name: string) => reading.attributes[name] === undefined
  const open = PROVIDED.filter(unknown).flatMap((name) => [name, ...(FOLLOWS[name] ?? []).filter(unknown)])
  const beside = (mql: boolean) => besideScore(standing, { mql }, now)
  const possible = possibleRoutes(config, reading, new Set(open), beside, now)
  // One that is out either way is not worth the money for another reason.
  const isOut = (to: object) => 'disqualify' in to
  return possible.some(({ name, to }) => name !== decision.route.route && !(isOut(to) && isOut(decision.route.to)))
}

function hasFailed({ lead }: LeadState): boolean {
  return Object.values(lead?.enrichment ?? {}).some(({ status }) => !ANSWERS.has(status))
}
