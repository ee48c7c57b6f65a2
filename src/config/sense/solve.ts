import { type AttributeTest, type Condition, type Truth, testsOf } from '../../rules/condition.ts'
import { type Band, bandOf } from '../../rules/score.ts'
import type { Config } from '../config.ts'
import { type Candidate, candidatesOf, isOpen, truthOf } from './candidates.ts'
import { type Domain, domainsOf, OF_SIGNALS } from './domains.ts'
import { type Formula, formulaOf, type Literal, meets } from './formulas.ts'
import { followsOf } from './implied.ts'
import type { Range, Reach } from './score-range.ts'

/*
 * Whether there can be a lead of which conditions are true, or are not. Each attribute is taken for itself but for the few
 * that hang together; where more hangs together in truth, a contradiction goes unseen, and none is seen that is not there.
 */

// A config of which more would have to be tried is taken as possible.
const MOST_STEPS = 30_000

/** Says whether there may be a lead of which all of this is so. */
export interface Solver {
  possible(formulas: readonly Formula[]): boolean
  /** Whether a condition may be true, and whether it may be anything else. */
  mayHold(condition: Condition): boolean
  mayFail(condition: Condition): boolean
  domain(attribute: string): Domain
}

/** What is known of one attribute of the lead: what its tests have to come to. */
interface Known {
  literals: Literal[]
  /** What it still may be; undefined where texts cannot be listed. */
  left: Candidate[] | undefined
}
type State = ReadonlyMap<string, Known>

/** Makes a solver for a config; `conditions` are all that it will be asked about. */
export function createSolver(config: Config, reach: Reach, conditions: readonly Condition[]): Solver {
  const domain = domainsOf(config, reach)
  const { follows, conditions: implied } = followsOf(config)
  const { bands, base = 0 } = config.scoring
  const candidates = new Map<string, Candidate[]>()
  const truths = new WeakMap<AttributeTest, Map<Candidate, Truth>>()
  const asked = Map.groupBy(
    [...conditions, ...implied].flatMap((one) => testsOf(one)),
    ({ attribute, test }) => variableOf(attribute, test),
  )
  const bandEnds = Object.values(bands).map((atLeast) => ({ attribute: 'score', test: { atLeast } }))

  function domainOf(variable: string): Domain {
    const [attribute = '', of] = variable.split('|')
    if (of === 'sum' || of === 'dropsBy') return OF_SIGNALS[of]
    return domain(attribute)
  }

  function listOf(variable: string): Candidate[] {
    const known = candidates.get(variable)
    if (known) return known
    const all = [...(asked.get(variable) ?? []), ...(variable === 'score' ? bandEnds : [])].map(({ test }) => test)
    const listed = candidatesOf(domainOf(variable), all)
    const list = domainOf(variable).mayBeUnknown ? [undefined, ...listed] : listed
    candidates.set(variable, list)
    return list
  }

  function truth({ attribute, test }: Literal, value: Candidate): Truth {
    const known = truths.get(test) ?? new Map<Candidate, Truth>()
    truths.set(test, known)
    const found = known.get(value)
    if (found !== undefined) return found
    // A band is a stretch of the score.
    const seen =
      attribute === 'band' && typeof value === 'number' ? bandOf(bands as Record<Band, number>, value) : value
    const made = truthOf(attribute, test, seen)
    known.set(value, made)
    return made
  }

  const fits = (literal: Literal, value: Candidate) => meets(truth(literal, value), literal.want)

  /** What an attribute can be by all that is wanted of it; undefined: nothing. */
  function narrowed(variable: string, known: Known | undefined, literal: Literal): Known | undefined {
    const literals = [...(known?.literals ?? []), literal]
    const { several, kind } = domainOf(variable)
    const isListed = kind === 'number' || kind === 'closed' || !literals.some(({ test }) => isOpen(test))
    if (!several && isListed) {
      const left = (known?.left ?? listOf(variable)).filter((value) => literals.every((one) => fits(one, value)))
      return left.length > 0 ? { literals, left } : undefined
    }
    const all = listOf(variable)
    if (all.includes(undefined) && literals.every((one) => fits(one, undefined))) return { literals, left: undefined }
    // It is known: something of it passes each test that has to be true, and nothing of it one that must not be.
    const wanted = literals.filter(({ want, test }) => (want === 'true' || want === 'not false') && asksMore(test))
    // What a test with `not` leaves out may be left out for a word beside the one that is looked for.
    const barred = literals.filter(({ want, test }) => (want === 'false' || want === 'not true') && !test.not)
    const allowed = all.filter((value) => value !== undefined && barred.every((one) => fits(one, value)))
    const known_ = literals.filter((one) => !asksMore(one.test)).every((one) => fits(one, allowed[0] ?? ''))
    // One text passes all tests at once; where one of them lists what it can be, it is one of these.
    const lister = several ? undefined : wanted.find(({ test }) => !isOpen(test))
    const possible = lister
      ? allowed.some((value) => wanted.every((one) => fits(one, value)))
      : wanted.every((one) => allowed.some((value) => fits(one, value)))
    return known_ && possible && (wanted.length > 0 || allowed.length > 0) ? { literals, left: undefined } : undefined
  }

  function add(state: State, literal: Literal): State | undefined {
    const variable = variableOf(literal.attribute, literal.test)
    const known = narrowed(variable, state.get(variable), literal)
    if (!known) return undefined
    const next = new Map(state).set(variable, known)
    return hangsTogether(next, variable) ? next : undefined
  }

  const rangeIn = (state: State, variable: string): Range => {
    const left = (state.get(variable)?.left ?? listOf(variable)).filter((value) => typeof value === 'number')
    return [Math.min(...left), Math.max(...left)]
  }

  function hangsTogether(state: State, changed: string): boolean {
    if (changed.startsWith('score')) {
      const [fit, engaged, score] = ['score.fit', 'score.engagement', 'score'].map((one) => rangeIn(state, one))
      if (!fit || !engaged || !score) return true
      const least = Math.min(100, Math.max(0, base + fit[0] + engaged[0]))
      const most = Math.min(100, Math.max(0, base + fit[1] + engaged[1]))
      return least <= score[1] && score[0] <= most
    }
    if (!changed.includes('|count|')) return true
    // What was done in a shorter time was done in a longer one.
    const [attribute = '', , span = ''] = changed.split('|')
    for (const other of state.keys()) {
      const [same, of, length = ''] = other.split('|')
      if (same !== attribute || of !== 'count' || other === changed) continue
      const [short, long] = Number(span) < Number(length) ? [changed, other] : [other, changed]
      if (rangeIn(state, short)[0] > countsUpTo(state, long)) return false
    }
    return true
  }

  // A count that nothing limits may be higher than any that is asked about.
  function countsUpTo(state: State, variable: string): number {
    const most = rangeIn(state, variable)[1]
    return most === Math.max(...listOf(variable).map(Number)) ? Number.POSITIVE_INFINITY : most
  }

  function holdsAlready(state: State, formula: Formula): boolean {
    if (formula.kind === 'or') return formula.of.some((part) => holdsAlready(state, part))
    if (formula.kind === 'and') return formula.of.every((part) => holdsAlready(state, part))
    const left = state.get(variableOf(formula.attribute, formula.test))?.left
    return left?.every((value) => fits(formula, value)) === true
  }

  function possible(formulas: readonly Formula[]): boolean {
    let steps = 0
    function search(state: State, agenda: readonly Formula[]): boolean {
      if (++steps > MOST_STEPS) return true
      let known: State = state
      const open: Extract<Formula, { kind: 'or' }>[] = []
      const todo = [...agenda]
      for (let next = todo.shift(); next; next = todo.shift()) {
        if (next.kind === 'and') todo.unshift(...next.of)
        else if (next.kind === 'or') open.push(next)
        else {
          const added = add(known, next)
          if (!added) return false
          known = added
          const more = follows(next, (value) => fits(next, value))
          if (more) todo.push(more)
        }
      }
      const [first, ...rest] = open
        .filter((choice) => !holdsAlready(known, choice))
        .toSorted((a, b) => a.of.length - b.of.length)
      if (!first) return true
      return first.of.some((part) => search(known, [part, ...rest]))
    }
    return search(new Map(), formulas)
  }

  return {
    possible,
    mayHold: (condition) => possible([formulaOf(condition, 'true')]),
    mayFail: (condition) => possible([formulaOf(condition, 'not true')]),
    domain,
  }
}

// Whether a test looks at the value, and not only at whether it is known.
function asksMore({ known: _, within: __, ...tests }: AttributeTest): boolean {
  return Object.values(tests).some((one) => one !== undefined)
}

/** What a test looks at: of signals it is a count in a time, a sum or a drop; a band is a stretch of the score. */
function variableOf(attribute: string, { within, sum, dropsBy, over }: AttributeTest): string {
  if (attribute === 'band') return 'score'
  if (!attribute.startsWith('signals.')) return attribute
  if (dropsBy !== undefined) return `${attribute}|dropsBy|${over}`
  return `${attribute}|${sum ? 'sum' : 'count'}|${within ?? Number.POSITIVE_INFINITY}`
}
