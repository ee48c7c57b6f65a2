import type { FastifyReply, FastifyRequest } from 'fastify'
import type { ApiToken } from '../../platform/env.ts'
import type { Session } from '../../store/sessions.ts'
import { asHtml, type Content, html, type Page } from './html.ts'
import { document } from './layout.ts'

/** Who is signed in, with what they may do. */
export type SignedIn = Session & { role: ApiToken['scope'] }

/** Who sent a request that was let through. */
export function sessionIn(request: FastifyRequest): SignedIn {
  return request.getDecorator<SignedIn>('session')
}

/** The page around what a request is answered with. */
export function pageIn(request: FastifyRequest): Page {
  return request.getDecorator<Page>('page')
}

/** Answers with a page; `path`: the entry of the menu that it belongs to. */
export function answer(
  request: FastifyRequest,
  reply: FastifyReply,
  shown: { title: string; path: string; body: Content },
): FastifyReply {
  return send(reply, asHtml(document(pageIn(request), shown)))
}

/**
 * Goes on to a page by a page of our own: a browser sends a strict cookie only where one of our pages led, and not where the redirect of
 * another site did.
 */
export function arrive(reply: FastifyReply, path: string, { asset }: Page): FastifyReply {
  const body = html`<html lang="en"><head><meta charset="utf-8" /><title>Baton</title><link rel="icon" href=${asset('mark.svg')} type="image/svg+xml" /><meta http-equiv="refresh" content=${`0;url=${path}`} /></head><body><main><h1>Baton</h1><p><a href=${path}>Go on</a></p></main></body></html>`
  return send(reply, asHtml(body))
}

/** Sends a document. */
export function send(reply: FastifyReply, text: string): FastifyReply {
  return reply.type('text/html; charset=utf-8').send(text)
}
