import { z } from 'zod'
import { WEBHOOK_EVENTS } from '../../facts/webhook-events.ts'
import { isPrivateHost } from '../../platform/private-hosts.ts'

/** The name of an environment variable, which holds a secret that must not stand in a config. */
const VARIABLE = /^[A-Z][A-Z0-9_]{2,79}$/
/** What is said of a secret that is no name of a variable. */
export const SECRET_NAME =
  'secret must be the name of an environment variable, such as CRM_WEBHOOK_SECRET; the secret itself stands only there'

/** What is said of an address with a password in it, which is not to be shown. */
export const WITH_PASSWORD = 'must hold no user and no password'

/** What is wrong with an address that Baton is to call; null when nothing is. */
export function urlProblem(text: string, mayBePrivate: boolean): string | null {
  const url = URL.canParse(text) ? new URL(text) : null
  if (!url || !/^https?:$/.test(url.protocol)) return 'must be a URL such as https://crm.example.com/hooks/baton'
  if (url.username || url.password) return WITH_PASSWORD
  if (mayBePrivate) return null
  if (url.protocol !== 'https:')
    return 'must begin with https://; http is taken only of a private host, with private: true'
  return isPrivateHost(url.hostname) ? 'is a private host; say private: true where that is meant' : null
}

/** Whether a text can be the name of an environment variable. */
export function isVariableName(text: string): boolean {
  return VARIABLE.test(text)
}

const Endpoint = z
  .strictObject({
    name: z
      .string()
      .regex(/^[a-z0-9][a-z0-9-]{0,39}$/, 'must be lower-case letters, digits and dashes, such as crm-sync')
      .describe('how metrics, logs and commands call it'),
    url: z.string().describe('https; http only with private: true'),
    events: z.array(z.enum(WEBHOOK_EVENTS)).min(1).describe('what it is told of'),
    secret: z.string().describe('the name of the environment variable that holds its secret; NAME_FILE names a file'),
    private: z.boolean().default(false).describe('it stands in our own network: http and private addresses are right'),
  })
  // What is said of a place shows what stands there, which may be a secret.
  .superRefine(({ secret, url, private: mayBePrivate }, context) => {
    if (!isVariableName(secret)) context.addIssue({ code: 'custom', path: [], message: SECRET_NAME })
    const problem = urlProblem(url, mayBePrivate)
    const hidden = problem === WITH_PASSWORD
    if (problem)
      context.addIssue({ code: 'custom', path: hidden ? [] : ['url'], message: hidden ? `url ${problem}` : problem })
  })

/** `config/webhooks.yaml`: who else is told of what happens, by signed requests. */
export const Webhooks = z.strictObject({ webhooks: z.array(Endpoint).max(20) })
/** One of those who are told. */
export type WebhookEndpoint = z.output<typeof Endpoint>
