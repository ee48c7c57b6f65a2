// The association routes of the simulated HubSpot, version 4: of one record, and of many at once.

import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { batchAnswer, Paging, parse, refuseLarge, Text } from './input.ts'
import type { Links, RecordKey } from './links.ts'
import { ABOUT, OBJECT_TYPES, type ObjectType } from './object-types.ts'
import type { RecordStore } from './records.ts'
import { errorRow } from './refusal.ts'

/** Association types as HubSpot numbers them, without a label; another pair gets 1000. */
export const TYPE_IDS: Record<string, number> = {
  ...{ 'contacts companies': 279, 'companies contacts': 280, 'deals contacts': 3, 'contacts deals': 4 },
  ...{ 'deals companies': 341, 'companies deals': 342, 'contacts calls': 193, 'contacts emails': 197 },
  ...{ 'contacts meetings': 199, 'contacts notes': 201, 'contacts tasks': 203, 'contacts communications': 82 },
  ...{ 'calls contacts': 194, 'emails contacts': 198, 'meetings contacts': 200, 'notes contacts': 202 },
  ...{ 'tasks contacts': 204, 'communications contacts': 81 },
}

/** How many associations of one record an answer has at most. In a batch that is assumed. */
const PAGE = 500

/** What the association routes answer from. */
export interface AssociationRouteParts {
  stores: Record<ObjectType, RecordStore>
  links: Links
  now: () => number
}

/** Adds the routes that read associations between any two kinds of object. */
export function addAssociationRoutes(app: FastifyInstance, { stores, links, now }: AssociationRouteParts): void {
  function page(from: RecordKey, to: ObjectType, after: number, limit: number) {
    const all = links.of(from, to)
    const end = after + limit
    const results = all.slice(after, end).map((id) => {
      const primary = from.type === 'contacts' && to === 'companies' && id === links.primaryOf(from.id)
      const typeId = TYPE_IDS[`${from.type} ${to}`] ?? 1_000
      const associationTypes = [
        ...(primary ? [{ category: 'HUBSPOT_DEFINED', typeId: 1, label: 'Primary' }] : []),
        { category: 'HUBSPOT_DEFINED', typeId, label: null },
      ]
      return { toObjectId: Number(id), associationTypes }
    })
    return { results, ...(end < all.length ? { paging: { next: { after: String(end) } } } : {}) }
  }

  type Ends = { from: ObjectType; to: ObjectType }
  const types = OBJECT_TYPES.join('|')
  app.get<{ Params: Ends & { id: string } }>(
    `/crm/v4/objects/:from(${types})/:id/associations/:to(${types})`,
    ({ params: { from, id, to }, query }) => {
      const { after, limit } = parse(Paging.extend({ limit: Paging.shape.limit.default(PAGE) }), query)
      return page({ type: from, id: stores[from].live(id).id }, to, after, limit)
    },
  )
  app.post<{ Params: Ends }>(
    `/crm/v4/associations/:from(${types})/:to(${types})/batch/read`,
    async ({ params: { from, to }, body }, reply) => {
      const Input = z.object({ id: Text, after: z.coerce.number().default(0) })
      const { inputs } = parse(z.object({ inputs: z.array(Input) }), body)
      const all = refuseLarge(inputs, 1_000).map(({ id, after }) => {
        const { results, ...more } = page({ type: from, id: stores[from].find(id)?.id ?? id }, to, after, PAGE)
        return { from: { id }, to: results, ...more }
      })
      const [one, other] = [ABOUT[from].singular, ABOUT[to].singular]
      const errors = all
        .filter((each) => each.to.length === 0)
        .map(({ from: { id } }) =>
          errorRow('OBJECT_NOT_FOUND', `No ${other} is associated with ${one} ${id}.`, {
            subCategory: 'crm.associations.NO_ASSOCIATIONS_FOUND',
            context: { fromObjectId: [id], fromObjectType: [one], toObjectType: [other] },
          }),
        )
      const results = all.filter((each) => each.to.length > 0)
      return reply.code(errors.length > 0 ? 207 : 200).send(batchAnswer(now(), results, errors))
    },
  )
}
