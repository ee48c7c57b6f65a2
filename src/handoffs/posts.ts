import { z } from 'zod'
import { type Handoff, holderOf } from './handoff.ts'
import { MESSAGES, type MessageKind } from './rungs.ts'

const KINDS = Object.keys(MESSAGES) as [MessageKind, ...MessageKind[]]

/** A Slack message that waits to be sent. Its id names handoff and step, so that each is sent once. Ids only. */
export const Post = z.object({
  id: z.string(),
  leadId: z.string(),
  handoffId: z.string(),
  kind: z.enum(KINDS),
  rep: z.string().optional(),
  pool: z.string(),
  /** Who hears of it where no pool says so. */
  manager: z.string().optional(),
  /** Of what somebody is told: a rep, manager, person or pool of the team; `handoffId` is the telling's then. */
  to: z.string().optional(),
  /** Of the first alert: when Baton received what led to it, epoch milliseconds. */
  since: z.number().optional(),
  /** Of a test: the Slack user or channel that gets it instead of whom it is for. */
  instead: z.string().optional(),
})
export type Post = z.output<typeof Post>

/** A message that Slack has, kept with its lead so that it can follow the state. `shown` is a digest of what it shows. */
export const PostedMessage = z.object({
  handoffId: z.string(),
  kind: z.enum(KINDS),
  rep: z.string().optional(),
  to: z.string().optional(),
  channel: z.string(),
  ts: z.string(),
  shown: z.string(),
  /** The list in which it stands, with others; channel and ts are the list's. */
  list: z.string().optional(),
})
export type PostedMessage = z.output<typeof PostedMessage>

/**
 * The messages of a handoff that has just started: the rep's, its pool's, for a hot lead one to the manager at once, and to whom
 * it is asked why the lead was taken out.
 */
export function startPosts(handoff: Handoff, hot: boolean, since: number | undefined): Post[] {
  const alert = since === undefined ? repAlert(handoff) : { ...repAlert(handoff), since }
  const { pool, wantsReason } = handoff
  return [
    alert,
    ...(pool === '' ? [] : [postOf(handoff, 'pool-alert', 'pool-alert')]),
    ...(hot ? [hotAlert(handoff)] : []),
    ...(wantsReason ? [{ ...postOf(handoff, 'reason-asked', 'reason-asked'), rep: wantsReason.of }] : []),
  ]
}

/** The messages that steps of the ladder call for. */
export function stepPosts(handoff: Handoff, kinds: MessageKind[]): Post[] {
  const step = handoff.events.length
  return kinds.map((kind) => {
    if (kind === 'rep-alert') return repAlert(handoff)
    const post = postOf(handoff, kind, `${kind}-${step}`)
    const rep = MESSAGES[kind] === 'rep' ? holderOf(handoff)?.rep : undefined
    return rep === undefined ? post : { ...post, rep }
  })
}

/** The alert to the rep who holds the lead now. */
export function repAlert(handoff: Handoff): Post {
  const rep = holderOf(handoff)?.rep
  const post = postOf(handoff, 'rep-alert', `rep-alert-${handoff.holders.length}`)
  return rep === undefined ? post : { ...post, rep }
}

/** The extra alert for a hot lead. */
export function hotAlert(handoff: Handoff): Post {
  return postOf(handoff, 'hot-alert', 'hot-alert')
}

/** Tells the manager that HubSpot does not take a rep's owner id. */
export function ownerRefusedPost(handoff: Handoff, rep: string): Post {
  return { ...postOf(handoff, 'owner-refused', `owner-refused-${rep}`), rep }
}

/** Tells somebody of the team something about a lead. `pool`: whose manager hears of it when they cannot be reached. */
export function tellingPost(id: string, leadId: string, to: string, pool: string): Post {
  return { id: `${id}.told-${to}`, leadId, handoffId: id, kind: 'told', pool, to }
}

/** Tells the manager instead of a rep who cannot be reached; undefined of a message to somebody else. */
export function insteadOf(post: Post): Post | undefined {
  if (MESSAGES[post.kind] !== 'rep') return undefined
  const { rep: _, since: __, ...rest } = post
  return { ...rest, id: `${post.handoffId}.manager-alert-unreachable-${refOf(post.id)}`, kind: 'manager-alert' }
}

function postOf(handoff: Handoff, kind: MessageKind, ref: string): Post {
  const { id, leadId, pool, manager } = handoff
  return { id: `${id}.${ref}`, leadId, handoffId: id, kind, pool, ...(manager === undefined ? {} : { manager }) }
}

function refOf(postId: string): string {
  return postId.slice(postId.indexOf('.') + 1)
}
