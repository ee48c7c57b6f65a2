// The property definitions of the simulated HubSpot: which exist, what they take, what it answers to a wrong value.

import { propertyTables } from './known-properties.ts'
import { ABOUT, OBJECT_TYPES, type ObjectType } from './object-types.ts'
import { type Problem, refusal } from './refusal.ts'

/** One property definition, as `GET /crm/v3/properties/{objectType}/{name}` answers it. */
export interface PropertyDefinition {
  name: string
  label: string
  description: string
  groupName: string
  type: string
  fieldType: string
  options: { label: string; value: string; displayOrder: number; hidden: boolean }[]
  calculated: boolean
  hubspotDefined: boolean
  modificationMetadata: { readOnlyValue: boolean; readOnlyDefinition: boolean; archivable: boolean }
}

/** One property group, as `GET /crm/v3/properties/{objectType}/groups/{name}` answers it. */
export interface PropertyGroup {
  name: string
  label: string
  displayOrder: number
  archived: boolean
}

/** What a client sends to create a property. */
export interface PropertyInput {
  name: string
  label: string
  groupName: string
  type: string
  fieldType: string
  description?: string | undefined
  options?: { label: string; value: string; displayOrder?: number | undefined; hidden?: boolean | undefined }[]
}

const FIELD_TYPES: Record<string, string> = {
  string: 'text',
  number: 'number',
  datetime: 'date',
  date: 'date',
  enumeration: 'select',
  multiple: 'checkbox',
  bool: 'booleancheckbox',
}

function definitions(objectType: ObjectType): Map<string, PropertyDefinition> {
  const result = new Map<string, PropertyDefinition>()
  const groupName = `${ABOUT[objectType].singular}information`
  for (const [kind, names] of propertyTables(objectType).flatMap((table) => Object.entries(table))) {
    const [type = '', access = ''] = kind.split(' ')
    for (const entry of names.split(/\s+/)) {
      const [name = '', values = type === 'bool' ? 'true,false' : ''] = entry.split('=')
      const options = values ? values.split(',').map((value) => ({ label: value, value })) : []
      const input = { name, label: name, groupName, type, fieldType: FIELD_TYPES[type] ?? 'text', options }
      const definition = define({ ...input, type: type === 'multiple' ? 'enumeration' : type }, access)
      result.set(name, { ...definition, hubspotDefined: true })
    }
  }
  return result
}

function define(input: PropertyInput, access: string): PropertyDefinition {
  const { name, label, description = '', groupName, type, fieldType, options = [] } = input
  return {
    ...{ name, label, description, groupName, type, fieldType },
    options: options.map((option, index) => ({ displayOrder: index, hidden: false, ...option })),
    calculated: access === 'calc',
    hubspotDefined: false,
    modificationMetadata: { readOnlyValue: access !== 'rw', readOnlyDefinition: false, archivable: true },
  }
}

/** What decides on values beside the definitions. */
export interface CatalogueParts {
  /** Whether a value of `hubspot_owner_id` is one that HubSpot takes. */
  ownerExists: (id: string) => boolean
}

/** The known properties and groups of all kinds of object. */
export function createPropertyCatalogue({ ownerExists }: CatalogueParts) {
  const known = byType(definitions)
  const groups = byType((type) => [group(`${ABOUT[type].singular}information`)])
  const failing = new Map<string, string>()

  function byType<T>(make: (type: ObjectType) => T): Record<ObjectType, T> {
    return Object.fromEntries(OBJECT_TYPES.map((type) => [type, make(type)])) as Record<ObjectType, T>
  }

  function group(name: string): PropertyGroup {
    return { name, label: name, displayOrder: 0, archived: false }
  }

  /** What is wrong with one value, in HubSpot's error codes; undefined when it may be written. */
  function wrong(type: ObjectType, name: string, value: string, privileged: boolean): [string, string] | undefined {
    const property = known[type].get(name)
    if (!property) return ['PROPERTY_DOESNT_EXIST', `Property "${name}" does not exist`]
    if (property.modificationMetadata.readOnlyValue && !privileged)
      return ['READ_ONLY_VALUE', `"${name}" is a read only property; its value cannot be set.`]
    const code = failing.get(name)
    if (code && !privileged) return [code, `"${value}" cannot be set for "${name}".`]
    if (value === '') return undefined
    if (name === 'hubspot_owner_id' && !ownerExists(value))
      return ['INVALID_OWNER_ID', `${value} was not a valid owner id.`]
    if (name === 'email' && !/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(value))
      return ['INVALID_EMAIL', `Email address ${value} is invalid`]
    if (property.type === 'number' && !/^-?\d+(\.\d+)?([eE][-+]?\d+)?$/.test(value))
      return ['INVALID_DOUBLE', `${value} was not a valid number.`]
    if (/^date/.test(property.type) && Number.isNaN(epochOf(value)))
      return ['INVALID_DATE', `${value} was not a valid ${property.type}.`]
    if (property.type === 'string' && value.length > 65_536)
      return ['INVALID_STRING_LENGTH', `The value of "${name}" is longer than 65536 characters.`]
    const allowed = property.options.map((option) => option.value)
    const values = property.fieldType === 'checkbox' ? value.split(';').filter(Boolean) : [value]
    if (allowed.length > 0 && !values.every((each) => allowed.includes(each)))
      return ['INVALID_OPTION', `${value} was not one of the allowed options: [${allowed.join(', ')}]`]
    return undefined
  }

  return {
    /** The definitions of an object type by name. */
    of: (type: ObjectType): ReadonlyMap<string, PropertyDefinition> => known[type],
    groupsOf: (type: ObjectType): readonly PropertyGroup[] => groups[type],

    /** What HubSpot would not take of some values. A privileged writer may set read-only properties. */
    problems(type: ObjectType, properties: Record<string, string>, privileged = false): Problem[] {
      return Object.entries(properties).flatMap(([name, value]) => {
        const [code, message] = wrong(type, name, value, privileged) ?? []
        return code && message ? [{ name, code, message }] : []
      })
    },

    /** From now on writes of this property by apps are refused with this code. */
    fail: (name: string, code: string) => void failing.set(name, code),
    /** Takes back all of those. */
    mend: () => failing.clear(),

    /** Adds a property of HubSpot's own, which apps only read. */
    define(type: ObjectType, input: PropertyInput): void {
      known[type].set(input.name, { ...define(input, 'ro'), hubspotDefined: true })
    },

    /** A value as HubSpot keeps it: null when cleared, date-times in ISO 8601, email in lower case. */
    normalise(type: ObjectType, name: string, value: string): string | null {
      if (value === '') return null
      const kind = known[type].get(name)?.type
      if (kind === 'datetime') return new Date(epochOf(value)).toISOString()
      if (kind === 'date') return new Date(epochOf(value)).toISOString().slice(0, 10)
      return name === 'email' ? value.toLowerCase() : value
    },

    createGroup(type: ObjectType, input: { name: string; label: string; displayOrder?: number | undefined }) {
      if (groups[type].some((each) => each.name === input.name))
        throw refusal(409, 'CONFLICT', `A property group named "${input.name}" already exists.`)
      const created = { displayOrder: -1, archived: false, ...input }
      groups[type].push(created)
      return created
    },

    /** Creates a property; 409 when the name is taken, 400 when the definition is not one HubSpot takes. */
    create(type: ObjectType, input: PropertyInput): PropertyDefinition {
      const values = (input.options ?? []).map((option) => option.value)
      const bad = (message: string) => refusal(400, 'VALIDATION_ERROR', message)
      if (known[type].has(input.name))
        throw refusal(409, 'CONFLICT', `A property named "${input.name}" already exists.`)
      if (!/^[a-z][a-z0-9_]*$/.test(input.name)) throw bad(`"${input.name}" is not a valid property name.`)
      if (!groups[type].some((each) => each.name === input.groupName))
        throw bad(`The property group "${input.groupName}" does not exist.`)
      if (!(FIELDS_OF_TYPE[input.type] ?? []).includes(input.fieldType))
        throw bad(`Field type "${input.fieldType}" does not go with type "${input.type}".`)
      if (input.type === 'enumeration' && values.length === 0) throw bad('An enumeration needs options.')
      if (new Set(values).size < values.length) throw bad('Option values must be unique.')
      if (input.type === 'bool' && values.toSorted().join() !== 'false,true')
        throw bad('A bool property needs the options "true" and "false".')
      const created = define(input, 'rw')
      known[type].set(input.name, created)
      return created
    },

    /**
     * Changes the options of a property. Not documented, so the harder of both: the new list takes the place of the old one,
     * and what it leaves out is gone.
     */
    update(type: ObjectType, name: string, input: Required<Pick<PropertyInput, 'options'>>): PropertyDefinition {
      const before = known[type].get(name)
      if (!before) throw refusal(404, 'OBJECT_NOT_FOUND', `Property "${name}" does not exist`)
      const { options } = define({ ...before, ...input }, 'rw')
      const after = { ...before, options }
      known[type].set(name, after)
      return after
    },
  }
}

/** The properties and groups of all kinds of object. */
export type PropertyCatalogue = ReturnType<typeof createPropertyCatalogue>

const FIELDS_OF_TYPE: Record<string, string[]> = {
  string: ['text', 'textarea', 'file', 'html', 'phonenumber'],
  number: ['number'],
  date: ['date'],
  datetime: ['date'],
  enumeration: ['select', 'radio', 'checkbox', 'booleancheckbox'],
  bool: ['booleancheckbox'],
}

/** Epoch milliseconds of a date value, which HubSpot takes as ISO 8601 or as epoch milliseconds; NaN when it is neither. */
export function epochOf(value: string): number {
  if (/^-?\d+$/.test(value)) return Number(value)
  return /^\d{4}-\d\d-\d\d/.test(value) ? Date.parse(value) : Number.NaN
}
