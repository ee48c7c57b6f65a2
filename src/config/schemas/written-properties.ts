/** The properties that Baton writes, with their default names. */
export const WRITTEN_PROPERTIES = {
  score: 'baton_score',
  fitScore: 'baton_fit_score',
  engagementScore: 'baton_engagement_score',
  band: 'baton_band',
  icpTier: 'baton_icp_tier',
  route: 'baton_route',
  routeReason: 'baton_route_reason',
  slaStatus: 'baton_sla_status',
  slaDueAt: 'baton_sla_due_at',
  firstResponseMinutes: 'baton_first_response_minutes',
  nurtureTrack: 'baton_nurture_track',
  needsReview: 'baton_needs_review',
  disqualifiedReason: 'baton_disqualified_reason',
  scoredAt: 'baton_scored_at',
  configVersion: 'baton_config_version',
} as const

/** What Baton writes, by Baton's own name for it. */
export type WrittenProperty = keyof typeof WRITTEN_PROPERTIES
