import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** A proxy before a Redis, for what networks do to connections. New connections are well unless told. */
export interface TcpProxy {
  /** What Redis is reached by through it. */
  url: string
  /** How many connections it has taken so far. */
  taken(): number
  /** From now on swallows what comes on the connections that there are, both ways: no answer, no FIN, no RST. */
  silence(): void
  /** Swallows what a client sends from the bytes that hold `text` on; resolves once it has begun. */
  silenceAt(text: string): Promise<void>
  /** Drops the connections that there are. */
  cut(): void
  /** Holds back every answer for so many milliseconds, on all connections; 0 ends it. */
  delayAnswers(milliseconds: number): void
  /** How many answers were held back and have been passed on. */
  delayed(): number
  close(): Promise<void>
}

/** Starts a proxy on a free port of this machine before the Redis at `url`. */
export async function startTcpProxy(url: string): Promise<TcpProxy> {
  const { hostname, port } = new URL(url)
  const pairs = new Set<{ client: Socket; redis: Socket; silent: boolean }>()
  let [taken, delay, delayed] = [0, 0, 0]
  let awaited: { text: string; seen: () => void } | undefined

  const server = createServer({ allowHalfOpen: true }, (client) => {
    taken += 1
    const redis = connect({ host: hostname, port: Number(port), allowHalfOpen: true })
    const pair = { client, redis, silent: false }
    pairs.add(pair)
    const end = () => {
      pairs.delete(pair)
      client.destroy()
      redis.destroy()
    }
    const answer = (act: () => void) => {
      if (delay === 0) return act()
      setTimeout(() => {
        if (pair.silent) return
        delayed += 1
        act()
      }, delay)
    }
    client.on('data', (bytes) => {
      if (awaited && bytes.includes(awaited.text)) {
        pair.silent = true
        awaited.seen()
      }
      return pair.silent || redis.write(bytes)
    })
    client.on('end', () => pair.silent || redis.end())
    redis.on('data', (bytes) => pair.silent || answer(() => client.write(bytes)))
    redis.on('end', () => pair.silent || answer(() => client.end()))
    for (const socket of [client, redis]) socket.on('error', () => undefined)
    client.on('close', end)
    redis.on('close', () => pair.silent || answer(end))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')

  function cut(): void {
    for (const { client } of pairs) client.destroy()
  }

  return {
    url: `redis://127.0.0.1:${(server.address() as AddressInfo).port}`,
    taken: () => taken,
    silence() {
      for (const pair of pairs) pair.silent = true
    },
    silenceAt: (text) =>
      new Promise((seen) => {
        awaited = { text, seen }
      }),
    cut,
    delayAnswers(milliseconds) {
      delay = milliseconds
    },
    delayed: () => delayed,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve))
      cut()
      await closed
    },
  }
}
