import type { Duration, HandoffKind, LadderRung } from '../../handoffs/kinds.ts'
import type { Outcome } from '../../rules/outcomes.ts'
import { duration } from '../../rules/words.ts'
import type { Path } from '../problems.ts'
import { READY_BUTTONS } from '../schemas/handoffs.ts'
import { at } from './located.ts'
import { nearWordOf } from './misfits.ts'
import { type Inspected, kindsFile, type Report } from './report.ts'

/** Ladders out of order, steps out of order, and kinds that open themselves. */
export function checkLadders(inspected: Inspected, report: Report): void {
  const { config, sources } = inspected
  const source = kindsFile(sources)
  for (const [name, kind] of Object.entries(config.handoffs.kinds)) {
    const path: Path = ['handoffs', name]
    const say = (level: 'error' | 'warning', more: Path, message: string) =>
      report(level, source, [...path, ...more], message)
    checkOrder(kind, say)
    checkSteps(kind, say)
    checkEndings(kind, say)
    checkButtons(kind, say)
    for (const [when, outcomes] of Object.entries(kind.on)) {
      const opened = openedBy(outcomes).find(({ kind: other }) => other === name)
      if (!opened) continue
      const byItself = when === 'started' || when === 'expired'
      const loop = byItself ? ', for ever, and no person has a word in it' : ': is that meant?'
      say(byItself ? 'error' : 'warning', ['on', when], `opens itself when it is ${when}${loop}`)
    }
  }
  checkCircles(inspected, report)
  checkReminders(inspected, report)
}

/** Attempts of which the reminder comes before they begin. */
function checkReminders({ config, sources }: Inspected, report: Report): void {
  const source = kindsFile(sources)
  for (const [name, { attempts }] of Object.entries(config.handoffs.kinds)) {
    if (!attempts?.remind || (later(attempts.remind, attempts.within) ?? -1) < 0) continue
    const own = typeof at(source, ['handoffs', name, 'attempts']) === 'object'
    const path = [...(own ? ['handoffs', name] : []), 'attempts', 'within']
    const message = `the reminder comes ${inWords(attempts.remind)} before the end, so at once; set remind to less, or to false`
    report('warning', source, path, message)
  }
}

type Say = (level: 'error' | 'warning', more: Path, message: string) => void

/** Which of two times is later: undefined where business days stand beside hours. */
function later(a: Duration, b: Duration): number | undefined {
  if ('ms' in a) return 'ms' in b ? a.ms - b.ms : undefined
  return 'ms' in b ? undefined : a.businessDays - b.businessDays
}

const inWords = (time: Duration) => ('ms' in time ? duration(time.ms) : `${time.businessDays} business days`)
const ACTS: Record<LadderRung['do'], string> = {
  remind: 'reminds the rep',
  reassign: 'passes the lead on',
  'alert-manager': 'alerts the manager',
  tell: 'tells somebody',
  end: 'ends the handoff',
}

function checkOrder({ ladder, respondWithin }: HandoffKind, say: Say): void {
  for (const [index, rung] of ladder.entries()) {
    const path = ['ladder', index]
    const before = ladder.slice(0, index)
    const end = ladder.find((other) => other.do === 'end' && (later(rung.at, other.at) ?? 0) > 0)
    if (end) {
      say('error', path, `is never taken: the handoff has ended after ${inWords(end.at)}`)
      continue
    }
    const same = (other: LadderRung) => other.do === rung.do && other.tell === rung.tell
    if (before.some((other) => same(other) && later(rung.at, other.at) === 0))
      say('warning', path, 'is there twice; keep one')
    else if (before.some((other) => (later(rung.at, other.at) ?? 0) < 0))
      say('warning', path, `is out of order: it comes after ${inWords(rung.at)}, and stands behind a later one`)
    const early = (later(rung.at, respondWithin) ?? 0) < 0
    if (early && (rung.do === 'reassign' || rung.do === 'alert-manager' || rung.do === 'end'))
      say(
        'warning',
        path,
        `${ACTS[rung.do]} after ${inWords(rung.at)}, before its deadline: the rep has ${inWords(respondWithin)} (respondWithin)`,
      )
  }
}

function checkSteps({ steps }: HandoffKind, say: Say): void {
  const times = (steps?.list ?? []).map(({ at }) => at)
  for (const index of misplaced(times)) {
    const message = `is out of order: ${inWords(times[index] ?? { ms: 0 })} does not fit between the steps beside it; is the unit right?`
    say('warning', ['steps', 'list', index, 'at'], message)
  }
}

/** Which times of a list are out of order: the one without which the others are in order, else whichever comes too early. */
function misplaced(times: readonly Duration[]): number[] {
  const falls = (list: readonly Duration[]) =>
    list.flatMap((time, index) => {
      const before = list[index - 1]
      return before && (later(time, before) ?? 0) < 0 ? [index] : []
    })
  const found = falls(times)
  if (found.length !== 1 || found[0] === undefined) return found
  const [index] = found
  // The one before may be the one that is wrong.
  const withoutThis = falls(times.toSpliced(index, 1)).length === 0
  return withoutThis && index < times.length - 1
    ? [index]
    : falls(times.toSpliced(index - 1, 1)).length === 0
      ? [index - 1]
      : [index]
}

// By these no rule ends a handoff.
const BY_BUTTONS = ['accepted', 'rejected'] as const

function checkEndings({ on, buttons }: HandoffKind, say: Say): void {
  for (const ending of BY_BUTTONS) {
    if (on[ending] && !buttons.some((button) => button.ending === ending))
      say(
        'warning',
        ['on', ending],
        `never happens: no button of this kind ends it so; add one, such as ${ending === 'accepted' ? 'accept' : 'reject'}`,
      )
  }
}

// One of its own of which nothing is said but a name that is nearly a ready one's.
function checkButtons({ buttons }: HandoffKind, say: Say): void {
  for (const [index, { name, act, label }] of buttons.entries()) {
    const isBare = act === 'answer' && label.toLowerCase() === name.replaceAll('-', ' ')
    const near = isBare ? nearWordOf(name, READY_BUTTONS) : undefined
    if (near !== undefined)
      say(
        'warning',
        ['buttons', index],
        `"${name}" is a button of your own, which counts as an answer; did you mean "${near}"?`,
      )
  }
}

function openedBy(outcomes: readonly Outcome[] | undefined): { kind: string }[] {
  return (outcomes ?? []).flatMap((outcome) => (outcome.do === 'open' ? [{ kind: outcome.kind }] : []))
}

/** Kinds that open each other as soon as they start. */
function checkCircles({ config, sources }: Inspected, report: Report): void {
  const { kinds } = config.handoffs
  const next = (name: string) => openedBy(kinds[name]?.on.started).map(({ kind }) => kind)
  for (const name of Object.keys(kinds)) {
    const seen = new Set<string>()
    const todo = next(name).filter((kind) => kind !== name)
    for (let kind = todo.pop(); kind !== undefined; kind = todo.pop()) {
      if (seen.has(kind)) continue
      seen.add(kind)
      if (next(kind).includes(name))
        report(
          'error',
          kindsFile(sources),
          ['handoffs', name, 'on', 'started'],
          `opens ${kind}, which opens ${name} again, for ever`,
        )
      todo.push(...next(kind).filter((other) => other !== kind))
    }
  }
}
