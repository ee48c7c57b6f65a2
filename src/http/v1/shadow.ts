import type { FastifyInstance } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { ShadowView } from '../../views/shadow.ts'
import { problemResponses } from '../problems.ts'

/** What the route about the shadow uses. */
export interface ShadowRouteParts {
  viewShadow: () => Promise<ShadowView>
}

/** `GET /v1/shadow`. */
export function shadowRoutes(parts: ShadowRouteParts) {
  return async function plugin(instance: FastifyInstance): Promise<void> {
    const app = instance.withTypeProvider<ZodTypeProvider>()
    app.get(
      '/shadow',
      {
        schema: {
          operationId: 'getShadow',
          tags: ['config'],
          summary: 'Where the config that runs beside the live one decides otherwise',
          description: '`npm run baton -- shadow DIR` starts one. The last one that was stopped is shown until then.',
          response: { 200: ShadowView, ...problemResponses(401, 429, 503) },
        },
      },
      async () => parts.viewShadow(),
    )
  }
}
