import { z } from 'zod'
import { conditionIn, SCOPES } from './conditions.ts'
import { Milliseconds } from './values.ts'
import { isVariableName, SECRET_NAME, urlProblem, WITH_PASSWORD } from './webhooks.ts'

const PATH = /^[\w-]+(\.[\w-]+)*$/

const Callback = z
  .strictObject({
    url: z.string().describe('where it is asked; https, or http with private: true'),
    secret: z
      .string()
      .optional()
      .describe('the variable with the secret that signs question and answer (Standard Webhooks)'),
    token: z
      .string()
      .optional()
      .describe('the variable with a token that an answer may bear instead: Authorization: Bearer'),
    headers: z
      .record(z.string().regex(/^[A-Za-z][\w-]*$/, 'must be the name of a header'), z.string())
      .default({})
      .describe('headers that it wants of whoever asks, each with the variable that holds its value'),
    sends: z
      .array(z.enum(['email', 'firstName', 'lastName', 'domain']))
      .min(1)
      .prefault(['email', 'firstName', 'lastName', 'domain'])
      .describe('what it is told of a lead'),
    fields: z
      .record(z.string(), z.string().regex(PATH, 'must be a path such as company.employees'))
      .describe('attributes, each with the path of its value in the answer'),
    within: Milliseconds.prefault('3d').describe('for how long an answer is waited for'),
    private: z.boolean().default(false).describe('it stands in our own network'),
  })
  // What is said of a place shows what stands there, which may be a secret.
  .superRefine(({ url, secret, token, headers, private: mayBePrivate }, context) => {
    const say = (message: string, path: string[] = []) => context.addIssue({ code: 'custom', path, message })
    for (const name of [secret, token, ...Object.values(headers)])
      if (name !== undefined && !isVariableName(name))
        say(SECRET_NAME.replace('secret must', 'secret, token and headers must'))
    if (secret === undefined && token === undefined) say('needs a secret, or a token where the other side cannot sign')
    const problem = urlProblem(url, mayBePrivate)
    if (problem) say(problem === WITH_PASSWORD ? `url ${problem}` : problem, problem === WITH_PASSWORD ? [] : ['url'])
  })
/** The providers that need no entry of their own. */
export const BUILT_IN = ['hubspot-company', 'apollo'] as const

/** `config/enrichment.yaml`: who is asked for company data, in this order, and for how long an answer is kept. */
export const Enrichment = z.strictObject({
  providers: z.array(z.string()).describe('hubspot-company, apollo, and those under callbacks'),
  callbacks: z
    .record(z.string().regex(/^[a-z0-9][a-z0-9-]{0,39}$/, 'must be lower-case letters, digits and dashes'), Callback)
    .default({})
    .describe('providers that are asked by a request and answer later by another one, by name'),
  timeout: Milliseconds.describe('for each outside provider'),
  total: Milliseconds.describe('for all outside providers; scoring goes on without what comes later'),
  when: conditionIn(SCOPES.facts)
    .prefault({
      not: {
        any: [{ 'hubspot.hs_email_optout': { known: true, is: true } }, { 'email.free': { known: true, is: true } }],
      },
    })
    .describe('an outside provider is asked only about contacts of whom this is true'),
  perDay: z
    .int()
    .min(0)
    .optional()
    .describe('how often each outside provider is asked in a day (UTC) at most; without it as often as it can matter'),
  keep: z
    .strictObject({ matched: Milliseconds, notFound: Milliseconds })
    .describe('how long an answer for a domain is kept'),
})
