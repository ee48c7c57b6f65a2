import { createHash } from 'node:crypto'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Who } from '../../store/sessions.ts'
import { ProblemError } from '../problems.ts'
import { ownPath, refuseForeign, SESSION_COOKIE, setSession } from './access.ts'
import { arrive, send } from './answer.ts'
import { asHtml, html, type Page } from './html.ts'
import { document } from './layout.ts'
import { createOidc, NotSignedIn } from './oidc.ts'
import type { ConsoleParts } from './parts.ts'

const SIGN_IN_COOKIE = 'baton_sign_in'
const MINUTE = 60_000
// Per address and process: enough for a person who mistypes, too few to try many.
const TRIES = 10

/** How to sign in: the page, by an API token, by the identity provider; and out. */
export function signInRoutes(parts: ConsoleParts, makePage: () => Page) {
  const { root, secure } = parts
  const oidc = parts.oidc && createOidc({ ...parts.oidc, callback: `${parts.publicUrl}/console/oidc/callback` })

  return async function plugin(app: FastifyInstance): Promise<void> {
    const limited = { config: { rateLimit: { max: TRIES, timeWindow: MINUTE } } }

    app.get('/sign-in', async (request, reply) => {
      return show(reply, (request.query as Record<string, unknown>).next)
    })

    app.post('/sign-in', limited, async (request, reply) => {
      refuseForeign(request, parts.publicUrl)
      const { token, next } = (request.body ?? {}) as Record<string, unknown>
      const digest = createHash('sha256')
        .update(String(token ?? '').trim())
        .digest('hex')
      if (!parts.apiTokens.some((one) => one.digest === digest))
        return show(reply.code(401), next, 'This is none of the tokens in API_TOKENS.')
      return enter(request, reply, { token: digest }, ownPath(next, root))
    })

    app.get('/oidc', limited, async (request, reply) => {
      if (!oidc) return reply.redirect(`${root}/sign-in`, 303)
      const { begun, url } = await away(oidc.begin())
      const next = ownPath((request.query as Record<string, unknown>).next, root)
      const id = await parts.sessions.beginSignIn({ ...begun, next })
      // Lax, for the provider's redirect is another site's.
      reply.setCookie(SIGN_IN_COOKIE, id, {
        path: `${root}/oidc`,
        httpOnly: true,
        sameSite: 'lax',
        secure,
        maxAge: 600,
      })
      return reply.redirect(url.href, 303)
    })

    app.get('/oidc/callback', limited, async (request, reply) => {
      const id = request.cookies[SIGN_IN_COOKIE]
      reply.clearCookie(SIGN_IN_COOKIE, { path: `${root}/oidc` })
      const begun = id ? await parts.sessions.takeSignIn(id) : null
      if (!oidc || !begun)
        return show(reply.code(400), undefined, 'This sign-in took too long, or began in another browser: try again.')
      try {
        const who = await away(oidc.finish(begun, new URL(request.url, 'http://console.invalid').search))
        return enter(request, reply, who, begun.next)
      } catch (error) {
        if (error instanceof NotSignedIn) return show(reply.code(403), begun.next, error.message)
        throw error
      }
    })
  }

  // What a person gave before is over, so that nobody goes on with a session that somebody else has set.
  async function enter(request: FastifyRequest, reply: FastifyReply, who: Who, next: string): Promise<FastifyReply> {
    const old = request.cookies[SESSION_COOKIE]
    if (old) await parts.sessions.end(old)
    setSession(reply, await parts.sessions.begin(who), parts)
    return arrive(reply, next, makePage())
  }

  function show(reply: FastifyReply, next: unknown, wrong?: string): FastifyReply {
    const page = makePage()
    const way = ownPath(next, root)
    const isOff = parts.apiTokens.length === 0 && !oidc
    const body = html`<div class="card narrow">
      ${wrong && html`<p class="said bad" role="alert">${wrong}</p>`}
      ${oidc && html`<p><a class="button" href=${`${root}/oidc?next=${encodeURIComponent(way)}`}>Sign in with ${new URL(parts.oidc?.issuer ?? '').host}</a></p>`}
      ${
        parts.apiTokens.length > 0 &&
        html`<form method="post" action=${`${root}/sign-in`}>
          <input type="hidden" name="next" value=${way} />
          <label for="token">API token</label>
          <input id="token" name="token" type="password" autocomplete="current-password" required aria-describedby="hint" />
          <p id="hint" class="hint">One of API_TOKENS. A token that may only read shows everything and changes nothing.</p>
          <button>Sign in</button>
        </form>`
      }
      ${
        isOff &&
        html`<p>Nobody can sign in yet: no API token is set, and no identity provider.</p>
        <ol>
          <li>Run <code>npm run baton -- token</code>, and put what it prints into <code>API_TOKENS</code>.</li>
          <li>Or set <code>OIDC_ISSUER</code>, <code>OIDC_CLIENT_ID</code> and <code>OIDC_CLIENT_SECRET</code>, and name in <code>OIDC_OPERATORS</code> who may operate.</li>
          <li>Start Baton again.</li>
        </ol>`
      }
    </div>`
    return send(reply, asHtml(document(page, { title: 'Sign in', body })))
  }
}

async function away<T>(asked: Promise<T>): Promise<T> {
  try {
    return await asked
  } catch (error) {
    if (error instanceof NotSignedIn) throw error
    throw new ProblemError({
      status: 503,
      title: 'The identity provider does not answer',
      detail: 'Signing in with it did not work. Try again, or sign in with an API token.',
    })
  }
}
