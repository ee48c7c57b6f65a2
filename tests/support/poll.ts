import type { Stage } from './stage.ts'

/** Switches webhooks off: whatever happens in HubSpot is heard of by the poll alone. */
export function withoutWebhooks(stage: Stage): Stage {
  stage.hubspot.setWebhooks(undefined)
  return stage
}

/** Moves the clock, does what is due then, lets the first service poll what is due then, and waits until it is quiet. */
export async function pollAfter(stage: Stage, milliseconds: number): Promise<void> {
  await stage.advance(milliseconds)
  await stage.services[0]?.work.poll()
  await stage.quiet()
}

/** How many calls of the API had a path that ends so. */
export function callsTo(stage: Stage, ending: string): number {
  return stage.hubspot.calls.filter(({ path }) => path.endsWith(ending)).length
}
