import { entries, field, items } from '../check/content.ts'
import { knownNames } from '../check/known-names.ts'
import { expectName, type FileCheck } from '../check/names.ts'
import { type Path, suggestion } from '../problems.ts'
import type { Inspected, Report } from './report.ts'

const SLACK_ID = /^[CGDUW][A-Z0-9]{3,}$/
const REPORTS = ['weekly', 'monthly', 'quarterly', 'quality', 'cleaner']

/**
 * Names in reports.yaml that are nowhere: people, pools, calendars, and what counts as news of customers. No lead depends on a report, so
 * a config loads all the same: whoever leaves team.yaml stops one report, and not the service.
 */
export function checkReportNames({ sources }: Inspected, tell: Report): void {
  const source = sources.reports
  if (!source) return
  const known = knownNames(sources, { signals: false })
  const report = (path: Path, message: string) => tell('error', source, path, message)
  const check: FileCheck = { content: source.content, known, report }
  expectName(check, ['calendar'], 'calendars', field(source.content, 'calendar'))
  const feedback = entries(field(source.content, 'feedback')).map(([name]) => ['feedback', name])
  for (const at of [...REPORTS.map((name) => [name]), ...feedback]) {
    const given = field(source.content, ...at, 'to')
    const names: [Path, unknown][] = Array.isArray(given)
      ? items(given).map(([index, name]) => [[...at, 'to', index], name])
      : [[[...at, 'to'], given]]
    const valid = [...(known.people ?? []), ...(known.pools ?? [])]
    for (const [path, name] of names)
      if (typeof name === 'string' && !valid.includes(name) && !SLACK_ID.test(name))
        report(path, `there is nobody "${name}" in team.yaml${suggestion(name, valid)}`)
  }
  for (const list of ['references', 'struggles', 'expansion']) {
    const at = ['feedback', 'successToMarketing', list]
    for (const [index, news] of items(field(source.content, ...at))) {
      expectName(check, [...at, index, 'trigger'], 'triggers', field(news, 'trigger'))
      expectName(check, [...at, index, 'handoff'], 'handoffs', field(news, 'handoff'))
      expectName(check, [...at, index, 'signal'], 'signals', field(news, 'signal'))
    }
  }
}
