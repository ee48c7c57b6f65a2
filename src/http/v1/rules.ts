import type { FastifyInstance } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { RULE_COLUMNS, RULE_DAYS, RULE_KINDS, RulesView, type RuleViews } from '../../views/rules.ts'
import { Format, listResponse, sendCsv, wantsCsv } from '../csv.ts'
import { answersLate } from '../long-answer.ts'
import { problemResponses } from '../problems.ts'

/** What the route about rules uses. */
export interface RuleRouteParts {
  viewRules: RuleViews
}

const Query = z.object({
  days: z.coerce.number().int().min(1).max(RULE_DAYS.most).default(RULE_DAYS.usual).describe('how far it looks back'),
  kind: z.enum(RULE_KINDS).optional(),
  format: Format,
})

/** `GET /v1/rules`. */
export function ruleRoutes(parts: RuleRouteParts) {
  return async function plugin(instance: FastifyInstance): Promise<void> {
    const app = instance.withTypeProvider<ZodTypeProvider>()
    app.get(
      '/rules',
      {
        schema: {
          operationId: 'listRules',
          tags: ['config'],
          summary: 'How often each scoring rule, route and trigger fired; what never fired first',
          description:
            'Scoring rules and profiles are counted by the decisions that are kept, scored again by the config in force; routes by what was decided; triggers by what they did. It reads all decisions, which takes some seconds for 100,000 leads.',
          querystring: Query,
          response: { 200: listResponse(RulesView), ...problemResponses(400, 401, 429, 503) },
        },
      },
      async (request, reply) => {
        const { days, kind } = request.query
        answersLate(request, reply)
        const view = await parts.viewRules(days)
        const rules = view.rules.filter((rule) => kind === undefined || rule.kind === kind)
        if (wantsCsv(request)) return sendCsv(request, reply, RULE_COLUMNS, rules, null) as never
        return { ...view, rules }
      },
    )
  }
}
