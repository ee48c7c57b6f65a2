import { spawn } from 'node:child_process'
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { afterEach, describe, expect, test, vi } from 'vitest'
import {
  type EmbeddedRedis,
  type EmbeddedRedisOptions,
  findRedisServer,
  startEmbeddedRedis,
} from '../../src/platform/embedded-redis.ts'

const sources = join(import.meta.dirname, '..', '..', 'src')
const folders: string[] = []
const started: EmbeddedRedis[] = []

function newFolder() {
  const folder = mkdtempSync(join(tmpdir(), 'baton-redis-'))
  folders.push(folder)
  return folder
}

async function start(options?: EmbeddedRedisOptions) {
  const redis = await startEmbeddedRedis(options)
  started.push(redis)
  return redis
}

async function withClient<T>(url: string, use: (client: Redis) => Promise<T>): Promise<T> {
  const client = new Redis(url, { maxRetriesPerRequest: 1 })
  client.on('error', () => {})
  try {
    return await use(client)
  } finally {
    client.disconnect()
  }
}

function isRunning(pid: number) {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

afterEach(async () => {
  vi.unstubAllEnvs()
  await Promise.all(started.splice(0).map((redis) => redis.stop()))
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})

describe.skipIf(findRedisServer() === undefined)('with a redis-server on the PATH', () => {
  test('what it has confirmed is there after it was killed', async () => {
    const dataDir = newFolder()
    const first = await start({ dataDir })
    await withClient(first.url, (client) => client.set('lead', 'kept'))
    process.kill(first.pid, 'SIGKILL')
    await expect.poll(() => isRunning(first.pid), { timeout: 10_000 }).toBe(false)

    const second = await start({ dataDir })
    expect(second.pid).not.toBe(first.pid)
    expect(await withClient(second.url, (client) => client.get('lead'))).toBe('kept')
  })

  test('syncs every write, evicts nothing and listens to this machine only', async () => {
    const { url } = await start({ dataDir: newFolder() })
    const set = (name: string) => withClient(url, async (client) => (await client.config('GET', name)).at(1))
    expect(await set('appendonly')).toBe('yes')
    expect(await set('appendfsync')).toBe('always')
    expect(await set('maxmemory-policy')).toBe('noeviction')
    expect(await set('save')).toBe('')
    expect(await set('bind')).toBe('127.0.0.1')
  })

  test('keeps nothing without a data folder, and two run side by side', async () => {
    const [one, other] = await Promise.all([start(), start()])
    expect(one.url).not.toBe(other.url)
    await withClient(one.url, (client) => client.set('lead', 'one'))
    expect(await withClient(other.url, (client) => client.get('lead'))).toBeNull()
    await expect(startEmbeddedRedis({ appendOnly: true })).rejects.toThrow('dataDir')
  })

  test('a second one on the same folder is refused with the first one’s address', async () => {
    const dataDir = newFolder()
    const { url } = await start({ dataDir })
    const refusal = startEmbeddedRedis({ dataDir })
    await expect(refusal).rejects.toThrow(`already uses ${realpathSync(dataDir)}`)
    await expect(refusal).rejects.toThrow(`REDIS_URL=${url}`)
  })

  test('of two started at once on the same folder, one runs', async () => {
    const dataDir = newFolder()
    const outcomes = await Promise.allSettled([start({ dataDir }), start({ dataDir })])
    expect(outcomes.map((outcome) => outcome.status).sort()).toEqual(['fulfilled', 'rejected'])
  })

  test('ends when asked, and asking twice is fine', async () => {
    const redis = await start()
    await redis.stop()
    expect(isRunning(redis.pid)).toBe(false)
    await redis.stop()
  })

  test('ends with the process that started it, even a killed one', async () => {
    const script = `
      import { startEmbeddedRedis } from ${JSON.stringify(join(sources, 'platform', 'embedded-redis.ts'))}
      const { pid } = await startEmbeddedRedis()
      console.log(pid)
      setInterval(() => {}, 60_000)`
    const owner = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const pid = await new Promise<number>((resolve) => owner.stdout.once('data', (line) => resolve(Number(line))))
    expect(isRunning(pid)).toBe(true)
    owner.kill('SIGKILL')
    await expect.poll(() => isRunning(pid), { timeout: 10_000 }).toBe(false)
  })

  test('does not keep the process that started it alive', async () => {
    const module = JSON.stringify(join(sources, 'platform', 'embedded-redis.ts'))
    const script = `import { startEmbeddedRedis } from ${module}; await startEmbeddedRedis()`
    const owner = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: 'inherit' })
    expect(await new Promise((resolve) => owner.once('exit', resolve))).toBe(0)
  })

  test('a port that is taken is told', async () => {
    const stranger = createServer((socket) => socket.destroy())
    const port = await new Promise<number>((resolve) => {
      stranger.listen(0, '127.0.0.1', () => resolve((stranger.address() as { port: number }).port))
    })
    await expect(startEmbeddedRedis({ port })).rejects.toThrow(`no free port on 127.0.0.1; tried ${port}`)
    await new Promise((resolve) => stranger.close(resolve))
  })

  test('says in Redis’s own words why it does not start', async () => {
    const dataDir = newFolder()
    writeFileSync(join(dataDir, 'appendonlydir'), 'not a folder')
    await expect(startEmbeddedRedis({ dataDir })).rejects.toThrow(/ended\. Its last lines:\n[\s\S]*append-?only/i)
  })
})

test('without any redis-server it says what to do', async () => {
  vi.stubEnv('PATH', newFolder())
  await expect(startEmbeddedRedis()).rejects.toThrow(/apt-get install redis-server.*brew install redis.*REDIS_URL/)
})
