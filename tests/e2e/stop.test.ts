import { connect, createServer } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startEmbeddedRedis } from '../../src/platform/embedded-redis.ts'
import { leadsIn } from '../support/leads.ts'
import { addressOf, createProcessStage, type ProcessStage } from '../support/process-stage.ts'
import { type RunningProcess, startGroup } from '../support/processes.ts'
import { WITHOUT_REDIS_SERVER } from '../support/redis.ts'

/** How long a stop may take at most: what runs containers kills what has not ended after 30 s. */
const CONTRACT = 25_000
const CUT_OFF = 'some work was cut off: it runs again elsewhere'
const LEADS = 100

let stage: ProcessStage

/** Sends SIGTERM and resolves with the exit code, or with what is still running when the time is up. */
async function stop(one: RunningProcess): Promise<unknown> {
  return Promise.race([one.end('SIGTERM'), delay(CONTRACT, 'still running', { ref: false })])
}

const logged = (one: RunningProcess, message: string) => one.output().split(`"msg":"${message}"`).length - 1

describe.skipIf(WITHOUT_REDIS_SERVER)('SIGTERM', () => {
  beforeEach(async () => {
    stage = await createProcessStage()
  })
  afterEach(async () => stage.close())

  it('under load ends in order, and the next process goes on where it stopped', async () => {
    const { slack, hubspot } = stage
    const env = { PORT: await freePort() }
    const first = await stage.start('both', env)
    stage.sendTo(first, { retries: 100 })
    const ids: string[] = []
    for (let index = 0; index < LEADS; index++) {
      ids.push(stage.createLead(`kim-${index}@smalltown.example`))
      // One delivery each, so that some are under way when the process stops.
      await new Promise((resolve) => setImmediate(resolve))
    }
    await expect.poll(() => slack.messages('C0000SDR').length, { timeout: 20_000, interval: 1 }).toBeGreaterThan(0)
    expect(await stop(first)).toBe(0)
    expect(logged(first, 'stopped')).toBe(1)
    expect(logged(first, CUT_OFF)).toBe(0)
    expect(first.output()).not.toContain('"level":60')

    await stage.start('both', env)
    const alerts = () => stage.alerts('C0000SDR')
    // A rep has some alerts one by one, and the rest in a list.
    const told = () =>
      leadsIn(['U000SDR1', 'U000SDR2'].flatMap((rep) => slack.messages(rep).map(({ text }) => text ?? '')))
    await expect.poll(() => [new Set(alerts()).size, told()], { timeout: 50_000 }).toEqual([LEADS, LEADS])
    await expect
      .poll(() => ids.filter((id) => hubspot.contact(id)?.baton_sla_status === 'running').length, { timeout: 50_000 })
      .toBe(LEADS)
    await hubspot.settled()
    expect(alerts()).toHaveLength(LEADS)
    expect(told()).toBe(LEADS)
  }, 120_000)

  it('ends within 25 s with exit code 0 when Redis is killed, and when it hangs', async () => {
    const hanging = await startEmbeddedRedis()
    try {
      const processes = [await stage.start('both'), await stage.start('both', { REDIS_URL: hanging.url })]
      process.kill(stage.redis.pid, 'SIGKILL')
      process.kill(hanging.pid, 'SIGSTOP')
      for (const one of processes) await expect.poll(() => ready(one), { timeout: 20_000 }).toBe(503)
      expect(await Promise.all(processes.map(stop))).toEqual([0, 0])
      for (const one of processes) expect(logged(one, 'stopped')).toBe(1)
    } finally {
      process.kill(hanging.pid, 'SIGCONT')
      await hanging.stop()
    }
  }, 60_000)

  it('is not held up by connections that stay open', async () => {
    const api = await stage.start('api')
    const { hostname, port } = new URL(addressOf(api))
    const idle = connect(Number(port), hostname, () => idle.write('GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n'))
    const [answer] = await Promise.all([new Promise((resolve) => idle.once('data', resolve))])
    expect(String(answer)).toContain('200 OK')
    // A request that never ends, but never rests either.
    const slow = connect(Number(port), hostname, () =>
      slow.write('POST /webhooks/hubspot HTTP/1.1\r\nHost: x\r\nX-Slow: '),
    )
    const drip = setInterval(() => slow.write('x'), 100)
    for (const socket of [idle, slow]) socket.on('error', () => undefined)
    try {
      await expect.poll(() => slow.bytesWritten).toBeGreaterThan(55)
      expect(await stop(api)).toBe(0)
      expect(logged(api, 'stopped')).toBe(1)
      expect(logged(api, CUT_OFF)).toBe(0)
    } finally {
      clearInterval(drip)
      for (const socket of [idle, slow]) socket.destroy()
    }
  }, 60_000)

  it('to the whole process group, passed on by the set-up script as well, is one stop', async () => {
    const group = stage.alsoEnd(startGroup(process.execPath, ['scripts/setup.mjs', 'start'], stage.env))
    await expect.poll(() => group.output(), { timeout: 30_000 }).toContain('Baton is running')
    stage.sendTo(group)
    // A message whose sending is under way has to be waited for.
    stage.slack.failNext({ method: 'chat.postMessage', kind: 'stalled-body', times: 2 })
    stage.createLead('kim@smalltown.example')
    await expect.poll(() => stage.slack.messages().length, { timeout: 20_000 }).toBe(2)
    // npm passes it on as well; the system makes one of copies that arrive together, so they come one by one here.
    for (let copy = 0; copy < 5; copy++) {
      process.kill(-(group.child.pid ?? 0), 'SIGTERM')
      await delay(5)
    }
    expect(await stop(group)).toBe(0)
    expect(logged(group, 'stopping')).toBe(1)
    expect(logged(group, 'outside system: waiting')).toBe(2)
    expect(logged(group, 'stopped')).toBe(1)
  }, 60_000)

  it('to npm alone reaches the service', async () => {
    const npm = stage.alsoEnd(startGroup('npm', ['start'], { ...stage.env, npm_config_update_notifier: 'false' }))
    await expect.poll(() => npm.output(), { timeout: 30_000 }).toContain('Baton is running')
    npm.child.kill('SIGTERM')
    await expect.poll(() => logged(npm, 'stopped'), { timeout: CONTRACT }).toBe(1)
  }, 60_000)

  it('a second time, later, ends at once', async () => {
    const one = await stage.start('both')
    process.kill(stage.redis.pid, 'SIGSTOP')
    try {
      one.child.kill('SIGTERM')
      await expect.poll(() => logged(one, 'stopping')).toBe(1)
      await delay(1_100)
      expect(await one.end('SIGTERM')).toBe(1)
    } finally {
      process.kill(stage.redis.pid, 'SIGCONT')
    }
  }, 60_000)
})

async function ready(one: RunningProcess): Promise<number> {
  return (await fetch(`${addressOf(one)}/readyz`)).status
}

async function freePort(): Promise<string> {
  const probe = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => probe.once('listening', resolve))
  const address = probe.address()
  await new Promise((resolve) => probe.close(resolve))
  return String(typeof address === 'object' && address ? address.port : 0)
}
