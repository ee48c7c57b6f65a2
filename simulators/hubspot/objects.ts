// The object routes of the simulated HubSpot: read, write, batches and search of contacts or companies.

import type { FastifyInstance } from 'fastify'
import {
  BatchReadBody,
  batchAnswer,
  inputsOf,
  parse,
  ReadQuery,
  refuseLarge,
  SearchBody,
  UpdateInput,
  Write,
} from './input.ts'
import type { PropertyCatalogue } from './properties.ts'
import type { CrmRecord, RecordStore } from './records.ts'
import { refusal } from './refusal.ts'
import { searchRecords } from './search.ts'

const SHOWN_UNASKED = {
  contacts: {
    always: ['createdate', 'hs_object_id', 'lastmodifieddate'],
    defaults: ['email', 'firstname', 'lastname'],
  },
  companies: { always: ['createdate', 'hs_lastmodifieddate', 'hs_object_id'], defaults: ['domain', 'name'] },
}

/** What the routes of one object type answer from. */
export interface ObjectRouteParts {
  store: RecordStore
  catalogue: PropertyCatalogue
  now: () => number
}

/** Adds the routes of one object type. Its writes are those of the app under test. */
export function addObjectRoutes(app: FastifyInstance, { store, catalogue, now }: ObjectRouteParts): void {
  const { type } = store
  const base = `/crm/v3/objects/${type}`
  const written = (record: CrmRecord, properties: object) => shown(record, Object.keys(properties))

  /** A record as HubSpot answers it: asked properties (null when unset, left out when unknown) and the three it always gives. */
  function shown(record: CrmRecord, asked: string[], withHistory: string[] = []) {
    const { always, defaults } = SHOWN_UNASKED[type]
    const names = [...always, ...(asked.length > 0 ? asked : defaults), ...withHistory]
    const known = names.filter((name) => catalogue.of(type).has(name))
    const history = withHistory.map((name) => [name, record.history[name] ?? []])
    return {
      id: record.id,
      properties: Object.fromEntries(known.map((name) => [name, record.properties[name] ?? null])),
      ...(withHistory.length > 0 ? { propertiesWithHistory: Object.fromEntries(history) } : {}),
      createdAt: new Date(record.createdAt).toISOString(),
      updatedAt: new Date(record.updatedAt).toISOString(),
      archived: record.archived,
    }
  }

  function notFound(ids: string[]) {
    if (ids.length === 0) return []
    const kind = type === 'contacts' ? 'CONTACT' : 'COMPANY'
    const message = `Could not get some ${kind} objects, they may be deleted or not exist. Check that ids are valid.`
    return [{ status: 'error', category: 'OBJECT_NOT_FOUND', message, context: { ids } }]
  }

  function live(id: string, idProperty?: string, archived = false): CrmRecord {
    const record = store.find(id, idProperty)
    if (!record || record.archived !== archived) throw refusal(404, 'OBJECT_NOT_FOUND', 'resource not found')
    return record
  }

  /** One wrong value refuses the whole batch, before anything is written. */
  function refuseInvalid(inputs: { id?: string | undefined; properties: Record<string, string> }[]): void {
    const emails = inputs.map(({ properties }) => properties.email?.toLowerCase()).filter(Boolean)
    for (const { id, properties } of inputs) {
      catalogue.check(type, properties)
      store.refuseTakenEmail(properties.email, id)
    }
    if (new Set(emails).size < emails.length)
      throw refusal(409, 'CONFLICT', 'Contact already exists: two inputs have the same email')
  }

  app.get<{ Params: { id: string } }>(`${base}/:id`, (request) => {
    const query = parse(ReadQuery, request.query)
    const record = live(request.params.id, query.idProperty, query.archived === 'true')
    const results = record.companyId ? [{ id: record.companyId, type: 'contact_to_company' }] : []
    const associations = query.associations.includes('companies') && results.length > 0
    return {
      ...shown(record, query.properties, query.propertiesWithHistory),
      ...(associations ? { associations: { companies: { results } } } : {}),
    }
  })
  app.patch<{ Params: { id: string } }>(`${base}/:id`, (request) => {
    const { idProperty } = parse(ReadQuery, request.query)
    const { properties } = parse(Write, request.body)
    const { id } = live(request.params.id, idProperty)
    return written(store.update(id, properties, { by: 'api' }), properties)
  })
  app.delete<{ Params: { id: string } }>(`${base}/:id`, async (request, reply) => {
    const record = store.find(request.params.id)
    if (record && !record.archived) store.archive(record.id, 'api')
    return reply.code(204).send()
  })
  app.post(base, async (request, reply) => {
    const { properties } = parse(Write, request.body)
    return reply.code(201).send(written(store.create(properties, { by: 'api' }), properties))
  })
  app.post(`${base}/batch/read`, async (request, reply) => {
    const body = parse(BatchReadBody, request.body)
    const archived = parse(ReadQuery, request.query).archived === 'true'
    // Reading with history is limited to half of a plain read.
    const inputs = refuseLarge(body.inputs, body.propertiesWithHistory.length > 0 ? 50 : 100)
    const found = new Map<string, CrmRecord>()
    const missing: string[] = []
    for (const { id } of inputs) {
      const record = store.find(id, body.idProperty)
      if (record && record.archived === archived) found.set(record.id, record)
      else missing.push(id)
    }
    const results = [...found.values()].map((each) => shown(each, body.properties, body.propertiesWithHistory))
    return reply.code(missing.length > 0 ? 207 : 200).send(batchAnswer(now(), results, notFound(missing)))
  })
  app.post(`${base}/batch/update`, async (request, reply) => {
    const inputs = inputsOf(UpdateInput, request.body)
    const ids = inputs.map((input) => input.id)
    const repeated = ids.filter((id, index) => ids.indexOf(id) !== index)
    const message = `Duplicate IDs found in batch input: [${repeated.join(', ')}]. IDs must be unique`
    if (repeated.length > 0) throw refusal(400, 'VALIDATION_ERROR', message, { ids: repeated })
    refuseInvalid(inputs.map((input) => ({ ...input, id: store.find(input.id, input.idProperty)?.id })))
    const missing: string[] = []
    const results: unknown[] = []
    for (const { id, idProperty, properties } of inputs) {
      const record = store.find(id, idProperty)
      if (!record || record.archived) missing.push(id)
      else results.push(written(store.update(record.id, properties, { by: 'api' }), properties))
    }
    const errors = missing.flatMap((id) => notFound([id]))
    return reply.code(missing.length > 0 ? 207 : 200).send(batchAnswer(now(), results, errors))
  })
  app.post(`${base}/batch/create`, async (request, reply) => {
    const inputs = inputsOf(Write, request.body)
    refuseInvalid(inputs)
    const results = inputs.map(({ properties }) => written(store.create(properties, { by: 'api' }), properties))
    return reply.code(201).send(batchAnswer(now(), results))
  })
  app.post(`${base}/search`, (request) => {
    const body = parse(SearchBody, request.body)
    const found = searchRecords(store, catalogue, body)
    return { ...found, results: found.results.map((record) => shown(record, body.properties)) }
  })
}
