import { type ChildProcess, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, realpathSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { setTimeout as delay } from 'node:timers/promises'
import { onPath } from './programs.mjs'

/** A running Redis of our own. `stop` asks it to end, waits until it has, and may be called twice. */
export type EmbeddedRedis = { url: string; pid: number; stop(): Promise<void> }

/** `appendOnly` is on when there is a `dataDir`, off without; `port` is a free one unless given; `more` are arguments. */
export type EmbeddedRedisOptions = { dataDir?: string; port?: number; appendOnly?: boolean; more?: string[] }

const host = '127.0.0.1'
const firstAnswerWithinMs = 15_000
const previousOwnerEndsWithinMs = 2_000
const endsWithinMs = 10_000

/** The redis-server on the PATH, else the valkey-server, as a full path; undefined when there is neither. */
export function findRedisServer(): string | undefined {
  return onPath('redis-server', 'valkey-server')
}

/**
 * Starts a redis-server as a child, reachable from this machine only, and resolves once it answers.
 *
 * With a `dataDir`, which is made when it is missing, every write is in the append-only file before it is confirmed.
 * One Redis per folder: while another serves it, this fails and says on which port. (With a `port`, only that port is
 * looked at: give the same one every time.) Without a `dataDir` nothing is kept.
 *
 * It ends with this process, however that ends, and does not keep it alive. Control-C does not reach it, so that it
 * outlasts a graceful stop. Throws with Redis's own last lines when it does not start, and with what to install when
 * there is none.
 */
export async function startEmbeddedRedis(options: EmbeddedRedisOptions = {}): Promise<EmbeddedRedis> {
  const program = findRedisServer()
  if (program === undefined) {
    throw new Error(
      'No redis-server or valkey-server on the PATH. Install one (Debian: apt-get install redis-server, macOS: brew install redis) or set REDIS_URL.',
    )
  }
  const { dataDir, appendOnly = dataDir !== undefined, more = [] } = options
  if (dataDir === undefined) {
    if (appendOnly) throw new Error('An append-only file needs a dataDir to be in.')
    const ports = options.port === undefined ? freePorts() : [options.port]
    return startOnFirstFree(program, ports, ['--dir', tmpdir(), '--appendonly', 'no', ...more])
  }
  mkdirSync(dataDir, { recursive: true })
  const folder = realpathSync(dataDir)
  const ports = options.port === undefined ? portsOf(folder) : [options.port]
  await untilUnused(folder, ports)
  const keep = appendOnly ? ['--appendonly', 'yes', '--appendfsync', 'always'] : ['--appendonly', 'no']
  return startOnFirstFree(program, ports, ['--dir', folder, ...keep, ...more], () => untilUnused(folder, ports))
}

/** The URL of the Redis that serves a data folder at this moment; undefined when none does. For commands beside the service. */
export async function findEmbeddedRedis(dataDir: string): Promise<string | undefined> {
  if (!existsSync(dataDir)) return undefined
  const folder = realpathSync(dataDir)
  const ports = portsOf(folder)
  const answers = await Promise.all(ports.map((port) => ask(port, 'CONFIG GET dir')))
  const port = ports.find((_, index) => answers[index]?.includes(`\r\n${folder}\r\n`))
  return port === undefined ? undefined : `redis://${host}:${port}`
}

/**
 * The ports that a data folder's Redis may have, always the same ones. Two on one folder would destroy its files, and
 * the port is a lock that the system takes back when Redis ends, however it ends: Redis binds it before it reads them.
 */
function portsOf(folder: string): number[] {
  const digest = createHash('sha256').update(folder).digest()
  return [0, 2, 4, 6, 8].map((offset) => 20_000 + (digest.readUInt16BE(offset) % 10_000))
}

async function* freePorts(): AsyncGenerator<number> {
  for (let tries = 0; tries < 10; tries++) {
    const probe = createServer()
    const port = await new Promise<number>((resolve, reject) => {
      probe.once('error', reject)
      probe.listen(0, host, () => {
        const address = probe.address()
        resolve(typeof address === 'object' && address !== null ? address.port : 0)
      })
    })
    await new Promise((resolve) => probe.close(resolve))
    yield port
  }
}

/** Waits for a Redis whose owner was just killed to end; throws when one goes on using the folder. */
async function untilUnused(folder: string, ports: number[]): Promise<void> {
  const giveUpAt = performance.now() + previousOwnerEndsWithinMs
  for (;;) {
    const answers = await Promise.all(ports.map((port) => ask(port, 'CONFIG GET dir')))
    const port = ports.find((_, index) => answers[index]?.includes(`\r\n${folder}\r\n`))
    if (port === undefined) return
    if (performance.now() > giveUpAt) {
      throw new Error(
        `The redis-server on ${host}:${port} already uses ${folder}. Stop the Baton that started it, or share it: REDIS_URL=redis://${host}:${port}`,
      )
    }
    await delay(50)
  }
}

async function startOnFirstFree(
  program: string,
  ports: Iterable<number> | AsyncIterable<number>,
  storage: string[],
  whenTaken?: () => Promise<void>,
): Promise<EmbeddedRedis> {
  const tried: number[] = []
  for await (const port of ports) {
    const started = await start(program, port, storage)
    if (started !== 'port taken') return started
    tried.push(port)
    await whenTaken?.()
  }
  throw new Error(`redis-server found no free port on ${host}; tried ${tried.join(', ')}.`)
}

async function start(program: string, port: number, storage: string[]): Promise<EmbeddedRedis | 'port taken'> {
  const memory = ['--save', '', '--maxmemory-policy', 'noeviction']
  const args = ['--bind', host, '--port', String(port), '--daemonize', 'no', ...memory, ...storage]
  // Its own process group: Control-C in a terminal would end it before the service has finished.
  const server = spawn(program, args, { detached: true, stdio: ['ignore', 'pipe', 'pipe'] })
  const watcher = endWithThisProcess(server)
  const lines: string[] = []
  for (const stream of [server.stdout, server.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      lines.splice(0, lines.length, ...[...lines, ...chunk.trimEnd().split('\n')].slice(-20))
    })
  }
  let ended = false
  const end = new Promise<void>((resolve) => {
    for (const event of ['close', 'error']) {
      server.once(event, (reason) => {
        if (reason instanceof Error) lines.push(reason.message)
        ended = true
        watcher?.kill()
        resolve()
      })
    }
  })
  const stop = async () => {
    watcher?.kill()
    if (ended) return
    server.ref()
    server.kill('SIGTERM')
    const force = setTimeout(() => server.kill('SIGKILL'), endsWithinMs)
    await end
    clearTimeout(force)
  }

  const giveUpAt = performance.now() + firstAnswerWithinMs
  let answered = false
  for (;;) {
    // Another program may sit on the port: only the answer of this very process counts.
    const answer = ended ? '' : await ask(port, 'INFO server\r\nPING')
    const ours = answer.includes(`process_id:${server.pid}\r\n`)
    if (ours && answer.includes('+PONG')) break
    answered ||= ours
    const problem = ended ? 'ended' : 'did not answer'
    if (ended || (!answered && performance.now() > giveUpAt)) {
      await stop()
      if (lines.some((line) => /Address already in use|Failed listening on port/.test(line))) return 'port taken'
      throw new Error(`${program} ${problem}. Its last lines:\n${lines.join('\n')}`)
    }
    await delay(20)
  }

  server.unref()
  for (const stream of [server.stdout, server.stderr]) unref(stream)
  return { url: `redis://${host}:${port}`, pid: server.pid ?? 0, stop }
}

/**
 * A shell that reads from this process and ends the server once there is nothing left to read from: the one way to
 * notice, on Linux and macOS, that this process was killed outright.
 */
function endWithThisProcess(server: ChildProcess): ChildProcess | undefined {
  if (server.pid === undefined) return undefined
  const script = 'read -r _; kill "$1"'
  const args = ['-c', script, 'baton-redis-watcher', String(server.pid)]
  const watcher = spawn('/bin/sh', args, { detached: true, stdio: ['pipe', 'ignore', 'ignore'] })
  watcher.unref()
  watcher.stdin.on('error', () => {})
  unref(watcher.stdin)
  return watcher
}

function unref(stream: object): void {
  if ('unref' in stream && typeof stream.unref === 'function') stream.unref()
}

/** Everything Redis answers to these inline commands; what there is of it when nobody listens or the answer stops. */
function ask(port: number, commands: string): Promise<string> {
  return new Promise((resolve) => {
    let answer = ''
    const socket = connect({ host, port }, () => socket.write(`${commands}\r\nQUIT\r\n`))
    socket.setEncoding('utf8').setTimeout(5_000, () => socket.destroy())
    socket.on('data', (chunk: string) => {
      answer += chunk
    })
    socket.on('error', () => {})
    socket.on('close', () => resolve(answer))
  })
}
