// The API routes of the simulated HubSpot: objects, owners and properties.

import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { addAssociationRoutes } from './association-routes.ts'
import {
  batchAnswer,
  GroupBody,
  inputsOf,
  Paging,
  PropertyBody,
  PropertyUpdateBody,
  parse,
  ReadQuery,
  Text,
} from './input.ts'
import type { Links } from './links.ts'
import { OBJECT_TYPES, type ObjectType } from './object-types.ts'
import { addObjectRoutes } from './objects.ts'
import type { PropertyCatalogue } from './properties.ts'
import type { RecordStore } from './records.ts'
import { errorRow, refusal } from './refusal.ts'

/** An owner as the owners API answers it. `userId` is another number than `id`, and null for a deactivated user. */
export interface Owner {
  id: string
  email: string
  firstName: string
  lastName: string
  type: 'PERSON'
  userId: number | null
  userIdIncludingInactive: number
  createdAt: string
  updatedAt: string
  archived: boolean
}

/** What the routes of the API answer from. */
export interface RouteParts {
  stores: Record<ObjectType, RecordStore>
  links: Links
  owners: Map<string, Owner>
  catalogue: PropertyCatalogue
  now: () => number
  /** Whether a batch refuses a bad row alone instead of all rows. */
  refusesRowsAlone: () => boolean
}

/** Adds the routes that a client of objects, owners and properties calls. */
export function addRoutes(app: FastifyInstance, parts: RouteParts): void {
  const { stores, owners, catalogue, now } = parts

  function ownerRoutes(): void {
    app.get('/crm/v3/owners', (request) => {
      const query = parse(
        Paging.extend({ email: Text.optional(), archived: z.string().default('false') }),
        request.query,
      )
      const found = [...owners.values()].filter((owner) => {
        return owner.archived === (query.archived === 'true') && (!query.email || owner.email === query.email)
      })
      const end = query.after + query.limit
      const paging = end < found.length ? { paging: { next: { after: String(end) } } } : {}
      return { results: found.slice(query.after, end), ...paging }
    })
    app.get<{ Params: { id: string } }>('/crm/v3/owners/:id', (request) => {
      const { idProperty, archived } = parse(ReadQuery, request.query)
      const owner = [...owners.values()].find((each) => {
        const key = idProperty === 'userId' ? String(each.userIdIncludingInactive) : each.id
        return key === request.params.id && each.archived === (archived === 'true')
      })
      if (!owner) throw refusal(404, 'OBJECT_NOT_FOUND', 'resource not found')
      return owner
    })
  }

  function propertyRoutes(type: ObjectType): void {
    const base = `/crm/v3/properties/${type}`
    app.get(base, () => ({ results: [...catalogue.of(type).values()] }))
    app.get<{ Params: { name: string } }>(`${base}/:name`, (request) => {
      const found = catalogue.of(type).get(request.params.name)
      if (!found) throw refusal(404, 'OBJECT_NOT_FOUND', `Property "${request.params.name}" does not exist`)
      return found
    })
    app.patch<{ Params: { name: string } }>(`${base}/:name`, (request) =>
      catalogue.update(type, request.params.name, parse(PropertyUpdateBody, request.body)),
    )
    app.get(`${base}/groups`, () => ({ results: catalogue.groupsOf(type) }))
    app.post(`${base}/groups`, async (request, reply) => {
      return reply.code(201).send(catalogue.createGroup(type, parse(GroupBody, request.body)))
    })
    app.post(base, async (request, reply) => {
      return reply.code(201).send(catalogue.create(type, parse(PropertyBody, request.body)))
    })
    app.post(`${base}/batch/create`, async (request, reply) => {
      const inputs = inputsOf(PropertyBody, request.body)
      const taken = inputs.filter((input) => catalogue.of(type).has(input.name))
      const errors = taken.map(({ name }) => {
        return errorRow('CONFLICT', `A property named "${name}" already exists.`, { context: { name: [name] } })
      })
      const results = inputs.filter((input) => !taken.includes(input)).map((input) => catalogue.create(type, input))
      return reply.code(errors.length > 0 ? 207 : 201).send(batchAnswer(now(), results, errors))
    })
  }

  for (const type of OBJECT_TYPES) {
    addObjectRoutes(app, { ...parts, store: stores[type] })
    propertyRoutes(type)
  }
  addAssociationRoutes(app, parts)
  ownerRoutes()
}
