import { execFile, execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { onPath } from '../../src/platform/programs.mjs'

const DOCKER = join(import.meta.dirname, '..', '..', 'docker')
const read = (...path: string[]) => readFileSync(join(DOCKER, ...path), 'utf8')

interface Composed {
  services: Record<
    string,
    { image: string; profiles?: string[]; command?: string[]; volumes?: string[]; environment?: object }
  >
  volumes: Record<string, null>
  'x-container': { logging: { options: { labels: string } } }
}
interface Receiver {
  name: string
  slack_configs?: { api_url: string }[]
  pagerduty_configs?: { routing_key: string }[]
  email_configs?: { to: string; auth_password: string }[]
}

const SLACK = { ALERT_SLACK_WEBHOOK_URL: 'https://hooks.slack.example/services/T0/B0/x' }
const PAGERDUTY = { ALERT_PAGERDUTY_KEY: "it's # a: key" }
const MAIL = {
  ALERT_MAIL_TO: 'on-call@team.example',
  ALERT_MAIL_FROM: 'baton@team.example',
  ALERT_MAIL_SMARTHOST: 'smtp.team.example:587',
  ALERT_MAIL_PASSWORD: `$HOME 'quotes' "and" \\ all`,
}

/** What Alertmanager's start makes of an environment. */
function rendered(env: Record<string, string>): string {
  const path = join(DOCKER, 'alertmanager', 'start.sh')
  const options = { env: { PATH: process.env.PATH, ...env }, encoding: 'utf8', stdio: 'pipe' } as const
  return execFileSync('sh', [path, '--print'], options)
}

/** Which channels a severity reaches, by the config. */
function reached(text: string, severity: string): string[] {
  const { route, receivers } = parse(text) as {
    route: { receiver: string; routes: { receiver: string; matchers: string[] }[] }
    receivers: Receiver[]
  }
  const named = route.routes.find(({ matchers }) => matchers.includes(`severity="${severity}"`)) ?? route
  const { name: _, ...channels } = receivers.find(({ name }) => name === named.receiver) ?? { name: '' }
  return Object.keys(channels)
}

describe('who hears of alerts', () => {
  test.each([
    ['nobody', {}, [], []],
    ['Slack', SLACK, ['slack_configs'], ['slack_configs']],
    ['PagerDuty alone', PAGERDUTY, ['pagerduty_configs'], ['pagerduty_configs']],
    ['mail', MAIL, ['email_configs'], ['email_configs']],
    ['Slack and PagerDuty', { ...SLACK, ...PAGERDUTY }, ['slack_configs', 'pagerduty_configs'], ['slack_configs']],
    [
      'all of them',
      { ...SLACK, ...PAGERDUTY, ...MAIL },
      ['slack_configs', 'pagerduty_configs', 'email_configs'],
      ['slack_configs', 'email_configs'],
    ],
  ])('%s', (_, env, critical, warning) => {
    const text = rendered(env)
    expect(reached(text, 'critical')).toEqual(critical)
    expect(reached(text, 'warning')).toEqual(warning)
  })

  test('is written so that no secret breaks the config', () => {
    const { receivers } = parse(rendered({ ...PAGERDUTY, ...MAIL })) as { receivers: Receiver[] }
    expect(receivers[0]?.pagerduty_configs?.[0]?.routing_key).toBe(PAGERDUTY.ALERT_PAGERDUTY_KEY)
    expect(receivers[0]?.email_configs?.[0]?.auth_password).toBe(MAIL.ALERT_MAIL_PASSWORD)
  })

  test('is refused in words where mail is set by half', () => {
    expect(() => rendered({ ALERT_MAIL_TO: 'on-call@team.example' })).toThrow(
      /ALERT_MAIL_FROM and ALERT_MAIL_SMARTHOST/,
    )
  })

  test.skipIf(onPath('amtool') === undefined).each([{}, SLACK, { ...SLACK, ...PAGERDUTY, ...MAIL }])(
    'is taken by Alertmanager',
    async (env) => {
      const folder = mkdtempSync(join(tmpdir(), 'baton-alerts-'))
      try {
        writeFileSync(join(folder, 'alertmanager.yaml'), rendered(env))
        const checked = await promisify(execFile)('amtool', ['check-config', join(folder, 'alertmanager.yaml')])
        expect(checked.stdout).toContain('SUCCESS')
      } finally {
        rmSync(folder, { recursive: true })
      }
    },
  )
})

describe('what compose starts beside Baton', () => {
  const { services, volumes, ...composed }: Composed = parse(read('compose.yaml'), { merge: true })

  test('is pinned, and a profile of its own', () => {
    for (const name of ['prometheus', 'alertmanager', 'grafana', 'loki', 'collector']) {
      expect(services[name]?.image, name).toMatch(/:v?\d+\.\d+\.\d+$/)
      expect(services[name]?.profiles, name).toEqual([/^(loki|collector)$/.test(name) ? 'logs' : 'monitoring'])
      for (const volume of services[name]?.volumes ?? []) {
        const [from = ''] = volume.split(':')
        if (from.startsWith('./'))
          expect(readdirSync(join(DOCKER, from, '..')), volume).toContain(from.split('/').at(-1))
        else if (!from.startsWith('/')) expect(Object.keys(volumes), volume).toContain(from)
      }
    }
  })

  test('has a place of its own for what the collector has read, which root may write without capabilities', () => {
    const { command, volumes: mounted } = services.collector ?? expect.fail()
    expect(command).toContain('--storage.path=/data')
    expect(mounted).toContain('collector:/data')
  })

  test('is found by the name of its service: by Prometheus its Alertmanager, by Grafana all of them', () => {
    const { alerting } = parse(read('prometheus', 'prometheus.yaml'))
    const [{ names, port }] = alerting.alertmanagers[0].dns_sd_configs
    expect([services[names[0]]?.image, port]).toEqual([expect.stringContaining('alertmanager'), 9093])
    const sources = readdirSync(join(DOCKER, 'grafana', 'provisioning', 'datasources')).flatMap(
      (file): { url: string }[] => parse(read('grafana', 'provisioning', 'datasources', file)).datasources,
    )
    const hosts = sources.map(({ url }) => new URL(url).hostname)
    expect(hosts.sort()).toEqual(['alertmanager', 'loki', 'prometheus'])
    for (const host of hosts) expect(Object.keys(services)).toContain(host)
    expect(read('loki', 'collect.alloy')).toContain('http://loki:3100/')
  })

  test('has settings that .env.example names', () => {
    const named = new Set(read('.env.example').match(/^[A-Z_]+(?==)/gm))
    for (const name of Object.keys(services.alertmanager?.environment ?? {})) expect(named).toContain(name)
  })

  test('collects the log by labels that hold no ids', () => {
    const config = read('loki', 'collect.alloy')
    expect(/label_keep \{\s+values = (\[.*\])/.exec(config)?.[1]).toBe('["project", "role", "level"]')
    for (const label of composed['x-container'].logging.options.labels.split(','))
      expect(config).toContain(`attrs.\\"${label}\\"`)
  })
})
