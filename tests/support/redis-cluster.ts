import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { expect, vi } from 'vitest'
import { type EmbeddedRedis, startEmbeddedRedis } from '../../src/platform/embedded-redis.ts'
import { startTcpProxy, type TcpProxy } from './tcp-proxy.ts'

const NODES = 3
const SLOTS = 16_384

/** Three local redis-servers that share the slots, without replicas. Each keeps its data and its place in a folder. */
export interface RedisCluster {
  urls: string[]
  /** What stands before the nodes, when that was asked for: clients know the nodes by these only. */
  proxies: TcpProxy[]
  /** Runs `use` with a connection to one node. */
  withNode<T>(index: number, use: (node: Redis) => Promise<T>): Promise<T>
  /** Kills a node outright. */
  kill(index: number): Promise<void>
  /** Starts a killed node again with its files. */
  restart(index: number): Promise<void>
  /** Waits until every node says that all slots are served. */
  whole(): Promise<void>
  stop(): Promise<void>
}

/** Starts the cluster, with a proxy before every node if told, and waits until it is whole. */
export async function startRedisCluster({ behindProxies = false } = {}): Promise<RedisCluster> {
  const folder = await mkdtemp(join(tmpdir(), 'baton-cluster-'))
  const ports: number[] = []
  const nodes: EmbeddedRedis[] = []
  const proxies: TcpProxy[] = []
  const start = (index: number) =>
    startEmbeddedRedis({
      dataDir: join(folder, String(index)),
      port: ports[index] ?? 0,
      more: [
        ...['--cluster-enabled', 'yes', '--cluster-config-file', 'nodes.conf', '--cluster-node-timeout', '1000'],
        ...announce(index),
      ],
    })
  const announce = (index: number) => {
    const proxy = proxies[index]
    if (!proxy) return []
    const bus = String((ports[index] ?? 0) + 10_000)
    return ['--cluster-announce-port', new URL(proxy.url).port, '--cluster-announce-bus-port', bus]
  }
  for (let index = 0; index < NODES; index++) {
    const port = await freePort()
    ports.push(port)
    if (behindProxies) proxies.push(await startTcpProxy(`redis://127.0.0.1:${port}`))
    nodes.push(await start(index))
  }

  async function withNode<T>(index: number, use: (node: Redis) => Promise<T>): Promise<T> {
    const node = new Redis(nodes[index]?.url ?? '')
    try {
      return await use(node)
    } finally {
      node.disconnect()
    }
  }
  const whole = () =>
    vi.waitFor(
      async () => {
        for (const index of nodes.keys()) {
          const info = await withNode(index, async (node) => String(await node.cluster('INFO')))
          expect(info).toMatch(new RegExp(`cluster_state:ok[^]*cluster_known_nodes:${NODES}`))
        }
      },
      { timeout: 20_000 },
    )

  for (const index of nodes.keys()) {
    await withNode(index, async (node) => {
      const from = Math.ceil((index * SLOTS) / NODES)
      const to = Math.ceil(((index + 1) * SLOTS) / NODES)
      await node.cluster('ADDSLOTS', ...Array.from({ length: to - from }, (_, slot) => from + slot))
      for (const port of ports) await node.cluster('MEET', '127.0.0.1', port)
    })
  }
  await whole()

  return {
    urls: (behindProxies ? proxies : nodes).map(({ url }) => url),
    proxies,
    withNode,
    whole,
    async kill(index) {
      process.kill(nodes[index]?.pid ?? 0, 'SIGKILL')
      await nodes[index]?.stop()
    },
    async restart(index) {
      nodes[index] = await start(index)
    },
    async stop() {
      await Promise.all([...proxies.map((proxy) => proxy.close()), ...nodes.map((node) => node.stop())])
      await rm(folder, { recursive: true })
    },
  }
}

/** Nodes talk to each other on the port 10,000 above their own: both have to be free, and below what systems hand out. */
async function freePort(): Promise<number> {
  for (;;) {
    const port = 12_000 + Math.floor(Math.random() * 10_000)
    if ((await isFree(port)) && (await isFree(port + 10_000))) return port
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer()
    probe.once('error', () => resolve(false))
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)))
  })
}
