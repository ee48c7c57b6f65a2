import { type Path, suggestion } from '../problems.ts'
import { SCOPES } from '../schemas/conditions.ts'
import { field, items } from './content.ts'
import { expectCondition, expectName, type FileCheck } from './names.ts'
import { expectOutcomes } from './outcomes.ts'

/** Checks the dated steps of a kind: what they name, and that a pause can end. */
export function checkSteps(check: FileCheck, at: Path, steps: unknown): void {
  for (const key of ['pausedBy', 'resumedBy']) expectSignals(check, [...at, key], field(steps, key))
  const [paused, resumed] = [field(steps, 'pausedBy'), field(steps, 'resumedBy')]
  if (paused !== undefined && resumed === undefined)
    check.report([...at, 'pausedBy'], 'would pause for ever: name the signal that goes on as resumedBy')
  if (resumed !== undefined && paused === undefined)
    check.report([...at, 'resumedBy'], 'has nothing to go on with: name the signal that pauses as pausedBy')
  const finished = field(steps, 'finishedBy')
  if (typeof finished === 'string' || Array.isArray(finished)) expectSignals(check, [...at, 'finishedBy'], finished)
  else expectCondition(check, [...at, 'finishedBy'], finished, SCOPES.triggers)
  for (const [index, step] of items(field(steps, 'list'))) {
    const place: Path = [...at, 'list', index]
    expectCondition(check, [...place, 'when'], field(step, 'when'), SCOPES.triggers)
    expectSignals(check, [...place, 'skippedBy'], field(step, 'skippedBy'))
    for (const key of ['do', 'else']) expectOutcomes(check, [...place, key], field(step, key))
  }
}

/** Checks the monthly list of stuck leads: who gets it, by which calendar, and what its button does. */
export function checkStuck(check: FileCheck, at: Path, stuck: unknown): void {
  const { people, pools } = check.known
  const to = field(stuck, 'tell')
  if (people && pools) expectOneOf(check, [...at, 'tell'], to, [...people, ...pools])
  expectName(check, [...at, 'calendar'], 'calendars', field(stuck, 'calendar'))
  expectOutcomes(check, [...at, 'act'], field(stuck, 'act'))
}

/** Checks who gets the daily report of what was only observed: somebody, wherever a route only observes. */
export function checkObserve(check: FileCheck): void {
  const { people, pools } = check.known
  const to = field(check.content, 'observe', 'channel')
  const isId = /^[CGDUW][A-Z0-9]{3,}$/.test(String(to))
  if (people && pools && !isId) expectOneOf(check, ['observe', 'channel'], to, [...people, ...pools])
  for (const [index, route] of items(field(check.content, 'routes')))
    if (field(route, 'observe') === true && to === undefined)
      check.report(
        ['routes', index, 'observe'],
        'nobody would hear what it observes: name who does, as observe.channel',
      )
}

function expectSignals(check: FileCheck, at: Path, given: unknown): void {
  if (!Array.isArray(given)) expectName(check, at, 'signals', given)
  for (const [index, name] of items(given)) expectName(check, [...at, index], 'signals', name)
}

function expectOneOf({ report }: FileCheck, at: Path, name: unknown, valid: readonly string[]): void {
  if (typeof name !== 'string' || valid.includes(name)) return
  report(at, `there is nobody "${name}" in team.yaml${suggestion(name, valid)}`)
}
