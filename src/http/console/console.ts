import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import cookie from '@fastify/cookie'
import formBody from '@fastify/formbody'
import helmet from '@fastify/helmet'
import rateLimit from '@fastify/rate-limit'
import fastifyStatic from '@fastify/static'
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { isRedisAway } from '../../platform/redis.ts'
import { notConfirmed, ProblemError } from '../problems.ts'
import type { V1Parts } from '../v1/v1.ts'
import {
  cameFromElsewhere,
  refuseForeign,
  refuseForged,
  refuseReader,
  SESSION_COOKIE,
  sessionOf,
  shownOf,
} from './access.ts'
import { arrive, type SignedIn, send, sessionIn } from './answer.ts'
import { clockRoutes } from './clocks-page.ts'
import { configRoutes } from './config-page.ts'
import { deadRoutes } from './dead-page.ts'
import { handoffRoutes } from './handoffs-page.ts'
import { healthRoutes } from './health-page.ts'
import { asHtml, html, type Page } from './html.ts'
import { document } from './layout.ts'
import { leadRoutes } from './lead-page.ts'
import { leadListRoutes } from './leads-page.ts'
import type { ConsoleParts, ConsoleSettings } from './parts.ts'
import { poolRoutes } from './pools-page.ts'
import { qualityRoutes } from './quality-page.ts'
import { reportRoutes } from './reports-page.ts'
import { ruleRoutes } from './rules-page.ts'
import { saidOf } from './said.ts'
import { shadowRoutes } from './shadow-page.ts'
import { signInRoutes } from './sign-in.ts'
import { whatIfRoutes } from './what-if-page.ts'

const OWN_FILES = fileURLToPath(new URL('./assets', import.meta.url))
const HTMX = fileURLToPath(import.meta.resolve('htmx.org/dist/htmx.min.js'))
const ASSETS = [...['console.css', 'console.js', 'mark.svg'].map((name) => join(OWN_FILES, name)), HTMX]
const A_YEAR = 365 * 24 * 60 * 60_000

/** `/console`: pages for ops and managers, made on the server. */
export function console(parts: V1Parts & ConsoleSettings) {
  const publicUrl = parts.publicUrl
  const base = URL.canParse(publicUrl) ? new URL(publicUrl).pathname.replace(/\/+$/, '') : ''
  const mine: ConsoleParts = { ...parts, root: `${base}/console`, secure: /^https:/.test(publicUrl) }
  const { root, clock } = mine

  return async function plugin(app: FastifyInstance): Promise<void> {
    const hashes = new Map(ASSETS.map((file) => [basename(file), hashOf(file)]))
    const makePage = (): Page => ({
      root,
      now: clock.now(),
      asset: (name) => `${root}/assets/${name}?v=${hashes.get(name)}`,
    })

    await app.register(cookie)
    await app.register(formBody, { bodyLimit: 1024 * 1024 })
    await app.register(rateLimit, {
      global: false,
      errorResponseBuilder: (_request, { after }) =>
        new ProblemError({ status: 429, title: 'Too many tries', detail: `Try again in ${after}.` }),
    })
    await app.register(helmet, {
      contentSecurityPolicy: {
        useDefaults: false,
        directives: {
          defaultSrc: ["'none'"],
          scriptSrc: ["'self'"],
          styleSrc: ["'self'"],
          imgSrc: ["'self'"],
          connectSrc: ["'self'"],
          formAction: ["'self'"],
          frameAncestors: ["'none'"],
          baseUri: ["'none'"],
        },
      },
      // Whether the whole host is to be reached by HTTPS alone is for whoever runs it to say.
      strictTransportSecurity: false,
      referrerPolicy: { policy: 'same-origin' },
      frameguard: { action: 'deny' },
    })
    await app.register(fastifyStatic, {
      root: [OWN_FILES, dirname(HTMX)],
      prefix: '/assets/',
      decorateReply: false,
      schemaHide: true,
      index: false,
      maxAge: A_YEAR,
      immutable: true,
      allowedPath: (path) => hashes.has(path.replace(/^\//, '')),
    })
    // The pages are no part of the API's document.
    app.addHook('onRoute', (route) => {
      route.schema = { ...route.schema, hide: true }
    })
    app.addHook('onRequest', async (request, reply) => {
      if (!request.url.startsWith('/console/assets/')) reply.header('cache-control', 'no-store')
    })
    app.decorateRequest('page')
    app.decorateRequest('session')
    app.setErrorHandler((error: FastifyError, request, reply) => {
      const { status, title, detail } = problemOf(error, request)
      const shown = shownPage(request) ?? makePage()
      // A page that waits for `#looked` shows it in its place.
      const body = html`<p class="said bad" id="looked" role="alert">${detail}</p><p><a href=${`${root}/leads`}>Back to the leads</a></p>`
      return send(reply.code(status).header('cache-control', 'no-store'), asHtml(document(shown, { title, body })))
    })
    app.setNotFoundHandler((_request, reply) => {
      const body = html`<p>There is no such page.</p><p><a href=${`${root}/leads`}>Back to the leads</a></p>`
      reply.code(404).header('cache-control', 'no-store')
      return send(reply, asHtml(document(makePage(), { title: 'Not found', body })))
    })

    await app.register(signInRoutes(mine, makePage))
    await app.register(async (inside) => {
      inside.addHook('onRequest', async (request, reply) => {
        const session = await sessionOf(request, mine)
        if (!session) return signInFirst(request, reply, makePage())
        const page = {
          ...makePage(),
          session: shownOf(session),
          said: saidOf((request.query as { said?: unknown }).said),
        }
        request.setDecorator<Page>('page', page)
        request.setDecorator<SignedIn>('session', session)
      })
      inside.addHook('preHandler', async (request) => {
        if (request.method === 'GET' || request.method === 'HEAD') return
        const { role, form } = sessionIn(request)
        refuseForeign(request, publicUrl)
        refuseForged(request, form)
        if (request.routeOptions.url !== '/console/sign-out') refuseReader(role)
      })
      inside.get('/', async (_request, reply) => reply.redirect(`${root}/leads`, 303))
      inside.post('/sign-out', async (request, reply) => {
        await mine.sessions.end(request.cookies[SESSION_COOKIE] ?? '')
        return reply.clearCookie(SESSION_COOKIE, { path: root }).redirect(`${root}/sign-in`, 303)
      })
      for (const routes of [
        leadListRoutes,
        leadRoutes,
        clockRoutes,
        handoffRoutes,
        poolRoutes,
        reportRoutes,
        qualityRoutes,
        ruleRoutes,
        deadRoutes,
        configRoutes,
        whatIfRoutes,
        shadowRoutes,
        healthRoutes,
      ])
        await inside.register(routes(mine))
    })
  }

  function signInFirst(request: FastifyRequest, reply: FastifyReply, page: Page): FastifyReply {
    const wanted = `${base}${request.url}`
    const to = `${root}/sign-in?next=${encodeURIComponent(wanted)}`
    // A part of a page is asked for by a script, which goes where this says.
    if (request.headers['hx-request']) return reply.code(401).header('hx-redirect', `${root}/sign-in`).send()
    if (request.method !== 'GET') return reply.redirect(`${root}/sign-in`, 303)
    return cameFromElsewhere(request) ? arrive(reply, wanted, page) : reply.redirect(to, 303)
  }
}

function shownPage(request: FastifyRequest): Page | undefined {
  return request.getDecorator<Page | undefined>('page')
}

function problemOf(error: FastifyError, request: FastifyRequest): { status: number; title: string; detail: string } {
  if (error instanceof ProblemError) return error.problem
  if (isRedisAway(error))
    return {
      ...notConfirmed().problem,
      title: 'Redis does not answer',
      detail: 'What Baton keeps cannot be read just now. Try again in a moment.',
    }
  if (error.statusCode === 413) return { status: 413, title: 'Too large', detail: 'At most 1 MiB can be sent.' }
  if (error.statusCode && error.statusCode < 500)
    return { status: error.statusCode, title: 'Not understood', detail: 'The request is not valid.' }
  request.log.error({ err: error, route: request.routeOptions.url }, 'request failed')
  return {
    status: 500,
    title: 'Something went wrong',
    detail: 'It has been logged. Try again, or ask whoever runs Baton.',
  }
}

function hashOf(file: string): string {
  return createHash('sha256').update(readFileSync(file)).digest('hex').slice(0, 12)
}
