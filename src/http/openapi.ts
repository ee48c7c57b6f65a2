import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import type { FastifyInstance } from 'fastify'
import { jsonSchemaTransform, jsonSchemaTransformObject } from 'fastify-type-provider-zod'
import { problemExample } from './problems.ts'
import { outgoingWebhooks } from './webhooks/outgoing.ts'

// A baton on its way from one hand to the next.
const SHAPE =
  '<path d="M5 21 21 5a3 3 0 0 1 4 0l2 2a3 3 0 0 1 0 4L11 27a3 3 0 0 1-4 0l-2-2a3 3 0 0 1 0-4z" fill="#0f766e"/><path d="m17 9 6 6" stroke="#fff" stroke-width="2.5"/>'
const MARK = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">${SHAPE}</svg>`
const WORDMARK = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 120 32" height="40" role="img" aria-label="Baton">${SHAPE}<text x="38" y="23" font-family="system-ui, sans-serif" font-size="21" font-weight="600" fill="#f8fafc">Baton</text></svg>`
const DOCS_CSS = `.swagger-ui .topbar { background: #0f172a; padding: 8px 0 }
.swagger-ui .topbar .download-url-wrapper { display: none }
@media (max-width: 640px) {
  .swagger-ui .opblock .opblock-summary { flex-wrap: wrap }
  .swagger-ui .opblock .opblock-summary-path { max-width: 100% }
  .swagger-ui .opblock .opblock-summary-description { padding: 4px 10px }
}`

// No script but the page's own. Swagger UI sets styles of single elements, and brings one sheet in its script: the hash.
const DOCS_CSP = [
  ...["default-src 'self'", "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'", "object-src 'none'"],
  ...[
    "img-src 'self' data:",
    "style-src 'self' 'sha256-RL3ie0nH+Lzz2YNqQN83mnU0J1ot4QL7b99vMdIX99w='",
    "style-src-attr 'unsafe-inline'",
  ],
].join('; ')

const DESCRIPTION = `Lead scoring, routing and response clocks between HubSpot and Slack.
Every \`/v1\` route wants \`Authorization: Bearer <token>\` with a token of \`API_TOKENS\`; a token with the scope \`read\` may only
\`GET\`. At most 600 requests a minute are taken for each token and API process, and 30 without a valid one from each address. Errors are \`application/problem+json\` (RFC 9457).`

/** The OpenAPI document at `/openapi.json`, made from the routes' own schemas, and Swagger UI at `/docs`. `base`: the path below which the routes stand for callers. */
export function registerOpenApi(app: FastifyInstance, base = ''): void {
  app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Baton',
        version: '1',
        description: DESCRIPTION,
        license: { name: 'MIT', identifier: 'MIT' },
      },
      servers: [{ url: base || '/', description: 'this Baton' }],
      tags: [
        { name: 'leads', description: 'What Baton knows and decided, and why' },
        { name: 'handoffs', description: 'Leads in the hands of reps, with their clocks' },
        { name: 'reps', description: 'Who is away' },
        { name: 'team', description: 'Pools, whose turn it is, and who somebody is' },
        { name: 'reports', description: 'What marketing, sales and customer success look at' },
        { name: 'signals', description: 'What leads did elsewhere' },
        { name: 'config', description: 'What another config would decide' },
        { name: 'webhooks', description: 'What others send to Baton, and what it sends to others: signed' },
        { name: 'operations', description: 'For those who run Baton' },
      ],
      components: {
        securitySchemes: {
          token: { type: 'http', scheme: 'bearer', description: 'a token of `API_TOKENS`' },
          hubSpotSignature: { type: 'apiKey', in: 'header', name: 'X-HubSpot-Signature-v3' },
          webhookSignature: {
            ...{ type: 'apiKey', in: 'header', name: 'webhook-signature' },
            description: 'as standardwebhooks.com has it; or a bearer token, where enrichment.yaml names one',
          },
          slackSignature: { type: 'apiKey', in: 'header', name: 'X-Slack-Signature' },
        },
      },
    },
    transform: (route) => {
      const transformed = jsonSchemaTransform(route)
      if (!route.url.startsWith('/v1/') || transformed.schema.hide) return transformed
      return { ...transformed, schema: { ...transformed.schema, security: [{ token: [] }] } }
    },
    transformObject: (document) => ({
      ...withExamples(withoutUnused(jsonSchemaTransformObject(document))),
      webhooks: outgoingWebhooks(),
    }),
  })
  app.register(swaggerUi, {
    routePrefix: '/docs',
    staticCSP: DOCS_CSP,
    uiConfig: { docExpansion: 'list', deepLinking: true, displayRequestDuration: true },
    logo: { type: 'image/svg+xml', content: Buffer.from(WORDMARK), href: '/docs', target: '_self' },
    theme: {
      title: 'Baton API',
      favicon: [{ filename: 'favicon.svg', rel: 'icon', sizes: 'any', type: 'image/svg+xml', content: MARK }],
      css: [{ filename: 'baton.css', content: DOCS_CSS }],
    },
  })
  app.get('/openapi.json', { schema: { hide: true } }, async () => app.swagger())
}

// Every schema comes in an input and an output form, of which the routes use one.
function withoutUnused(document: ReturnType<typeof jsonSchemaTransformObject>): typeof document {
  const { schemas = {}, ...components } =
    (document as { components?: { schemas?: Record<string, object> } }).components ?? {}
  const used = (name: string) => JSON.stringify(document).includes(`"#/components/schemas/${name}"`)
  const kept = Object.fromEntries(Object.entries(schemas).filter(([name]) => used(name)))
  return { ...document, components: { ...components, schemas: kept } } as typeof document
}

interface Operation {
  operationId?: string
  responses?: Record<string, { content?: Record<string, { example?: unknown }> }>
}

// Each error shows what belongs to its status, and to its operation.
function withExamples(document: ReturnType<typeof jsonSchemaTransformObject>): typeof document {
  for (const item of Object.values(document.paths ?? {})) {
    for (const operation of Object.values(item ?? {}) as Operation[]) {
      for (const [status, response] of Object.entries(operation?.responses ?? {})) {
        const content = response.content?.['application/problem+json']
        const example = content && problemExample(Number(status), operation.operationId ?? '')
        if (example) content.example = example
      }
    }
  }
  return document
}

/** The document as text, as it is kept in `openapi/openapi.json`. */
export async function openApiText(app: FastifyInstance): Promise<string> {
  await app.ready()
  return `${JSON.stringify(app.swagger(), null, 2)}\n`
}
