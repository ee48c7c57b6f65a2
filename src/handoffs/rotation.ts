import { z } from 'zod'
import type { Condition } from '../rules/condition.ts'

/**
 * Rotation: whose turn it is in a pool. The next lead goes to the available member with the least turns ÷ weight.
 *
 * The method is virtual time, as in fair queueing: the pool keeps a level that only rises, and whoever was not available is
 * lifted to it when they can be chosen again. So nobody is owed the leads that came in while they could not take them.
 * All arithmetic is on whole numbers, so that every worker and every run agrees.
 */

/** A member of a pool as the config has it; `weight` is a positive whole number. A rep stands in a pool once. `when`: which leads they get. */
export interface RotationMember {
  rep: string
  weight: number
  when?: Condition | undefined
}

/** What a pool remembers of a member. `turns` counts leads taken plus turns given up while unavailable. */
const MemberLedger = z.object({
  turns: z.number(),
  /** The weight that `turns` was counted with. */
  weight: z.number(),
  /** Epoch milliseconds of the last lead; null: never had one. */
  lastAssignedAt: z.number().nullable(),
  /** How many turns below the level they may stand, for that many came back to them. */
  owed: z.number().optional(),
})
export type MemberLedger = z.output<typeof MemberLedger>

/** What a pool remembers. Whoever left the pool stays in `members`, so that a return resets nobody. */
export const RotationLedger = z.object({
  /** Rises by one with every lead given. */
  version: z.number(),
  /** The share (turns ÷ weight) of the member last chosen, before its turn; never falls. */
  level: z.object({ turns: z.number(), weight: z.number() }),
  members: z.record(z.string(), MemberLedger),
})
export type RotationLedger = z.output<typeof RotationLedger>

/** Why a member could not be chosen; `unreachable`: Slack does not reach them; `closed`: another one is at work now, or will be sooner; `unfit`: the lead is not for them. */
const SKIP_REASONS = [
  'away',
  'inactive',
  'unreachable',
  'daily-cap',
  'open-cap',
  'had-it-before',
  'closed',
  'unfit',
] as const
export type SkipReason = (typeof SKIP_REASONS)[number]

/**
 * A member as the choice saw it, for the explanation. `turns` is the count before this lead, at the present weight;
 * for a skipped member it is not yet lifted to the level.
 */
export const Candidate = z.object({
  rep: z.string(),
  weight: z.number(),
  turns: z.number(),
  lastAssignedAt: z.number().nullable(),
  skipped: z.enum(SKIP_REASONS).nullable(),
  /** Why the lead is not for them, in words. */
  lacks: z.string().optional(),
})
export type Candidate = z.output<typeof Candidate>

/** The ledger of a pool that has given out nothing yet. */
export function emptyLedger(): RotationLedger {
  return { version: 0, level: { turns: 0, weight: 1 }, members: {} }
}

/**
 * Chooses who gets the next lead and returns the ledger to store; the input is not changed. `skip` names the members who
 * cannot take it, `at` is the time of the assignment (epoch milliseconds).
 * Least turns ÷ weight wins; ties go to the one whose last lead is longest ago (never comes first), then to config order.
 * Nobody left: `rep` is null and the ledger is the one passed in. `candidates` has every member once, in config order.
 * Throws RangeError on a weight that is not a positive whole number.
 */
export function chooseRep(input: {
  members: RotationMember[]
  ledger: RotationLedger
  skip: Record<string, SkipReason | undefined>
  at: number
}): { rep: string | null; ledger: RotationLedger; candidates: Candidate[] } {
  const { members, ledger, skip, at } = input
  const candidates: Candidate[] = []
  const entries = new Map(Object.entries(ledger.members))
  let chosen: (MemberLedger & { rep: string }) | null = null
  for (const { rep, weight } of members) {
    const skipped = ownValue(skip, rep) ?? null
    const known = atWeight(ownValue(ledger.members, rep), rep, weight)
    const entry = skipped ? known : { ...known, turns: liftedTurns(known, ledger.level) }
    candidates.push({ rep, weight, turns: entry.turns, lastAssignedAt: entry.lastAssignedAt, skipped })
    if (skipped) continue
    entries.set(rep, entry)
    if (!chosen || comesBefore(entry, chosen)) chosen = { rep, ...entry }
  }
  if (!chosen) return { rep: null, ledger, candidates }
  const { rep, turns, weight } = chosen
  // Only one who is owed turns is chosen below the level.
  const level = turns * ledger.level.weight < ledger.level.turns * weight ? ledger.level : { turns, weight }
  entries.set(rep, withOwed({ turns: turns + 1, weight, lastAssignedAt: at }, level))
  return {
    rep,
    ledger: { version: ledger.version + 1, level, members: Object.fromEntries(entries) },
    candidates,
  }
}

/**
 * The ledger after a lead that a member got by another rule than whose turn it is, which counts as a turn. `next` is the ledger
 * if the one whose turn it was had got it: its level is the least share of those who could, so it rises for those who could not.
 */
export function takeTurn(
  ledger: RotationLedger,
  { rep, weight }: RotationMember,
  next: Pick<RotationLedger, 'level'>,
  at: number,
): RotationLedger {
  const known = atWeight(ownValue(ledger.members, rep), rep, weight)
  const entry = { turns: liftedTurns(known, ledger.level) + 1, weight, lastAssignedAt: at }
  const entries = new Map(Object.entries(ledger.members)).set(rep, withOwed(entry, next.level))
  return { version: ledger.version + 1, level: next.level, members: Object.fromEntries(entries) }
}

/** When a member took a turn, and the member's last lead before it; null: it was the first. Epoch milliseconds. */
export const Turn = z.object({
  at: z.number(),
  before: z.number().nullable(),
  /** The segment in whose rotation it was; absent: that of the whole pool. */
  segment: z.string().optional(),
})
export type Turn = z.output<typeof Turn>

/**
 * The ledger after a turn that came to nothing: the member is as near to the next lead as before it. The last lead is the
 * one before, unless another came since.
 */
export function giveTurnBack(ledger: RotationLedger, rep: string, { at, before }: Turn): RotationLedger {
  const known = ownValue(ledger.members, rep)
  if (!known) return ledger
  const lastAssignedAt = known.lastAssignedAt === at ? before : known.lastAssignedAt
  const entry = { ...known, turns: Math.max(0, known.turns - 1), lastAssignedAt }
  return { ...ledger, version: ledger.version + 1, members: { ...ledger.members, [rep]: entry } }
}

/**
 * The ledger after a turn that counts for nothing in the end, however many came since: nobody loses it by the level that rose
 * meanwhile. `turn` is when it was taken, with the last lead before it; undefined when that is not known any more.
 */
export function creditTurn(ledger: RotationLedger, rep: string, turn: Turn | undefined): RotationLedger {
  const known = ownValue(ledger.members, rep)
  if (!known) return ledger
  const entry = {
    turns: Math.max(0, liftedTurns(known, ledger.level) - 1),
    weight: known.weight,
    lastAssignedAt: turn && known.lastAssignedAt === turn.at ? turn.before : known.lastAssignedAt,
  }
  const members = { ...ledger.members, [rep]: withOwed(entry, ledger.level) }
  return { ...ledger, version: ledger.version + 1, members }
}

/** The turns of a member who can be chosen: lifted to the level, less what they are owed. */
function liftedTurns({ turns, weight, owed = 0 }: MemberLedger, level: RotationLedger['level']): number {
  return Math.max(turns, scaledUp(level, weight) - owed)
}

function withOwed(entry: MemberLedger, level: RotationLedger['level']): MemberLedger {
  const owed = scaledUp(level, entry.weight) - entry.turns
  return owed > 0 ? { ...entry, owed } : entry
}

/** The member's entry counted with its present weight, at the same share as before, rounded up; a new member starts at 0. */
function atWeight(known: MemberLedger | undefined, rep: string, weight: number): MemberLedger {
  if (!Number.isSafeInteger(weight) || weight < 1) {
    throw new RangeError(`the weight of ${rep} must be a whole number, 1 or more`)
  }
  if (!known) return { turns: 0, weight, lastAssignedAt: null }
  const entry = { turns: scaledUp(known, weight), weight, lastAssignedAt: known.lastAssignedAt }
  const owed = known.owed === undefined ? 0 : scaledUp({ turns: known.owed, weight: known.weight }, weight)
  return owed > 0 ? { ...entry, owed } : entry
}

/** The least number of turns at `weight` whose share is not below the given one. */
function scaledUp(share: { turns: number; weight: number }, weight: number): number {
  const product = share.turns * weight
  const remainder = product % share.weight
  return (product - remainder) / share.weight + (remainder > 0 ? 1 : 0)
}

/** Strictly before: on a full tie the earlier one in the config keeps its place. */
function comesBefore(a: MemberLedger, b: MemberLedger): boolean {
  const difference = a.turns * b.weight - b.turns * a.weight
  if (difference !== 0) return difference < 0
  return (a.lastAssignedAt ?? Number.NEGATIVE_INFINITY) < (b.lastAssignedAt ?? Number.NEGATIVE_INFINITY)
}

/** A record's own value: a rep may be called `constructor`. */
function ownValue<T>(record: Record<string, T>, key: string): T | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined
}
