import { testsOf } from '../../rules/condition.ts'
import { entries, field, items } from '../check/content.ts'
import type { Path } from '../problems.ts'
import { at, type LocatedTest, type Place } from './located.ts'
import { nearMiss } from './misfits.ts'
import type { Inspected, Report } from './report.ts'

// Properties of contacts and companies that every portal has, as far as rules are likely to name them.
const STANDARD =
  `address annualrevenue associatedcompanyid city closedate company country createdate email fax firstname
hs_additional_emails hs_analytics_average_page_views hs_analytics_first_referrer hs_analytics_first_timestamp
hs_analytics_first_touch_converting_campaign hs_analytics_first_url hs_analytics_last_referrer hs_analytics_last_timestamp
hs_analytics_last_touch_converting_campaign hs_analytics_last_url hs_analytics_last_visit_timestamp hs_analytics_num_page_views
hs_analytics_num_visits hs_analytics_revenue hs_analytics_source hs_analytics_source_data_1 hs_analytics_source_data_2
hs_buying_role hs_country_region_code hs_createdate hs_email_bounce hs_email_click hs_email_delivered hs_email_domain
hs_email_first_click_date hs_email_first_open_date hs_email_hard_bounce_reason hs_email_hard_bounce_reason_enum
hs_email_last_click_date hs_email_last_email_name hs_email_last_open_date hs_email_last_send_date hs_email_open hs_email_optout
hs_email_quarantined hs_email_replied hs_facebook_click_id hs_google_click_id hs_ip_timezone hs_language hs_last_sales_activity_timestamp
hs_latest_meeting_activity hs_latest_source hs_latest_source_data_1 hs_latest_source_data_2 hs_latest_source_timestamp hs_lead_status
hs_legal_basis hs_lifecyclestage_lead_date hs_merged_object_ids hs_num_associated_deals hs_object_id hs_persona hs_role
hs_sa_first_engagement_date hs_sa_first_engagement_object_type hs_sales_email_last_clicked hs_sales_email_last_opened
hs_sales_email_last_replied hs_seniority hs_state_code hs_timezone hubspot_owner_assigneddate hubspot_owner_id hubspot_team_id
industry job_function jobtitle lastmodifieddate lastname lifecyclestage message mobilephone notes_last_contacted notes_last_updated
notes_next_activity_date num_associated_deals num_contacted_notes num_conversion_events num_notes num_unique_conversion_events
numberofemployees numemployees phone recent_conversion_date recent_conversion_event_name first_conversion_date
first_conversion_event_name recent_deal_amount recent_deal_close_date salutation seniority state total_revenue twitterhandle
webinareventlastupdated website work_email zip about_us description domain founded_year hs_parent_company_id is_public
linkedin_company_page name timezone type web_technologies`.split(/\s+/)

/** Properties that differ by a letter or two from one that every portal has: likely that one, misspelt. */
export function checkProperties({ sources }: Inspected, places: readonly Place[], report: Report): void {
  const look = (source: Inspected['sources'][string], path: Path, name: unknown) => {
    if (typeof name !== 'string' || name.length < 6) return
    for (const { message } of nearMiss(name.replace(/^company:/, ''), STANDARD))
      report(
        'guess',
        source,
        path,
        message.replace("none of HubSpot's own words", 'no property that HubSpot has by itself'),
      )
  }
  for (const { source, condition } of places) {
    for (const { attribute, path } of testsOf<LocatedTest>(condition))
      if (attribute.startsWith('hubspot.')) look(source, path, attribute.slice('hubspot.'.length))
  }
  const { hubspot } = sources
  for (const [name, given] of entries(at(hubspot, ['attributes'])))
    for (const one of [given].flat()) look(hubspot, ['attributes', name], one)
  for (const list of ['signals', 'responses', 'disqualified'])
    for (const [index, rule] of items(at(hubspot, [list])))
      for (const key of ['rises', 'changes', 'at', 'detail', 'reason'])
        look(hubspot, [list, index, key], field(rule, key))
  for (const [index, name] of items(at(hubspot, ['activity']))) look(hubspot, ['activity', index], name)
}
