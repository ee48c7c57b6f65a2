import type { Clock } from '../platform/clock.ts'
import type { ReadSecret } from '../platform/env.ts'
import { OutsideError } from '../platform/errors.ts'
import type { Metrics } from '../platform/metrics.ts'
import { postSigned } from '../platform/signed-post.ts'
import type { Attributes, AttributeValue } from '../rules/attributes.ts'
import type { CallbackProvider, EnrichmentAnswer, EnrichmentProvider, EnrichmentQuery } from './chain.ts'

/** Where questions are noted that wait for their answers. */
export interface Questions {
  ask(
    leadId: string,
    provider: string,
    question: { secret: string; of: string },
    within: number,
  ): Promise<string | null>
  takeBack(requestId: string): Promise<void>
}

const REQUEST_TIMEOUT = 10_000
const LONGEST_TEXT = 200
const MOST_ENTRIES = 50
const PERSONAL = new Set(['jobTitle', 'country'])
const NUMBERS = new Set(['company.size', 'company.revenue'])
const LISTS = new Set(['company.techStack'])

/** Makes the providers that are asked by a signed request and answer later by another one, as Clay does. */
export function createCallbackProviders(parts: {
  questions: Questions
  secrets: ReadSecret
  publicUrl: string
  clock: Clock
  metrics: Metrics
}): (name: string, callback: CallbackProvider) => EnrichmentProvider {
  const { clock, metrics, questions } = parts

  function secretsOf(name: string, variable: string | undefined): string[] {
    const read = variable === undefined ? { secrets: [] } : parts.secrets(variable)
    if ('problem' in read) throw new OutsideError('enrichment', 'unavailable', `${name}: ${read.problem}`)
    return read.secrets
  }

  return (name, callback) => ({
    name,
    outside: true,
    within: callback.within,
    async ask(query) {
      const secrets = secretsOf(name, callback.secret)
      const headers = Object.fromEntries(
        Object.entries(callback.headers).map(([header, variable]) => [header, secretsOf(name, variable)[0] ?? '']),
      )
      const [key = ''] = secrets.length > 0 ? secrets : secretsOf(name, callback.token)
      const told = toldOf(query, callback)
      const requestId = await questions.ask(
        query.leadId,
        name,
        { secret: key, of: JSON.stringify(told) },
        callback.within,
      )
      const pending: EnrichmentAnswer = { status: 'pending', personal: {}, shared: {} }
      if (requestId === null) return pending
      const callbackUrl = `${parts.publicUrl}/webhooks/enrichment/${name}`
      const body = JSON.stringify({ requestId, callbackUrl, ...told })
      const deadline = REQUEST_TIMEOUT
      const answer = await postSigned(callback.url, {
        ...{ secrets, headers, id: requestId, body, now: clock.now(), deadline },
      })
      if (answer.status !== null && answer.status >= 200 && answer.status < 300) {
        metrics.countCall('enrichment', name, 'ok')
        return pending
      }
      await questions.takeBack(requestId)
      const kind = answer.status === 429 ? 'rate-limited' : 'unavailable'
      metrics.countCall('enrichment', name, kind)
      throw new OutsideError('enrichment', kind, String(answer.status ?? 'no-answer'))
    },
  })
}

// A domain of a free mail provider says nothing of a company.
function toldOf(query: EnrichmentQuery, { sends }: CallbackProvider): Record<string, string> {
  const { email, firstName, lastName } = query
  const known = { email, firstName, lastName, domain: query.freeMail ? undefined : query.domain }
  return Object.fromEntries(sends.flatMap((name) => (known[name] ? [[name, known[name]]] : [])))
}

/**
 * What an answer says, by the paths that the config names: only values that an attribute can have, in their bounds; the names
 * of those that were left out.
 */
export function answerOf(
  provider: string,
  fields: Record<string, string>,
  content: unknown,
): { answer: EnrichmentAnswer; unfit: string[] } {
  const [personal, shared]: [Attributes, Attributes] = [{}, {}]
  const unfit: string[] = []
  for (const [name, path] of Object.entries(fields)) {
    const given = valueAt(content, path)
    if (given === undefined || given === null || given === '') continue
    const value = valueFor(name, given)
    if (value === undefined) unfit.push(name)
    else (PERSONAL.has(name) ? personal : shared)[name] = { value, source: provider }
  }
  const found = Object.keys(personal).length + Object.keys(shared).length > 0
  return { answer: { status: found ? 'matched' : 'not-found', personal, shared }, unfit }
}

function valueAt(content: unknown, path: string): unknown {
  let value = content
  for (const part of path.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) return undefined
    value = (value as Record<string, unknown>)[part]
  }
  return value
}

function valueFor(name: string, given: unknown): AttributeValue | undefined {
  if (NUMBERS.has(name)) {
    const number = typeof given === 'string' && /^\d{1,15}(\.\d+)?$/.test(given.trim()) ? Number(given) : given
    return typeof number === 'number' && Number.isFinite(number) && number >= 0 && number <= 1e15 ? number : undefined
  }
  if (LISTS.has(name)) {
    if (!Array.isArray(given)) return undefined
    const texts = given.slice(0, MOST_ENTRIES).flatMap((one) => textOf(one) ?? [])
    return texts.length > 0 ? texts : undefined
  }
  const text = textOf(given)
  if (name === 'company.domain') return text && /^[\w-]+(\.[\w-]+)+$/.test(text) ? text.toLowerCase() : undefined
  return name === 'company.industry' ? text?.toLowerCase() : text
}

function textOf(given: unknown): string | undefined {
  if (typeof given !== 'string') return undefined
  const text = given.replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ').trim()
  return text === '' || text.length > LONGEST_TEXT ? undefined : text
}
