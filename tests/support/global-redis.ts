import type { TestProject } from 'vitest/node'
import { findRedisServer, startEmbeddedRedis } from '../../src/platform/embedded-redis.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** The Redis that the tests share; each test file keeps to keys with its own prefix. */
    redisUrl: string
  }
}

interface TestRedisServer {
  url: string
  stop(): Promise<void>
}

let shared: Promise<TestRedisServer> | undefined
let users = 0

/** Gives the project's tests a Redis: the one at REDIS_URL, else a local redis-server, else a container; once per run. */
export async function setup(project: TestProject): Promise<void> {
  users += 1
  shared ??= startRedis()
  project.provide('redisUrl', (await shared).url)
}

/** Stops the Redis of our own once the last project that used it is through. */
export async function teardown(): Promise<void> {
  if (shared === undefined || --users > 0) return
  const redis = await shared
  shared = undefined
  await redis.stop()
}

async function startRedis(): Promise<TestRedisServer> {
  if (process.env.REDIS_URL) return { url: process.env.REDIS_URL, stop: async () => {} }
  return findRedisServer() === undefined ? startContainer() : startEmbeddedRedis()
}

/** REDIS_IMAGE names another image. It is loaded only here: most runs have a redis-server. */
async function startContainer(): Promise<TestRedisServer> {
  const { GenericContainer, Wait } = await import('testcontainers')
  const container = await new GenericContainer(process.env.REDIS_IMAGE ?? 'valkey/valkey:9-bookworm')
    .withExposedPorts(6379)
    .withWaitStrategy(Wait.forLogMessage('Ready to accept connections'))
    .start()
  return {
    url: `redis://${container.getHost()}:${container.getMappedPort(6379)}`,
    stop: async () => void (await container.stop()),
  }
}
