import type { Config } from '../config/config.ts'

/** The owners who are deactivated in HubSpot, as far as this process knows: reps who get no lead, whatever team.yaml says. */
export type Departed = ReturnType<typeof createDeparted>

/** Begins without any. */
export function createDeparted() {
  let owners: ReadonlySet<string> = new Set()
  let made: { from: Config; by: ReadonlySet<string>; config: Config } | undefined

  return {
    /** By which config, and when, it was last looked for them; `refused`: the token may not ask. */
    looked: { version: '', at: 0, refused: false },

    /** Replaces what was known, by owner ids. */
    note(ids: readonly string[]): void {
      owners = new Set(ids)
    },

    /** The config with those reps inactive. */
    without(from: Config): Config {
      if (owners.size === 0) return from
      if (made?.from === from && made.by === owners) return made.config
      const reps = Object.entries(from.team.reps).map(([id, rep]) => [
        id,
        owners.has(rep.hubspotOwnerId) ? { ...rep, active: false } : rep,
      ])
      made = { from, by: owners, config: { ...from, team: { ...from.team, reps: Object.fromEntries(reps) } } }
      return made.config
    },
  }
}
