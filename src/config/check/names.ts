import { ATTRIBUTE_NAMES } from '../../rules/attributes.ts'
import { HANDOFF_STATES } from '../../rules/circumstances.ts'
import type { TagKind } from '../../rules/rep-filter.ts'
import { STAGE_NAMES, stageOfLifecycle } from '../../rules/stages.ts'
import { type ConfigProblem, type Path, problemAt, type SourceFile, suggestion } from '../problems.ts'
import { SCOPES, type Scope } from '../schemas/conditions.ts'
import { entries, field, items } from './content.ts'

/** The names that config files may refer to. Undefined: the place where they are defined is missing, which is its own problem. */
export interface KnownNames {
  signals: string[] | undefined
  routes: string[] | undefined
  tracks: string[] | undefined
  pools: string[] | undefined
  reps: string[] | undefined
  managers: string[] | undefined
  /** Everybody who can be named: reps, managers and people. */
  people: string[] | undefined
  calendars: string[] | undefined
  /** The tags of reps, by the pool that they are in and their kind. */
  tags: (pool: string, kind: TagKind) => string[]
  /** Those of the people who have one of them. */
  withCalendar: string[] | undefined
  /** The kinds of handoffs that say who gets them. */
  withParty: string[] | undefined
  handoffs: string[] | undefined
  /** The file that has the types of signals: scoring.yaml in older directories. */
  signalsFile: 'signals.yaml' | 'scoring.yaml'
  triggers: string[] | undefined
  forms: string[] | undefined
  /** The file that has the kinds of handoffs: sla.yaml in older directories. */
  kindsFile: 'handoffs.yaml' | 'sla.yaml'
  /** Those of them that a signal starts. */
  signalHandoffs: string[]
  /** The signals that come with a number; undefined where signals.yaml is missing. */
  valued: string[] | undefined
  /** What some tier of icp.yaml goes by: size, industries, when. */
  tierKeys: string[] | undefined
}

/** One file under check: what it says, what it may refer to, and where to report. */
export interface FileCheck {
  content: unknown
  known: KnownNames
  report(path: Path, message: string): void
}

/** Runs the checks of one file. */
export function checkFile(source: SourceFile, known: KnownNames, checks: (check: FileCheck) => void): ConfigProblem[] {
  const problems: ConfigProblem[] = []
  checks({
    content: source.content,
    known,
    report: (path, message) => problems.push(problemAt(source, path, message)),
  })
  return problems
}

const DEFINED_IN: Record<
  Exclude<
    keyof KnownNames,
    'valued' | 'tags' | 'tierKeys' | 'signalHandoffs' | 'kindsFile' | 'signalsFile' | 'withCalendar' | 'withParty'
  >,
  { what: string; file: string }
> = {
  signals: { what: 'signal', file: 'signals.yaml' },
  triggers: { what: 'trigger', file: 'triggers.yaml' },
  forms: { what: 'form', file: 'stages.yaml' },
  routes: { what: 'route', file: 'routing.yaml' },
  tracks: { what: 'nurture track', file: 'routing.yaml' },
  pools: { what: 'pool', file: 'team.yaml' },
  reps: { what: 'rep', file: 'team.yaml' },
  managers: { what: 'manager', file: 'team.yaml' },
  people: { what: 'person', file: 'team.yaml' },
  calendars: { what: 'calendar', file: 'team.yaml' },
  handoffs: { what: 'handoff', file: 'handoffs.yaml' },
}

/** A name must be defined. What is no text is left to the check of shapes. */
export function expectName(
  { report, known }: FileCheck,
  path: Path,
  kind: keyof typeof DEFINED_IN,
  name: unknown,
): void {
  const valid = known[kind]
  if (typeof name !== 'string' || !valid || valid.includes(name)) return
  const files: Partial<Record<typeof kind, string>> = { handoffs: known.kindsFile, signals: known.signalsFile }
  const file = files[kind] ?? DEFINED_IN[kind].file
  report(path, `there is no ${DEFINED_IN[kind].what} "${name}" in ${file}${suggestion(name, valid)}`)
}

/** No two entries of a list may have the same value of a key. */
export function expectUnique({ content, report }: FileCheck, list: Path, key: string): void {
  const seen = new Set<unknown>()
  for (const [index, item] of items(field(content, ...list.map(String)))) {
    const name = field(item, key)
    if (name !== undefined && seen.has(name)) report([...list, index, key], `"${String(name)}" is used twice`)
    seen.add(name)
  }
}

const DERIVED_FROM: Record<string, string> = { 'icp.sizeTier': 'size', 'icp.industryTier': 'industries' }

/** An attribute must exist, and be known already where it is asked for. */
export function expectAttribute(check: FileCheck, path: Path, name: string, scope: Scope): void {
  const { known, report } = check
  if (name.startsWith('hubspot.')) {
    if (!/^hubspot\.[a-z][a-z0-9_]*$/.test(name))
      report(path, 'must be hubspot.<property> with the internal name: lower case, digits and _')
  } else if (name.startsWith('signals.')) {
    if (scope.signals) expectName(check, path, 'signals', name.slice('signals.'.length))
    else report(path, 'signals can be asked about in routing.yaml only')
  } else if (name.startsWith('handoff.')) {
    if (scope.handoffs) expectName(check, path, 'handoffs', name.slice('handoff.'.length))
    else report(path, 'handoffs can be asked about in triggers.yaml only')
  } else if (!scope.attributes.includes(name)) {
    report(path, whyUnknown(name, scope, known.signals ?? []))
  } else {
    const key = DERIVED_FROM[name]
    if (key && known.tierKeys && !known.tierKeys.includes(key))
      report(path, `is unknown for every lead: no tier in icp.yaml has ${key}`)
  }
}

// What other tools call it to join conditions.
const JOINED: Record<string, string> = {
  and: 'all',
  or: 'any',
  oneof: 'any',
  none: 'not',
  nor: 'not',
  und: 'all',
  oder: 'any',
}

function whyUnknown(name: string, scope: Scope, signals: readonly string[]): string {
  if (scope.attributes.length === 0)
    return 'only hubspot.<property> can be asked about here, such as hubspot.recent_conversion_event_name'
  if (has(SCOPES.profile, name)) return `"${name}" is not known yet here; scoring.yaml and routing.yaml can use it`
  if (has(SCOPES.everything, name)) return `"${name}" is not known yet here; only the routes of routing.yaml can use it`
  if (has(SCOPES.routes, name)) return `"${name}" can be asked about in routing.yaml and triggers.yaml only`
  if (has(SCOPES.triggers, name)) return `"${name}" can be asked about in triggers.yaml only`
  if (has(SCOPES.followUps, name)) return `"${name}" can be asked about under then.unless only: since the trigger fired`
  const joined = JOINED[name.toLowerCase()]
  if (joined) return `unknown attribute; did you mean "${joined}"?`
  const valid = [...scope.attributes, ...(scope.signals ? signals.map((type) => `signals.${type}`) : [])]
  return `unknown attribute${suggestion(name, valid)}`
}

/** The name of something that comes from outside, not of what Baton works out. `advice` says what to do instead. */
export function expectFact({ report }: FileCheck, path: Path, name: string, advice: string): void {
  const known: readonly string[] = ATTRIBUTE_NAMES.facts
  if (known.includes(name)) return
  const isOther = has(SCOPES.everything, name) || name.startsWith('signals.')
  if (isOther) report(path, `"${name}" is worked out by Baton; ${advice}`)
  else report(path, `unknown attribute${suggestion(name, known)}`)
}

function has(scope: Scope, name: string): boolean {
  return scope.attributes.includes(name)
}

/** Every attribute in a condition must be one that can be asked about there. */
export function expectCondition(check: FileCheck, path: Path, when: unknown, scope: Scope): void {
  for (const [key, value] of entries(when)) {
    const at = [...path, key]
    if (key === 'not') expectCondition(check, at, value, scope)
    else if (key === 'any' || key === 'all') {
      for (const [index, part] of items(value)) expectCondition(check, [...at, index], part, scope)
    } else {
      expectAttribute(check, at, key, scope)
      for (const word of key.startsWith('signals.') ? [] : ['within', 'sum', 'dropsBy', 'over']) {
        if (field(value, word) !== undefined) check.report([...at, word], 'is for signals.<type> only; remove it')
      }
      expectValue(check, at, key, value)
    }
  }
}

/** What a test asks for must be something that can be: a stage, a state of a handoff, a number that comes with a signal. */
function expectValue({ known, report }: FileCheck, at: Path, key: string, test: unknown): void {
  const type = key.startsWith('signals.') ? key.slice('signals.'.length) : undefined
  const word = ['sum', 'dropsBy'].find((one) => field(test, one) !== undefined)
  if (type !== undefined && word && known.signals?.includes(type) && known.valued?.includes(type) === false)
    report([...at, word], `signals of the type "${type}" have no value: give it a unit in signals.yaml`)
  const valid = key.startsWith('handoff.') ? HANDOFF_STATES : VALUES[key]?.(known)
  for (const asked of [field(test, 'is'), ...items(field(test, 'in')).map(([, one]) => one)]) {
    if (typeof asked === 'string' && valid && !valid.includes(asked))
      report(
        at,
        `${key} is never "${asked}"${suggestion((key === 'stage' && stageOfLifecycle(asked)) || asked, valid)}`,
      )
  }
}

const VALUES: Record<string, (known: KnownNames) => readonly string[] | undefined> = {
  stage: () => STAGE_NAMES,
  track: ({ tracks }) => tracks,
  route: ({ routes }) => routes,
}
