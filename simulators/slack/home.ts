import { readHome } from './arguments.ts'
import { isRefusal, type JsonObject, type MethodArguments, refuse, type SlackRefusal } from './types.ts'
import type { Workspace } from './workspace.ts'

/** What somebody sees in the app's Home tab. */
export interface SimulatedHome {
  id: string
  user: string
  blocks: JsonObject[]
  hash: string
  /** How often it was published. */
  versions: number
}

/** The Home tabs. */
export type HomeTabs = ReturnType<typeof createHomeTabs>

/** The app's Home tab of each person, as it was published last. */
export function createHomeTabs(workspace: Workspace) {
  const homes = new Map<string, SimulatedHome>()

  function publish(args: MethodArguments): JsonObject | SlackRefusal {
    const user = args.user_id ?? ''
    if (!workspace.users.has(user)) return refuse('user_not_found')
    const source = readHome(args.view)
    if (isRefusal(source)) return source
    const before = homes.get(user)
    if (args.hash !== undefined && args.hash !== before?.hash) return refuse('hash_conflict')
    const home = {
      id: before?.id ?? workspace.nextId('V'),
      user,
      blocks: workspace.withIds(source.blocks as JsonObject[]),
      hash: `${workspace.nextTs()}.h`,
      versions: (before?.versions ?? 0) + 1,
    }
    homes.set(user, home)
    workspace.emit({ kind: 'home', user })
    return { view: homeOnTheWire(home) }
  }

  return { publish, of: (user: string): SimulatedHome | undefined => homes.get(user) }
}

/** A Home tab as payloads carry it. */
export function homeOnTheWire({ id, blocks, hash }: SimulatedHome): JsonObject {
  return { id, type: 'home', blocks, hash, private_metadata: '', callback_id: '', state: { values: {} } }
}
