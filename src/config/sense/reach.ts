import type { Condition } from '../../rules/condition.ts'
import { tierConditions } from '../../rules/icp.ts'
import { isSlip } from '../../rules/slips.ts'
import { field, items } from '../check/content.ts'
import { nurtureTracks } from '../config.ts'
import { type Formula, formulaOf } from './formulas.ts'
import { at } from './located.ts'
import type { Inspected, Report } from './report.ts'
import type { Solver } from './solve.ts'

/** One of a list of which the first that holds wins. Without a condition it always does. */
interface Entry {
  index: number
  label: string
  when: Condition | undefined
}

/** What the first match of a list takes away from later ones, so that nothing comes to them. `told`: entries of which enough is said. */
function shadowed(entries: readonly Entry[], solver: Solver, told: ReadonlySet<number>) {
  const found: { entry: Entry; by: Entry[] }[] = []
  const before: { entry: Entry; fails: Formula }[] = []
  for (const entry of entries) {
    const { when, index } = entry
    if (!told.has(index)) {
      const holds = when ? [formulaOf(when, 'true')] : []
      const rest = before.map(({ fails }) => fails)
      if (before.length > 0 && !solver.possible([...holds, ...rest])) {
        const one = before.find(({ fails }) => !solver.possible([...holds, fails]))
        found.push({ entry, by: one ? [one.entry] : before.map((other) => other.entry) })
      }
      if (when) before.push({ entry, fails: formulaOf(when, 'not true') })
    }
  }
  return found
}

/** Whether a condition that stands at this path was told of already. */
export type IsTold = (file: string, path: string) => boolean

/** Routes, tiers, personas, reasons and signals that never come about, for an earlier one takes every lead of theirs. */
export function checkReach({ config, sources }: Inspected, solver: Solver, isTold: IsTold, report: Report): void {
  const { routing, icp, hubspot } = config
  const look = (file: string, list: string[], what: string, entries: Entry[], rest: string) => {
    const source = sources[file]
    const told = new Set(
      entries.flatMap(({ index }) => (isTold(file, [...list, index, 'when'].join('.')) ? [index] : [])),
    )
    for (const { entry, by } of shadowed(entries, solver, told)) {
      const names = by.map(({ label }) => label)
      const last = names.length > 3 ? [`${names.length} before it`] : names
      const takers = by.length === 1 ? `the ${what} ${names[0]}` : `the ${what}s ${last.join(', ')} together`
      const verb = by.length === 1 ? 'takes' : 'take'
      report('error', source, [...list, entry.index], `is never ${rest}: ${takers} before it ${verb} all of it`)
    }
  }
  const routes = routing.routes.map(({ name, when }, index) => ({ index, label: `"${name}"`, when }))
  look('routing', ['routes'], 'route', routes, 'reached')
  const tiers = tierConditions(icp).map(({ tier, condition: when }, index) => ({ index, label: String(tier), when }))
  look('icp', ['tiers'], 'tier', tiers, 'found')
  const personas = icp.personas.map(({ name, when }, index) => ({ index, label: `"${name}"`, when }))
  look('icp', ['personas'], 'persona', personas, 'found')
  const reasons = icp.negative.map(({ reason, when }, index) => ({ index, label: `"${reason}"`, when }))
  look('icp', ['negative'], 'reason', reasons, 'given')
  const rules = hubspot.signals.map((rule, index) => ({ index, label: `"${rule.signal}"`, when: rule.when, rule }))
  const first = rules.filter(({ rule }) => !rule.beside && rule.during === undefined)
  for (const group of Map.groupBy(first, ({ rule }) => rule.rises ?? rule.changes).values()) {
    const own = items(at(sources.hubspot, ['signals'])).length === rules.length ? group : []
    look(
      'hubspot',
      ['signals'],
      'rule for',
      own.filter((_, index) => !isGeneralBefore(own, index)),
      'seen',
    )
    for (const [index, { index: position }] of own.entries())
      if (isGeneralBefore(own, index))
        report('error', sources.hubspot, ['signals', position], 'is never seen: a rule before it has no condition')
  }
}

function isGeneralBefore(group: readonly Entry[], index: number): boolean {
  return group.slice(0, index).some(({ when }) => when === undefined)
}

/** Nurture tracks of which one is likely another one, misspelt: HubSpot's workflows listen to the other. */
export function checkTracks({ config, sources }: Inspected, report: Report): void {
  const routed = items(at(sources.routing, ['routes'])).map(([, route]) => field(route, 'to', 'nurture'))
  const seen = nurtureTracks(config).filter((track) => !routed.includes(track))
  for (const [index, route] of items(at(sources.routing, ['routes']))) {
    const track = field(route, 'to', 'nurture')
    if (typeof track !== 'string' || seen.includes(track)) continue
    const other = seen.find((one) => isMisspelt(one, track))
    if (other !== undefined) {
      const message = `the nurture track "${track}" differs from "${other}" by a slip; HubSpot's workflows know them by name`
      report('warning', sources.routing, ['routes', index, 'to', 'nurture'], message)
    }
    seen.push(track)
  }
}

// Of short names a slip makes another one, and numbers tell names apart.
function isMisspelt(a: string, b: string): boolean {
  const plain = (text: string) => text.toLowerCase().replace(/\d+/g, '#')
  if (plain(a) === plain(b)) return a.toLowerCase() === b.toLowerCase()
  return Math.min(a.length, b.length) >= 6 && isSlip(a, b)
}
