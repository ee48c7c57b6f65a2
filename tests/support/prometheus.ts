import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'vitest'
import { stringify } from 'yaml'
import { onPath } from '../../src/platform/programs.mjs'

/** Whether the tests that need prometheus and promtool are skipped: they are not on the PATH. */
export const WITHOUT_PROMETHEUS = onPath('prometheus') === undefined || onPath('promtool') === undefined

/** One series of an answer. */
export interface Answered {
  metric: Record<string, string>
  value: [at: number, value: string]
}

/** A running Prometheus. */
export interface TestPrometheus {
  /** Asks for an expression at the present instant; fails the test when it is refused. */
  query(expression: string): Promise<Answered[]>
  /** The rules with their health, as Prometheus evaluated them last. */
  rules(): Promise<{ name: string; health: string; state: string; lastError?: string }[]>
  stop(): Promise<void>
}

/** Starts a Prometheus that scrapes the given addresses and evaluates the rules every second. */
export async function startPrometheus(options: { addresses: string[]; rules: string }): Promise<TestPrometheus> {
  const folder = await mkdtemp(join(tmpdir(), 'baton-prometheus-'))
  const targets = options.addresses.map((address) => new URL(address).host)
  const config = {
    global: { scrape_interval: '1s', evaluation_interval: '1s' },
    rule_files: [options.rules],
    scrape_configs: [{ job_name: 'baton', static_configs: [{ targets }] }],
  }
  await writeFile(join(folder, 'prometheus.yaml'), stringify(config))
  const listen = `127.0.0.1:${await freePort()}`
  const server = spawn(
    'prometheus',
    [
      `--config.file=${join(folder, 'prometheus.yaml')}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=${listen}`,
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  )
  let said = ''
  server.stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString('utf8')
  })
  const ended = once(server, 'exit')

  async function ask(path: string): Promise<Record<string, unknown>> {
    const answer = await fetch(`http://${listen}/api/v1/${path}`)
    const { status, error, data } = (await answer.json()) as { status: string; error?: string; data: object }
    expect({ path: decodeURIComponent(path), status, error }).toMatchObject({ status: 'success' })
    return data as Record<string, unknown>
  }

  const prometheus: TestPrometheus = {
    query: async (expression) => (await ask(`query?query=${encodeURIComponent(expression)}`)).result as Answered[],
    async rules() {
      const { groups } = (await ask('rules')) as { groups: { rules: Awaited<ReturnType<TestPrometheus['rules']>> }[] }
      return groups.flatMap(({ rules }) => rules)
    },
    async stop() {
      server.kill('SIGTERM')
      await ended
      await rm(folder, { recursive: true })
    },
  }
  try {
    const ready = async () => {
      if (server.exitCode !== null) throw new Error(`prometheus ended:\n${said}`)
      return fetch(`http://${listen}/-/ready`).then(
        ({ status }) => status,
        () => 0,
      )
    }
    await expect.poll(ready, { timeout: 20_000 }).toBe(200)
    return prometheus
  } catch (error) {
    await prometheus.stop()
    throw error
  }
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const address = probe.address()
  probe.close()
  await once(probe, 'close')
  return typeof address === 'object' && address !== null ? address.port : 0
}
