/*
 * What most packed records hold, for the compression: a text that occurs here costs a few bytes. A dictionary that was
 * ever used stays as it is, else its records cannot be read; a better one gets the next number and is added. What is most
 * common stands last, as deflate wants it.
 */

const FIRST = [
  'Request a demoWebinar: organic searchDIRECT_TRAFFICPAID_SEARCHVP MarketingHead of Marketinghttps://www.',
  'session_over_3_pagestrial_startedcontent_downloadedwebinar_attendeddemo_requestedpricing_page_viewedemail_openedemail_clicked',
  '"baton_first_response_minutes":"","baton_disqualified_reason":"","baton_needs_review":"false","baton_nurture_track":"newsletter",',
  '"baton_engagement_score":"0","baton_fit_score":"0","baton_score":"0","baton_band":"medium","baton_icp_tier":"1","baton_route":"tier-1-mql",',
  '"baton_route_reason":"","baton_sla_status":"none","baton_sla_due_at":"","baton_scored_at":"2026-","baton_config_version":"","hubspot_owner_id":"',
  '{"v":1,"id":"',
  '","portalId":"',
  '"attributes":{"email":{"value":"',
  '.example","source":"hubspot:email"},',
  '"firstName":{"value":"","source":"hubspot:firstname"},"lastName":{"value":"","source":"hubspot:lastname"},',
  '"jobTitle":{"value":"","source":"hubspot:jobtitle"},"country":{"value":"","source":"hubspot:country"},',
  '"leadSource":{"value":"","source":"hubspot:hs_analytics_source"},"leadSource.detail":{"value":"","source":"hubspot:hs_analytics_source_data_1"},',
  '"lifecycleStage":{"value":"lead","source":"hubspot:lifecyclestage"},"leadStatus":{"value":"","source":"hubspot:hs_lead_status"},',
  '"company.name":{"value":"","source":"company:name"},"company.domain":{"value":"","source":"company:domain"},',
  '"company.size":{"value":,"source":"company:numberofemployees"},"company.industry":{"value":"computer software","source":"company:industry"},',
  '"company.revenue":{"value":,"source":"company:annualrevenue"},"hubspot.recent_conversion_event_name":{"value":"","source":"hubspot:recent_conversion_event_name"},',
  '"email.domain":{"value":"","source":"hubspot:email"},"email.free":{"value":false,"source":"list of free mail providers"}},',
  '"counters":{"hs_email_open":null,"hs_email_click":null,"num_conversion_events":null,"hs_analytics_last_timestamp":null},"signals":[',
  '"pages":{"views":,"last":"https://www."},"enrichment":{"hubspot-company":{"status":"matched","at":17}},"missing":[],"needsReview":false,',
  '"score":{"total":,"fit":,"engagement":,"band":"high","mql":false,"at":,"reasons":["+20 company size tier 1","+20 demo requested","+15 industry tier 1","+15 buyer persona"],"tier":1},',
  '"route":{"name":"medium-good-fit","to":{"nurture":"signal-based"},"reason":": score  (fit , engagement )","at":},"lookAgainAt":null,"handoffs":0,',
  '"configVersion":"","scoringVersion":,"decisions":}',
  '{"what":"decided","at":,"number":,"config":"","route":"low","to":{"pool":"sdr"},"action":"assign","action":"stay-with-sales","action":"nurture","score":,"fit":,"engagement":,"band":"low","standing":{"withSales":false,"rejected":false,"resting":false},"was":{},',
  '"choice":{"rep":"","pool":"","owner":false,"candidates":[{"pool":"","members":[{"rep":"","weight":1,"turns":0,"lastAssignedAt":null,"skipped":null}]}]}}',
  '{"id":"hs_email_open-","type":"","at":17},{"id":"api-","type":"","at":17,"detail":"https://","decision":1},',
]

const SECOND = [
  'Request a demoWebinar: organic searchDIRECT_TRAFFICPAID_SEARCHVP MarketingHead of Marketinghttps://www.consultingcomputer softwareCOMPUTER_SOFTWAREclosed_lostrejectedtaken_over',
  'session_over_3_pagestrial_startedcontent_downloadedwebinar_attendeddemo_requestedpricing_page_viewedemail_openedemail_clicked',
  '{"what":"answered","at":,"by":"rep","what":"reminded","what":"reassigned","rep":"","owner":true,"calendar":"europe","counted":[{"from":17,"to":17}],',
  '{"v":2,"id":"-1","kind":"mql-to-sales-tier-1","byRoute":true,"route":"tier-1-mql","pool":"ae","leadId":"","baseline":{"num_contacted_notes":null,"hs_lead_status":null},"state":"open","startedAt":17,"dueAt":17,"calendar":"always",',
  '"ladder":[{"do":"remind","dueAt":17},{"do":"reassign","dueAt":17},{"do":"alert-manager","dueAt":17}],"holders":[{"rep":"","pool":"","how":"rotation","assignmentId":"-1-1","since":17}],"events":[{"at":17,"what":"started","rep":""}]}',
  '{"baton_score":"","baton_fit_score":"","baton_engagement_score":"","baton_band":"medium","baton_icp_tier":"","baton_route":"","baton_route_reason":": score  (fit , engagement )","baton_sla_status":"none","baton_sla_due_at":"","baton_first_response_minutes":"","baton_nurture_track":"newsletter","baton_needs_review":"false","baton_disqualified_reason":"","baton_scored_at":"2026-","baton_config_version":"","hubspot_owner_id":""}',
  '"lastAssignedAt":17,"skipped":null}]}]}}{"what":"decided","at":17,"number":1,"config":"","route":"","to":{"nurture":"signal-based"},"action":"nurture","action":"stay-with-sales","to":{"pool":"sdr"},"action":"assign","score":,"fit":,"engagement":,"band":"low","standing":{"withSales":false,"rejected":false},"was":{',
  '"email":null,"firstName":null,"lastName":null,"jobTitle":null,"leadSource.detail":null,"company.name":null,"company.domain":null,"company.size":null,"company.industry":null,"hubspot.recent_conversion_event_name":null,"email.domain":null,"email.free":null},',
  '"choice":{"rep":"","pool":"","owner":false,"candidates":[{"pool":"","members":[{"rep":"","weight":1,"turns":1,"rep":null,"probability":1}',
  '{"v":2,"id":"","createdAt":17,"attributes":{"email":{"value":".example","source":"hubspot:email"},"firstName":{"value":"","source":"hubspot:firstname"},"lastName":{"value":"","source":"hubspot:lastname"},"jobTitle":{"value":"","source":"hubspot:jobtitle"},',
  '"country":{"value":"","source":"hubspot:country"},"leadSource":{"value":"","source":"hubspot:hs_analytics_source"},"leadSource.detail":{"value":"","source":"hubspot:hs_analytics_source_data_1"},"lifecycleStage":{"value":"lead","source":"hubspot:lifecyclestage"},"leadStatus":{"value":"","source":"hubspot:hs_lead_status"},',
  '"company.name":{"value":"","source":"company:name"},"company.domain":{"value":"","source":"company:domain"},"company.size":{"value":,"source":"company:numberofemployees"},"company.industry":{"value":"","source":"company:industry"},"company.revenue":{"value":,"source":"company:annualrevenue"},',
  '"hubspot.recent_conversion_event_name":{"value":"","source":"hubspot:recent_conversion_event_name"},"email.domain":{"value":"","source":"hubspot:email"},"email.free":{"value":false,"source":"list of free mail providers"}},',
  '"properties":{"createdate":"2026-","associatedcompanyid":"","email":"","firstname":"","lastname":"","jobtitle":"","country":"","lifecyclestage":"lead","hs_analytics_source":"","hs_analytics_source_data_1":"","recent_conversion_event_name":"","hs_email_click":"","num_conversion_events":""},',
  '"company":{"name":"","domain":"","numberofemployees":"","industry":"","annualrevenue":""},"readBy":"","counters":{"hs_email_open":null,"hs_email_click":null,"num_conversion_events":null,"hs_analytics_last_timestamp":null,"hs_lead_status":null},',
  '"signals":[{"decision":1,"id":"api-","type":"","at":17,"detail":"https://"},{"decision":1,"id":"num_conversion_events-1","type":"","at":17,"detail":""},{"decision":1,"id":"hs_email_open-1","type":"","at":17},{"decision":1,"id":"hs_email_click-1","type":"","at":17}],',
  '"pages":{"views":,"last":"https://www."},"pages":{},"enrichment":{"hubspot-company":{"status":"matched","at":17}},"pseudonym":"","missing":[],"needsReview":false,"score":{"total":,"fit":,"engagement":,"band":"medium","mql":false,"at":17,"reasons":["+20 company size tier 1","+20 demo requested","+15 industry tier 1","+15 buyer persona"],"tier":1},',
  '"route":{"name":"medium-good-fit","to":{"nurture":""},"reason":": score  (fit , engagement )","at":17},"wakeAt":17,"handoffs":{},"handoffs":{"mql-to-sales":"-1"},"handoffCount":1,"outcomes":{},"configVersion":"","rulesVersion":,"decisions":1}',
]

// What rules set, and the mirror of signals, beside what the second holds.
const THIRD = [
  ...SECOND,
  '"email.bouncesInARow":{"value":0,"source":"hubspot:hs_email_bounce"}},"properties":{"createdate":"2026-","associatedcompanyid":"","baton_content_industry":"",',
  '"counters":{"hs_lead_status":null,"hs_email_open":null,"hs_email_last_open_date":null,"hs_email_click":null,"hs_email_last_click_date":null,"num_conversion_events":null,"recent_conversion_date":null,"hs_analytics_last_timestamp":null,"hs_merged_object_ids":null,"engagements_last_meeting_booked":null},"signals":[{"decision":1,"id":"api-',
  '"knownSince":17,"missing":[],"needsReview":false,"wakeAt":17,"handoffs":{},"handoffCount":0,"tracks":{"enrolled":{"track":"accelerated","by":{"what":"trigger","name":"downloads"},"at":17,"until":17}},"fired":{"downloads":{"at":17,"holds":true}},"tags":{"baton_content_industry":""},"stage":{"name":"lead","since":17},"outcomes":{},"configVersion":"',
  '{"baton_score":"","baton_fit_score":"0","baton_engagement_score":"","baton_band":"medium","baton_icp_tier":"","baton_stage":"lead","baton_route":"","baton_route_reason":": score  (fit , engagement )","baton_sla_status":"none","baton_sla_due_at":"","baton_first_response_minutes":"","baton_nurture_track":"newsletter","baton_needs_review":"false","baton_disqualified_reason":"","baton_scored_at":"2026-","baton_config_version":"","baton_signals":"{\\"v\\":1,\\"of\\":\\"\\",\\"since\\":\\"mw\\",\\"signals\\":{\\"content_downloaded@api\\":[\\"mw\\",\\"mw\\"],\\"email_clicked@api\\":[\\"mw\\"],\\"email_opened@api\\":[\\"mw\\"],\\"session_over_3_pages@api\\":[\\"mw\\"],\\"webinar_attended@api\\":[\\"mw\\"],\\"demo_requested@\\"},\\"fired\\":{\\"downloads\\":\\"mw.h\\"},\\"tracks\\":{\\"enrolled\\":{\\"track\\":\\"accelerated\\",\\"by\\":{\\"what\\":\\"trigger\\",\\"name\\":\\"downloads\\"},\\"at\\":17,\\"until\\":17}}}","baton_handoffs":"","lifecyclestage":"","hubspot_owner_id":"","baton_content_industry":""}',
]

/** Every dictionary that was ever used, by its number. */
export const DICTIONARIES: Readonly<Record<number, Buffer>> = {
  1: Buffer.from(FIRST.join('')),
  2: Buffer.from(SECOND.join('')),
  3: Buffer.from(THIRD.join('')),
}

/** The number of the dictionary that records are packed with. */
export const DICTIONARY = 3
