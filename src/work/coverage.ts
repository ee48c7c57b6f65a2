import type { Config } from '../config/config.ts'
import type { Configs } from '../store/configs.ts'

/** Whether what was read of a lead, by the config of that version, is enough for this one. */
export type Covers = (readBy: string | null) => Promise<boolean>

/** Asks it once for each older config. */
export function coverageOf(config: Config, configs: Configs): Covers {
  const known = new Map<string, Promise<boolean>>()
  const enough = async (readBy: string) => {
    const before = (await configs.read(readBy))?.reads
    return (
      before !== undefined &&
      config.reads.contact.every((name) => before.contact.includes(name)) &&
      config.reads.company.every((name) => before.company.includes(name))
    )
  }
  return async (readBy) => {
    if (readBy === null) return false
    if (readBy === config.version) return true
    const answer = known.get(readBy) ?? enough(readBy)
    known.set(readBy, answer)
    return answer
  }
}
