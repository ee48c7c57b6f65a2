import type { Signal } from '../rules/attributes.ts'
import { attributesOf, holds } from '../rules/condition.ts'
import { isMachineMade } from './machine-made.ts'
import {
  type HubSpotMapping,
  type Properties,
  type PropertyHistory,
  type PropertyVersion,
  readInstant,
  readRaw,
} from './observe.ts'
import { type Group, groupsOf, numberOf, type Rule } from './signal-rules.ts'

/*
 * What a lead did, as HubSpot's properties show it. HubSpot keeps a counter and what describes its newest step: its date, its
 * name. Where there is more to know, the history of the properties says what the steps between were.
 */

const DAY = 24 * 60 * 60_000
const MOST_STEPS = 100
/** HubSpot notes the properties of one step at nearly the same instant, in milliseconds. */
export const ONE_STEP = 5_000

/** What is known when a contact is looked at. Instants are epoch milliseconds. */
export interface Look {
  /** The counters of the last look; null at the first sight. */
  before: Properties | null
  createdAt: number
  now: number
  /** The values that properties had, of those that `signalHistory` asks about. */
  history?: PropertyHistory
  /** Contacts have become one since: what was seen of each, what they are known to have done, and whether one was unknown. */
  merged?: { seen: Properties[]; signals: readonly Signal[]; unknown: boolean } | undefined
}

/** One step of a counter, or one value of a property: when it came about, and what else HubSpot said then. */
interface Moment {
  at: number | undefined
  value: (property: string) => string | null | undefined
}

/**
 * The signals that a contact's properties show since the last look. At the first sight of a contact that is more than a day
 * old its counters are a baseline, and what its properties themselves date within the last day is news. A counter that falls
 * and comes back is none; after a merge it starts anew, and only what is dated after the last looks at both is news.
 */
export function observeSignals(mapping: Pick<HubSpotMapping, 'signals'>, contact: Properties, look: Look): Signal[] {
  return groupsOf(mapping).flatMap((group) => {
    const moments = momentsOf(group, contact, look.history ?? {})
    const { steps, dated } = newsOf(group, contact, moments, look)
    const [newest] = moments
    // What a date does not tell apart happened now, as far as anybody knows.
    const described =
      dated.length > 0 ? dated : steps > 0 && newest ? [{ ...newest, at: undated(group, look, newest) }] : []
    const count = Math.max(steps, described.length)
    const found = described
      .flatMap((moment, index) => signalsAt(group, contact, moments, moment, index, look))
      .filter(({ type, at }) => !look.merged?.signals.some((signal) => signal.type === type && signal.at === at))
    const [first] = found
    const general = group.rises ? matching(group, (when) => when === undefined) : []
    if (!first) return found
    const total = numberOf(contact[group.property])
    for (let index = described.length; index < Math.min(count, MOST_STEPS); index++)
      for (const rule of general)
        found.push({ id: `${group.property}-${total - index}${ofIts(rule)}`, type: rule.signal, at: first.at })
    return found
  })
}

/** The properties whose history says more than their values now about what a contact did since the last look. */
export function signalHistory(mapping: Pick<HubSpotMapping, 'signals'>, contact: Properties, look: Look): string[] {
  const names = groupsOf(mapping).flatMap((group) => {
    // That something happened twice, the counter says as well.
    if (!group.rules.some(({ when, detail, notWithin }) => when || detail || notWithin)) return []
    const { steps, dated } = newsOf(group, contact, momentsOf(group, contact, {}), look)
    const several = group.rises ? numberOf(contact[group.property]) > 1 && (steps > 1 || isPartial(group, look)) : true
    return several && (steps > 0 || dated.length > 0 || hidesNews(group, contact, look)) ? namesOf(group) : []
  })
  return [...new Set(names)]
}

/** How many steps there were, and those of them that are dated, newest first. */
function newsOf(group: Group, contact: Properties, moments: Moment[], look: Look): { steps: number; dated: Moment[] } {
  const none = { steps: 0, dated: [] }
  const { property, rises, date } = group
  const value = contact[property]
  if (!value || (rises && !(numberOf(value) > 0))) return none
  if (isPartial(group, look))
    return {
      steps: 0,
      dated: capped(
        group,
        value,
        moments.filter((moment) => isFresh(group, moment, look)),
      ),
    }
  const before = look.before
  const seen = date && before ? readInstant(before[date]) : undefined
  const isNew = ({ at }: Moment) => seen === undefined || (at !== undefined && at > seen)
  if (!rises) {
    if (value === before?.[property]) return none
    const end = before ? moments.findIndex((moment) => (moment.value(property) || null) === before[property]) : -1
    const since = moments.slice(0, end < 0 ? undefined : end).filter((moment) => moment.value(property))
    return { steps: 0, dated: date === property ? since.filter(isNew) : since }
  }
  const highest = numberOf(before?.[property])
  const steps = Math.max(0, numberOf(value) - highest)
  if (date === undefined)
    return { steps, dated: moments.filter((moment) => numberOf(moment.value(property)) > highest).slice(0, steps) }
  const dated = moments.filter((moment) => moment.at !== undefined && isNew(moment))
  // A counter that fell for good does not reach its highest for long; its date shows what is new.
  const fell = numberOf(value) < highest && seen !== undefined
  return { steps, dated: steps > 0 ? dated.slice(0, steps) : fell ? capped(group, value, dated) : [] }
}

function capped({ rises }: Group, value: string, moments: Moment[]): Moment[] {
  return rises ? moments.slice(0, numberOf(value)) : moments
}

/** Whether only a date tells what is news: the counter was not seen before, or contacts have become one. */
function isPartial({ property }: Group, { before, createdAt, now, merged }: Look): boolean {
  const isOld = now - createdAt > DAY
  return merged !== undefined || (isOld && !(before && Object.hasOwn(before, property)))
}

function isFresh({ date }: Group, { at }: Moment, { now, merged }: Look): boolean {
  if (at === undefined || date === undefined) return false
  const isRecent = at > now - DAY
  if (!merged) return isRecent
  const seen = datesSeen(merged.seen, date)
  if (seen.includes(at)) return false
  // Whose step it was cannot be told: what one of them did since its own last look may be older than what the other did.
  return isRecent ? merged.unknown || at > Math.min(...seen) : !merged.unknown && at > Math.max(...seen)
}

/** Whether one of the contacts that became one may have done something that the other's newest step hides. */
function hidesNews({ date }: Group, contact: Properties, { merged }: Look): boolean {
  const at = date === undefined ? undefined : readInstant(contact[date])
  if (!merged || at === undefined || date === undefined) return false
  return Math.min(...datesSeen(merged.seen, date)) < at
}

function datesSeen(seen: readonly Properties[], date: string): number[] {
  return seen.map((counters) => readInstant(counters[date]) ?? 0)
}

/** The date of a step that HubSpot did not date: the one that stands there, unless it is that of an earlier one. */
function undated({ date }: Group, { before }: Look, newest: Moment): number | undefined {
  const seen = date && before ? readInstant(before[date]) : undefined
  return seen !== undefined && newest.at !== undefined && newest.at <= seen ? undefined : newest.at
}

/** What the history holds of a property's steps, newest first; without one there is what stands there now. */
function momentsOf(group: Group, contact: Properties, history: PropertyHistory): Moment[] {
  const { property, rises, date } = group
  const clock = rises ? (date ?? property) : property
  const dateOf = (value: Moment['value'], version?: PropertyVersion) =>
    date === undefined ? version?.at : readInstant(value(date))
  const present = (name: string) => contact[name]
  const versions = history[clock] ?? []
  // What has come about since the contact was read is for the next look.
  const first = versions.findIndex(({ value }) => value === contact[clock])
  if (first < 0) return [{ at: dateOf(present), value: present }]
  return versions.slice(first).map((version, index, all) => {
    const newer = all[index - 1]
    const until = newer ? version.at + Math.min(ONE_STEP, (newer.at - version.at) / 2) : undefined
    const value = (name: string) =>
      until === undefined
        ? contact[name]
        : name === clock
          ? version.value
          : history[name]?.find(({ at }) => at <= until)?.value
    return { at: dateOf(value, version), value }
  })
}

function signalsAt(
  group: Group,
  contact: Properties,
  moments: readonly Moment[],
  moment: Moment,
  index: number,
  { now, before }: Look,
): Signal[] {
  const lookup = (name: string) => readRaw(moment.value(name.replace(/^hubspot\./, '')))
  const { property, date } = group
  const what = group.rises ? numberOf(contact[property]) - index : moment.value(property)
  const when = !group.rises && date === property ? '' : group.rises ? suffix(moment.at) : `@${moment.at ?? now}`
  const rules = matching(group, (condition) => !condition || holds(condition, lookup))
  return rules.flatMap((rule) => {
    if (isMachineMade(rule, date, moment, moments, before)) return []
    const detail = rule.detail ? moment.value(rule.detail) : undefined
    return {
      id: `${property}-${what}${when}${ofIts(rule)}`,
      type: rule.signal,
      at: Math.min(moment.at ?? now, now),
      ...(detail ? { detail: detail.slice(0, 200) } : {}),
    }
  })
}

/** Of the rules about a property the first that holds, and those that stand beside it. */
function matching({ rules }: Group, holds: (when: Rule['when']) => boolean): Rule[] {
  const first = rules.find((rule) => !rule.beside && holds(rule.when))
  const beside = rules.filter((rule) => rule.beside && rule.signal !== first?.signal && holds(rule.when))
  return [...(first ? [first] : []), ...beside]
}

// Two signals of one step have ids of their own.
function ofIts({ beside, signal }: Rule): string {
  return beside ? `-${signal}` : ''
}

function suffix(at: number | undefined): string {
  return at === undefined ? '' : `@${at}`
}

function namesOf({ property, rises, rules, date }: Group): string[] {
  const named = rules.flatMap(({ when, detail, at, notWithin }) => [
    ...Object.keys(notWithin ?? {}),
    ...(when ? attributesOf(when).map((name) => name.replace(/^hubspot\./, '')) : []),
    detail,
    at,
  ])
  return [rises ? (date ?? property) : property, ...named].filter((name) => name !== undefined)
}
