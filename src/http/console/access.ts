import { createHash, timingSafeEqual } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { ApiToken } from '../../platform/env.ts'
import type { Session, Sessions, Who } from '../../store/sessions.ts'
import { ProblemError } from '../problems.ts'
import type { Page } from './html.ts'

/** The cookie that holds the id of a session. */
export const SESSION_COOKIE = 'baton_session'

/** What decides who may do what. */
export interface AccessParts {
  sessions: Sessions
  apiTokens: ApiToken[]
  operators: readonly string[]
}

/** What somebody may do; undefined when their token is no longer one of those that are set. */
export function roleOf(
  who: Who,
  { apiTokens, operators }: Omit<AccessParts, 'sessions'>,
): ApiToken['scope'] | undefined {
  if ('token' in who) return apiTokens.find(({ digest }) => digest === who.token)?.scope
  return operators.includes(who.email.toLowerCase()) ? 'operate' : 'read'
}

/** How somebody is called in records: by ids alone, never by an address. */
export function actorOf(who: Who): string {
  return `console:${'token' in who ? who.token.slice(0, 8) : subjectId(who.subject)}`
}

// Some providers name people by their address: then its digest stands for them.
function subjectId(subject: string): string {
  return /^[\w.|-]{1,64}$/.test(subject) ? subject : createHash('sha256').update(subject).digest('hex').slice(0, 8)
}

/** Finds who asks; null when nobody is signed in. */
export async function sessionOf(
  request: FastifyRequest,
  parts: AccessParts,
): Promise<(Session & { role: ApiToken['scope'] }) | null> {
  const id = request.cookies[SESSION_COOKIE]
  const session = id ? await parts.sessions.find(id) : null
  const role = session && roleOf(session.who, parts)
  return session && role ? { ...session, role } : null
}

/** What a page shows of a session. */
export function shownOf({ who, role, form }: Session & { role: ApiToken['scope'] }): NonNullable<Page['session']> {
  return { role, form, name: 'token' in who ? 'API token' : who.email }
}

/**
 * Refuses a request that another site made the browser send. Every browser of today says where a request comes from; where it
 * does not, which is where the page came over plain HTTP, its `Origin` has to be ours.
 */
export function refuseForeign(request: FastifyRequest, publicUrl: string): void {
  const site = request.headers['sec-fetch-site']
  const { origin, host } = request.headers
  const own = [hostOf(publicUrl), host]
  const isOwn = site === undefined ? origin !== undefined && own.includes(hostOf(origin)) : site === 'same-origin'
  if (!isOwn) throw forbidden('This form was sent from another site. Open the console itself and try again.')
}

/** Refuses a form that does not carry the secret of its session. */
export function refuseForged(request: FastifyRequest, form: string): void {
  const given = Buffer.from(String((request.body as Record<string, unknown> | undefined)?.form ?? ''))
  const wanted = Buffer.from(form)
  if (given.length !== wanted.length || !timingSafeEqual(given, wanted))
    throw forbidden('This form is from an earlier session. Open the page again and try once more.')
}

/** Refuses who may only read. */
export function refuseReader(role: ApiToken['scope']): void {
  if (role !== 'operate') throw forbidden('You may only read here: sign in with what may operate.')
}

/**
 * A path of the console that somebody wanted before they signed in; its first page when it is anything else, for a link must
 * not lead to another site.
 */
export function ownPath(wanted: unknown, root: string): string {
  const base = 'http://console.invalid'
  const first = `${root}/leads`
  if (typeof wanted !== 'string' || wanted.length > 2_000 || !wanted.startsWith(`${root}/`)) return first
  const url = URL.canParse(wanted, base) ? new URL(wanted, base) : null
  if (url?.origin !== base || !url.pathname.startsWith(`${root}/`)) return first
  return url.pathname + url.search
}

/** Whether another site's link led here: a strict cookie is not sent then. */
export function cameFromElsewhere({ headers }: FastifyRequest): boolean {
  return headers['sec-fetch-site'] === 'cross-site' && headers['sec-fetch-mode'] === 'navigate'
}

/** The cookie of a session. */
export function setSession(reply: FastifyReply, id: string, { root, secure }: { root: string; secure: boolean }): void {
  reply.setCookie(SESSION_COOKIE, id, {
    path: root || '/',
    httpOnly: true,
    sameSite: 'strict',
    secure,
    maxAge: 12 * 60 * 60,
  })
}

function forbidden(detail: string): ProblemError {
  return new ProblemError({ status: 403, title: 'Not allowed', detail })
}

function hostOf(url: string): string | undefined {
  return URL.canParse(url) ? new URL(url).host : undefined
}
