import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it, test } from 'vitest'
import { checkApollo } from '../../../src/doctor/apollo.ts'
import { infoFindings } from '../../../src/doctor/redis.ts'

const MIB = 1_048_576
const info = (version: string, used: number, most: number) =>
  `# Server\r\n${version}\r\n# Memory\r\nused_memory:${used * MIB}\r\nused_memory_human:x\r\nmaxmemory:${most * MIB}\r\nmaxmemory_policy:noeviction\r\n`

describe('Redis', () => {
  test.each([
    ['redis_version:7.4.1', 'ok', 'Redis 7.4.1'],
    ['redis_version:7.2.4\r\nserver_name:valkey\r\nvalkey_version:9.0.0', 'ok', 'Valkey 9.0.0'],
    ['redis_version:6.2.14', 'warning', 'Redis 6.2.14'],
    ['nothing', 'warning', 'Redis unknown'],
  ])('%s', (version, status, found) => {
    expect(infoFindings(info(version, 1, 0))[0]).toMatchObject({ check: 'redis version', status, found })
  })

  test.each([
    [10, 0, 'ok', '10 MiB used, no limit'],
    [79, 100, 'ok', '79 MiB of 100 MiB used'],
    [80, 100, 'warning', '80 MiB of 100 MiB used'],
  ])('%i of %i MiB', (used, most, status, found) => {
    expect(infoFindings(info('redis_version:8.0.0', used, most))[1]).toMatchObject({ status, found })
  })
})

describe('Apollo', () => {
  const servers: Server[] = []
  afterEach(() => {
    for (const server of servers.splice(0)) server.close()
  })
  /** An Apollo that answers so to its health call with the key, and 404 to all else. */
  async function apollo(status: number, body: string): Promise<string> {
    const server = createServer((request, response) => {
      const known =
        request.method === 'GET' && request.url === '/v1/auth/health' && request.headers['x-api-key'] === 'key'
      response.writeHead(known ? status : 404).end(known ? body : '')
    })
    servers.push(server)
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  }

  it('is not asked without a key', async () => {
    expect(await checkApollo(undefined, 'http://127.0.0.1:9')).toMatchObject([{ status: 'ok' }])
  })

  test.each([
    [200, '{"healthy":true,"is_logged_in":true}', 'ok'],
    [200, '{"healthy":true,"is_logged_in":false}', 'fault'],
    [401, 'Invalid access credentials.', 'fault'],
    [404, '<html>', 'skipped'],
    [500, '', 'skipped'],
  ])('%i %s', async (status, body, outcome) => {
    const [finding] = await checkApollo('key', `${await apollo(status, body)}/`)
    expect(finding).toMatchObject({ check: 'apollo key', status: outcome })
  })

  it('that does not answer is no fault of the key', async () => {
    expect(await checkApollo('key', 'http://127.0.0.1:9')).toMatchObject([{ status: 'warning' }])
  })
})
