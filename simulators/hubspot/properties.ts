// The property definitions of the simulated HubSpot: which exist, what they take, what it answers to a wrong value.

import { refusal } from './refusal.ts'

/** The kinds of object that the simulator keeps. */
export type ObjectType = 'contacts' | 'companies'

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

/** The default life cycle, in the order in which the API lets a record move. */
export const LIFECYCLE_STAGES: readonly string[] =
  'subscriber lead marketingqualifiedlead salesqualifiedlead opportunity customer evangelist other'.split(' ')

// "name" or "name=options,…", by type and by who may write. An enumeration without options takes any value.
const CONTACT_PROPERTIES = {
  'string rw': `email firstname lastname phone mobilephone jobtitle company website industry annualrevenue seniority
    job_function company_size country state city zip hs_country_region_code message`,
  'enumeration rw': `lifecyclestage=${LIFECYCLE_STAGES.join(',')} hubspot_owner_id hs_role hs_sub_role hs_seniority
    hs_lead_status=NEW,OPEN,IN_PROGRESS,OPEN_DEAL,UNQUALIFIED,ATTEMPTED_TO_CONTACT,CONNECTED,BAD_TIMING
    hs_analytics_source=ORGANIC_SEARCH,PAID_SEARCH,EMAIL_MARKETING,SOCIAL_MEDIA,REFERRALS,OTHER_CAMPAIGNS,DIRECT_TRAFFIC,OFFLINE,PAID_SOCIAL,AI_REFERRALS
    numemployees=1-5,5-25,25-50,50-100,100-500,500-1000,1000+ hs_persona hs_timezone`,
  'multiple rw':
    'hs_buying_role=BLOCKER,BUDGET_HOLDER,CHAMPION,DECISION_MAKER,END_USER,EXECUTIVE_SPONSOR,INFLUENCER,LEGAL_AND_COMPLIANCE,OTHER',
  'string ro': `hs_object_id hs_analytics_last_url hs_analytics_first_url hs_analytics_source_data_1
    hs_analytics_source_data_2 hs_latest_source_data_1 hs_latest_source_data_2 ip_country ip_country_code
    hs_object_source hs_object_source_label hs_merged_object_ids hs_calculated_form_submissions`,
  'enumeration ro': `hubspot_team_id hs_latest_source hs_ip_timezone
    hs_email_hard_bounce_reason_enum=CONTENT,MAILBOX_FULL,OTHER,POLICY,SPAM,UNKNOWN_USER`,
  'number ro': `num_contacted_notes num_notes hs_analytics_num_page_views hs_analytics_num_visits hs_email_open
    hs_email_click hs_email_delivered hs_email_replied hs_email_bounce associatedcompanyid hubspotscore`,
  'datetime ro': `createdate lastmodifieddate hubspot_owner_assigneddate notes_last_contacted notes_last_updated
    hs_sales_email_last_replied hs_sales_email_last_opened hs_sales_email_last_clicked hs_sa_first_engagement_date
    hs_last_sales_activity_timestamp engagements_last_meeting_booked hs_latest_meeting_activity
    hs_analytics_last_visit_timestamp hs_analytics_last_timestamp hs_analytics_first_timestamp
    hs_email_last_open_date hs_email_last_click_date hs_latest_source_timestamp`,
  'bool ro': 'hs_email_optout',
  'string calc': 'recent_conversion_event_name first_conversion_event_name hs_email_domain',
  'enumeration calc': 'hs_sa_first_engagement_object_type hs_sa_first_engagement_descr',
  'number calc': 'num_conversion_events num_unique_conversion_events hs_time_to_first_engagement',
  'datetime calc': 'recent_conversion_date first_conversion_date hs_first_outreach_date',
  'bool calc': 'hs_is_unworked',
}
const COMPANY_PROPERTIES = {
  'string rw': `name domain website phone country state city zip description founded_year hs_employee_range
    hs_revenue_range hs_industry_group`,
  'enumeration rw': `industry hubspot_owner_id lifecyclestage=${LIFECYCLE_STAGES.join(',')}`,
  'multiple rw': 'web_technologies',
  'number rw': 'numberofemployees annualrevenue',
  'string ro': 'hs_object_id',
  'datetime ro': 'createdate hs_lastmodifieddate',
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

function definitions(table: Record<string, string>, groupName: string): Map<string, PropertyDefinition> {
  const result = new Map<string, PropertyDefinition>()
  for (const [kind, names] of Object.entries(table)) {
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

/** The known properties and groups of both object types. `ownerExists` decides on values of `hubspot_owner_id`. */
export function createPropertyCatalogue({ ownerExists }: { ownerExists: (id: string) => boolean }) {
  const known = {
    contacts: definitions(CONTACT_PROPERTIES, 'contactinformation'),
    companies: definitions(COMPANY_PROPERTIES, 'companyinformation'),
  }
  const groups = { contacts: [group('contactinformation')], companies: [group('companyinformation')] }

  function group(name: string): PropertyGroup {
    return { name, label: name, displayOrder: 0, archived: false }
  }

  /** What is wrong with one value, in HubSpot's error codes; undefined when it may be written. */
  function wrong(type: ObjectType, name: string, value: string, privileged: boolean): [string, string] | undefined {
    const property = known[type].get(name)
    if (!property) return ['PROPERTY_DOESNT_EXIST', `Property "${name}" does not exist`]
    if (property.modificationMetadata.readOnlyValue && !privileged)
      return ['READ_ONLY_VALUE', `"${name}" is a read only property; its value cannot be set.`]
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

    /** Refuses (400, all problems in one message) values that HubSpot would not take. A privileged writer may set read-only properties. */
    check(type: ObjectType, properties: Record<string, string>, privileged = false): void {
      const problems = Object.entries(properties).flatMap(([name, value]) => {
        const [error, message] = wrong(type, name, value, privileged) ?? []
        return error ? [{ isValid: false, message, error, name, localizedErrorMessage: message }] : []
      })
      if (problems.length > 0)
        throw refusal(400, 'VALIDATION_ERROR', `Property values were not valid: ${JSON.stringify(problems)}`)
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

/** The properties and groups of both kinds of object. */
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
