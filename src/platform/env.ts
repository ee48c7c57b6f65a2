import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { z } from 'zod'

/** The environment is wrong; the message lists every variable with what it needs. */
export class EnvironmentError extends Error {
  constructor(problems: string[]) {
    super(
      `The environment has ${problems.length === 1 ? 'a mistake' : `${problems.length} mistakes`}:\n${problems.map((problem) => `  ${problem}`).join('\n')}`,
    )
    this.name = 'EnvironmentError'
  }
}

const Text = z.string({ error: 'is required' })
const Url = z.url({ protocol: /^https?$/, error: 'must be a URL such as https://baton.example.com' })
const Secrets = Text.transform((text) =>
  text
    .split(',')
    .map((secret) => secret.trim())
    .filter(Boolean),
).refine(
  (secrets) => secrets.length >= 1 && secrets.length <= 2,
  'must hold one secret, or two separated by a comma while you rotate',
)

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const

const MODES = ['live', 'observe'] as const
/** What Baton does about what it decides: all of it, or nothing but to report what it would have done. */
export type Mode = (typeof MODES)[number]

/** What whoever runs Baton has to know while it only observes. */
export const OBSERVING =
  'BATON_MODE is observe: everything is computed, nothing is written to HubSpot, and nobody is told anything in Slack but by the daily report'

const Environment = z.object({
  BATON_MODE: z.enum(MODES, { error: 'must be live or observe' }).default('live'),
  PORT: wholeNumber(0, 65_535).default(3000),
  HOST: z.string().default('0.0.0.0'),
  PUBLIC_URL: Text.regex(
    /^https?:\/\/[^\s/?#]+(\/[^\s?#]*)?$/,
    'must be scheme and host, and the path if there is one, such as https://baton.example.com',
  ),
  REDIS_URL: z
    .string()
    .transform((text) => text.split(',').map((url) => url.trim()))
    .refine(
      (urls) => urls.every((url) => /^rediss?:\/\/[^/]+/.test(url)),
      'must be redis:// or rediss:// URLs, several separated by commas for a cluster',
    )
    .optional(),
  REDIS_MAY_LOSE_WRITES: z
    .enum(['yes', 'no'], { error: 'must be yes or no' })
    .default('no')
    .transform((word) => word === 'yes'),
  CONFIG_DIR: z.string().default('./config'),
  HUBSPOT_ACCESS_TOKEN: Text,
  HUBSPOT_CLIENT_SECRET: Secrets,
  HUBSPOT_BASE_URL: Url.optional(),
  HUBSPOT_REQUESTS_PER_10_SECONDS: wholeNumber(20, 1000).default(190),
  HUBSPOT_PORTAL_ID: z
    .string()
    .regex(/^\d{1,18}$/, "must be the portal's number")
    .optional(),
  HUBSPOT_SIGNATURE_V1: z
    .enum(['allow', 'refuse'], { error: 'must be allow or refuse' })
    .default('refuse')
    .transform((word) => word === 'allow'),
  SLACK_BOT_TOKEN: Text,
  SLACK_SIGNING_SECRET: Secrets,
  SLACK_API_URL: Url.optional(),
  SLACK_PACING: z.enum(['slack', 'off'], { error: 'must be slack, or off for a simulator' }).default('slack'),
  API_TOKENS: z
    .string()
    .default('')
    .transform((text) =>
      text
        .split(',')
        .map((token) => token.trim())
        .filter(Boolean),
    )
    .refine(
      (tokens) => tokens.every((token) => !/^((read|operate)(\([^)]*\))?=)?sha256:/.test(token) || HASHED.test(token)),
      'holds a hash that is not sha256: with 64 hex digits; `npm run baton -- token` makes one',
    )
    .refine(
      (tokens) => tokens.every((token) => !/^(read|operate)(\([^)]*\))?=$/.test(token)),
      'holds a scope without a token',
    )
    .transform((tokens) => tokens.map(readApiToken)),
  OIDC_ISSUER: Url.optional(),
  OIDC_CLIENT_ID: Text.optional(),
  OIDC_CLIENT_SECRET: Text.optional(),
  OIDC_OPERATORS: z
    .string()
    .default('')
    .transform((text) =>
      text
        .split(',')
        .map((email) => email.trim().toLowerCase())
        .filter(Boolean),
    )
    .refine(
      (emails) => emails.every((email) => /^[^\s@]+@[^\s@]+$/.test(email)),
      'must be email addresses, separated by commas',
    ),
  APOLLO_API_KEY: Text.optional(),
  ENRICHMENT_BASE_URL: Url.default('https://api.apollo.io'),
  LOG_LEVEL: z.enum(LOG_LEVELS, { error: `must be one of ${LOG_LEVELS.join(', ')}` }).default('info'),
})

/** What the keys of a mode begin with: what was only observed stands apart from what is live, also in one Redis. */
export function prefixOf(mode: Mode, installation = 'baton'): string {
  return mode === 'observe' ? `${installation}-observe` : installation
}

/** The environment, read and checked. Secrets are lists so that two are accepted during a rotation. */
export type Env = z.output<typeof Environment>

/** The part of the environment that a command which only talks to HubSpot needs. */
const HubSpotEnvironment = Environment.pick({
  BATON_MODE: true,
  CONFIG_DIR: true,
  REDIS_URL: true,
  HUBSPOT_ACCESS_TOKEN: true,
  HUBSPOT_BASE_URL: true,
  HUBSPOT_REQUESTS_PER_10_SECONDS: true,
})

/** What a command that only talks to HubSpot needs. */
export type HubSpotEnv = z.output<typeof HubSpotEnvironment>

/** The part of the environment that a command which only looks into Redis needs. */
const RedisEnvironment = Environment.pick({ BATON_MODE: true, REDIS_URL: true })

function wholeNumber(least: number, most: number) {
  const error = `must be a whole number from ${least} to ${most}`
  return Text.regex(/^\d{1,9}$/, error)
    .transform(Number)
    .pipe(z.number().min(least, error).max(most, error))
}

const HASHED = /^(?:(?:read|operate)(?:\([\w.-]{1,40}\))?=)?sha256:[0-9a-f]{64}$/i

/** A bearer token for `/v1`, kept as its SHA-256 (hex). `operate` may do everything, `read` only look. */
export interface ApiToken {
  digest: string
  scope: 'read' | 'operate'
  /** How records call whoever uses it, where it was given a name. */
  name?: string
}

/** Reads `<token>` or `sha256:<hash of it>`, with the scope before it, `read=…` or `operate=…`, which is the default, and its name: `read(crm-sync)=…`. */
export function readApiToken(text: string): ApiToken {
  const [, scope = 'operate', name, secret = ''] = /^(?:(read|operate)(?:\(([\w.-]{1,40})\))?=)?(.*)$/.exec(text) ?? []
  const digest = HASHED.test(text)
    ? secret.slice('sha256:'.length).toLowerCase()
    : createHash('sha256').update(secret).digest('hex')
  return { digest, scope: scope === 'read' ? 'read' : 'operate', ...(name === undefined ? {} : { name }) }
}

/** The part that a command needs which asks HubSpot and Slack about people and settings. */
const CheckEnvironment = HubSpotEnvironment.extend(
  Environment.pick({
    HUBSPOT_PORTAL_ID: true,
    SLACK_BOT_TOKEN: true,
    SLACK_API_URL: true,
    APOLLO_API_KEY: true,
    ENRICHMENT_BASE_URL: true,
  }).shape,
)
/** What `doctor` and `team import` need. */
export type CheckEnv = z.output<typeof CheckEnvironment>

/** The part that a command needs which only writes what HubSpot is to be told. */
const ProjectEnvironment = Environment.pick({ CONFIG_DIR: true, PUBLIC_URL: true })

/** The variables that hold a secret: each may stand in a file instead, which `<name>_FILE` names. */
const SECRETS = new Set([
  'HUBSPOT_ACCESS_TOKEN',
  'HUBSPOT_CLIENT_SECRET',
  'SLACK_BOT_TOKEN',
  'SLACK_SIGNING_SECRET',
  'API_TOKENS',
  'OIDC_CLIENT_SECRET',
  'APOLLO_API_KEY',
  'REDIS_URL',
])

type Variables = Record<string, string | undefined>

/**
 * Reads the environment of the contract. Space around a value is cut off; an empty variable counts as unset. A secret
 * may stand in the file that `<name>_FILE` names. Throws `EnvironmentError` that names every missing or malformed
 * variable at once, and never shows a value.
 */
export function readEnv(variables: Variables): Env {
  const env = read(Environment, variables)
  const oidc = [env.OIDC_ISSUER, env.OIDC_CLIENT_ID, env.OIDC_CLIENT_SECRET]
  const missing = OIDC.filter((_, at) => oidc[at] === undefined)
  if (missing.length === OIDC.length ? env.OIDC_OPERATORS.length === 0 : missing.length === 0) return env
  throw new EnvironmentError(
    missing.map((name) => `${name} is required: OIDC_ISSUER, OIDC_CLIENT_ID and OIDC_CLIENT_SECRET go together`),
  )
}

const OIDC = ['OIDC_ISSUER', 'OIDC_CLIENT_ID', 'OIDC_CLIENT_SECRET'] as const

/** Reads what a command that only talks to HubSpot needs; like `readEnv` otherwise. */
export function readHubSpotEnv(variables: Variables): HubSpotEnv {
  return read(HubSpotEnvironment, variables)
}

/** Reads what a command that only looks into Redis needs; like `readEnv` otherwise. */
export function readRedisEnv(variables: Variables): z.output<typeof RedisEnvironment> {
  return read(RedisEnvironment, variables)
}

/** Reads what `doctor` and `team import` need; like `readEnv` otherwise. */
export function readCheckEnv(variables: Variables): CheckEnv {
  return read(CheckEnvironment, variables)
}

/** Reads what `hubspot project` needs, which has no token yet; like `readEnv` otherwise. */
export function readProjectEnv(variables: Variables): z.output<typeof ProjectEnvironment> {
  return read(ProjectEnvironment, variables)
}

function read<T extends z.ZodObject>(schema: T, variables: Variables): z.output<T> {
  // A secret read from a file often ends in a newline, which no header may hold.
  const trimmed = Object.entries(variables).map(([name, value]) => [name, value?.trim()] as const)
  const given: Record<string, string | undefined> = Object.fromEntries(trimmed.filter(([, value]) => value))
  const ofFiles = Object.keys(schema.shape).flatMap((name) => (SECRETS.has(name) ? takeFromFile(given, name) : []))
  const result = schema.safeParse(given)
  if (result.success && ofFiles.length === 0) return result.data
  const told = new Set(ofFiles.map(({ name }) => name))
  const others = (result.error?.issues ?? []).filter(({ path }) => !told.has(String(path[0])))
  throw new EnvironmentError([
    ...ofFiles.map(({ problem }) => problem),
    ...others.map((issue) => {
      const name = String(issue.path[0])
      return `${name} ${name in given ? issue.message : 'is required'}`
    }),
  ])
}

/**
 * The secrets that a variable holds which the config names: one, or two separated by a comma while they are rotated; or what is
 * missing. It may stand in the file that `<name>_FILE` names, which is read each time.
 */
export type ReadSecret = (name: string) => { secrets: string[] } | { problem: string }

/** Reads the secrets that a config names from an environment. */
export function secretsOf(variables: Variables): ReadSecret {
  return (name) => {
    const given = { [name]: variables[name]?.trim(), [`${name}_FILE`]: variables[`${name}_FILE`]?.trim() }
    const [ofFile] = takeFromFile(given, name)
    if (ofFile) return { problem: ofFile.problem }
    if (!given[name]) return { problem: `${name} is not set` }
    const read = Secrets.safeParse(given[name])
    return read.success ? { secrets: read.data } : { problem: `${name} ${read.error.issues[0]?.message}` }
  }
}

/** Puts the content of a secret's file in the place of the variable; a problem when that cannot be. */
function takeFromFile(given: Record<string, string | undefined>, name: string): { name: string; problem: string }[] {
  const variable = `${name}_FILE`
  const file = given[variable]
  if (!file) return []
  const problem = (what: string) => [{ name, problem: `${variable} ${what}` }]
  if (given[name]) return problem(`and ${name} are both set: keep one`)
  try {
    given[name] = readFileSync(file, 'utf8').trim()
  } catch {
    return problem('names a file that cannot be read')
  }
  return given[name] ? [] : problem('names an empty file')
}
