import type { Path } from '../problems.ts'
import { SCOPES } from '../schemas/conditions.ts'
import { entries, field, items } from './content.ts'
import { expectCondition, expectName, type FileCheck } from './names.ts'
import { expectOutcomes, expectParty, expectRecipient } from './outcomes.ts'
import { checkSteps, checkStuck } from './steps.ts'

/*
 * What the kinds of handoffs name that is not there, and what they say that can never work.
 */

/** Checks handoffs.yaml, or sla.yaml of an older directory. */
export function checkHandoffs(check: FileCheck): void {
  checkAttempts(check, [], check.content)
  checkStuck(check, ['stuck'], field(check.content, 'stuck'))
  for (const [name, kind] of entries(field(check.content, 'handoffs'))) {
    const at: Path = ['handoffs', name]
    checkAttempts(check, at, kind)
    expectStarts(check, [...at, 'start'], field(kind, 'start'))
    for (const form of [field(kind, 'shows')].flat()) expectName(check, [...at, 'shows'], 'forms', form)
    expectParty(check, [...at, 'to'], field(kind, 'to'))
    checkKind(check, at, kind)
    for (const who of [field(kind, 'tell')].flat()) expectRecipient(check, [...at, 'tell'], who)
    for (const [index, rung] of items(field(kind, 'ladder')))
      expectRecipient(check, [...at, 'ladder', index, 'tell'], field(rung, 'tell'))
    for (const [index, button] of items(field(kind, 'buttons'))) {
      for (const [word, given] of entries(button)) {
        expectName(check, [...at, 'buttons', index, word, 'form'], 'forms', field(given, 'form'))
        expectOutcomes(check, [...at, 'buttons', index, word, 'do'], field(given, 'do'))
      }
    }
    for (const [ending, outcomes] of entries(field(kind, 'on'))) expectOutcomes(check, [...at, 'on', ending], outcomes)
    expectCondition(check, [...at, 'done'], field(kind, 'done'), SCOPES.everything)
    checkSteps(check, [...at, 'steps'], field(kind, 'steps'))
  }
}

// Who gets it, the hours that are counted, its ladder and its buttons.
function checkKind(check: FileCheck, at: Path, kind: unknown): void {
  expectName(check, [...at, 'calendar'], 'calendars', field(kind, 'calendar'))
  expectParty(check, [...at, 'askReason'], field(kind, 'askReason'))
  checkParty(check, at, kind)
  checkAskReason(check, at, kind)
  const seen = new Set<string>()
  for (const [index, button] of items(field(kind, 'buttons'))) {
    const names = typeof button === 'string' ? [button] : entries(button).map(([name]) => name)
    for (const name of names) {
      if (seen.has(name)) check.report([...at, 'buttons', index], `the button "${name}" is there twice; keep one`)
      seen.add(name)
    }
  }
}

// One person: nobody takes turns with them, and their hours are their own.
function checkParty({ known, report }: FileCheck, at: Path, kind: unknown): void {
  const to = field(kind, 'to')
  const [person, managed] = [field(to, 'person'), field(to, 'managerOf')]
  const one = typeof person === 'string' ? person : managed === undefined ? undefined : 'a manager'
  if (one === undefined) return
  for (const [index, rung] of items(field(kind, 'ladder'))) {
    if (field(rung, 'do') === 'reassign')
      report(
        [...at, 'ladder', index, 'do'],
        `only one person gets this handoff (${one}), so there is nobody to reassign it to; use remind, tell or alert-manager`,
      )
  }
  const hasHours = field(kind, 'calendar') !== undefined || (known.withCalendar?.includes(one) ?? true)
  if (field(kind, 'hours') === 'business' && !hasHours)
    report(
      [...at, 'hours'],
      `${one} has no calendar in team.yaml, so no hours are known; name one here as \`calendar\`, or say elapsed`,
    )
}

function checkAskReason({ report }: FileCheck, at: Path, kind: unknown): void {
  if (field(kind, 'askReason') === undefined) return
  const starts = [field(kind, 'start')].flat()
  if (!starts.some((start) => field(start, 'disqualifiedBy') !== undefined))
    report([...at, 'askReason'], 'is for a kind that starts by disqualifiedBy: person; remove it')
}

/** One start, or a list of them: the signals that they name. */
export function expectStarts(check: FileCheck, at: Path, starts: unknown): void {
  const list = Array.isArray(starts) ? items(starts) : [[undefined, starts] as const]
  for (const [index, start] of list) {
    const place: Path = [...at, ...(index === undefined ? [] : [index])]
    expectName(check, [...place, 'signal'], 'signals', field(start, 'signal'))
  }
}

function checkAttempts(check: FileCheck, at: Path, parent: unknown): void {
  const attempts = field(parent, 'attempts')
  expectName(check, [...at, 'attempts', 'then', 'nurture'], 'tracks', field(attempts, 'then', 'nurture'))
  expectCondition(check, [...at, 'attempts', 'answered'], field(attempts, 'answered'), SCOPES.facts)
}
