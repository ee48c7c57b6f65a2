import { type BackendFactory, createRedisBackend, type RedisQueueBackend } from 'bullmq'
import { LONGEST_BLOCK } from '../platform/redis.ts'

/**
 * BullMQ's own way to Redis, for its `Worker`. One command of it would wait for a job up to 10 s; here at most
 * `LONGEST_BLOCK`, so that a connection that waits can be told from one that has gone silent.
 */
export const workerBackend: BackendFactory<RedisQueueBackend> = (...args) => {
  const backend = createRedisBackend(...args)
  const wait = backend.waitForJob.bind(backend)
  backend.waitForJob = (seconds) => wait(Math.min(seconds, LONGEST_BLOCK))
  return backend
}
