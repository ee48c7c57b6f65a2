// The properties that a new portal has: which there are, of what type, and who may write them.

import type { ObjectType } from './object-types.ts'

/** The default life cycle, in the order in which the API lets a record move. */
export const LIFECYCLE_STAGES: readonly string[] =
  'subscriber lead marketingqualifiedlead salesqualifiedlead opportunity customer evangelist other'.split(' ')

// An enumeration without options takes any value.
const CONTACT_PROPERTIES: Record<string, string> = {
  'string rw': `email firstname lastname phone mobilephone jobtitle company website industry annualrevenue seniority
    job_function company_size country state city zip hs_country_region_code message`,
  'enumeration rw': `lifecyclestage=${LIFECYCLE_STAGES.join(',')} hubspot_owner_id hs_language hs_role hs_sub_role hs_seniority
    hs_lead_status=NEW,OPEN,IN_PROGRESS,OPEN_DEAL,UNQUALIFIED,ATTEMPTED_TO_CONTACT,CONNECTED,BAD_TIMING
    hs_analytics_source=ORGANIC_SEARCH,PAID_SEARCH,EMAIL_MARKETING,SOCIAL_MEDIA,REFERRALS,OTHER_CAMPAIGNS,DIRECT_TRAFFIC,OFFLINE,PAID_SOCIAL,AI_REFERRALS
    numemployees=1-5,5-25,25-50,50-100,100-500,500-1000,1000+ hs_persona hs_timezone`,
  'multiple rw':
    'hs_buying_role=BLOCKER,BUDGET_HOLDER,CHAMPION,DECISION_MAKER,END_USER,EXECUTIVE_SPONSOR,INFLUENCER,LEGAL_AND_COMPLIANCE,OTHER',
  'string ro': `hs_analytics_last_url hs_analytics_first_url hs_analytics_source_data_1 hs_analytics_first_referrer hs_analytics_last_referrer
    hs_analytics_source_data_2 hs_latest_source_data_1 hs_latest_source_data_2 ip_country ip_country_code
    hs_object_source hs_object_source_label hs_merged_object_ids hs_calculated_form_submissions`,
  'enumeration ro': `hubspot_team_id hs_latest_source hs_ip_timezone
    hs_email_hard_bounce_reason_enum=CONTENT,MAILBOX_FULL,OTHER,POLICY,SPAM,UNKNOWN_USER`,
  'number rw': 'associatedcompanyid',
  'number ro': `hs_object_id num_contacted_notes num_notes hs_analytics_num_page_views hs_analytics_num_visits hs_email_open
    hs_email_click hs_email_delivered hs_email_replied hs_email_bounce hubspotscore`,
  'datetime ro': `createdate lastmodifieddate hubspot_owner_assigneddate notes_last_contacted notes_last_updated
    hs_sales_email_last_replied hs_sales_email_last_opened hs_sales_email_last_clicked hs_sa_first_engagement_date
    hs_last_sales_activity_timestamp engagements_last_meeting_booked hs_latest_meeting_activity
    hs_analytics_last_visit_timestamp hs_analytics_last_timestamp hs_analytics_first_timestamp
    hs_email_last_send_date hs_email_last_open_date hs_email_last_click_date hs_latest_source_timestamp
    ${LIFECYCLE_STAGES.map((stage) => `hs_v2_date_entered_${stage}`).join(' ')}`,
  'bool ro': 'hs_email_optout hs_email_optout_10101 hs_email_optout_10102',
  'string calc': 'recent_conversion_event_name first_conversion_event_name hs_email_domain',
  'enumeration calc': 'hs_sa_first_engagement_object_type hs_sa_first_engagement_descr',
  'number calc': 'num_conversion_events num_unique_conversion_events hs_time_to_first_engagement',
  'datetime calc': 'recent_conversion_date first_conversion_date hs_first_outreach_date',
  'bool calc': 'hs_is_unworked',
}
const COMPANY_PROPERTIES: Record<string, string> = {
  'string rw': `name domain website phone country state city zip description founded_year hs_employee_range
    hs_revenue_range hs_industry_group`,
  'enumeration rw': `industry hubspot_owner_id lifecyclestage=${LIFECYCLE_STAGES.join(',')}`,
  'multiple rw': 'web_technologies',
  'number rw': 'numberofemployees annualrevenue',
  'number ro': 'hs_object_id',
  'datetime ro': 'createdate hs_lastmodifieddate',
}
/** The stages of the one deal pipeline that a new portal has. */
export const DEAL_STAGES = [
  { id: 'appointmentscheduled', label: 'Appointment Scheduled', probability: '0.2', closed: false },
  { id: 'qualifiedtobuy', label: 'Qualified To Buy', probability: '0.4', closed: false },
  { id: 'presentationscheduled', label: 'Presentation Scheduled', probability: '0.6', closed: false },
  { id: 'decisionmakerboughtin', label: 'Decision Maker Bought-In', probability: '0.8', closed: false },
  { id: 'contractsent', label: 'Contract Sent', probability: '0.9', closed: false },
  { id: 'closedwon', label: 'Closed Won', probability: '1.0', closed: true },
  { id: 'closedlost', label: 'Closed Lost', probability: '0.0', closed: true },
] as const

/** Stages that close a deal in a pipeline of a customer's own, whose ids HubSpot makes up; whether they win it. */
export const OWN_CLOSING_STAGES: Record<string, boolean> = { '80011': true, '80012': false }

const DEAL_PROPERTIES: Record<string, string> = {
  'string rw': 'dealname description closed_lost_reason closed_won_reason',
  'number rw': 'amount',
  'datetime rw': 'closedate',
  'enumeration rw': `hubspot_owner_id deal_currency_code pipeline dealtype=newbusiness,existingbusiness
    dealstage=${[...DEAL_STAGES.map(({ id }) => id), ...Object.keys(OWN_CLOSING_STAGES)].join(',')}`,
  'number ro': 'hs_object_id',
  'datetime ro': 'createdate hs_lastmodifieddate hubspot_owner_assigneddate',
  'bool calc': 'hs_is_closed hs_is_closed_won',
  'number calc': 'hs_deal_stage_probability',
}
const ENGAGEMENT: Record<string, string> = {
  'datetime rw': 'hs_timestamp',
  'enumeration rw': 'hubspot_owner_id',
  'number ro': 'hs_object_id hs_created_by_user_id',
  'datetime ro': 'hs_createdate hs_lastmodifieddate',
}
const ENGAGEMENT_PROPERTIES: Record<string, Record<string, string>> = {
  calls: {
    'string rw': 'hs_call_title hs_call_body hs_call_disposition hs_call_duration hs_call_status',
    'enumeration rw': 'hs_call_direction=INBOUND,OUTBOUND',
  },
  meetings: {
    'string rw': 'hs_meeting_title hs_meeting_body hs_meeting_outcome',
    'datetime rw': 'hs_meeting_start_time hs_meeting_end_time',
    'enumeration ro': 'hs_meeting_source',
  },
  emails: {
    'string rw': 'hs_email_subject hs_email_text hs_email_status',
    'enumeration rw': 'hs_email_direction=EMAIL,INCOMING_EMAIL,FORWARDED_EMAIL',
  },
  communications: {
    'string rw': 'hs_communication_body',
    'enumeration rw': 'hs_communication_channel_type=WHATS_APP,SMS,LINKEDIN_MESSAGE hs_communication_logged_from=CRM',
  },
  notes: { 'string rw': 'hs_note_body' },
  tasks: { 'string rw': 'hs_task_subject hs_task_body hs_task_status hs_task_priority hs_task_type' },
}

/** "name" or "name=options,…" of each kind of object, by type and by who may write. */
export function propertyTables(type: ObjectType): Record<string, string>[] {
  if (type === 'contacts') return [CONTACT_PROPERTIES]
  if (type === 'companies') return [COMPANY_PROPERTIES]
  return type === 'deals' ? [DEAL_PROPERTIES] : [ENGAGEMENT, ENGAGEMENT_PROPERTIES[type] ?? {}]
}
