import { cp, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { parse } from 'yaml'
import { runRoutingCases } from '../../../src/config/check/cases.ts'
import { loadConfig } from '../../../src/config/load.ts'
import { RoutingCases } from '../../../src/config/schemas/routing-cases.ts'
import { scoreEngagement } from '../../../src/rules/engagement.ts'
import { useConfigDirectories } from '../../support/config.ts'
import { NOW } from '../../support/records.ts'

const makeDirectory = useConfigDirectories()
const DAY = 24 * 60 * 60_000
const guide = await readFile('config/README.md', 'utf8')
const config = await loadConfig('config', NOW)
const example = /```yaml\n(lead:[\s\S]*?)```/.exec(guide)?.[1] ?? ''
const { cases } = RoutingCases.parse({ cases: [{ name: 'the one in the guide', ...parse(example) }] })

it('scores the lead of the guide as it says', () => {
  expect(cases[0]?.expect).toMatchObject({ score: 80, fit: 50, engagement: 30, route: 'tier-1-mql' })
  expect(runRoutingCases(config, cases, NOW)).toEqual([])
})

it('has the points of each rule that it names', () => {
  const rows = [...guide.matchAll(/^\| \w* ?\| `([\w-]+)`.*\| \+(\d+) \|$/gm)].map(([, rule, points]) => [
    rule,
    Number(points),
  ])
  expect(rows).toEqual([
    ['company-size-tier-1', 20],
    ['industry-tier-1', 15],
    ['buyer-persona', 15],
    ['demo_requested', 20],
    ['pricing_page_viewed', 5],
    ['email_clicked', 15],
  ])
  const { fit, engagement } = config.scoring
  const times = new Map(cases[0]?.signals.map(({ type, count }) => [type, count]))
  for (const [rule, points] of rows) {
    const worth = fit.rules.find(({ id }) => id === rule)?.points ?? engagement.signals[String(rule)]?.points
    expect(points, String(rule)).toBe(Number(worth ?? 0) * (times.get(String(rule)) ?? 1))
  }
})

it('computes the half-life as it says', () => {
  const { engagement } = config.scoring
  const fading = { ...engagement, signals: { ...engagement.signals, email_clicked: { points: 5, halfLife: 45 * DAY } } }
  const signals = (cases[0]?.signals ?? []).flatMap(({ type, ago, count }) =>
    Array.from({ length: count }, (_, number) => ({ id: `${type}-${number}`, type, at: NOW - ago })),
  )
  const { exact, points } = scoreEngagement(fading, signals, NOW)
  expect(guide).toContain(`= ${exact.toFixed(2)}, rounded half up, once: ${points}`)
})

it('has an example of a second kind of handoff in handoffs.yaml that holds as it stands there', async () => {
  const directory = await makeDirectory()
  await rm(join(directory, 'sla.yaml'))
  await cp('config', directory, { recursive: true })
  const file = join(directory, 'handoffs.yaml')
  const text = await readFile(file, 'utf8')
  await writeFile(file, text.replace(/^ {2}# (trial-welcome:|(?: {2}).*)$/gm, '  $1'))
  expect((await loadConfig(directory, NOW)).handoffs.kinds).toMatchObject({
    'mql-to-sales': { withSales: true, starts: [] },
    'trial-welcome': { starts: [{ signal: 'trial_started' }], to: { pool: 'sdr' }, hours: 'business' },
  })
})
