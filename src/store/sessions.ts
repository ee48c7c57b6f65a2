import { createHash, randomBytes } from 'node:crypto'
import { z } from 'zod'
import type { Clock } from '../platform/clock.ts'
import type { Store } from './partitions.ts'

const LASTS = 12 * 60 * 60_000
const SIGN_IN_LASTS = 10 * 60_000

/** Who is signed in: by an API token (its SHA-256), or as somebody whom the identity provider knows. */
const Who = z.union([z.object({ token: z.string() }), z.object({ subject: z.string(), email: z.string() })])
export type Who = z.output<typeof Who>

const Kept = z.object({ who: Who, form: z.string(), until: z.number() })

/** A session of the console. `form` is the secret that every form of it carries. */
export type Session = z.output<typeof Kept>

/** A sign-in with the identity provider that is under way. */
const Begun = z.object({ state: z.string(), nonce: z.string(), verifier: z.string(), next: z.string() })
export type Begun = z.output<typeof Begun>

/** The sessions of the console. */
export type Sessions = ReturnType<typeof createSessions>

/** Opens the sessions. They stand in Redis, so that every API process knows them, under the digest of their id. */
export function createSessions({ store, clock }: { store: Store; clock: Clock }) {
  const { redis, keys } = store
  const keyOf = (kind: string, id: string) => keys.shared(`${kind}:${createHash('sha256').update(id).digest('hex')}`)
  const random = () => randomBytes(32).toString('base64url')

  return {
    /** Begins a session; resolves with its id, for the cookie. It lasts 12 hours. */
    async begin(who: Who): Promise<string> {
      const id = random()
      const session: Session = { who, form: random(), until: clock.now() + LASTS }
      await redis.set(keyOf('session', id), JSON.stringify(session), 'PX', LASTS)
      return id
    },

    /** The session of an id; null when there is none, or it is over. */
    async find(id: string): Promise<Session | null> {
      const json = await redis.get(keyOf('session', id))
      const session = json ? Kept.parse(JSON.parse(json)) : null
      return session && session.until > clock.now() ? session : null
    },

    /** Ends a session. */
    async end(id: string): Promise<void> {
      await redis.del(keyOf('session', id))
    },

    /** Keeps what a sign-in with the identity provider needs when it comes back; resolves with its id, for a cookie. */
    async beginSignIn(begun: Begun): Promise<string> {
      const id = random()
      await redis.set(keyOf('sign-in', id), JSON.stringify(begun), 'PX', SIGN_IN_LASTS)
      return id
    },

    /** Takes it back, once. */
    async takeSignIn(id: string): Promise<Begun | null> {
      const json = await redis.getdel(keyOf('sign-in', id))
      return json ? Begun.parse(JSON.parse(json)) : null
    },
  }
}
