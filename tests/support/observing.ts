import type { Stage } from './stage.ts'

// POST is how HubSpot searches and reads many at once, and how it says what a token is.
const READS = /\/(search|batch\/read|get\/access-token-info|batch\/read-batch)$/

/** The calls by which something would have been written to HubSpot, or somebody told in Slack, from so many calls on. */
export function effects(stage: Stage, since: { hubspot: number; slack: number } = { hubspot: 0, slack: 0 }): string[] {
  const written = stage.hubspot.calls
    .slice(since.hubspot)
    .filter(({ method, path }) => method !== 'GET' && !READS.test(path))
    .map(({ method, path }) => `${method} ${path}`)
  const told = stage.slack.calls
    .slice(since.slack)
    .map(({ method }) => method)
    .filter((method) => method !== 'conversations.history')
  return [...written, ...told]
}

/** How many calls were made so far, to look at later ones only. */
export function callsSoFar({ hubspot, slack }: Stage): { hubspot: number; slack: number } {
  return { hubspot: hubspot.calls.length, slack: slack.calls.length }
}
