import type { Config } from '../config/config.ts'
import type { Clock } from '../platform/clock.ts'
import { hostNow } from '../platform/clock.ts'
import { type CheckEnv, OBSERVING, type ReadSecret } from '../platform/env.ts'
import { OutsideError } from '../platform/errors.ts'
import type { RedisConnection } from '../platform/redis.ts'
import { createSlackDirectory } from '../slack/directory.ts'
import { createLastEvent } from '../store/last-event.ts'
import { createStore } from '../store/partitions.ts'
import { createRewrites } from '../store/rewrites.ts'
import { createUnreachable } from '../store/unreachable.ts'
import { createWebhookOutbox } from '../store/webhook-outbox.ts'
import { checkApollo } from './apollo.ts'
import { createAskHubSpot, hubSpotToAsk } from './ask-hubspot.ts'
import type { Finding } from './finding.ts'
import { checkPortal, checkProperties, checkScopes, checkSearch, checkWorkflows, webhookFinding } from './hubspot.ts'
import { type HubSpotOwner, ownerFindings, withOwnerId } from './owners.ts'
import { checkRedis, rewriteFindings } from './redis.ts'
import { checkSlackChannels, checkSlackPeople, checkSlackToken, reachFindings, TOKEN_REFUSED } from './slack.ts'
import { callbackFindings, offFindings, webhookFindings } from './webhooks.ts'

/**
 * What is examined. Without `redis` (no service runs here yet) what needs it is left out, and without `config` (it holds
 * mistakes) what compares with it.
 */
export interface ExamineParts {
  env: CheckEnv & { REDIS_MAY_LOSE_WRITES?: boolean }
  config: Config | null
  redis: RedisConnection | null
  clock: Clock
  prefix: string
  /** The secrets that the config names. */
  secrets: ReadSecret
}

/**
 * Asks the living systems, all at once. The calls take their turn in the rate limit that
 * the service keeps to, but not its breakers: a refusal is what is looked for here, and no outage. Never rejects.
 */
export async function examine({ env, config, redis, clock, prefix, secrets }: ExamineParts): Promise<Finding[]> {
  const hubspot = hubSpotToAsk(env, { redis, prefix })
  const ask = createAskHubSpot(hubspot)
  const slack = createSlackDirectory({ token: env.SLACK_BOT_TOKEN, apiUrl: env.SLACK_API_URL })
  const owners = ask.owners()
  // Whoever is proposed by the email of an owner goes without it then.
  const ownersIfAny = owners.catch((): HubSpotOwner[] => [])

  async function redisFindings(): Promise<Finding[]> {
    if (!redis)
      return [{ check: 'redis', status: 'skipped', found: 'not checked: no Baton runs here, and REDIS_URL is not set' }]
    const lastEvent = createLastEvent({ redis, prefix })
    return [
      ...(await attempt('hubspot webhooks', async () => [webhookFinding(await lastEvent.read(), clock.now())])),
      ...(await attempt('slack reach', async () =>
        reachFindings(await createUnreachable(createStore({ redis, prefix })).all()),
      )),
      ...(await attempt('redis erasure', async () =>
        rewriteFindings(await createRewrites(createStore({ redis, prefix })).refused()),
      )),
      ...(await attempt('webhooks', async () => {
        const outbox = createWebhookOutbox(createStore({ redis, prefix }))
        const since = await Promise.all((config?.webhooks ?? []).map((one) => outbox.offSince(one)))
        return offFindings(
          (config?.webhooks ?? []).flatMap(({ name }, at) => (since[at] ? { name, since: since[at] } : [])),
        )
      })),
      ...(await attempt('redis', () => checkRedis(redis, env.REDIS_MAY_LOSE_WRITES ?? false, hostNow))),
    ]
  }

  async function withConfig(check: string, look: (known: Config) => Promise<Finding[]>): Promise<Finding[]> {
    return config ? attempt(check, () => look(config)) : []
  }

  const mode: Finding[] = env.BATON_MODE === 'observe' ? [{ check: 'mode', status: 'warning', found: OBSERVING }] : []
  const groups = [
    Promise.resolve(mode),
    attempt('hubspot token', () => checkPortal(ask, env.HUBSPOT_PORTAL_ID, clock.now)),
    attempt('hubspot scopes', () => checkScopes(ask)),
    withConfig('hubspot properties', (known) => checkProperties(ask, hubspot, known)),
    withConfig('hubspot owners', async ({ team }) => ownerFindings(withOwnerId(team), await owners)),
    attempt('hubspot search', () => checkSearch(ask)),
    withConfig('hubspot workflows', (known) => checkWorkflows(ask, known)),
    redisFindings(),
    attempt('slack token', () => checkSlackToken(slack)),
    withConfig('slack people', async (known) => checkSlackPeople(slack, known, await ownersIfAny)),
    withConfig('slack channels', (known) => checkSlackChannels(slack, known)),
    withConfig('webhooks', async (known) => [
      ...webhookFindings(known.webhooks, secrets),
      ...callbackFindings(known.enrichment, secrets),
    ]),
    attempt('apollo key', () => checkApollo(env.APOLLO_API_KEY, env.ENRICHMENT_BASE_URL)),
  ]
  return (await Promise.all(groups)).flat()
}

// The token or a scope is what is wrong, and another check says so.
const REFUSED = new Set([...['401', '403', 'missing_scope', 'unknown_method'], ...TOKEN_REFUSED])

/** A check that fails is a finding too, and stops no other. */
async function attempt(check: string, look: () => Promise<Finding[]>): Promise<Finding[]> {
  try {
    return await look()
  } catch (error) {
    if (!(error instanceof OutsideError)) return [{ check, status: 'fault', found: `failed: ${(error as Error).name}` }]
    const { system, code, kind } = error
    const why = kind === 'rate-limited' ? 'asks to wait' : REFUSED.has(code) ? `refused (${code})` : null
    if (why) return [{ check, status: 'skipped', found: `not checked: ${system} ${why}` }]
    const found = `${system} did not answer (${code})`
    return [{ check, status: 'fault', found, todo: 'try again later' }]
  }
}
