import type { EnrichmentStatus } from '../leads/lead.ts'
import type { Properties } from '../leads/observe.ts'
import { OutsideError, withDeadline } from '../platform/errors.ts'
import { isRedisAway, type RedisConnection } from '../platform/redis.ts'
import { inSpan } from '../platform/tracing.ts'
import type { Attributes } from '../rules/attributes.ts'
import { type Condition, holds } from '../rules/condition.ts'
import { factLookup } from '../rules/score.ts'

/** What a provider is told about a lead. Only providers that the config names are asked. */
export interface EnrichmentQuery {
  leadId: string
  companyId?: string | undefined
  email?: string | undefined
  firstName?: string | undefined
  lastName?: string | undefined
  domain?: string | undefined
  /** The domain belongs to a free mail provider: it says nothing about a company. */
  freeMail: boolean
  /** The lead belongs to a crowd: what is asked for it may wait for company. */
  last?: boolean
}

/** What is remembered of a lead's earlier answers: how each provider answered and when, and what came too late. */
export interface EnrichmentMemory {
  answers: Record<string, { status: EnrichmentStatus; at: number }>
  late: Record<string, string>
}

/** A provider's answer; `pending`: it answers later, by a callback. `shared` attributes hold for everybody at the domain and may be kept for it. */
export interface EnrichmentAnswer {
  status: 'matched' | 'not-found' | 'pending'
  personal: Attributes
  shared: Attributes
  /** The properties of the associated company in HubSpot; the mapping in hubspot.yaml reads them. */
  company?: Properties
}

/** One source of company data. Rejects when it cannot answer: `rate-limited`, else it counts as failed. */
export interface EnrichmentProvider {
  name: string
  /** An outside company's service, which costs money: asked only where it can matter, and its answers are kept for a domain. */
  outside: boolean
  /** It answers later: for so long its answer is waited for, in milliseconds. */
  within?: number
  ask(query: EnrichmentQuery): Promise<EnrichmentAnswer>
}

/** What the chain found. `late` resolves with the answers that came after the time was up, by provider, as text to keep. */
export interface Enriched {
  /** The properties of the company in HubSpot; null when there is none. */
  company: Properties | null
  found: Attributes
  outcomes: Record<string, EnrichmentStatus>
  late: Promise<Record<string, string>> | null
}

/** What the chain asks of a lead. `company`: its properties in HubSpot, null when there is none; `found`: what outside providers told. */
export interface EnrichedLead {
  /** What HubSpot's own records tell, which is never overwritten. */
  observe(company: Properties | null): Attributes
  /** Whether any answer could still send the lead elsewhere. */
  isWorthAsking(company: Properties | null, found: Attributes): Promise<boolean>
}

/** The lead's company in HubSpot as it was last read, which stands in when it cannot be read; `goOn` when it failed for long. */
export interface LastKnownCompany {
  company: Properties | null
  goOn: boolean
}

/** A provider that answers later, as the config has it: `secret`, `token` and the values of `headers` name variables. */
export interface CallbackProvider {
  url: string
  secret?: string | undefined
  token?: string | undefined
  headers: Record<string, string>
  sends: ('email' | 'firstName' | 'lastName' | 'domain')[]
  fields: Record<string, string>
  within: number
}

/** Settings of the chain (`config/enrichment.yaml`), in milliseconds. */
export interface EnrichmentSettings {
  providers: string[]
  /** Those that answer later, by name. */
  callbacks?: Record<string, CallbackProvider>
  timeout: number
  total: number
  /** How often each outside provider is asked in a day (UTC) at most. */
  perDay?: number | undefined
  keep: { matched: number; notFound: number }
  /** What must be true of a contact before anybody outside is asked about it. */
  when?: Condition | undefined
}

/** The chain of providers. */
export type Enrichment = ReturnType<typeof createEnrichment>

const TWO_DAYS_SECONDS = 2 * 24 * 60 * 60

// How long an answer that comes too late for this decision is still waited for.
const LATE_MILLISECONDS = 30_000

/**
 * Makes the chain of the providers that are there; the config says which are asked, and in which order. What holds for a
 * company is kept in Redis under its domain; what is about a person is kept with the lead alone.
 */
export function createEnrichment({
  redis,
  prefix,
  providers,
  answersLater,
}: {
  redis: RedisConnection
  prefix: string
  providers: EnrichmentProvider[]
  /** Makes a provider that answers later. */
  answersLater?: (name: string, callback: CallbackProvider) => EnrichmentProvider
}) {
  const cacheKey = (provider: string, domain: string) => `${prefix}:enrichment:${provider}:${domain}`

  async function keep(
    provider: string,
    domain: string | undefined,
    answer: EnrichmentAnswer,
    settings: EnrichmentSettings,
  ): Promise<void> {
    const company = answer.shared['company.domain']?.value
    if (answer.status !== 'matched' || !domain || (company !== undefined && company !== domain)) return
    const shared: EnrichmentAnswer = { ...answer, personal: {} }
    const seconds = Math.ceil(settings.keep.matched / 1_000)
    await redis.set(cacheKey(provider, domain), JSON.stringify(shared), 'EX', seconds)
  }

  /** An answer that costs nothing: it came before, for this lead or for another one at its domain. */
  async function keptAnswer(
    { name }: EnrichmentProvider,
    query: EnrichmentQuery,
    memory: EnrichmentMemory,
  ): Promise<EnrichmentAnswer | null> {
    // An answer that came too late for its decision is for the next one, or it would be late for ever.
    const late = memory.late[name]
    if (late) return JSON.parse(late)
    const domain = query.freeMail ? undefined : query.domain
    const kept = domain ? await redis.get(cacheKey(name, domain)) : null
    return kept ? JSON.parse(kept) : null
  }

  /** Takes one of the questions that a provider may be asked today; false when there is none left. */
  async function mayAskToday(provider: string, { perDay }: EnrichmentSettings, now: number): Promise<boolean> {
    if (perDay === undefined) return true
    const key = `${prefix}:enrichment:asked:${provider}:${new Date(now).toISOString().slice(0, 10)}`
    const asked = await redis.incr(key)
    if (asked === 1) await redis.expire(key, TWO_DAYS_SECONDS)
    return asked <= perDay
  }

  async function ask(
    provider: EnrichmentProvider,
    query: EnrichmentQuery,
    settings: EnrichmentSettings,
  ): Promise<EnrichmentAnswer> {
    const answer = await inSpan(`enrich ${provider.name}`, { 'baton.lead.id': query.leadId }, () => provider.ask(query))
    await keep(provider.name, query.freeMail ? undefined : query.domain, answer, settings)
    return answer
  }

  return {
    /** What outside providers told of a company, and is kept for its domain: asks nobody. */
    async keptOf(domain: string, { providers: names }: Pick<EnrichmentSettings, 'providers'>): Promise<Attributes> {
      let found: Attributes = {}
      for (const name of names) {
        const kept = await redis.get(cacheKey(name, domain))
        if (kept) found = { ...(JSON.parse(kept) as EnrichmentAnswer).shared, ...found }
      }
      return found
    },

    /**
     * Asks one provider after the other, the outside ones for at most `settings.total` milliseconds, and only where an
     * answer can matter and none is kept. What fails, and who was not asked, is named in `outcomes`; an answer that was
     * remembered is not. Rejects when Redis is away, or HubSpot cannot tell now whether there is a company: no lead is
     * decided without its company for a reason that passes, unless `lastKnown` says to go on. `now` is epoch milliseconds.
     */
    async enrich(
      lead: EnrichedLead,
      query: EnrichmentQuery,
      memory: EnrichmentMemory,
      settings: EnrichmentSettings,
      now: number,
      lastKnown: LastKnownCompany = { company: null, goOn: false },
    ): Promise<Enriched> {
      let company: Properties | null = null
      let observed = lead.observe(null)
      let found: Attributes = {}
      const outcomes: Record<string, EnrichmentStatus> = {}
      const late: Promise<[string, string] | null>[] = []
      let end: number | undefined
      for (const name of settings.providers) {
        const callback = settings.callbacks?.[name]
        const provider =
          callback && answersLater
            ? answersLater(name, callback)
            : providers.find((candidate) => candidate.name === name)
        if (!provider) continue
        if (!provider.outside) {
          const own = await askOwn(provider, query, lastKnown)
          outcomes[name] = own.status
          company = own.company ?? company
          observed = lead.observe(company)
          continue
        }
        const facts = { ...found, ...observed }
        if (settings.when && !holds(settings.when, factLookup(facts))) {
          outcomes[name] = 'skipped'
          continue
        }
        const free = await keptAnswer(provider, query, memory)
        if (free) {
          if (provider.within !== undefined && memory.late[name])
            await keep(name, query.freeMail ? undefined : query.domain, free, settings)
          outcomes[name] = free.status
          found = { ...free.shared, ...free.personal, ...found }
          continue
        }
        // That nobody knows a person says nothing about their colleagues, and stands until it is asked again.
        const before = memory.answers[name]
        if (before?.status === 'not-found' && now - before.at < settings.keep.notFound) continue
        if (before?.status === 'pending' && now - before.at < (provider.within ?? 0)) continue
        if (!(await lead.isWorthAsking(company, found))) {
          outcomes[name] = 'not-needed'
          continue
        }
        end ??= performance.now() + settings.total
        const time = Math.min(settings.timeout, end - performance.now())
        if (time <= 0 || !(await mayAskToday(name, settings, now))) {
          outcomes[name] = time <= 0 ? 'late' : 'over-budget'
          continue
        }
        const asked = ask(provider, query, settings)
        try {
          const answer = await withDeadline(asked, time, () => new TooLate())
          outcomes[name] = answer.status
          found = { ...answer.shared, ...answer.personal, ...found }
        } catch (error) {
          if (isRedisAway(error) || (error instanceof OutsideError && error.system === 'redis')) throw error
          // One that answers later was asked all the same: that is waited for.
          outcomes[name] = error instanceof TooLate && provider.within !== undefined ? 'pending' : statusOf(error)
          if (error instanceof TooLate) late.push(arrived(name, asked))
        }
      }
      const all =
        late.length > 0
          ? Promise.all(late).then((some) => Object.fromEntries(some.filter((one) => one !== null)))
          : null
      return { company, found, outcomes, late: all }
    },
  }
}

// Our own CRM is waited for as long as its calls may take, and a failure that passes is no answer.
async function askOwn(
  provider: EnrichmentProvider,
  query: EnrichmentQuery,
  { company, goOn }: LastKnownCompany,
): Promise<{ status: EnrichmentStatus; company?: Properties | null }> {
  try {
    return await inSpan(`enrich ${provider.name}`, { 'baton.lead.id': query.leadId }, () => provider.ask(query))
  } catch (error) {
    if (isRedisAway(error) || (error instanceof OutsideError && error.system === 'redis')) throw error
    const passes = error instanceof OutsideError && error.kind !== 'refused'
    if (passes && !goOn) throw error
    return { status: passes ? 'late' : 'failed', company }
  }
}

async function arrived(provider: string, asked: Promise<EnrichmentAnswer>): Promise<[string, string] | null> {
  try {
    const answer = await withDeadline(asked, LATE_MILLISECONDS, () => new TooLate())
    return answer.status === 'matched' ? [provider, JSON.stringify(answer)] : null
  } catch {
    return null
  }
}

class TooLate extends Error {}

function statusOf(error: unknown): EnrichmentStatus {
  if (error instanceof TooLate) return 'late'
  return error instanceof OutsideError && error.kind === 'rate-limited' ? 'rate-limited' : 'failed'
}
