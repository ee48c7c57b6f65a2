import manifest from '../../package.json' with { type: 'json' }
import { signedHeaders } from './standard-webhooks.ts'

const DEADLINE = 10_000
const MOST_SHOWN = 500

/** What somebody answered to a signed request: the status, or why there was none. */
export interface PostAnswer {
  status: number | null
  /** In words for people: `204`, `no answer within 10 s`, `cannot be reached (ECONNREFUSED)`. */
  what: string
  /** How long it asks to wait, in milliseconds. */
  retryAfter?: number
  /** How its body begins, for a person who tests it. */
  body: string
}

/**
 * Posts JSON, signed with the secrets if there are any. Follows no redirect, waits ten seconds, and reads no more than the
 * beginning of the answer. Never rejects. `now` is epoch milliseconds.
 */
export async function postSigned(
  url: string,
  {
    secrets,
    id,
    body,
    now,
    headers = {},
    deadline = DEADLINE,
  }: {
    secrets: readonly string[]
    id: string
    body: string
    now: number
    headers?: Record<string, string>
    deadline?: number
  },
): Promise<PostAnswer> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'user-agent': `baton/${manifest.version}`,
        ...headers,
        ...(secrets.length > 0 ? signedHeaders(secrets, { id, at: now, body }) : { 'webhook-id': id }),
      },
      body,
      redirect: 'manual',
      signal: AbortSignal.timeout(deadline),
    })
    const { status } = response
    const shown = await beginning(response).catch(() => '')
    const wait = retryAfterOf(response.headers.get('retry-after'), now)
    const isRedirect = status >= 300 && status < 400
    return {
      status,
      what: isRedirect ? `${status}, a redirect, which is not followed` : String(status),
      ...(wait === undefined ? {} : { retryAfter: wait }),
      body: shown,
    }
  } catch (error) {
    const { name, cause } = error as Error & { cause?: { code?: string } }
    const late = name === 'TimeoutError'
    const code = cause?.code ?? 'unknown'
    return {
      status: null,
      what: late ? `no answer within ${deadline / 1_000} s` : `cannot be reached (${code})`,
      body: '',
    }
  }
}

async function beginning(response: Response): Promise<string> {
  const reader = response.body?.getReader()
  if (!reader) return ''
  const decoder = new TextDecoder()
  let text = ''
  for (let more = true; more && text.length < MOST_SHOWN; ) {
    const { done, value } = await reader.read()
    text += value ? decoder.decode(value, { stream: true }) : ''
    more = !done
  }
  await reader.cancel()
  return text.slice(0, MOST_SHOWN)
}

// Seconds, or a date.
function retryAfterOf(text: string | null, now: number): number | undefined {
  if (text === null) return undefined
  const wait = /^\d{1,6}$/.test(text) ? Number(text) * 1_000 : Date.parse(text) - now
  return Number.isFinite(wait) && wait > 0 ? wait : undefined
}
