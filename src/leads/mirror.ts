import { z } from 'zod'
import { ENDINGS } from '../handoffs/endings.ts'
import { Handoff, holderOf } from '../handoffs/handoff.ts'
import { nextDue } from '../handoffs/ladder.ts'
import { TO_BE_TOLD } from '../handoffs/rungs.ts'
import type { Signal } from '../rules/attributes.ts'
import { iso } from '../rules/words.ts'
import type { LeadRecord } from './lead.ts'
import { type FiredMark, Tracks } from './marks.ts'

/*
 * What HubSpot does not know by itself and Baton needs to go on when its own memory is lost: signals as dates by type, and
 * handoffs with their clocks. It stands in two properties of the contact. No page, name, address or reason is among it.
 */

// HubSpot takes 65,536 characters. With the most signals that a lead keeps this is about 8,000.
const MOST_SIGNALS = 500
const MOST_EVENTS = 30

/** A signal's id as the mirror gives it back: what it came from, and a digest. One that came from there stays the same. */
export function mirroredId(id: string): string {
  if (/^\w*~[0-9a-z]*$/.test(id)) return id
  return `${/^(\w+)-/.exec(id)?.[1] ?? ''}~${digest(id)}`
}

/**
 * What `baton_signals` says of a lead: of whom it is and since when it is known, the dates of its signals by type and source
 * with the numbers that came with them, when triggers fired, and which track took over from the route's. Empty without any of these.
 */
export function mirrorSignals({
  id,
  signals,
  fired = {},
  tracks,
  knownSince,
}: Pick<LeadRecord, 'id' | 'signals' | 'fired' | 'tracks' | 'knownSince'>): string {
  const hasTracks = tracks !== undefined && Object.keys(tracks).length > 0
  if (signals.length === 0 && Object.keys(fired).length === 0 && !hasTracks) return ''
  const told = signals.slice(-MOST_SIGNALS).map((signal) => {
    const [source = '', mark = ''] = mirroredId(signal.id).split('~')
    const said = [short(signal.at), mark, ...(signal.by ? ['s'] : []), ...numberIn(signal)]
    return { name: `${signal.type}@${source}`, date: said.join('.') }
  })
  // Always in the same order, so that the same signals read the same.
  const dates = [...Map.groupBy(told, ({ name }) => name)]
    .map(([name, some]) => [name, some.map(({ date }) => date).sort()] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1))
  const marks = Object.entries(fired)
    .map(([name, mark]) => [name, mirrorFired(mark)] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1))
  return JSON.stringify({
    v: 1,
    of: id,
    ...(knownSince === undefined ? {} : { since: short(knownSince) }),
    signals: Object.fromEntries(dates),
    fired: Object.fromEntries(marks),
    // Always in the same order, so that the same marks read the same.
    ...(hasTracks ? { tracks: Tracks.parse(tracks) } : {}),
  })
}

const short = (at: number) => at.toString(36)
const long = (text: string | undefined) => Number.parseInt(text ?? '', 36)

// A full stop separates, so a number has a comma.
function numberIn({ value }: Signal): string[] {
  return value !== undefined && /^-?\d{1,15}(\.\d{1,6})?$/.test(value) ? [`=${value.replace('.', ',')}`] : []
}

/** When a trigger fired, `h` while it holds, and its follow-ups with when it had fired. */
function mirrorFired({ at, holds, followUps = [] }: FiredMark): string {
  const later = followUps.map((one) => `${short(one.at)}-${short(one.since)}`)
  return [at === undefined ? '' : short(at), holds ? 'h' : '', ...later].join('.')
}

function readFired(text: string): FiredMark {
  const [at = '', holds, ...later] = text.split('.')
  const followUps = later.map((one) => {
    const [due, since] = one.split('-')
    return { at: long(due), since: long(since) }
  })
  return {
    ...(Number.isFinite(long(at)) ? { at: long(at) } : {}),
    ...(holds === 'h' ? { holds: true } : {}),
    ...(followUps.length > 0 && followUps.every((one) => Number.isFinite(one.at + one.since)) ? { followUps } : {}),
  }
}

const MirroredSignals = z.object({
  v: z.literal(1),
  of: z.string(),
  since: z.string().optional(),
  signals: z.record(z.string(), z.array(z.string())),
  /** Absent where an older version wrote it. */
  fired: z.record(z.string(), z.string()).optional(),
  tracks: Tracks.optional(),
})

/** What `baton_signals` gives back. */
export type KnownSignals = { of: string; signals: Signal[] } & Pick<LeadRecord, 'fired' | 'tracks' | 'knownSince'>

/** Reads `baton_signals`; null when there is nothing that can be read. */
export function readSignals(text: string | null | undefined): KnownSignals | null {
  const read = MirroredSignals.safeParse(parsed(text))
  if (!read.success) return null
  const signals = Object.entries(read.data.signals).flatMap(([name, dates]) => {
    // A type may hold any character, what a signal came from may not.
    const end = name.lastIndexOf('@')
    const [type, source] = [name.slice(0, end), name.slice(end + 1)]
    return dates.flatMap((date): Signal[] => {
      const [at, mark = '', ...more] = date.split('.')
      const instant = long(at)
      const value = more.find((one) => one.startsWith('='))?.slice(1)
      if (!Number.isFinite(instant)) return []
      // It was known before: nothing begins because of it.
      const signal: Signal = { id: `${source}~${mark}`, type, at: instant, decision: 0 }
      if (value !== undefined) signal.value = value.replace(',', '.')
      return [more.includes('s') ? { ...signal, by: 'sales' } : signal]
    })
  })
  const { of, since, fired, tracks } = read.data
  const marks = fired && Object.fromEntries(Object.entries(fired).map(([name, mark]) => [name, readFired(mark)]))
  return {
    of,
    signals: signals.sort((a, b) => a.at - b.at),
    ...(since !== undefined && Number.isFinite(long(since)) ? { knownSince: long(since) } : {}),
    ...(marks ? { fired: marks } : {}),
    ...(tracks ? { tracks } : {}),
  }
}

const Kept = Handoff.omit({ v: true, id: true, leadId: true, kind: true, state: true, startedAt: true, dueAt: true })
const Stands = z.object({ how: z.enum(ENDINGS), at: z.number(), cooled: z.literal(true).optional() })

const MirroredHandoff = z.object({
  kind: z.string(),
  id: z.string().regex(/^[^-]+-\d+$/),
  /** The rep who has it, or had it last. */
  holder: z.string().nullable(),
  state: Handoff.shape.state,
  startedAt: z.iso.datetime(),
  dueAt: z.iso.datetime().nullable(),
  nextRung: z.object({ do: z.string(), at: z.iso.datetime() }).nullable(),
  /** How the last handoff with sales ended, while that stands for the lead. */
  stands: Stands.optional(),
  /** The rest of it; absent when only its number and its end are known. */
  rest: Kept.optional(),
})
type MirroredHandoff = z.output<typeof MirroredHandoff>

/**
 * What `baton_handoffs` says of a lead: its handoffs that are not over, the newest with sales, the newest of each kind, for rules
 * ask who had it, and the newest of all, by which the next is numbered. Empty when there was none.
 */
export function mirrorHandoffs(
  lead: Pick<LeadRecord, 'id' | 'ended' | 'handoffCount'>,
  handoffs: readonly Handoff[],
): string {
  const inOrder = handoffs.toSorted((a, b) => numberOf(a.id) - numberOf(b.id))
  const sales = inOrder.findLast(({ byRoute }) => byRoute)
  const newest = new Map(inOrder.map((one) => [one.kind, one]))
  const told = inOrder.filter((one) => one.state !== 'ended' || one === sales || newest.get(one.kind) === one)
  const entries = told.map((handoff) => entryOf(handoff, handoff === sales ? lead.ended : undefined))
  const isLast = lead.handoffCount <= numberOf(inOrder.at(-1)?.id ?? '-0')
  if (isLast && (sales || !lead.ended)) return entries.length === 0 ? '' : JSON.stringify(entries)
  return JSON.stringify([...entries, forgotten(lead, sales === undefined)])
}

// When each of them was told is not worth a write; who is restored counts as told.
function withoutTold(handoff: Handoff): Handoff {
  return { ...handoff, holders: handoff.holders.map(({ toldAt: _, ...holder }) => holder) }
}

function entryOf(known: Handoff, stands: LeadRecord['ended']): MirroredHandoff {
  const handoff = withoutTold(known)
  const { kind, id, state, startedAt, dueAt, events, ended } = handoff
  const due = state === 'open' ? nextDue(handoff) : null
  const rung = handoff.ladder.find((one) => one.doneAt === undefined && one.dueAt === due)
  const withoutWords = events
    .slice(-MOST_EVENTS)
    .map(({ detail, ...event }) => (detail === TO_BE_TOLD ? { ...event, detail } : event))
  return {
    kind,
    id,
    holder: holderOf(handoff)?.rep ?? null,
    state,
    startedAt: iso(startedAt),
    dueAt: dueAt === null ? null : iso(dueAt),
    nextRung: due === null ? null : { do: rung?.do ?? 'breach', at: iso(due) },
    // Always in the same order, so that the same handoff reads the same.
    ...(stands ? { stands: Stands.parse(stands) } : {}),
    rest: Kept.parse({
      ...handoff,
      deal: undefined,
      undo: undefined,
      holders: handoff.holders.map(({ note: _, ...holder }) => holder),
      passOn: handoff.passOn && { ...handoff.passOn, note: undefined },
      events: withoutWords,
      ended: ended && { ...ended, reason: undefined },
    }),
  }
}

// Its record is forgotten, but not its number, and how it ended.
function forgotten(
  { id, ended, handoffCount }: Parameters<typeof mirrorHandoffs>[0],
  stands: boolean,
): MirroredHandoff {
  return {
    kind: '',
    id: `${id}-${handoffCount}`,
    holder: null,
    state: 'ended',
    startedAt: iso(ended?.at ?? 0),
    dueAt: null,
    nextRung: null,
    ...(ended && stands ? { stands: Stands.parse(ended) } : {}),
  }
}

/** What `baton_handoffs` gives back: the handoffs, how many there were, and the end that stands. */
export interface KnownHandoffs {
  handoffs: Handoff[]
  count: number
  ended: LeadRecord['ended']
}

/** Reads `baton_handoffs` for a contact; null when there is nothing that can be read. What bears another one's id gets its own. */
export function readHandoffs(text: string | null | undefined, leadId: string): KnownHandoffs | null {
  const read = z.array(MirroredHandoff).safeParse(parsed(text))
  if (!read.success) return null
  const handoffs = read.data.flatMap(({ id: was, kind, state, startedAt, dueAt, rest }): Handoff[] => {
    if (!rest) return []
    const id = `${leadId}-${numberOf(was)}`
    const formerly = id === was ? {} : { formerly: [...(rest.formerly ?? []), was] }
    const times = { startedAt: Date.parse(startedAt), dueAt: dueAt === null ? null : Date.parse(dueAt) }
    return [{ v: 2, id, leadId, kind, state, ...times, ...rest, ...formerly }]
  })
  return {
    handoffs,
    count: Math.max(0, ...read.data.map(({ id }) => numberOf(id))),
    ended: read.data.find(({ stands }) => stands)?.stands,
  }
}

/** The contacts of which the two mirrors speak: another one than theirs was merged into it, or copied. */
export function mirroredContacts(signals: string | null | undefined, handoffs: string | null | undefined): string[] {
  const entries = z.array(z.object({ id: z.string() })).safeParse(parsed(handoffs)).data ?? []
  const ids = [readSignals(signals)?.of, ...entries.map(({ id }) => id.split('-')[0])]
  return [...new Set(ids.filter((id) => id !== undefined))]
}

function numberOf(id: string): number {
  return Number(id.slice(id.lastIndexOf('-') + 1)) || 0
}

function parsed(text: string | null | undefined): unknown {
  try {
    return text ? JSON.parse(text) : null
  } catch {
    return null
  }
}

// FNV-1a: enough to tell the signals of one lead apart.
function digest(text: string): string {
  let hash = 0x811c9dc5
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193)
  return (hash >>> 0).toString(36)
}
