import { OutsideError, withDeadline } from '../platform/errors.ts'
import { createWebClient, toOutsideError } from './client.ts'

/** A member of the workspace. `gone` may not sign in any more. */
export interface SlackMember {
  id: string
  email: string | undefined
  timeZone: string | undefined
  gone: boolean
  bot: boolean
}

/** A channel as the app sees it. */
export interface SlackChannel {
  id: string
  member: boolean
  private: boolean
  archived: boolean
}

/** Who and what there is in the workspace: for checks and for the set-up, not for the work on leads. */
export type SlackDirectory = ReturnType<typeof createSlackDirectory>

const DEADLINE = 5_000

/** Connects to Slack to look people and channels up. All verbs reject with `OutsideError`. */
export function createSlackDirectory(options: { token: string; apiUrl?: string | undefined }) {
  const client = createWebClient({ ...options, deadline: DEADLINE })
  const late = () => new OutsideError('slack', 'unknown-outcome', 'deadline')

  async function call<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await withDeadline(work(), DEADLINE, late)
    } catch (error) {
      throw toOutsideError(error)
    }
  }

  /** Null when Slack knows nobody, or nothing, of that kind. */
  async function found<T>(unknown: string, work: () => Promise<T>): Promise<T | null> {
    return call(work).catch((error: OutsideError) => {
      if (error.code === unknown) return null
      throw error
    })
  }

  return {
    /** Whose token it is, and its scopes; null when Slack does not tell them. */
    async identity(): Promise<{ team: string; scopes: string[] | null }> {
      const answer = await call(() => client.auth.test())
      return { team: answer.team ?? answer.team_id ?? '', scopes: answer.response_metadata?.scopes ?? null }
    },
    /** A member by id; null when there is none. */
    async member(id: string): Promise<SlackMember | null> {
      const answer = await found('user_not_found', () => client.users.info({ user: id }))
      return answer && toMember(answer.user)
    },
    /** A member by email address; null when there is none, or it is deactivated. */
    async memberByEmail(email: string): Promise<SlackMember | null> {
      const answer = await found('users_not_found', () => client.users.lookupByEmail({ email }))
      return answer && toMember(answer.user)
    },
    /** A channel by id; null when there is none, or it is private and the app is not in it. */
    async channel(id: string): Promise<SlackChannel | null> {
      const answer = await found('channel_not_found', () => client.conversations.info({ channel: id }))
      if (!answer?.channel) return null
      const { is_member = false, is_private = false, is_archived = false } = answer.channel
      return { id, member: is_member, private: is_private, archived: is_archived }
    },
  }
}

function toMember(
  user: { id?: string; deleted?: boolean; is_bot?: boolean; tz?: string; profile?: { email?: string } } = {},
): SlackMember {
  return {
    id: user.id ?? '',
    email: user.profile?.email?.toLowerCase(),
    timeZone: user.tz,
    gone: user.deleted ?? false,
    bot: user.is_bot ?? false,
  }
}
