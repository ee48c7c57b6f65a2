import { PROPERTIES } from '../../leads/properties.ts'
import { CORE_PROPERTIES } from '../../leads/tags.ts'
import { namesInBraces } from '../../rules/attributes.ts'
import { RECIPIENTS } from '../../rules/outcomes.ts'
import type { Path } from '../problems.ts'
import { suggestion } from '../problems.ts'
import { SCOPES } from '../schemas/conditions.ts'
import { entries, field, items } from './content.ts'
import { expectAttribute, expectName, type FileCheck } from './names.ts'
import { expectReps } from './segments.ts'

/** Everything that outcomes name must be there: people, tracks, kinds, signals. */
export function expectOutcomes(check: FileCheck, path: Path, outcomes: unknown): void {
  for (const [index, outcome] of items(outcomes)) {
    const at: Path = [...path, index]
    expectRecipient(check, [...at, 'tell'], field(outcome, 'tell'))
    for (const [place, button] of items(field(outcome, 'buttons')))
      expectOpened(check, [...at, 'buttons', place, 'open'], field(button, 'open'))
    expectName(check, [...at, 'until'], 'signals', field(outcome, 'until'))
    expectOpened(check, [...at, 'open'], field(outcome, 'open'), field(outcome, 'to'))
    expectParty(check, [...at, 'to'], field(outcome, 'to'))
    for (const [name, value] of entries(field(outcome, 'set'))) {
      expectTag(check, [...at, 'set', name], name)
      expectFilled(check, [...at, 'set', name], value)
    }
    expectFilled(check, [...at, 'note'], field(outcome, 'note'))
  }
}

// What is opened needs somebody who gets it.
function expectOpened(check: FileCheck, path: Path, kind: unknown, to?: unknown): void {
  expectName(check, path, 'handoffs', kind)
  const { handoffs, withParty } = check.known
  if (typeof kind !== 'string' || to !== undefined || !handoffs?.includes(kind)) return
  if (!withParty?.includes(kind))
    check.report(
      path,
      `"${kind}" does not say who gets it, for routes do; add \`to\` here, such as { pool: ${check.known.pools?.[0] ?? 'ae'} }`,
    )
}

// What Baton or HubSpot answers for itself is nothing that a rule may write.
function expectTag({ report }: FileCheck, path: Path, name: string): void {
  const own = Object.values(PROPERTIES).some((property) => property.name === name)
  if (own) report(path, `Baton writes ${name} itself; choose a property of your own`)
  if (CORE_PROPERTIES.includes(name)) report(path, `no rule may set ${name}: choose a property of your own`)
}

function expectFilled(check: FileCheck, path: Path, text: unknown): void {
  if (typeof text !== 'string') return
  for (const name of namesInBraces(text)) expectAttribute(check, path, name, SCOPES.everything)
}

/** Whom a rule tells: somebody of team.yaml, or who they are to the lead. */
export function expectRecipient({ known, report }: FileCheck, path: Path, who: unknown): void {
  const { pools, people } = known
  if (typeof who !== 'string' || !people || !pools) return
  const valid = [...people, ...pools, ...RECIPIENTS]
  if (!valid.includes(who)) report(path, `there is nobody "${who}" in team.yaml${suggestion(who, valid)}`)
}

/** Who gets a handoff, and who else where there is nobody. */
export function expectParty(check: FileCheck, path: Path, party: unknown): void {
  const { people, pools } = check.known
  expectName(check, [...path, 'pool'], 'pools', field(party, 'pool'))
  expectReps(check, [...path, 'reps'], field(party, 'reps'), field(party, 'pool'))
  const person = field(party, 'person')
  if (people && typeof person === 'string' && !people.includes(person))
    check.report([...path, 'person'], `there is nobody "${person}" in team.yaml${suggestion(person, people)}`)
  const managed = field(party, 'managerOf')
  if (pools && typeof managed === 'string' && managed !== 'owner' && !pools.includes(managed))
    check.report(
      [...path, 'managerOf'],
      `there is no pool "${managed}" in team.yaml${suggestion(managed, [...pools, 'owner'])}`,
    )
  for (const kind of [field(party, 'lastWith')].flat()) expectName(check, [...path, 'lastWith'], 'handoffs', kind)
  if (entries(field(party, 'else')).length > 0) expectParty(check, [...path, 'else'], field(party, 'else'))
}
