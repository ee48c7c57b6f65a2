import type { OpenButton, Outcome, Party } from '../rules/outcomes.ts'
import { STAGES, type Stage } from '../rules/stages.ts'
import type { Because, LeadMarks } from './marks.ts'
import { furthest } from './stages.ts'

/** Somebody is to hear of it: a name of team.yaml, or who they are to the lead (`RECIPIENTS`). */
export interface Telling {
  who: string
  by: Because
  buttons: OpenButton[]
  /** It says that a handoff has begun, to who hears of it besides its holder. */
  starts?: true
}

/** A handoff that is to begin, and why. */
export interface Opening {
  kind: string
  by: Because
  to?: Party | undefined
  /** What was said when a handoff ended and had it opened. */
  said?: { by?: string | undefined; reason?: string | undefined } | undefined
  /** Whom a person gave it to, on purpose: whoever owns the contact. */
  assigned?: { rep: string; by: string } | undefined
}

/** What outcomes come to: the marks that they leave, and what they ask for besides. */
export interface CarriedOut {
  marks: LeadMarks
  tells: Telling[]
  opens: Opening[]
  /** Texts of notes for the contact in HubSpot, with attributes in braces. */
  notes: string[]
}

/** Carries out outcomes, in order, on the marks of a lead. Pure; `now` is epoch milliseconds. */
export function carryOut(outcomes: readonly Outcome[], by: Because, marks: LeadMarks, now: number): CarriedOut {
  const result: CarriedOut = { marks, tells: [], opens: [], notes: [] }
  for (const outcome of outcomes) carryOutOne(outcome, by, result, now)
  return result
}

/** Nothing was to be done. */
export function nothingDone(marks: LeadMarks): CarriedOut {
  return { marks, tells: [], opens: [], notes: [] }
}

/** Joins what several rules come to; the marks of the last one hold, which began with those of the others. */
export function joined(parts: readonly CarriedOut[], marks: LeadMarks): CarriedOut {
  return {
    marks: parts.at(-1)?.marks ?? marks,
    tells: parts.flatMap(({ tells }) => tells),
    opens: parts.flatMap(({ opens }) => opens),
    notes: parts.flatMap(({ notes }) => notes),
  }
}

function carryOutOne(outcome: Outcome, by: Because, result: CarriedOut, now: number): void {
  const { marks } = result
  switch (outcome.do) {
    case 'tell':
      return void result.tells.push({ who: outcome.who, by, buttons: outcome.buttons })
    case 'open':
      return void result.opens.push({ kind: outcome.kind, by, ...(outcome.to ? { to: outcome.to } : {}) })
    case 'note':
      return void result.notes.push(outcome.text)
    case 'set':
      result.marks = { ...marks, toSet: { ...marks.toSet, ...outcome.properties } }
      return
    case 'stage':
      if (!isFurtherAlready(marks, outcome.stage, now))
        result.marks = { ...marks, stageGiven: { name: outcome.stage, by, at: now } }
      return
    case 'archive': {
      const { tracks: _, ...rest } = marks
      result.marks = { ...rest, archived: { by, at: now } }
      return
    }
    case 'pause':
      result.marks = { ...marks, tracks: { ...marks.tracks, paused: { by, at: now } } }
      return
    case 'resume': {
      const { paused: _, ...tracks } = marks.tracks ?? {}
      result.marks = { ...marks, tracks }
      return
    }
    case 'enrol': {
      const until = outcome.for === undefined ? {} : { until: now + outcome.for }
      const signal = outcome.until === undefined ? {} : { signal: outcome.until }
      result.marks = {
        ...marks,
        tracks: { ...marks.tracks, enrolled: { track: outcome.track, by, at: now, ...until, ...signal } },
      }
    }
  }
}

// Two rules at the same instant: the one that takes the lead further on holds, as when a deal is won that ends the handoff before.
function isFurtherAlready({ stageGiven }: LeadMarks, stage: Stage, now: number): boolean {
  const isOnTheWay = STAGES[stage] !== null
  return isOnTheWay && stageGiven?.at === now && furthest(stage, stageGiven.name) !== stage
}
