import { createHash } from 'node:crypto'
import type { Fact } from '../facts/fact.ts'
import type { Deal } from '../hubspot/deals.ts'
import { isInHubSpot } from '../leads/lead.ts'
import { factCommands } from '../store/commit.ts'
import type { StoredLead } from '../store/leads.ts'
import type { Parts } from './parts.ts'

const DAY = 24 * 60 * 60_000

/**
 * Notes where a deal stands and what it is worth, as a fact of one of its contacts, once for each change: what was noted stands with
 * that lead's record, and is written by the same commit. `first`: the contact that stands for the deal; another one keeps it that has noted
 * it before. False where Baton knows none of the contacts.
 */
export function createNoteDeal({ config, leads, store }: Pick<Parts, 'config' | 'leads' | 'store'>) {
  const { redis, keys, commit } = store

  return async function noteDeal(
    deal: Deal,
    first: string | undefined,
    contacts: readonly StoredLead[],
    now: number,
  ): Promise<boolean> {
    const known = contacts.filter(({ lead }) => lead && isInHubSpot(lead)).map(({ id }) => id)
    const field = `deal:${deal.id}`
    const noted = await Promise.all(known.map((id) => redis.hexists(keys.lead(id), field)))
    const id = known.find((_, at) => noted[at] === 1) ?? (first && known.includes(first) ? first : known[0])
    if (id === undefined) return false
    for (;;) {
      const [state, before] = [await leads.get(id), await redis.hgetBuffer(keys.lead(id), field)]
      if (!state.lead) return false
      const text = [deal.stage ?? '', deal.worth ?? '', standingOf(deal)].join('\t')
      if (before?.toString() === text) return true
      const fact = factOf(deal, state.lead, before?.toString().split('\t')[0], now)
      const guards = [
        { key: keys.lead(id), version: state.version },
        { key: keys.lead(id), field, value: before ?? ('' as const) },
      ]
      const facts = factCommands(keys, id, [fact], config().retention, now)
      if (await commit(guards, [['HSET', keys.lead(id), field, text], ...facts])) return true
    }
  }
}

function factOf(deal: Deal, lead: NonNullable<StoredLead['lead']>, stageBefore: string | undefined, now: number): Fact {
  // HubSpot says when a stage began, and of an amount nothing.
  const at = stageBefore === (deal.stage ?? '') ? now : Math.min(now, deal.stages[0]?.at ?? now)
  const { createdAt, worth, stage } = deal
  const source = lead.attributes.leadSource?.value
  return {
    ...{ type: 'deal', at, lead: lead.pseudonym, config: lead.configVersion },
    ...{ deal: digestOf(deal.id), stage, reason: standingOf(deal), route: lead.route.name },
    ...(source === undefined ? {} : { source: String(source) }),
    ...(worth === undefined ? {} : { amount: String(worth) }),
    ...(createdAt === undefined ? {} : { value: Math.max(0, at - createdAt) / DAY }),
  }
}

function standingOf({ isClosed, isWon }: Deal): 'open' | 'won' | 'lost' {
  return isWon ? 'won' : isClosed ? 'lost' : 'open'
}

// The same for all facts of a deal, whichever of its contacts they stand with.
function digestOf(dealId: string): string {
  return createHash('sha1').update(`deal ${dealId}`).digest('base64url').slice(0, 11)
}
