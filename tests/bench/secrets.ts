/** Tokens and secrets of the benchmark's HubSpot, Slack and API, and the address under which they know Baton. */
export const SECRETS = {
  publicUrl: 'https://baton.example.com',
  hubSpotToken: 'pat-bench',
  hubSpot: 'hubspot-bench-secret',
  slackToken: 'xoxb-bench',
  slack: 'slack-bench-secret',
  api: 'api-bench-token',
}
