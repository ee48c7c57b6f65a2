import type { FastifyInstance } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { Clock } from '../../platform/clock.ts'
import type { Hurry } from '../../store/commit.ts'
import type { Inbox } from '../../store/inbox.ts'
import type { Leads } from '../../store/leads.ts'
import { INDEX } from '../../store/partitions.ts'
import { LeadView } from '../../views/lead-schema.ts'
import type { createLeadViews } from '../../views/read-lead.ts'
import { Timeline, type TimelineReader } from '../../views/timeline.ts'
import { ProblemError, problemResponses } from '../problems.ts'

/** What the routes about leads use. */
export interface LeadRouteParts {
  clock: Clock
  inbox: Inbox
  leads: Leads
  viewLead: ReturnType<typeof createLeadViews>
  timeline: TimelineReader
  hurry: Hurry
}

const Params = z.object({
  contactId: z
    .string()
    .regex(/^\d{1,18}$/, 'must be a HubSpot contact id')
    .meta({ description: "the contact's id in HubSpot", examples: ['401000000001'] }),
})
const Query = z.object({
  decision: z.coerce
    .number()
    .int()
    .min(1)
    .optional()
    .describe('an earlier decision of the history, computed again; the latest one unless given'),
})
const NoContent = z.undefined()

/** `GET /v1/leads/{contactId}`, its `rescore`, and `DELETE`. */
export function leadRoutes(parts: LeadRouteParts) {
  return async function plugin(instance: FastifyInstance): Promise<void> {
    const app = instance.withTypeProvider<ZodTypeProvider>()
    app.get(
      '/leads/:contactId',
      {
        schema: {
          operationId: 'getLead',
          tags: ['leads'],
          summary: 'Why this lead scored and went where it did',
          params: Params,
          querystring: Query,
          response: { 200: LeadView, ...problemResponses(400, 401, 404, 429, 503) },
        },
      },
      async (request) => {
        const { contactId } = request.params
        const { decision } = request.query
        const view = await parts.viewLead(contactId, decision, parts.clock.now())
        if (view) return view
        throw new ProblemError({
          status: 404,
          title: 'Not found',
          detail:
            decision === undefined
              ? `Baton knows no lead ${contactId}. POST /v1/leads/${contactId}/rescore brings a contact of HubSpot in.`
              : `Lead ${contactId} is unknown, or its decision ${decision} is not kept any more.`,
        })
      },
    )
    app.get(
      '/leads/:contactId/timeline',
      {
        schema: {
          operationId: 'getTimeline',
          tags: ['leads'],
          summary: 'Everything that happened to this lead, in order',
          description: 'What it did, what was decided, who was told, and who did what: the newest 300 entries.',
          params: Params,
          response: { 200: Timeline, ...problemResponses(400, 401, 404, 429, 503) },
        },
      },
      async (request) => {
        const { contactId } = request.params
        const found = await parts.timeline(contactId)
        if (found) return found
        throw new ProblemError({ status: 404, title: 'Not found', detail: `Baton knows no lead ${contactId}.` })
      },
    )
    app.post(
      '/leads/:contactId/rescore',
      {
        schema: {
          operationId: 'rescoreLead',
          tags: ['leads'],
          summary: 'Read the contact in HubSpot, score and route it again',
          description:
            'Also brings in a contact that Baton does not know yet, and one that was erased and is still, or again, in HubSpot.',
          params: Params,
          response: { 202: NoContent.describe('It will be done.'), ...problemResponses(400, 401, 403, 429, 503) },
        },
      },
      async (request, reply) => {
        const leadId = request.params.contactId
        await parts.leads.bringBack(leadId)
        await order(INDEX.unread, leadId)
        return reply.code(202).send()
      },
    )
    app.delete(
      '/leads/:contactId',
      {
        schema: {
          operationId: 'eraseLead',
          tags: ['leads'],
          summary: 'Erase everything about a lead',
          description:
            'Records, history and signals go, and its Slack messages lose their content, or are deleted where Slack edits them no longer. The order is kept in Redis before the answer; a worker carries it out within moments. Whatever is heard of it in the next 90 days is left out; `rescore` brings it back. In HubSpot nothing is deleted.',
          params: Params,
          response: {
            204: NoContent.describe('The order to erase is kept.'),
            ...problemResponses(400, 401, 403, 429, 503),
          },
        },
      },
      async (request, reply) => {
        const leadId = request.params.contactId
        await order(INDEX.erasures, leadId)
        return reply.code(204).send()
      },
    )

    async function order(index: string, id: string): Promise<void> {
      const at = parts.clock.now()
      await parts.inbox.wait(index, id, at)
      parts.hurry([{ index, id, at }])
    }
  }
}
