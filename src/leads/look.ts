import { endHandoff, type Handoff } from '../handoffs/handoff.ts'
import { nextDue } from '../handoffs/ladder.ts'
import type { Signal } from '../rules/attributes.ts'
import type { Stage } from '../rules/stages.ts'
import { adoptionOf, newsSince } from './adoption.ts'
import { isBroughtBack, unarchived } from './archive.ts'
import { isOwnedOutside, type Reserved } from './assign.ts'
import { withFreshBaselines } from './baseline.ts'
import type { ContactInput } from './begin.ts'
import type { Gathered, LeadState, NextConfig } from './change.ts'
import { draftOf } from './draft.ts'
import { byPeople, followDone, followMove, lastEnding } from './follow-people.ts'
import type { LeadRecord } from './lead.ts'
import { type LeadMarks, marksOf } from './marks.ts'
import { united, withoutHeard } from './merge.ts'
import { moveOf } from './moved-on.ts'
import type { PersonsWord } from './people.ts'
import { leadsWord, type ReadingWithWord, readingWithWord } from './persons-word.ts'
import { readingOf } from './reading.ts'
import { followDisqualified } from './recycled.ts'
import { restored } from './restore.ts'
import { stageBefore } from './stage-moves.ts'
import { raisedHandSince } from './standing.ts'
import { type News, statusSet } from './starts.ts'
import { endWaiting } from './waiting.ts'

/*
 * The beginning of a look at a contact: the lead as it stood, and what has come about since.
 */

/** A look at a contact: `state` is the lead as it stood, rebuilt where its record was lost, with what is merged into it. */
export interface Look extends ContactInput {
  gathered: Gathered
  /** The lead as the store has it. */
  given: LeadState
  /** The same, rebuilt where its record was lost, before anything is merged into it. */
  begunWith: LeadState
  isRebuilt: boolean
  isMerge: boolean
}

/** Begins the look, with the draft of what becomes of the lead by it. */
export function beginLook(
  config: NextConfig,
  given: LeadState,
  gathered: Gathered,
  reserved: Reserved,
  now: number,
): Look {
  const { contact, company, account, deals, merging } = gathered
  const begunWith = restored(config, given, contact, merging, gathered.history)
  const state = withFreshBaselines(config, united(config, begunWith, gathered, now), contact)
  const draft = draftOf(config, state, contact)
  for (const handoff of Object.values(state.handoffs)) {
    if (given.handoffs[handoff.id] !== handoff) draft.put(handoff)
  }
  const isRebuilt = begunWith !== given
  if (isRebuilt)
    draft.note({
      at: now,
      what: 'rebuilt',
      reason: given.before ? 'from what was observed before' : 'from what HubSpot shows: its record was lost',
    })
  const input = { config, state, contact, company, account, deals, reserved, draft, now }
  return { ...input, gathered, given, begunWith, isRebuilt, isMerge: merging !== undefined }
}

/** What has come about since the last look, before anything is decided. */
export interface Heard extends ReadingWithWord {
  /** By which the lead has just been taken out. */
  word: PersonsWord | undefined
  outcomes: LeadRecord['outcomes']
  /** Without that it is archived, where it is back. */
  marks: LeadMarks
  adopted: LeadRecord['adopted']
  /** How its last handoff with sales ended. */
  ended: LeadRecord['ended']
  /** The stage that it was in before. */
  cameFrom: Stage
  /** The signals of which no contact that was merged into it had been heard. */
  fresh: readonly Signal[]
  news: News
}

/** Hears what people and the lead did, and brings its handoffs up to that. */
export function hear(look: Look): Heard {
  const { config, state, gathered, draft, isMerge, now } = look
  const { contact, merging } = gathered
  const previous = state.lead
  const seen = readingOf(config, state, gathered, now)
  const { word, outcomes: byThem } = byPeople(look, gathered, leadsWord(config, previous, seen.signals))
  const read = readingWithWord(config, previous, seen)
  const { reading } = read
  const rejected = word
    ? read.rejected
    : followDisqualified(config, draft, previous, read.rejected, contact.properties, now)
  const { outcomes: done } = followDone(look, reading, byThem)
  expireUnheard(look, reading.signals)
  endWaiting(look)
  const isBack = isBroughtBack(config, state, gathered, reading, now)
  if (isBack) draft.note({ at: now, what: 'back-from-archive' })
  const adopted = isBack ? undefined : adoptionOf(config, state, contact, now)
  const fresh = withoutHeard(reading.signals, merging)
  const news = {
    signals: newsOf(fresh, adopted),
    status: isMerge ? undefined : statusSet(previous, reading.attributes),
    out: previous && word?.by === 'person' ? { unexplained: word.reason === undefined } : undefined,
  }
  const cameFrom = stageBefore(state, contact.properties.lifecyclestage ?? '').name
  const outcomes = followMove(look, reading, moveOf(config, cameFrom, news, now), done)
  return {
    ...read,
    ...{ word, rejected, outcomes, adopted, fresh },
    marks: isBack ? unarchived(marksOf(previous)) : marksOf(previous),
    ended: stillEnded(look, lastEnding(draft, state) ?? (isBack ? undefined : previous?.ended)),
    cameFrom,
    news,
  }
}

/** The signals by which something can begin: of a lead that was there before Baton came, those of the day before and since. */
function newsOf(signals: readonly Signal[], adopted: LeadRecord['adopted']): readonly Signal[] {
  return signals.filter(({ decision, at }) => decision === undefined && (!adopted || at > newsSince(adopted)))
}

/** Ends what nobody answered in all the time of its ladder, when the lead calls again: it is handed over anew. */
function expireUnheard({ config, draft, now }: ContactInput, signals: readonly Signal[]): void {
  for (const handoff of draft.handoffs()) {
    const isOver = handoff.state === 'open' && handoff.breachedAt !== undefined && nextDue(handoff) === null
    const since = Math.max(handoff.startedAt, ...handoff.events.map(({ at }) => at))
    if (isOver && callsAgain(config, handoff, signals, since))
      draft.put(endHandoff(handoff, { at: now, how: 'expired' }) ?? handoff)
  }
}

function callsAgain(config: NextConfig, { kind }: Handoff, signals: readonly Signal[], since: number): boolean {
  const starts = config.handoffs.kinds[kind]?.starts ?? []
  if (starts.length === 0) return raisedHandSince(config, signals, since)
  return signals.some(
    ({ type, at }) => at > since && starts.some((start) => 'signal' in start && start.signal === type),
  )
}

// Somebody outside the team, or a rep who has left, has the lead only as long as they are its owner.
function stillEnded({ config, contact }: ContactInput, ended: LeadRecord['ended']): LeadRecord['ended'] {
  return ended?.how === 'taken-over' && !isOwnedOutside(config, contact) ? undefined : ended
}
