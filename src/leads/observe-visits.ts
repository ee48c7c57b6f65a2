import type { Signal } from '../rules/attributes.ts'
import { type HubSpotMapping, type Properties, readInstant } from './observe.ts'
import { type Look, ONE_STEP } from './observe-signals.ts'
import { numberOf } from './signal-rules.ts'

/*
 * What a lead did within one visit, as two counters of HubSpot show it: the views of pages, which rise with each, and the visits,
 * which rise with the first of them. Where views of several visits lie between two looks, the history tells them apart.
 */

const DAY = 24 * 60 * 60_000

/** A rule about a counter that rises by so much (`atLeast`) while another one (`during`) stays the same. */
type VisitRule = HubSpotMapping['signals'][number] & { rises: string; atLeast: number; during: string }

/** How many views there were by then, and in which visit the last of them was. */
interface Point {
  views: number
  visit: number
  at: number | undefined
}

/** The signals of visits with so many views since the last look, and what to compare with at the next one. */
export function observeVisits(
  mapping: Pick<HubSpotMapping, 'signals'>,
  contact: Properties,
  look: Look,
): { found: Signal[]; counters: Record<string, string | null> } {
  const seen = visitRules(mapping).map((rule) => {
    const { present, last, isBaseline } = standOf(rule, contact, look)
    const counters = (base: number) => ({
      [rule.rises]: String(Math.max(present.views, last.views)),
      [rule.during]: String(Math.max(present.visit, last.visit)),
      [baseName(rule)]: String(base),
    })
    if (isBaseline) return { found: [], counters: counters(present.views) }
    let [found, views, visit, base]: [Signal[], number, number, number] = [[], last.views, last.visit, last.base]
    for (const point of pointsOf(rule, contact, look, last)) {
      const visits = Math.max(0, point.visit - visit)
      const before = visits > 0 ? 0 : views - base
      // Of several visits that nothing tells apart, one has at least its share.
      const within = visits > 0 ? Math.ceil((point.views - views) / visits) : point.views - base
      if (within >= rule.atLeast && before < rule.atLeast) found = [...found, signalOf(rule, contact, point, look.now)]
      ;[views, visit, base] = [point.views, Math.max(visit, point.visit), point.views - within]
    }
    return { found, counters: counters(base) }
  })
  return {
    found: seen.flatMap(({ found }) => found),
    counters: Object.assign({}, ...seen.map(({ counters }) => counters)),
  }
}

/** The properties whose history tells to which visit the views belong. */
export function visitHistory(mapping: Pick<HubSpotMapping, 'signals'>, contact: Properties, look: Look): string[] {
  return visitRules(mapping).flatMap((rule) => {
    const { present, last, isBaseline } = standOf(rule, contact, look)
    if (isBaseline || present.views - last.views < rule.atLeast) return []
    const isOne = present.visit === last.visit || (present.visit === 1 && last.views === 0)
    return isOne ? [] : [rule.rises, rule.during]
  })
}

function visitRules({ signals }: Pick<HubSpotMapping, 'signals'>): VisitRule[] {
  return signals.filter((rule): rule is VisitRule => rule.during !== undefined)
}

/** The counters as they stand, and as they stood at the last look, with how many views there were before the visit of then. */
function standOf(rule: VisitRule, contact: Properties, { before, createdAt, now, merged }: Look) {
  const numbers = (values: Properties | null) => ({
    views: numberOf(values?.[rule.rises]),
    visit: numberOf(values?.[rule.during]),
  })
  const isOld = now - createdAt > DAY
  const isBaseline = merged !== undefined || (isOld && !(before && Object.hasOwn(before, baseName(rule))))
  const last = { ...numbers(before), base: numberOf(before?.[baseName(rule)]) }
  return { present: numbers(contact), last, isBaseline }
}

/** How the views rose since the last look, oldest first; without a history there is what stands there now. */
function pointsOf(rule: VisitRule, contact: Properties, { history = {} }: Look, last: { views: number }): Point[] {
  const present = { views: numberOf(contact[rule.rises]), visit: numberOf(contact[rule.during]) }
  if (!(present.visit > 0) || !(present.views > last.views)) return []
  const dated = { ...present, at: rule.at === undefined ? undefined : readInstant(contact[rule.at]) }
  const versions = history[rule.rises] ?? []
  const visits = history[rule.during] ?? []
  // What has come about since the contact was read is for the next look.
  const first = versions.findIndex(({ value }) => value === contact[rule.rises])
  const older = first < 0 ? [] : versions.slice(first + 1).filter(({ value }) => numberOf(value) > last.views)
  const points = older.flatMap(({ value, at }) => {
    const visit = visits.find((version) => version.at <= at + ONE_STEP)
    return visit ? [{ views: numberOf(value), visit: Math.min(numberOf(visit.value), present.visit), at }] : []
  })
  return [...points.reverse(), dated]
}

function signalOf(rule: VisitRule, contact: Properties, { visit, at }: Point, now: number): Signal {
  const detail = rule.detail ? contact[rule.detail] : undefined
  return {
    id: `${rule.rises}-${rule.during}-${visit}`,
    type: rule.signal,
    at: Math.min(at ?? now, now),
    ...(detail ? { detail: detail.slice(0, 200) } : {}),
  }
}

// Beside the counters themselves: how many views there were before the visit of the last look.
function baseName({ rises, during }: VisitRule): string {
  return `${rises}/${during}`
}
