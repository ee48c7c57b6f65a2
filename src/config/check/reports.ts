import { suggestion } from '../problems.ts'
import { SCOPES } from '../schemas/conditions.ts'
import { entries, field, items } from './content.ts'
import { expectAttribute, expectName, type FileCheck } from './names.ts'

const SLACK_ID = /^[CGDUW][A-Z0-9]{3,}$/

/** Checks reports.yaml: who gets what, by which calendar, and the attributes of data quality. */
export function checkReports(check: FileCheck): void {
  const { content, known } = check
  expectName(check, ['calendar'], 'calendars', field(content, 'calendar'))
  const top = ['weekly', 'monthly', 'quarterly', 'quality', 'cleaner'].map((name) => [name])
  const feedback = entries(field(content, 'feedback')).map(([name]) => ['feedback', name])
  for (const at of [...top, ...feedback]) {
    const to = at.reduce<unknown>((found, key) => field(found, key), content)
    const given = field(to, 'to')
    const names: [(string | number)[], unknown][] = Array.isArray(given)
      ? items(given).map(([index, name]) => [[...at, 'to', index], name])
      : [[[...at, 'to'], given]]
    for (const [path, name] of names) {
      const valid = known.people && known.pools ? [...known.people, ...known.pools] : undefined
      if (typeof name !== 'string' || !valid || valid.includes(name) || SLACK_ID.test(name)) continue
      check.report(path, `there is nobody "${name}" in team.yaml${suggestion(name, valid)}`)
    }
  }
  for (const list of ['references', 'struggles', 'expansion']) {
    const at = ['feedback', 'successToMarketing', list]
    for (const [index, news] of items(field(content, ...at))) {
      expectName(check, [...at, index, 'trigger'], 'triggers', field(news, 'trigger'))
      expectName(check, [...at, index, 'handoff'], 'handoffs', field(news, 'handoff'))
      expectName(check, [...at, index, 'signal'], 'signals', field(news, 'signal'))
    }
  }
  for (const [index, one] of items(field(content, 'dataQuality', 'required'))) {
    const at = ['dataQuality', 'required', index]
    if (typeof one === 'string') expectAttribute(check, at, one, SCOPES.profile)
    for (const [inside, name] of items(one)) expectAttribute(check, [...at, inside], String(name), SCOPES.profile)
  }
}
