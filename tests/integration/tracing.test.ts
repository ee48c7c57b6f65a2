import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { trace } from '@opentelemetry/api'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { OutsideError } from '../../src/platform/errors.ts'
import { createLogger } from '../../src/platform/log.ts'
import { inSpan, startTracing } from '../../src/platform/tracing.ts'
import { createProcessStage, type ProcessStage } from '../support/process-stage.ts'
import type { RunningProcess } from '../support/processes.ts'
import { WITHOUT_REDIS_SERVER } from '../support/redis.ts'

interface Span {
  traceId: string
  spanId: string
  parentSpanId?: string
  name: string
  kind: number
  status: { code: number }
  attributes: { key: string; value: Record<string, unknown> }[]
  events?: unknown[]
}

// Three for each rep: a fourth within two minutes would stand in a list.
const LEADS = 6
const INTERNAL = 1
const SERVER = 2
const FAILED = 2

/** An OTLP collector over HTTP and JSON: what was sent to it, as bytes and as spans. */
async function startCollector() {
  const bodies: string[] = []
  const server: Server = createServer((request, response) => {
    let body = ''
    request.setEncoding('utf8').on('data', (chunk: string) => {
      body += chunk
    })
    request.on('end', () => {
      bodies.push(body)
      response.setHeader('content-type', 'application/json').end('{}')
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  return {
    url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`,
    bodies,
    spans: () =>
      bodies
        .flatMap((body) => JSON.parse(body).resourceSpans)
        .flatMap((one) => one.scopeSpans)
        .flatMap((one) => one.spans as Span[]),
    services: () =>
      bodies.flatMap((body) => JSON.parse(body).resourceSpans).map((one) => attribute(one.resource, 'service.name')),
    close: () => new Promise((resolve) => server.close(resolve)),
  }
}

function attribute(of: Pick<Span, 'attributes'>, name: string): unknown {
  const value = of.attributes.find(({ key }) => key === name)?.value ?? {}
  return Object.values(value)[0]
}

// Reports what of OpenTelemetry a process loads.
const REPORT = `import { registerHooks } from 'node:module'
registerHooks({ resolve(specifier, context, next) {
  const found = next(specifier, context)
  if (/opentelemetry|bullmq-otel/.test(found.url)) process.stderr.write('LOADED ' + found.url + '\\n')
  return found
} })`
const REPORTING = { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(REPORT)}` }

const loaded = (one: RunningProcess) =>
  new Set(
    [...one.output().matchAll(/LOADED .*node_modules\/(@opentelemetry\/[\w-]+|bullmq-otel)\//g)].map(
      ([, name]) => name,
    ),
  )

let collector: Awaited<ReturnType<typeof startCollector>>
beforeEach(async () => {
  collector = await startCollector()
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await collector.close()
})

describe.skipIf(WITHOUT_REDIS_SERVER)('an API and a worker', () => {
  let stage: ProcessStage
  beforeEach(async () => {
    stage = await createProcessStage()
  })
  afterEach(async () => stage.close())

  it('put everything from the webhook to the Slack post into one trace, with ids only', async () => {
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, OTEL_SERVICE_NAME: 'baton-test', ...REPORTING }
    const [api, worker] = [await stage.start('api', env), await stage.start('worker', env)]
    stage.sendTo(api)
    stage.slack.failNext({ method: 'chat.postMessage', kind: 'ok-false', error: 'invalid_blocks', times: 1 })
    stage.hubspot.failNext({ path: /batch\/update/, status: 500, times: 1 })
    const ids: string[] = []
    for (let index = 0; index < LEADS; index++) {
      ids.push(stage.createLead(`kim.canary-${index}@smalltown.example`))
      // One webhook each, all at once.
      await new Promise((resolve) => setImmediate(resolve))
    }
    await expect.poll(() => stage.slack.messages().length, { timeout: 20_000 }).toBe(2 * LEADS)
    await expect
      .poll(() => ids.map((id) => stage.hubspot.contact(id)?.baton_sla_status), { timeout: 20_000 })
      .toEqual(ids.map(() => 'running'))
    await stage.hubspot.settled()
    expect(await Promise.all([api.end('SIGTERM'), worker.end('SIGTERM')])).toEqual([0, 0])
    expect(loaded(worker)).toContain('@opentelemetry/sdk-trace')

    const spans = collector.spans()
    const byId = new Map(spans.map((span) => [span.spanId, span]))
    const chain = (span: Span): Span[] => {
      const parent = byId.get(span.parentSpanId ?? '')
      return parent ? [...chain(parent), span] : [span]
    }
    const posts = spans.filter(({ name, status }) => name === 'slack chat.postMessage' && status.code !== FAILED)
    for (const post of posts) {
      // BullMQ has a span of its own for adding a job.
      const way = chain(post).filter(({ name }) => !name.startsWith('add '))
      expect(way.map(({ name }) => name)).toEqual([
        'POST /webhooks/hubspot',
        'process leads',
        'work read-lead',
        'work send-post',
        'slack chat.postMessage',
      ])
      expect(new Set(way.map(({ traceId }) => traceId)).size).toBe(1)
      expect(way[0]?.kind).toBe(SERVER)
      expect(way[0] && attribute(way[0], 'http.response.status_code')).toBe(204)
      const lead = way[2] && attribute(way[2], 'baton.lead.id')
      expect(way[3] && attribute(way[3], 'baton.post.id')).toMatch(new RegExp(`^${lead}-1\\.`))
      const ingest = spans.find(({ name, parentSpanId }) => name === 'redis ingest' && parentSpanId === way[0]?.spanId)
      expect(ingest && attribute(ingest, 'baton.lead.ids')).toEqual({ values: [{ stringValue: lead }] })
    }
    expect(posts).toHaveLength(2 * LEADS)
    const names = new Set(spans.map(({ name }) => name))
    for (const name of ['redis ingest', 'hubspot read contacts', 'hubspot write contacts', 'work write-contact'])
      expect(names).toContain(name)
    expect(spans.find(({ name, status }) => name === 'slack chat.postMessage' && status.code === FAILED)).toMatchObject(
      {
        attributes: [{ key: 'error.type', value: { stringValue: 'slack: refused (invalid_blocks)' } }],
      },
    )
    for (const span of spans) if (!byId.has(span.parentSpanId ?? '')) expect(span.kind).not.toBe(INTERNAL)
    expect(new Set(collector.services())).toEqual(new Set(['baton-test']))
    expect(collector.bodies.join('')).not.toMatch(/canary/i)
  }, 60_000)

  it('load nothing of it where no collector is named', async () => {
    const both = await stage.start('both', REPORTING)
    expect(await both.end('SIGTERM')).toBe(0)
    expect(loaded(both)).toEqual(new Set(['@opentelemetry/api']))
  }, 60_000)
})

it('an error leaves nothing but its name and codes', async () => {
  const lines: string[] = []
  const log = createLogger('debug', { write: (line: string) => void lines.push(line) })
  vi.stubEnv('OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', `${collector.url}/v1/traces`)
  const tracing = await startTracing(process.env, log)
  const fail = (error: Error) =>
    inSpan('failing', { 'baton.lead.id': '7', email: 'canary' }, async () => {
      // As BullMQ does.
      trace.getActiveSpan()?.recordException(error)
      throw error
    })
  await expect(fail(new TypeError('kim.canary@smalltown.example'))).rejects.toThrow(TypeError)
  await expect(fail(new OutsideError('hubspot', 'unavailable', '503'))).rejects.toThrow(OutsideError)
  await tracing?.stop()
  expect(collector.spans().map((span) => attribute(span, 'error.type'))).toEqual([
    'TypeError',
    'hubspot: unavailable (503)',
  ])
  expect(collector.bodies.join('')).not.toMatch(/canary/i)
  expect(lines).toEqual([])
})
