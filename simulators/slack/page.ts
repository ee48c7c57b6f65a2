import { readFileSync } from 'node:fs'
import type { FastifyInstance, FastifyReply } from 'fastify'
import type { HomeTabs } from './home.ts'
import type { createInteractions, InteractionResult } from './interactions.ts'
import { isObject, type JsonObject, textIn } from './types.ts'
import type { Views } from './views.ts'
import { dmIdOf, type Workspace } from './workspace.ts'

const MOST_MESSAGES_SHOWN = 100
const SECURITY_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
const ASSETS = [
  'slack-page.html',
  ...['', '-blocks', '-conversation', '-dialogs', '-phone'].map((part) => `slack-page${part}.css`),
  ...['', '-blocks', '-confirm', '-conversation', '-dialogs', '-elements', '-home', '-text'].map(
    (part) => `slack-page${part}.js`,
  ),
]
const TYPES: Readonly<Record<string, string>> = { html: 'text/html', css: 'text/css', js: 'text/javascript' }

/**
 * The page of the workspace: files from disk, the state as JSON for one person, a stream that says when to read it again,
 * and the two things a person can do. Only that person's DM, ephemerals and modal are in the state.
 */
export function registerPage(
  server: FastifyInstance,
  options: { workspace: Workspace; views: Views; homes: HomeTabs; interactions: ReturnType<typeof createInteractions> },
): { close: () => void } {
  const { workspace, views, interactions } = options
  const streams = new Set<FastifyReply>()

  workspace.listen(() => {
    for (const stream of streams) stream.raw.write('data: changed\n\n')
  })

  server.get('/', async (_request, reply) => sendAsset(reply, 'slack-page.html'))
  server.get<{ Params: { name: string } }>('/page/:name', async (request, reply) =>
    sendAsset(reply, request.params.name),
  )

  server.get<{ Querystring: { user?: string } }>('/page/state', async (request, reply) => {
    reply.header('cache-control', 'no-store')
    return stateFor(request.query.user ?? '')
  })

  server.get('/page/events', (_request, reply) => {
    reply.hijack()
    reply.raw.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
    reply.raw.write('retry: 1000\n\n')
    streams.add(reply)
    reply.raw.on('close', () => streams.delete(reply))
  })

  server.post('/page/click', async (request, reply) => {
    const body = isObject(request.body) ? request.body : {}
    const value = typeof body.value === 'string' ? body.value : undefined
    const [user, channel, ts, actionId] = ['user', 'channel', 'ts', 'actionId'].map((key) => textIn(body, key))
    if (!user || !channel || !ts || !actionId) return reply.code(400).send({ error: 'user, channel, ts and actionId' })
    return act(reply, () => interactions.click({ user, channel, ts, actionId, value }))
  })

  server.post('/page/open-home', async (request, reply) => {
    const user = textIn(isObject(request.body) ? request.body : {}, 'user')
    return act(reply, () => interactions.openHome(user))
  })

  server.post('/page/command', async (request, reply) => {
    const body = isObject(request.body) ? request.body : {}
    const [user, channel, text] = ['user', 'channel', 'text'].map((key) => textIn(body, key))
    return act(reply, () => interactions.command({ user: user ?? '', text: text ?? '', channel: channel ?? '' }))
  })

  server.post('/page/submit', async (request, reply) => {
    const body = isObject(request.body) ? request.body : {}
    const entered = isObject(body.values) ? Object.entries(body.values) : []
    const values = Object.fromEntries(entered.map(([key, value]) => [key, typeof value === 'string' ? value : null]))
    const input = { user: textIn(body, 'user'), viewId: textIn(body, 'viewId'), values }
    return act(reply, () => interactions.submitView(input))
  })

  server.post('/page/close-view', async (request, reply) => {
    const body = isObject(request.body) ? request.body : {}
    const view = views.find(textIn(body, 'viewId'))
    if (view && view.user === textIn(body, 'user')) views.close(view)
    return reply.send({})
  })

  function stateFor(wanted: string): JsonObject {
    const people = [...workspace.users.values()]
    const you = workspace.users.get(wanted) ?? people[0]
    const youId = you?.id ?? ''
    const conversations = [
      ...[...workspace.channels.values()].map((channel) => ({
        id: channel.id,
        name: channel.name,
        kind: channel.private ? 'private channel' : 'channel',
      })),
      ...(you ? [{ id: dmIdOf(you.id), name: workspace.identity.appName, kind: 'dm' }] : []),
    ]
    return {
      now: workspace.now(),
      app: workspace.identity.appName,
      botUser: workspace.identity.botUserId,
      you: youId,
      timeZone: you?.timeZone ?? 'Etc/UTC',
      users: people.map((person) => ({ id: person.id, name: person.name })),
      conversations: conversations.map((conversation) => ({
        ...conversation,
        messages: workspace
          .messagesIn(conversation.id)
          .filter((message) => !message.deleted)
          .slice(-MOST_MESSAGES_SHOWN)
          .map(({ author, ts, text, blocks, threadTs, files, versions }) => ({
            author,
            ts,
            text,
            blocks,
            threadTs,
            files: files?.map(({ id, title, alt }) => ({ id, title, alt })),
            versions,
          })),
        ephemerals: workspace.ephemerals.filter(
          (ephemeral) => ephemeral.user === youId && ephemeral.channel === conversation.id,
        ),
      })),
      home: options.homes.of(youId) ?? null,
      view: views.top(youId) ?? null,
    }
  }

  return {
    close() {
      for (const stream of streams) stream.raw.end()
    },
  }
}

async function act(reply: FastifyReply, action: () => Promise<InteractionResult>): Promise<FastifyReply> {
  try {
    return reply.send(await action())
  } catch (error) {
    return reply.code(409).send({ error: error instanceof Error ? error.message : String(error) })
  }
}

function sendAsset(reply: FastifyReply, name: string): FastifyReply {
  const type = TYPES[name.split('.')[1] ?? '']
  if (type === undefined || !ASSETS.includes(name)) return reply.code(404).send({ error: 'not found' })
  const content = readFileSync(new URL(`./${name}`, import.meta.url))
  return reply
    .type(`${type}; charset=utf-8`)
    .headers({
      'content-security-policy': SECURITY_POLICY,
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
    })
    .send(content)
}
