import type { Path } from '../problems.ts'
import { entries, field, items } from './content.ts'
import { expectName, type FileCheck } from './names.ts'
import { expectParty } from './outcomes.ts'

/*
 * What a kind of handoff says that can never work, beyond its shape and the names in it.
 */

/** Checks one kind: who gets it, the hours that are counted, its ladder and its buttons. */
export function checkKind(check: FileCheck, at: Path, kind: unknown): void {
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
