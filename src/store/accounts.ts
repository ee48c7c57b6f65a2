import { createHash } from 'node:crypto'
import type { Fact } from '../facts/fact.ts'
import { accountKey } from '../leads/company-key.ts'
import { isInHubSpot, type LeadRecord } from '../leads/lead.ts'
import { recordsOf } from './kept-leads.ts'
import type { Command, Store } from './partitions.ts'

/*
 * Whose digest an account of the facts is: each partition keeps, for each account, the lead that did something last. By it a report finds
 * what the company is called, as long as one of its leads is there; an erased one is taken out.
 */

type Keys = Store['keys']

/** What stands for a company among the facts. */
export function accountDigest(company: string): string {
  return createHash('sha256').update(company).digest('base64url').slice(0, 12)
}

/** Notes by whom the accounts of facts about a lead are found. */
export function accountCommands(keys: Keys, leadId: string, facts: readonly Fact[]): Command[] {
  const accounts = new Set(facts.flatMap(({ account }) => account ?? []))
  return accounts.size === 0
    ? []
    : [['HSET', keys.list(leadId, 'accounts'), ...[...accounts].flatMap((account) => [account, leadId])]]
}

/** Takes out what leads to a lead, when it is erased. */
export async function forgetAccounts(
  { redis, keys }: Pick<Store, 'redis' | 'keys'>,
  leadId: string,
): Promise<Command[]> {
  const key = keys.list(leadId, 'accounts')
  const own: string[] = []
  let cursor = '0'
  do {
    const [next, flat] = await redis.hscan(key, cursor, 'COUNT', 1_000)
    cursor = next
    for (let at = 0; at < flat.length; at += 2) if (flat[at + 1] === leadId) own.push(flat[at] ?? '')
  } while (cursor !== '0')
  return own.length > 0 ? [['HDEL', key, ...own]] : []
}

/** A lead of each account, by the account; one that no lead belongs to any more has none. Any number of them costs two round trips. */
export async function leadsOfAccounts(
  { redis, keys, partitions }: Pick<Store, 'redis' | 'keys' | 'partitions'>,
  accounts: readonly string[],
): Promise<Map<string, LeadRecord>> {
  if (accounts.length === 0) return new Map()
  const rows = await Promise.all(
    partitions.map((partition) => redis.hmget(keys.listIn(partition, 'accounts'), ...accounts)),
  )
  const ids = [...new Set(rows.flat().filter((id) => id !== null))]
  const found = new Map<string, LeadRecord>()
  for (const lead of await recordsOf({ redis, keys }, ids)) {
    const key = lead && isInHubSpot(lead) ? accountKey(lead) : undefined
    // It may have gone to another company since.
    if (lead && key !== undefined) found.set(accountDigest(key), lead)
  }
  return found
}
