import Fastify, { type FastifyInstance } from 'fastify'
import { console } from '../../src/http/console/console.ts'
import type { ConsoleSettings } from '../../src/http/console/parts.ts'
import type { V1Parts } from '../../src/http/v1/v1.ts'

const COOKIE = 'baton_session=here'

/** The console without a service, for somebody who is signed in; `parts` are those that the pages under test use. */
export async function startConsole(
  parts: Partial<V1Parts & ConsoleSettings>,
  scope: 'read' | 'operate' = 'operate',
): Promise<FastifyInstance> {
  const app = Fastify()
  app.addHook('onRequest', async (request) => {
    request.headers.cookie ??= COOKIE
  })
  const who = { token: 'digest' }
  const sessions = { find: async () => ({ who, form: 'secret' }) }
  const apiTokens = [{ digest: 'digest', scope, name: undefined }]
  const all = { publicUrl: 'http://localhost', sessions, apiTokens, operators: [], oidc: undefined, ...parts }
  await app.register(console(all as unknown as V1Parts & ConsoleSettings), { prefix: '/console' })
  return app
}
