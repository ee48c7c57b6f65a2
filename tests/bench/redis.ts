import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { startEmbeddedRedis } from '../../src/platform/embedded-redis.ts'

/** The benchmark's own Redis, synced at every write, and a connection to look at it with. */
export type BenchRedis = Awaited<ReturnType<typeof startBenchRedis>>

/** Starts it in a folder of its own, which goes when it stops. */
export async function startBenchRedis() {
  const dataDir = await mkdtemp(join(tmpdir(), 'baton-bench-'))
  const server = await startEmbeddedRedis({ dataDir })
  const look = new Redis(server.url)
  // Rewriting the file in the middle of a run would hit one side only; `clear` does it between runs.
  await look.config('SET', 'auto-aof-rewrite-percentage', '0')

  return {
    url: server.url,
    look,

    /** Empties Redis and its file. */
    async clear(): Promise<void> {
      await look.flushall()
      await look.bgrewriteaof()
      while (/aof_rewrite_(in_progress|scheduled):1/.test(await look.info('persistence'))) await wait(10)
    },

    /** Bytes in use. */
    async usedMemory(): Promise<number> {
      return Number(/used_memory:(\d+)/.exec(await look.info('memory'))?.[1])
    },

    /** How many commands it has carried out, those inside scripts too; asking for this does not count. */
    async commands(): Promise<number> {
      const calls = (await look.info('commandstats')).matchAll(/^cmdstat_(?!info:)\S+:calls=(\d+)/gm)
      return calls.reduce((sum, [, count]) => sum + Number(count), 0)
    },

    /** Bytes in the append-only file. */
    async fileSize(): Promise<number> {
      return Number(/aof_current_size:(\d+)/.exec(await look.info('persistence'))?.[1])
    },

    async stop(): Promise<void> {
      look.disconnect()
      await server.stop()
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}
