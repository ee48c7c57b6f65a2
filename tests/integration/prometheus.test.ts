import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { runStory } from '../support/metrics.ts'
import { startPrometheus, type TestPrometheus, WITHOUT_PROMETHEUS } from '../support/prometheus.ts'
import { createStage, type Stage } from '../support/stage.ts'

const DOCKER = join(import.meta.dirname, '..', '..', 'docker')
const RULES = join(DOCKER, 'prometheus', 'alerts.yaml')
const RULE_TESTS = join(DOCKER, 'prometheus', 'alerts.test.yaml')

interface Rule {
  alert: string
  expr: string
  labels: { severity: string }
  annotations: { summary: string; description: string }
}
interface RuleTests {
  tests: {
    alert_rule_test?: { alertname: string; exp_alerts: unknown[] }[]
    promql_expr_test?: { expr: string; exp_samples: { labels: string }[] }[]
  }[]
}
interface Panel {
  id: number
  type: string
  title: string
  gridPos: { x: number; y: number; w: number; h: number }
  targets?: { expr: string; datasource: { uid: string } }[]
  fieldConfig?: { defaults: { unit?: string } }
}

const rules: Rule[] = parse(readFileSync(RULES, 'utf8')).groups.flatMap(({ rules }: { rules: Rule[] }) => rules)
const { tests }: RuleTests = parse(readFileSync(RULE_TESTS, 'utf8'))
const dashboard: { uid: string; panels: Panel[] } = JSON.parse(
  readFileSync(join(DOCKER, 'grafana', 'dashboards', 'baton.json'), 'utf8'),
)

describe('the alert rules', () => {
  const promtool = (...args: string[]) => promisify(execFile)('promtool', args)

  test.skipIf(WITHOUT_PROMETHEUS)('are well-formed, and Prometheus takes its config', async () => {
    expect((await promtool('check', 'rules', RULES)).stdout).toContain(`${rules.length} rules found`)
    expect((await promtool('check', 'config', join(DOCKER, 'prometheus', 'prometheus.yaml'))).stdout).toContain(
      'SUCCESS',
    )
  })

  test.skipIf(WITHOUT_PROMETHEUS)('fire and stay silent as their tests say', async () => {
    expect((await promtool('test', 'rules', RULE_TESTS)).stdout).toContain('SUCCESS')
  })

  test.each(rules)('$alert has a test in which it fires and one in which it is silent', ({ alert }) => {
    const expected = tests.flatMap(({ alert_rule_test = [], promql_expr_test = [] }) => [
      ...alert_rule_test.filter(({ alertname }) => alertname === alert).map(({ exp_alerts }) => exp_alerts.length > 0),
      ...promql_expr_test.filter(({ expr }) => asksFor(expr, alert)).map(({ exp_samples }) => exp_samples.length > 0),
    ])
    expect(new Set(expected)).toEqual(new Set([true, false]))
  })

  test.each(rules)('$alert says how bad it is, what happened and what to do', ({ labels, annotations }) => {
    expect(labels.severity).toMatch(/^(critical|warning)$/)
    expect(annotations.summary).toMatch(/./)
    expect(annotations.description.length).toBeGreaterThan(80)
  })
})

/** Whether an expression of a test is `ALERTS{alertname="…"}` or `{alertname=~"…"}` of this alert. */
function asksFor(expr: string, alert: string): boolean {
  const [, how, names = ''] = /^ALERTS\{alertname(=~?)"([^"]+)",alertstate="firing"\}$/.exec(expr) ?? []
  return how === '=~' ? new RegExp(`^(?:${names})$`).test(alert) : names === alert
}

const panels = dashboard.panels.filter(({ type }) => type !== 'row')

describe('the dashboard', () => {
  test('has panels with a unit, an id of their own and a place of their own', () => {
    expect(dashboard.uid).toBe('baton')
    expect(new Set(dashboard.panels.map(({ id }) => id)).size).toBe(dashboard.panels.length)
    for (const { fieldConfig, title } of panels) expect(fieldConfig?.defaults.unit, title).toMatch(/./)
    for (const one of dashboard.panels) {
      expect(one.gridPos.x + one.gridPos.w, one.title).toBeLessThanOrEqual(24)
      expect(
        dashboard.panels.filter((other) => other !== one && overlap(one, other)).map(({ title }) => title),
      ).toEqual([])
    }
  })

  test('asks only the data source that its reader chose', () => {
    for (const { datasource } of panels.flatMap(({ targets = [] }) => targets)) {
      expect(datasource).toEqual({ type: 'prometheus', uid: '$' + '{datasource}' })
    }
  })
})

function overlap({ gridPos: a }: Panel, { gridPos: b }: Panel): boolean {
  return a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h
}

describe.skipIf(WITHOUT_PROMETHEUS)('a Prometheus that scrapes a running Baton', () => {
  let stage: Stage
  let prometheus: TestPrometheus | undefined
  afterEach(async () => {
    await prometheus?.stop()
    await stage.close()
  })

  test('answers every query of dashboard and alerts', async () => {
    stage = await createStage({ roles: ['both', 'api'] })
    prometheus = await startPrometheus({ addresses: stage.addresses, rules: RULES })
    const { query } = prometheus
    await expect.poll(() => query('baton_info'), { timeout: 10_000 }).toHaveLength(2)
    await runStory(stage)
    // A rate needs two scrapes after the story; the failed call is the last series that it brings.
    const scrapes = 'count_over_time(baton_outside_calls_total{outcome="unknown-outcome"}[1m]) >= 2'
    await expect.poll(() => query(scrapes), { timeout: 10_000 }).not.toEqual([])

    const asked = panels.flatMap(({ title, targets = [] }) =>
      targets.map(({ expr }) => ({ title, expr: filled(expr) })),
    )
    expect(asked.length).toBeGreaterThan(30)
    const empty: string[] = []
    for (const { title, expr } of asked) if ((await query(expr)).length === 0) empty.push(`${title}: ${expr}`)
    expect(empty).toEqual([])
    for (const { expr } of rules) await query(expr)

    // Both processes know the same, which is why the queries take one of them.
    const open = await query('baton_handoffs{status="open"}')
    expect(open.map(({ value }) => value[1])).toEqual(['1', '1'])
    expect((await query('max(baton_handoffs{status="open"})')).map(({ value }) => value[1])).toEqual(['1'])
    expect(
      (await query('histogram_quantile(0.99, sum by (le) (rate(baton_alert_latency_seconds_bucket[1m])))')).map(
        ({ value }) => Number(value[1]),
      ),
    ).toEqual([expect.toSatisfy((seconds: number) => seconds > 0 && seconds <= 0.1)])

    const evaluated = await prometheus.rules()
    expect(evaluated.map(({ name }) => name).sort()).toEqual(rules.map(({ alert }) => alert).sort())
    for (const { name, health, state, lastError } of evaluated) {
      expect({ name, health, state, lastError }).toMatchObject({ health: 'ok', state: 'inactive' })
    }
  })
})

/** An expression with what Grafana would put into it. */
function filled(expr: string): string {
  const text = expr.replaceAll('$__rate_interval', '1m').replaceAll('$__interval', '15s').replaceAll('$__range', '1h')
  expect(text).not.toContain('$')
  return text
}
