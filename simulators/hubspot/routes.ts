// The API routes of the simulated HubSpot: objects, associations, owners and properties.

import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import {
  batchAnswer,
  GroupBody,
  inputsOf,
  Paging,
  PropertyBody,
  PropertyUpdateBody,
  parse,
  ReadQuery,
  refuseLarge,
  Text,
} from './input.ts'
import { addObjectRoutes } from './objects.ts'
import type { ObjectType, PropertyCatalogue } from './properties.ts'
import type { RecordStore } from './records.ts'
import { envelope, refusal } from './refusal.ts'

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
  stores: { contacts: RecordStore; companies: RecordStore }
  owners: Map<string, Owner>
  catalogue: PropertyCatalogue
  now: () => number
}

/** Adds the routes that a client of contacts, companies, owners and properties calls. */
export function addRoutes(app: FastifyInstance, { stores, owners, catalogue, now }: RouteParts): void {
  function associationRoutes(): void {
    const companyOf = (id: string) => {
      const companyId = stores.contacts.find(id)?.companyId
      const associationTypes = [
        { category: 'HUBSPOT_DEFINED', typeId: 1, label: 'Primary' },
        { category: 'HUBSPOT_DEFINED', typeId: 279, label: null },
      ]
      return companyId ? [{ toObjectId: Number(companyId), associationTypes }] : []
    }
    app.get<{ Params: { id: string } }>('/crm/v4/objects/contacts/:id/associations/companies', (request) => {
      const contact = stores.contacts.find(request.params.id)
      if (!contact || contact.archived) throw refusal(404, 'OBJECT_NOT_FOUND', 'resource not found')
      return { results: companyOf(contact.id) }
    })
    app.post('/crm/v4/associations/contacts/companies/batch/read', async (request, reply) => {
      const { inputs } = parse(z.object({ inputs: z.array(z.object({ id: Text })) }), request.body)
      const all = refuseLarge(inputs, 1_000).map(({ id }) => ({ from: { id }, to: companyOf(id) }))
      const errors = all
        .filter((each) => each.to.length === 0)
        .map(({ from }) => ({
          ...{
            status: 'error',
            category: 'OBJECT_NOT_FOUND',
            message: `No company is associated with contact ${from.id}.`,
          },
          subCategory: 'crm.associations.NO_ASSOCIATIONS_FOUND',
          context: { fromObjectId: [from.id], fromObjectType: ['contact'], toObjectType: ['company'] },
        }))
      const results = all.filter((each) => each.to.length > 0)
      return reply.code(errors.length > 0 ? 207 : 200).send(batchAnswer(now(), results, errors))
    })
  }

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
        return { ...envelope('CONFLICT', `A property named "${name}" already exists.`), context: { name: [name] } }
      })
      const results = inputs.filter((input) => !taken.includes(input)).map((input) => catalogue.create(type, input))
      return reply.code(errors.length > 0 ? 207 : 201).send(batchAnswer(now(), results, errors))
    })
  }

  for (const type of ['contacts', 'companies'] as const) {
    addObjectRoutes(app, { store: stores[type], catalogue, now })
    propertyRoutes(type)
  }
  associationRoutes()
  ownerRoutes()
}
