import type { WebhookEndpoint } from '../config/schemas/webhooks.ts'
import type { EnrichmentSettings } from '../enrichment/chain.ts'
import type { ReadSecret } from '../platform/env.ts'
import { webhookSecretProblem } from '../platform/standard-webhooks.ts'
import type { Finding } from './finding.ts'

/** What is said of an endpoint that is switched off. */
export function offFindings(off: readonly { name: string; since: number }[]): Finding[] {
  return off.map(({ name, since }) => ({
    check: `webhook ${name}`,
    status: 'warning',
    found: `answered 410 at ${new Date(since).toISOString()}, and is told of nothing since`,
    todo: `correct its url in webhooks.yaml, or run "baton webhooks on ${name}"`,
  }))
}

/** Whether the secrets are set that enrichment.yaml names, of the providers that are asked. */
export function callbackFindings(
  { providers, callbacks }: Pick<EnrichmentSettings, 'providers' | 'callbacks'>,
  secrets: ReadSecret,
): Finding[] {
  return providers.flatMap((name): Finding[] => {
    const callback = callbacks?.[name]
    if (!callback) return []
    const { secret, token, headers } = callback
    const problemOf = (variable: string) => {
      const read = secrets(variable)
      if ('problem' in read) return read.problem
      const problem = variable === secret ? read.secrets.map(webhookSecretProblem).find(Boolean) : null
      return problem ? `${variable} ${problem}` : null
    }
    const problems = [secret, token, ...Object.values(headers)].flatMap((one) => (one && problemOf(one)) || [])
    const check = `enrichment ${name}`
    if (problems.length === 0) return [{ check, status: 'ok', found: 'its secrets are set' }]
    return [{ check, status: 'fault', found: problems.join('; '), todo: 'set what enrichment.yaml names' }]
  })
}

/** Whether the secrets are set that webhooks.yaml names. Nobody is asked: `webhooks test` does that. */
export function webhookFindings(endpoints: readonly WebhookEndpoint[], secrets: ReadSecret): Finding[] {
  return endpoints.map(({ name, secret }) => {
    const check = `webhook ${name}`
    const read = secrets(secret)
    const problem = 'problem' in read ? read.problem : read.secrets.map(webhookSecretProblem).find(Boolean)
    if (!problem) return { check, status: 'ok', found: 'its secret is set' }
    return {
      check,
      status: 'fault',
      found: 'problem' in read ? problem : `${secret} ${problem}`,
      todo: 'make one with "baton webhooks secret", and set it here and at the receiver',
    }
  })
}
