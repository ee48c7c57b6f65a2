import { testsOf } from '../../rules/condition.ts'
import { formulaOf } from './formulas.ts'
import { inOneLine, type Located, type LocatedTest, type Place, written } from './located.ts'
import { isNumber, misfitsOf } from './misfits.ts'
import type { Report } from './report.ts'
import type { Solver } from './solve.ts'

/** Where a condition that always holds does harm, and what. */
const ALWAYS: Partial<Record<Place['use'], string>> = {
  route: 'so the routes after it are never reached',
  reason: 'so it is true of every lead',
  unless: 'so nothing ever follows',
}

/**
 * Reports what a condition asks for that can never be or always is. Returns whether the whole never holds, or always does, which
 * is told then.
 */
export function checkCondition(
  { source, path, use, condition }: Place,
  solver: Solver,
  report: Report,
): { told: boolean } {
  const told = new Set<Located>()
  const always = new Set<Located>()
  for (const test of testsOf<LocatedTest>(condition)) {
    for (const { level, message } of misfitsOf(test, solver.domain(test.attribute))) {
      report(level, source, test.path, message)
      if (level === 'error') told.add(test)
    }
  }
  const within = (part: Located, set: ReadonlySet<Located>): boolean =>
    set.has(part) ||
    (part.kind === 'not' ? within(part.of, set) : part.kind !== 'test' && part.of.some((one) => within(one, set)))

  function look(part: Located): void {
    if (part.kind === 'not') look(part.of)
    if (part.kind === 'any' || part.kind === 'all') for (const one of part.of) look(one)
    if (within(part, told)) return
    if (!solver.mayHold(part)) {
      const { at, message } = whyNever(part, solver)
      // A list that was emptied on purpose leaves what asks for it without effect, and does no harm.
      const isEmpty = at.kind === 'test' && isUndefined(at, solver)
      report(isEmpty ? 'warning' : 'error', source, at.path, message)
      told.add(part)
    } else if (!solver.mayFail(part) && !within(part, always)) {
      const harm = part === condition || isOneOf(condition, part) ? ALWAYS[use] : undefined
      const isCount = part.kind === 'test' && part.attribute.startsWith('signals.') && part.test.known === true
      const mend = part.kind === 'test' ? mendOf(part) : ''
      const what = part.kind === 'test' ? whyAlways(part, solver) : `"${written(part)}" always holds`
      const error = harm !== undefined || isCount
      report(error ? 'error' : 'warning', source, part.path, `${what}${harm ? `, ${harm}` : ''}${mend}`)
      always.add(part)
    }
  }
  look(condition)
  if (told.size + always.size === 0) return { told: false }
  // What is always so beside others does no harm; a part that is impossible in an "any" leaves the others.
  return { told: path.length > 0 && (!solver.mayHold(condition) || !solver.mayFail(condition)) }
}

// One of "any" that always holds makes the whole so.
function isOneOf(condition: Located, part: Located): boolean {
  return condition.kind === 'any' && condition.of.some((one) => one === part || isOneOf(one, part))
}

function mendOf({ attribute, test }: LocatedTest): string {
  if (!attribute.startsWith('signals.') || test.known !== true) return ''
  return '; what has not happened is counted as 0: write atLeast: 1'
}

function whyAlways({ attribute, raw }: LocatedTest, solver: Solver): string {
  const domain = solver.domain(attribute)
  const what = `"${inOneLine(raw).replace(/^\{ (.*) \}$/, '$1')}" always holds`
  if (domain.kind !== 'number') return `${attribute}: ${what}`
  const [from, to] = domain.range
  const ends = Number.isFinite(to) ? `from ${from} to ${to}` : `at least ${from}`
  return `${attribute} is ${ends} for every lead, so ${what}`
}

/** Whether a test asks for what the config defines none of. */
function isUndefined({ attribute }: LocatedTest, solver: Solver): boolean {
  const { kind, values } = solver.domain(attribute)
  return kind === 'closed' && values.length === 0
}

/** Why nothing passes: a test alone, or the first two parts that exclude each other. */
function whyNever(part: Located, solver: Solver): { at: Located; message: string } {
  if (part.kind === 'test') {
    const { attribute, raw, test } = part
    const text = inOneLine(raw).replace(/^\{ (.*) \}$/, '$1')
    if (attribute.startsWith('signals.') && test.known === false)
      return { at: part, message: `${attribute} is always known, as a count: write atMost: 0` }
    const both = Object.keys(test).filter((key) => test[key as keyof typeof test] !== undefined).length > 1
    const { kind, values } = solver.domain(attribute)
    if (kind === 'closed')
      return {
        at: part,
        message: `"${text}" never holds: ${attribute} is ${values.length > 0 ? `one of ${values.join(', ')}` : 'never known, the config defines none'}`,
      }
    const why = both && isNumber(solver.domain(attribute)) ? `its ends exclude each other` : 'nothing is so'
    return { at: part, message: `"${text}" of ${attribute} never holds: ${why}` }
  }
  if (part.kind === 'not') return { at: part, message: `"${written(part)}" never holds: what it denies is always so` }
  const parts = part.of
  if (part.kind === 'all') {
    for (const [index, second] of parts.entries()) {
      for (const first of parts.slice(0, index)) {
        if (solver.possible([formulaOf(first, 'true'), formulaOf(second, 'true')])) continue
        const message = `"${written(first)}" and "${written(second)}" exclude each other, so it never holds`
        return { at: second, message }
      }
    }
  }
  return { at: part, message: `"${written(part)}" never holds: its parts exclude each other` }
}
