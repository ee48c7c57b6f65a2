import { RECIPIENTS } from '../../rules/outcomes.ts'
import type { Path } from '../problems.ts'
import { suggestion } from '../problems.ts'
import { entries, field, items } from './content.ts'
import { expectName, type FileCheck } from './names.ts'
import { expectReps } from './segments.ts'

/** Everything that outcomes name must be there: people, tracks, kinds, signals. */
export function expectOutcomes(check: FileCheck, path: Path, outcomes: unknown): void {
  for (const [index, outcome] of items(outcomes)) {
    const at: Path = [...path, index]
    expectRecipient(check, [...at, 'tell'], field(outcome, 'tell'))
    for (const [place, button] of items(field(outcome, 'buttons')))
      expectName(check, [...at, 'buttons', place, 'open'], 'handoffs', field(button, 'open'))
    expectName(check, [...at, 'until'], 'signals', field(outcome, 'until'))
    expectName(check, [...at, 'open'], 'handoffs', field(outcome, 'open'))
    expectParty(check, [...at, 'to'], field(outcome, 'to'))
  }
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
