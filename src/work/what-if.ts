import type { Config } from '../config/config.ts'
import type { Handoff } from '../handoffs/handoff.ts'
import type { DecisionEntry, KeptDecision } from '../leads/history.ts'
import { inputsOf, isDecision } from '../leads/history.ts'
import type { LeadRecord } from '../leads/lead.ts'
import type { Properties } from '../leads/observe.ts'
import { isRedisAway } from '../platform/redis.ts'
import type { Attributes } from '../rules/attributes.ts'
import type { Configs } from '../store/configs.ts'
import type { LeadRecords, Leads } from '../store/leads.ts'
import type { PastDecisions } from '../store/past-decisions.ts'
import { type Compared, compareLead, type NotReproduced } from '../what-if/compare.ts'
import { type Beside, createFold } from '../what-if/fold.ts'
import { type Limits, overLimits } from '../what-if/limits.ts'
import { attributesWith, type Needs, needsOf, unread, valuesOf } from '../what-if/needs.ts'
import type { WhatIf } from '../what-if/result.ts'
import { isSampled } from '../what-if/sample.ts'
import { withSharedParts } from '../what-if/shared-parts.ts'
import { turnsOf } from '../what-if/turns.ts'
import { createUnknown } from '../what-if/unknown.ts'

/** What HubSpot says of a contact and its company; `company` is null when it has none. */
export interface ReadNow {
  contact: Properties
  company: Properties | null
}

/** Reads properties of contacts, and of their companies, in HubSpot as they are now; who is not there is left out. */
export type ReadProperties = (
  ids: readonly string[],
  names: { contact: readonly string[]; company: readonly string[] },
) => Promise<ReadonlyMap<string, ReadNow>>

/** What is asked for: decisions since an instant, a sample of so many leads, limits. */
export interface WhatIfOptions {
  since?: number | undefined
  /** The present, to tell whether what is asked for is still kept. */
  now?: number | undefined
  sample?: number | undefined
  limits?: Limits | undefined
  /** What cannot work in the other config, or is expected otherwise there: it is told with the rest. */
  mistakes?: string[] | undefined
}

/** How far it is. */
export interface Progress {
  leads: number
  of: number
  /** Leads whose properties were read in HubSpot. */
  read: number
}

interface WhatIfParts {
  past: PastDecisions
  leads: Pick<Leads, 'readMany' | 'readRecords' | 'readHistory' | 'readHandoff'>
  configs: Pick<Configs, 'find'>
  /** Null: what was never kept counts as unknown. */
  readProperties: ReadProperties | null
}

/** A portion of leads with what is kept of their decisions. */
interface Portion {
  ids: string[]
  kept: { decisions: KeptDecision[]; unreadable: number }[]
}

/**
 * Computes every stored lead again under another config, each as of the time of its own decisions. It reads, and writes nothing.
 * Of a lead it keeps nothing but counts, so memory does not grow with their number, but for those that go to sales.
 */
export async function runWhatIf(
  parts: WhatIfParts,
  after: Config,
  { since, now, sample, limits = {}, mistakes = [] }: WhatIfOptions,
  progress: (done: Progress) => void = () => undefined,
): Promise<WhatIf> {
  const fold = createFold(after)
  const unknown = createUnknown(after, parts.readProperties === null)
  const configs = new Map<string, Config | string>()
  const needs = new Map<string, Needs | null>()
  const stored = await parts.past.count()
  const share = sample === undefined ? 1 : sample / Math.max(1, stored)
  let [sampled, read] = [0, 0]

  async function know(versions: Iterable<string>): Promise<void> {
    for (const version of new Set(versions)) {
      if (configs.has(version)) continue
      const found = await parts.configs.find(version)
      configs.set(version, typeof found === 'string' ? found : withSharedParts(found, after))
    }
  }
  const configOf = (version: string) => configs.get(version) ?? 'the config that made it is not kept'
  const needsUnder = (version: string) => {
    const known = needs.get(version)
    if (known !== undefined) return known
    const before = configOf(version)
    const found = typeof before === 'string' ? null : needsOf(before, after)
    needs.set(version, found)
    return found
  }

  /** Compares the decisions of a portion; resolves with what is left to do once the records of those that go to sales have come. */
  async function take({ ids, kept }: Portion): Promise<() => Promise<void>> {
    const states = new Map<string, LeadRecords>()
    const load = async (wanted: string[]) => {
      const missing = wanted.filter((id) => !states.has(id))
      for (const state of await parts.leads.readRecords(missing)) {
        if ('unreadable' in state) unknown.unreadableLead()
        else states.set(state.id, state)
      }
    }
    await know(kept.flatMap(({ decisions }) => decisions.map(({ config }) => config)))
    const isInPeriod = ({ at }: { at: number }) => since === undefined || at >= since
    const own = new Map<string, KeptDecision[]>()
    const without: string[] = []
    for (const [index, id] of ids.entries()) {
      const { decisions = [], unreadable = 0 } = kept[index] ?? {}
      if (unreadable > 0) unknown.unreadable(unreadable)
      if (decisions.length + unreadable === 0) without.push(id)
      else own.set(id, decisions.filter(isInPeriod))
    }
    if (without.length > 0) {
      await load(without)
      for (const id of without) own.set(id, (await lastLook(states.get(id))).filter(isInPeriod))
      await know([...own.values()].flatMap((decisions) => decisions.map(({ config }) => config)))
    }
    const asking = [...own].flatMap(([id, decisions]) =>
      decisions.some(({ config }) => needsUnder(config) !== null) ? [id] : [],
    )
    if (asking.length > 0) await load(asking)
    const now = await readNow(
      asking.flatMap((id) => states.get(id) ?? []),
      own,
    )
    const forSales: { id: string; compared: Compared[]; failed: NotReproduced[] }[] = []
    for (const [id, decisions] of own) {
      const attributesUnder = (before: Config, { attributes }: KeptDecision): Attributes => {
        const needed = needsUnder(before.version)
        const record = states.get(id)?.lead
        return needed && record
          ? attributesWith(after, needed, attributes, valuesOf(record, now.get(id) ?? {}))
          : attributes
      }
      const result = { id, ...compareLead(id, { configOf, after, attributesUnder }, decisions) }
      // Decisions with all that explains them are large: the others are let go at once.
      if (result.compared.some(goesToSales)) forSales.push(result)
      else add(result, undefined)
    }
    const loaded = load(forSales.map(({ id }) => id))
    // Whoever waits for it later hears of a failure.
    loaded.catch(() => undefined)
    return async () => {
      await loaded
      for (const result of forSales) add(result, states.get(result.id))
    }
  }

  function add(
    { id, compared, failed }: { id: string; compared: Compared[]; failed: NotReproduced[] },
    state: LeadRecords | undefined,
  ): void {
    for (const version of new Set(compared.map(({ past }) => past.config))) {
      const before = configOf(version)
      if (typeof before !== 'string') unknown.lead(before, compared)
    }
    fold.add(id, compared, failed, state && compared.some(goesToSales) ? besideOf(state, compared) : null)
  }

  function besideOf({ lead, handoffs }: LeadRecords, compared: Compared[]): Beside | null {
    if (!lead) return null
    const all = Object.values(handoffs)
    const before = (version: string) => configOf(version) as Config
    return { record: lead, handoffs: all, turns: turnsOf(compared, { before, after }, lead, all) }
  }

  async function openHandoff(id: string): Promise<Handoff | null> {
    try {
      return await parts.leads.readHandoff(id)
    } catch (error) {
      if (isRedisAway(error)) throw error
      return null
    }
  }

  async function lastLook(state: LeadRecords | undefined): Promise<KeptDecision[]> {
    if (!state?.lead) return []
    const history = (await parts.leads.readHistory(state.id)).filter(isDecision)
    return lastDecision(state.lead, history)
  }

  /** What the other config needs to know and the records do not hold. */
  async function readNow(
    states: LeadRecords[],
    own: Map<string, KeptDecision[]>,
  ): Promise<ReadonlyMap<string, ReadNow>> {
    const wanted = { contact: new Set<string>(), company: new Set<string>() }
    const asked: string[] = []
    for (const { id, lead } of states) {
      if (!lead) continue
      await know(lead.readBy === null ? [] : [lead.readBy])
      const readBy = lead.readBy === null ? null : configOf(lead.readBy)
      const names = { contact: new Set<string>(), company: new Set<string>() }
      const needing = new Set((own.get(id) ?? []).flatMap(({ config }) => needsUnder(config) ?? []))
      for (const needed of needing) {
        const { contact, company } = unread(needed, typeof readBy === 'string' ? null : readBy)
        for (const name of contact) names.contact.add(name)
        for (const name of company) names.company.add(name)
      }
      if (names.contact.size + names.company.size === 0) {
        unknown.asOfNow(needing)
        continue
      }
      unknown.neverKept([...names.contact, ...[...names.company].map((name) => `company:${name}`)])
      asked.push(id)
      for (const name of names.contact) wanted.contact.add(name)
      for (const name of names.company) wanted.company.add(name)
    }
    if (asked.length === 0 || !parts.readProperties) return new Map()
    const found = await parts.readProperties(asked, { contact: [...wanted.contact], company: [...wanted.company] })
    read += found.size
    return found
  }

  let ahead: Promise<Portion> | undefined
  let finish: (() => Promise<void>) | undefined
  const compareOne = async (portion: Portion) => {
    const rest = await take(portion)
    await finish?.()
    finish = rest
  }
  const reading = async (ids: string[]): Promise<Portion> => ({ ids, kept: await parts.past.read(ids) })
  for await (const ids of parts.past.ids()) {
    const some = ids.filter((id) => isSampled(id, share))
    sampled += some.length
    // The next portion comes while this one is computed.
    const ready = await ahead
    ahead = some.length > 0 ? reading(some) : undefined
    // Whoever waits for it later hears of a failure.
    ahead?.catch(() => undefined)
    if (!ready) continue
    await compareOne(ready)
    progress({ leads: sampled - some.length, of: Math.min(stored, sample ?? stored), read })
  }
  const left = await ahead
  if (left) await compareOne(left)
  await finish?.()
  progress({ leads: sampled, of: sampled, read })

  for await (const ids of parts.past.openHandoffs())
    for (const handoff of await Promise.all(ids.map(openHandoff))) if (handoff) fold.addOpen(handoff)

  const kept = [...configs.values()].flatMap((config) =>
    typeof config === 'string' ? [] : (config.retention?.decisions ?? []),
  )
  if (since !== undefined && now !== undefined && kept.length > 0) unknown.longAgo(now - since, Math.max(...kept))
  const shown = await parts.leads.readMany(fold.shown())
  const portalIds = new Map(shown.map((state) => [state.id, 'unreadable' in state ? undefined : state.lead?.portalId]))
  const result = fold.result({
    stored,
    sampled,
    since: since ?? null,
    unknown: unknown.list(),
    mistakes,
    portalIds,
  })
  return { ...result, failed: result.leads.compared === 0 ? [] : overLimits(result, limits) }
}

function goesToSales({ was, becomes }: Compared): boolean {
  return was.action === 'assign' || becomes.action === 'assign'
}

/** Of a lead whose routing decisions are not kept: its last one, from its history. */
function lastDecision(record: LeadRecord, history: readonly DecisionEntry[]): KeptDecision[] {
  const last = history.at(-1)
  const inputs = last && inputsOf(record, history, last.number)
  if (!last || !inputs) return []
  const { what: _, was: __, choice, ...decided } = last
  return [{ ...decided, ...inputs, rep: choice?.rep ?? null, probability: 1 }]
}
