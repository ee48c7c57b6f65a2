import type { Clock } from '../platform/clock.ts'
import type { Env } from '../platform/env.ts'
import type { Store } from '../store/partitions.ts'
import { WORK } from '../work/table.ts'

/** How people sign in to the console, by the environment. */
export function consoleSettings(env: Env) {
  const { OIDC_ISSUER: issuer, OIDC_CLIENT_ID: clientId, OIDC_CLIENT_SECRET: clientSecret } = env
  return {
    operators: env.OIDC_OPERATORS,
    oidc: issuer && clientId && clientSecret ? { issuer, clientId, clientSecret } : undefined,
  }
}

/** Makes what counts the work that waits, of every kind in the table. */
export function createWaitingWork({ store, clock }: { store: Store; clock: Clock }) {
  const rows = Object.entries(WORK).flatMap(([work, { index, queue }]) =>
    index === null ? [] : [{ work, index, queue }],
  )
  return () =>
    Promise.all(
      rows.map(async ({ work, index, queue }) => {
        const [waiting, due] = await Promise.all([store.count(index), store.count(index, clock.now())])
        return { work, queue, waiting, due }
      }),
    )
}
