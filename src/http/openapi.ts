import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import type { FastifyInstance } from 'fastify'
import { jsonSchemaTransform, jsonSchemaTransformObject } from 'fastify-type-provider-zod'

const DESCRIPTION = `Lead scoring, routing and response clocks between HubSpot and Slack.
Every \`/v1\` route wants \`Authorization: Bearer <token>\` with a token of \`API_TOKENS\`; a token with the scope \`read\` may only
\`GET\`. At most 600 requests a minute are taken for each token and API process, and 30 without a valid one from each address. Errors are \`application/problem+json\` (RFC 9457).`

/** The OpenAPI document at `/openapi.json`, made from the routes' own schemas, and Swagger UI at `/docs`. */
export function registerOpenApi(app: FastifyInstance): void {
  app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'Baton', version: '1', description: DESCRIPTION, license: { name: 'MIT' } },
      tags: [
        { name: 'leads', description: 'What Baton knows and decided, and why' },
        { name: 'handoffs', description: 'Leads in the hands of reps, with their clocks' },
        { name: 'reps', description: 'Who is away' },
        { name: 'signals', description: 'What leads did elsewhere' },
        { name: 'config', description: 'What another config would decide' },
        { name: 'webhooks', description: 'For HubSpot and Slack only; signed by them' },
        { name: 'operations', description: 'For those who run Baton' },
      ],
      components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
    },
    transform: (route) => {
      const transformed = jsonSchemaTransform(route)
      if (!route.url.startsWith('/v1/') || transformed.schema.hide) return transformed
      return { ...transformed, schema: { ...transformed.schema, security: [{ token: [] }] } }
    },
    transformObject: (document) => withoutUnused(jsonSchemaTransformObject(document)),
  })
  app.register(swaggerUi, { routePrefix: '/docs' })
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

/** The document as text, as it is kept in `openapi/openapi.json`. */
export async function openApiText(app: FastifyInstance): Promise<string> {
  await app.ready()
  return `${JSON.stringify(app.swagger(), null, 2)}\n`
}
