import type { EnrichmentStatus } from '../leads/lead.ts'
import type { Properties } from '../leads/observe.ts'
import { OutsideError, withDeadline } from '../platform/errors.ts'
import { isRedisAway, type RedisConnection } from '../platform/redis.ts'
import { inSpan } from '../platform/tracing.ts'
import type { Attributes } from '../rules/attributes.ts'

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
}

/** A provider's answer. `shared` attributes hold for everybody at the domain and may be kept for it. */
export interface EnrichmentAnswer {
  status: 'matched' | 'not-found'
  personal: Attributes
  shared: Attributes
  /** The properties of the associated company in HubSpot; the mapping in hubspot.yaml reads them. */
  company?: Properties
}

/** One source of company data. Rejects when it cannot answer: `rate-limited`, else it counts as failed. */
export interface EnrichmentProvider {
  name: string
  /** An outside company's service: asked only while something is missing, and its answers are kept for a domain. */
  outside: boolean
  ask(query: EnrichmentQuery): Promise<EnrichmentAnswer>
}

/** What the chain found. `late` resolves to true when an answer came after the time was up and has been kept. */
export interface Enriched {
  attributes: Attributes
  outcomes: Record<string, EnrichmentStatus>
  late: Promise<boolean> | null
}

/** Settings of the chain (`config/enrichment.yaml`), in milliseconds. */
export interface EnrichmentSettings {
  providers: string[]
  timeout: number
  total: number
  keep: { matched: number; notFound: number }
}

/** The chain of providers. */
export type Enrichment = ReturnType<typeof createEnrichment>

// How long an answer that comes too late for this decision is still waited for.
const LATE_MILLISECONDS = 30_000
const LATE_SECONDS = 600

/** Makes the chain of the providers that are there; the config says which are asked, and in which order. */
export function createEnrichment({
  store,
  providers,
}: {
  store: { redis: RedisConnection; prefix: string }
  providers: EnrichmentProvider[]
}) {
  const cacheKey = (provider: string, domain: string) => `${store.prefix}:enrichment:${provider}:${domain}`

  const lateKey = (provider: string, leadId: string) => `${store.prefix}:enrichment-late:${provider}:${leadId}`

  // What holds for a company is kept for its domain; that nobody knows a person says nothing about their colleagues.
  async function readKept(provider: string, leadId: string, domain: string | undefined): Promise<string | null> {
    const known = domain ? await store.redis.get(cacheKey(provider, domain)) : null
    return known ?? store.redis.get(cacheKey(provider, leadId))
  }

  async function keep(
    provider: string,
    leadId: string,
    domain: string | undefined,
    answer: EnrichmentAnswer,
    settings: EnrichmentSettings,
  ): Promise<void> {
    const seconds = (milliseconds: number) => Math.ceil(milliseconds / 1_000)
    const shared: EnrichmentAnswer = { ...answer, personal: {} }
    if (answer.status === 'not-found') {
      await store.redis.set(cacheKey(provider, leadId), JSON.stringify(shared), 'EX', seconds(settings.keep.notFound))
      return
    }
    const company = answer.shared['company.domain']?.value
    if (!domain || (company !== undefined && company !== domain)) return
    await store.redis.set(cacheKey(provider, domain), JSON.stringify(shared), 'EX', seconds(settings.keep.matched))
  }

  // An answer that came too late for its decision is handed to the next one, or it would be late for ever.
  async function arrives(provider: string, leadId: string, asked: Promise<EnrichmentAnswer>): Promise<boolean> {
    try {
      const answer = await withDeadline(asked, LATE_MILLISECONDS, () => new TooLate())
      if (answer.status !== 'matched') return false
      await store.redis.set(lateKey(provider, leadId), JSON.stringify(answer), 'EX', LATE_SECONDS)
      return true
    } catch {
      return false
    }
  }

  async function askOne(
    provider: EnrichmentProvider,
    query: EnrichmentQuery,
    settings: EnrichmentSettings,
  ): Promise<EnrichmentAnswer> {
    const domain = provider.outside && !query.freeMail ? query.domain : undefined
    const kept =
      (await store.redis.getdel(lateKey(provider.name, query.leadId))) ??
      (await readKept(provider.name, query.leadId, domain))
    if (kept) return JSON.parse(kept)
    const answer = await inSpan(`enrich ${provider.name}`, { 'baton.lead.id': query.leadId }, () => provider.ask(query))
    if (provider.outside) await keep(provider.name, query.leadId, domain, answer, settings)
    return answer
  }

  return {
    /**
     * Asks one provider after the other for what is still unknown of `wanted`, for at most `settings.total`
     * milliseconds. `observe` says what HubSpot's own records tell, which is never overwritten.
     * What fails is named in `outcomes`. Rejects only when Redis is away, so that no lead is decided without its company
     * for a reason that passes.
     */
    async enrich(
      observe: (company: Properties | null) => Attributes,
      wanted: readonly string[],
      query: EnrichmentQuery,
      settings: EnrichmentSettings,
    ): Promise<Enriched> {
      let observed = observe(null)
      let found: Attributes = {}
      const outcomes: Record<string, EnrichmentStatus> = {}
      const late: Promise<boolean>[] = []
      const end = performance.now() + settings.total
      for (const name of settings.providers) {
        const provider = providers.find((candidate) => candidate.name === name)
        if (!provider || (provider.outside && wanted.every((attribute) => observed[attribute] ?? found[attribute])))
          continue
        const time = Math.min(settings.timeout, end - performance.now())
        if (time <= 0) {
          outcomes[name] = 'late'
          continue
        }
        const asked = askOne(provider, query, settings)
        try {
          const answer = await withDeadline(asked, time, () => new TooLate())
          outcomes[name] = answer.status
          if (answer.company) observed = observe(answer.company)
          found = { ...answer.shared, ...answer.personal, ...found }
        } catch (error) {
          if (isRedisAway(error) || (error instanceof OutsideError && error.system === 'redis')) throw error
          outcomes[name] = statusOf(error)
          if (error instanceof TooLate) late.push(arrives(name, query.leadId, asked))
        }
      }
      const anyLate = late.length > 0 ? Promise.all(late).then((all) => all.some(Boolean)) : null
      return { attributes: { ...found, ...observed }, outcomes, late: anyLate }
    },
  }
}

class TooLate extends Error {}

function statusOf(error: unknown): EnrichmentStatus {
  if (error instanceof TooLate) return 'late'
  return error instanceof OutsideError && error.kind === 'rate-limited' ? 'rate-limited' : 'failed'
}
