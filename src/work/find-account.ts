import type { Config } from '../config/config.ts'
import { repWithOwner } from '../handoffs/team.ts'
import { type Account, accountAmong } from '../leads/account.ts'
import { domainsToLookFor } from '../leads/assign.ts'
import type { Gathered, LeadState } from '../leads/change.ts'
import { next } from '../leads/next.ts'
import { OutsideError } from '../platform/errors.ts'
import type { Parts } from './parts.ts'

// For how long a lead waits for a search that HubSpot does not answer, in milliseconds.
const SEARCH_MAY_FAIL = 2 * 60_000

/**
 * The company of a lead that HubSpot has tied to none, found by its domain, when a rep is wanted for the lead: whoever owns it
 * comes first. Undefined when nothing is to be looked for. A search that HubSpot refuses, or does not answer for minutes,
 * finds nothing: the lead is not left alone for it.
 */
export async function findAccount(
  { hubspot, log }: Pick<Parts, 'hubspot' | 'log'>,
  config: Config,
  state: LeadState,
  gathered: Gathered,
  now: number,
  last = false,
): Promise<Account | null | undefined> {
  // Asking what becomes of the lead is the dear part.
  if (domainsToLookFor(config, gathered.contact).length === 0) return undefined
  const wanted = next(config, state, { type: 'contact', gathered }, now)
  const domains = wanted && 'wanted' in wanted ? (wanted.wanted.domains ?? []) : []
  if (domains.length === 0) return undefined
  try {
    const companies = await hubspot.companiesOfDomains(domains, last)
    return accountAmong(domains, companies, (owner) => repWithOwner(config.team, owner)?.active ?? false)
  } catch (error) {
    const since = Math.min(...state.inbox.flatMap(({ receivedAt }) => receivedAt ?? []), state.lead?.wakeAt ?? now, now)
    if (!(error instanceof OutsideError)) throw error
    // 403: the app may not see companies, and will not a moment later either.
    const isFinal = error.kind === 'refused' || error.code === '403'
    if (!isFinal && now - since <= SEARCH_MAY_FAIL) throw error
    log.warn({ lead: state.id, err: error }, 'the company of a lead could not be looked for: it goes on without')
    return null
  }
}
