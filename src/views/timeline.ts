import { z } from 'zod'
import type { Config } from '../config/config.ts'
import { actorName } from '../handoffs/actor.ts'
import type { Handoff, HandoffEvent } from '../handoffs/handoff.ts'
import { memberOf } from '../handoffs/parties.ts'
import type { PostedMessage } from '../handoffs/posts.ts'
import type { Team } from '../handoffs/team.ts'
import { type DecisionEntry, type HistoryEntry, isDecision } from '../leads/history.ts'
import type { LeadRecord } from '../leads/lead.ts'
import { MESSAGE_WORDS } from '../messages/words.ts'
import { iso, plain } from '../rules/words.ts'
import type { Leads } from '../store/leads.ts'
import { historyLine } from './lead.ts'

/*
 * Everything that happened to one lead, in order: what it did, what was decided, who was told, who did what.
 */

const Instant = z.iso.datetime()

/** Something that happened. */
export const TimelineEntry = z.object({
  at: Instant,
  kind: z
    .enum(['signal', 'decision', 'handoff', 'message', 'note'])
    .describe('what the lead did, what was decided, what became of a handoff, who was told in Slack, and the rest'),
  what: z.string().describe('one word for it'),
  text: z.string().describe('in words'),
  by: z.string().optional().describe('who did it: a name of the team, a Slack user id, or a word such as `cli`'),
  rep: z.string().optional().describe('the rep whom it is about'),
  handoff: z.string().optional(),
  decision: z.int().optional().describe('its number, by which the API explains it'),
  score: z.number().optional(),
  scoreBefore: z.number().optional().describe('of a decision after which the score is another'),
})
export type TimelineEntry = z.output<typeof TimelineEntry>

/** One lead's timeline. */
export const Timeline = z
  .object({ id: z.string(), timeline: z.array(TimelineEntry).describe('the oldest first') })
  .meta({
    id: 'Timeline',
    examples: [
      {
        id: '401000000001',
        timeline: [
          { at: '2026-11-18T14:59:58.000Z', kind: 'signal', what: 'demo_requested', text: 'asked for a demo' },
          {
            at: '2026-11-18T15:00:00.000Z',
            kind: 'decision',
            what: 'decided',
            text: 'score 80 (fit 50, engagement 30, hot); route tier-1-mql; assign → ae-1',
            decision: 1,
            score: 80,
          },
          {
            at: '2026-11-18T15:00:01.000Z',
            kind: 'message',
            what: 'rep-alert',
            text: 'alert: told Alex Avery',
            rep: 'ae-1',
            handoff: '401000000001-1',
          },
          {
            at: '2026-11-18T15:03:00.000Z',
            kind: 'handoff',
            what: 'contacted',
            text: 'contacted',
            by: 'Alex Avery',
            handoff: '401000000001-1',
          },
        ],
      },
    ],
  })
export type Timeline = z.output<typeof Timeline>

const MOST = 300

/** What a timeline is made from. */
export interface TimelineInput {
  record: LeadRecord
  handoffs: readonly Handoff[]
  history: readonly HistoryEntry[]
  messages: readonly PostedMessage[]
  config: Pick<Config, 'team' | 'signals'>
}

/** Reads a lead's timeline. */
export type TimelineReader = ReturnType<typeof createTimelines>

/** Makes what reads one; null when there is no such lead. */
export function createTimelines(parts: { leads: Leads; config: () => Config }) {
  return async function timeline(leadId: string): Promise<Timeline | null> {
    const [state, history, erasing] = await Promise.all([
      parts.leads.get(leadId),
      parts.leads.readHistory(leadId),
      parts.leads.isToBeErased(leadId),
    ])
    if (!state.lead || erasing) return null
    const input = {
      record: state.lead,
      handoffs: Object.values(state.handoffs),
      history,
      messages: Object.values(state.messages),
      config: parts.config(),
    }
    return { id: leadId, timeline: timelineOf(input) }
  }
}

/** The newest of all that happened to a lead, the oldest of it first. */
export function timelineOf(input: TimelineInput): TimelineEntry[] {
  const { handoffs, history } = input
  const events = handoffs.flatMap(({ id, events: own }) => own.map((event) => ({ id, event })))
  const told = new Set(events.map(({ event }) => sameAs(event)))
  // What a handoff tells of itself is not told twice.
  const notes = history.filter((entry) => !isDecision(entry) && !isToldBy(told, entry))
  return [
    ...input.record.signals.map((signal) => ofSignal(input.config, signal)),
    ...decisions(history.filter(isDecision)),
    ...notes.map((entry) => ofNote(input.config.team, entry)),
    ...events.map(({ id, event }) => ofEvent(input.config.team, id, event)),
    ...input.messages.map((message) => ofMessage(input.config.team, message)),
  ]
    .sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0))
    .slice(-MOST)
}

function sameAs({ at, what }: { at: number; what: string }): string {
  return `${at} ${WORDS_OF_HISTORY[what] ?? what}`
}

// The history has other words for some of what handoffs note.
const WORDS_OF_HISTORY: Record<string, string> = { 'pass-on': 'passed-on' }

function isToldBy(told: ReadonlySet<string>, entry: HistoryEntry): boolean {
  if (isDecision(entry)) return false
  const { steps = [] } = entry
  return steps.length > 0 ? steps.every((step) => told.has(sameAs(step))) : told.has(sameAs(entry))
}

function ofSignal(
  { signals }: TimelineInput['config'],
  { type, at, detail }: LeadRecord['signals'][number],
): TimelineEntry {
  const words = Object.hasOwn(signals, type) ? (signals[type]?.words ?? plain(type)) : plain(type)
  return { at: iso(at), kind: 'signal', what: type, text: detail === undefined ? words : `${words}: ${detail}` }
}

function decisions(entries: readonly DecisionEntry[]): TimelineEntry[] {
  return entries.map((entry, index) => {
    const before = entries[index - 1]?.score
    const changed = before !== undefined && before !== entry.score
    const { at, what, text } = historyLine(entry)
    return {
      ...{ at, kind: 'decision', what, text, decision: entry.number, score: entry.score },
      ...(changed ? { scoreBefore: before } : {}),
    }
  })
}

function ofNote(team: Team, entry: HistoryEntry): TimelineEntry {
  const { at, what, text } = historyLine(entry)
  const by = 'by' in entry ? entry.by : undefined
  const said = [plain(what), text].filter(Boolean).join(': ')
  return { at, kind: 'note', what, text: said, ...(by === undefined ? {} : { by: actorName(team, by) }) }
}

function ofEvent(team: Team, handoff: string, { at, what, by, rep, detail }: HandoffEvent): TimelineEntry {
  const to = rep === undefined ? '' : `: ${memberOf(team, rep)?.name ?? rep}`
  return {
    at: iso(at),
    kind: 'handoff',
    what,
    text: `${plain(what)}${to}${detail ? `, ${plain(detail)}` : ''}`,
    ...(by === undefined ? {} : { by: actorName(team, by) }),
    ...(rep === undefined ? {} : { rep }),
    handoff,
  }
}

// Slack's own id of a message is the instant at which it took it.
function ofMessage(team: Team, { ts, kind, rep, to, handoffId }: PostedMessage): TimelineEntry {
  const reader = rep ?? to
  const words = MESSAGE_WORDS[kind].opening.toLowerCase() || 'alert'
  const whom = reader === undefined ? WHOM[kind] : (memberOf(team, reader)?.name ?? reader)
  return {
    at: iso(Math.round(Number(ts) * 1_000)),
    kind: 'message',
    what: kind,
    text: `${words}: told ${whom ?? 'in Slack'}`,
    ...(reader === undefined ? {} : { rep: reader }),
    handoff: handoffId,
  }
}

const WHOM: Partial<Record<PostedMessage['kind'], string>> = {
  'pool-alert': 'the pool',
  'manager-alert': 'the manager',
  'hot-alert': 'the manager',
  'nobody-available': 'the manager',
  'owner-refused': 'the manager',
}
