import { z } from 'zod'
import { type FailureKind, OutsideError } from '../platform/errors.ts'
import type { Metrics } from '../platform/metrics.ts'
import type { Attributes } from '../rules/attributes.ts'
import type { EnrichmentProvider } from './chain.ts'

// Only what is used is described; everything may be missing. Source: Apollo's OpenAPI document, people/match.
const Match = z.object({
  person: z
    .object({
      title: z.string().nullish(),
      country: z.string().nullish(),
      organization: z
        .object({
          name: z.string().nullish(),
          primary_domain: z.string().nullish(),
          industry: z.string().nullish(),
          estimated_num_employees: z.number().nullish(),
          annual_revenue: z.number().nullish(),
          technology_names: z.array(z.string()).nullish(),
        })
        .nullish(),
    })
    .nullish(),
})

const REQUEST_TIMEOUT = 20_000
const SOURCE = 'apollo'

/** Apollo's people match: one credit for each match; no match is an answer with no person. */
export function createApollo(options: { apiKey: string; baseUrl: string; metrics: Metrics }): EnrichmentProvider {
  return {
    name: SOURCE,
    outside: true,
    async ask(query) {
      const parameters = new URLSearchParams()
      if (query.email) parameters.set('email', query.email)
      if (query.firstName) parameters.set('first_name', query.firstName)
      if (query.lastName) parameters.set('last_name', query.lastName)
      if (query.domain && !query.freeMail) parameters.set('domain', query.domain)
      const count = (outcome: FailureKind | 'ok', code?: string) =>
        options.metrics.countCall(SOURCE, 'people match', outcome, code)
      let response: Response
      let body: unknown
      try {
        response = await fetch(`${options.baseUrl}/api/v1/people/match?${parameters}`, {
          method: 'POST',
          headers: { 'x-api-key': options.apiKey, accept: 'application/json' },
          redirect: 'error',
          signal: AbortSignal.timeout(REQUEST_TIMEOUT),
        })
        body = response.ok ? await response.json() : await response.body?.cancel()
      } catch {
        count('unavailable')
        throw new OutsideError('apollo', 'unavailable', 'no-answer')
      }
      if (!response.ok) {
        const kind = response.status === 429 ? 'rate-limited' : 'unavailable'
        count(kind)
        throw new OutsideError('apollo', kind, String(response.status))
      }
      const match = Match.safeParse(body)
      if (!match.success) {
        count('unavailable')
        throw new OutsideError('apollo', 'unavailable', 'not-an-answer')
      }
      count('ok')
      const person = match.data.person
      if (!person) return { status: 'not-found', personal: {}, shared: {} }
      const organization = person.organization
      return {
        status: 'matched',
        personal: known({ jobTitle: person.title, country: person.country }),
        shared: known({
          'company.name': organization?.name,
          'company.domain': organization?.primary_domain,
          'company.industry': organization?.industry?.toLowerCase(),
          'company.size': organization?.estimated_num_employees,
          'company.revenue': organization?.annual_revenue,
          'company.techStack': organization?.technology_names,
        }),
      }
    },
  }
}

function known(values: Record<string, string | number | string[] | null | undefined>): Attributes {
  const attributes: Attributes = {}
  for (const [name, value] of Object.entries(values)) {
    if (value !== null && value !== undefined && value !== '') attributes[name] = { value, source: SOURCE }
  }
  return attributes
}
