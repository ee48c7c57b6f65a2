// The object routes of the simulated HubSpot: read, write, batches and search of one kind of object.

import type { FastifyInstance } from 'fastify'
import type { z } from 'zod'
import { TYPE_IDS } from './association-routes.ts'
import {
  BatchReadBody,
  batchAnswer,
  Create,
  inputsOf,
  ListQuery,
  parse,
  ReadQuery,
  refuseLarge,
  SearchBody,
  UpdateInput,
  Write,
} from './input.ts'
import type { Links } from './links.ts'
import { ABOUT, modifiedProperty, OBJECT_TYPES, type ObjectType } from './object-types.ts'
import type { PropertyCatalogue } from './properties.ts'
import type { CrmRecord } from './record.ts'
import type { RecordStore } from './records.ts'
import { errorRow, type Refusal, refusal } from './refusal.ts'
import { searchRecords } from './search.ts'

/** What the routes of one object type answer from. */
export interface ObjectRouteParts {
  store: RecordStore
  stores: Record<ObjectType, RecordStore>
  catalogue: PropertyCatalogue
  links: Links
  now: () => number
  /** Whether a batch refuses a bad row alone instead of all rows. */
  refusesRowsAlone: () => boolean
}

/** Adds the routes of one object type. Its writes are those of the app under test. */
export function addObjectRoutes(app: FastifyInstance, parts: ObjectRouteParts): void {
  const { store, stores, catalogue, links, now, refusesRowsAlone } = parts
  const { type } = store
  const { singular, created, shown: defaults } = ABOUT[type]
  const always = [created, modifiedProperty(type), 'hs_object_id'].sort()
  const base = `/crm/v3/objects/${type}`
  const written = (record: CrmRecord, properties: object) => shown(record, Object.keys(properties))

  /** A record as HubSpot answers it: asked properties (null when unset, left out when unknown) and the three it always gives. */
  function shown(record: CrmRecord, asked: string[], withHistory: string[] = [], values = record.properties) {
    const names = [...always, ...(asked.length > 0 ? asked : defaults), ...withHistory]
    const known = names.filter((name) => catalogue.of(type).has(name))
    const history = withHistory.map((name) => [name, record.history[name] ?? []])
    return {
      id: record.id,
      properties: Object.fromEntries(known.map((name) => [name, values[name] ?? null])),
      ...(withHistory.length > 0 ? { propertiesWithHistory: Object.fromEntries(history) } : {}),
      createdAt: new Date(record.createdAt).toISOString(),
      updatedAt: new Date(record.updatedAt).toISOString(),
      archived: store.isArchived(record.id),
    }
  }

  function notFound(ids: string[]) {
    if (ids.length === 0) return []
    const message = `Could not get some ${singular.toUpperCase()} objects, they may be deleted or not exist. Check that ids are valid.`
    return [errorRow('OBJECT_NOT_FOUND', message, { context: { ids } })]
  }

  function found(id: string, idProperty?: string, archived = false): CrmRecord | undefined {
    const record = store.find(id, idProperty)
    return record && store.isArchived(record.id) === archived ? record : undefined
  }

  function live(id: string, idProperty?: string, archived = false): CrmRecord {
    const record = found(id, idProperty, archived)
    if (!record) throw refusal(404, 'OBJECT_NOT_FOUND', 'resource not found')
    return record
  }

  /**
   * The rows of a batch that may be written, and error rows for the others. Not documented: one wrong value refuses the whole
   * batch before anything is written (the default), or its row alone.
   */
  function checked<T extends { id?: string | undefined; properties: Record<string, string> }>(inputs: T[]) {
    const emails = inputs.map(({ properties }) => properties.email?.toLowerCase()).filter(Boolean)
    if (new Set(emails).size < emails.length)
      throw refusal(409, 'CONFLICT', 'Contact already exists: two inputs have the same email')
    const errors: unknown[] = []
    const good = inputs.filter(({ id, properties }) => {
      try {
        store.refuseInvalid(properties, 'api', id)
        return true
      } catch (error) {
        if (!refusesRowsAlone()) throw error
        const { category, message, more } = error as Refusal
        errors.push(errorRow(category, message, { ...more, context: { ids: id === undefined ? [] : [id] } }))
        return false
      }
    })
    return { good, errors }
  }

  app.get(base, (request) => {
    const query = parse(ListQuery, request.query)
    // Reading with history is limited to half of a plain read.
    if (query.limit > (query.propertiesWithHistory.length > 0 ? 50 : 100))
      throw refusal(400, 'VALIDATION_ERROR', `limit ${query.limit} is over the maximum`)
    const later = store.all(query.archived === 'true').filter(({ id }) => Number(id) > query.after)
    const page = later.slice(0, query.limit)
    const paging = page.length < later.length ? { paging: { next: { after: page.at(-1)?.id } } } : {}
    return { results: page.map((each) => shown(each, query.properties, query.propertiesWithHistory)), ...paging }
  })
  app.get<{ Params: { id: string } }>(`${base}/:id`, (request) => {
    const query = parse(ReadQuery, request.query)
    const record = live(request.params.id, query.idProperty, query.archived === 'true')
    const associations = query.associations.flatMap((asked) => {
      const other = OBJECT_TYPES.find((each) => each === asked || ABOUT[each].singular === asked)
      const ids = other ? links.of({ type, id: record.id }, other) : []
      const kind = other ? `${singular}_to_${ABOUT[other].singular}` : ''
      return other && ids.length > 0 ? [[other, { results: ids.map((id) => ({ id, type: kind })) }] as const] : []
    })
    return {
      ...shown(record, query.properties, query.propertiesWithHistory),
      ...(associations.length > 0 ? { associations: Object.fromEntries(associations) } : {}),
    }
  })
  app.patch<{ Params: { id: string } }>(`${base}/:id`, (request) => {
    const { idProperty } = parse(ReadQuery, request.query)
    const { properties } = parse(Write, request.body)
    const { id } = live(request.params.id, idProperty)
    return written(store.update(id, properties, { by: 'api' }), properties)
  })
  app.delete<{ Params: { id: string } }>(`${base}/:id`, async (request, reply) => {
    const record = found(request.params.id)
    if (record) store.archive(record.id, 'api')
    return reply.code(204).send()
  })
  /** The contacts that a new record is associated with. Refuses one that is not there, and a type of association of another pair. */
  function contactsOf(associations: z.infer<typeof Create>['associations']): CrmRecord[] {
    return associations.map(({ to, types }) => {
      const expected = TYPE_IDS[`${type} contacts`]
      if (types.some(({ associationTypeId }) => associationTypeId !== expected))
        throw refusal(400, 'VALIDATION_ERROR', `No association type of ${type} and contacts has this id`)
      return stores.contacts.live(to.id)
    })
  }

  app.post(base, async (request, reply) => {
    const { properties, associations } = parse(Create, request.body)
    const isEngagement = created === 'hs_createdate'
    if (isEngagement && !properties.hs_timestamp)
      throw refusal(400, 'VALIDATION_ERROR', 'Property values were not valid: hs_timestamp is required')
    const contacts = contactsOf(associations)
    const record = store.create(properties, { by: 'api' })
    for (const contact of contacts) {
      links.link({ type, id: record.id }, { type: 'contacts', id: contact.id })
      const counted = {
        num_notes: String(Number(contact.properties.num_notes ?? 0) + 1),
        notes_last_updated: new Date(now()).toISOString(),
      }
      if (isEngagement) stores.contacts.update(contact.id, counted, { by: 'hubspot' })
    }
    return reply.code(201).send(written(record, properties))
  })
  app.post(`${base}/batch/read`, async (request, reply) => {
    const body = parse(BatchReadBody, request.body)
    const archived = parse(ReadQuery, request.query).archived === 'true'
    // Reading with history is limited to half of a plain read.
    const inputs = refuseLarge(body.inputs, body.propertiesWithHistory.length > 0 ? 50 : 100)
    const read = new Map<string, CrmRecord>()
    const missing: string[] = []
    for (const { id } of inputs) {
      const record = found(id, body.idProperty, archived)
      if (record) read.set(record.id, record)
      else missing.push(id)
    }
    const results = [...read.values()].map((each) => shown(each, body.properties, body.propertiesWithHistory))
    return reply.code(missing.length > 0 ? 207 : 200).send(batchAnswer(now(), results, notFound(missing)))
  })
  app.post(`${base}/batch/update`, async (request, reply) => {
    const inputs = inputsOf(UpdateInput, request.body)
    const ids = inputs.map((input) => input.id)
    const repeated = ids.filter((id, index) => ids.indexOf(id) !== index)
    const message = `Duplicate IDs found in batch input: [${repeated.join(', ')}]. IDs must be unique`
    if (repeated.length > 0) throw refusal(400, 'VALIDATION_ERROR', message, { ids: repeated })
    const rows = inputs.map((input) => ({ ...input, id: found(input.id, input.idProperty)?.id ?? input.id }))
    const { good, errors } = checked(rows)
    const missing = good.filter(({ id }) => !found(id)).map(({ id }) => id)
    const results = good
      .filter(({ id }) => !missing.includes(id))
      .map(({ id, properties }) => written(store.update(id, properties, { by: 'api' }), properties))
    errors.push(...missing.flatMap((id) => notFound([id])))
    return reply.code(errors.length > 0 ? 207 : 200).send(batchAnswer(now(), results, errors))
  })
  app.post(`${base}/batch/create`, async (request, reply) => {
    const { good, errors } = checked<z.infer<typeof Write> & { id?: string }>(inputsOf(Write, request.body))
    const results = good.map(({ properties }) => written(store.create(properties, { by: 'api' }), properties))
    return reply.code(errors.length > 0 ? 207 : 201).send(batchAnswer(now(), results, errors))
  })
  app.post(`${base}/search`, (request) => {
    if (JSON.stringify(request.body ?? '').length > 3_000)
      throw refusal(400, 'VALIDATION_ERROR', 'The body of a search has at most 3000 characters')
    const body = parse(SearchBody, request.body)
    const answer = searchRecords({ store, catalogue, links }, body)
    const results = answer.results.map(({ record, properties }) => shown(record, body.properties, [], properties))
    return { ...answer, results }
  })
}
