import { z } from 'zod'

/**
 * Something that the manager of a pool hears once, in a message that nothing changes afterwards. `lead` is the contact that
 * it is about, or whose partition keeps it. `owned-elsewhere`: its owner in HubSpot is nobody of the team, so nobody was
 * alerted; `rep-left`: the leads of a rep who left were handed on; `came-back`: a lead that a person had taken out is with
 * `rep` (or waits for one), which that person hears (`to`, a Slack user) where they are of the team; `channel-refused`: Slack does
 * not take messages to the channel of a pool, said once a day. Ids only.
 */
export const Notice = z.discriminatedUnion('what', [
  z.object({
    what: z.literal('owned-elsewhere'),
    lead: z.string(),
    pool: z.string(),
    owner: z.string(),
    at: z.number(),
  }),
  z.object({
    what: z.literal('rep-left'),
    lead: z.string(),
    pool: z.string(),
    rep: z.string(),
    /** The first of the contacts, and how many there were. */
    leads: z.array(z.string()),
    count: z.number(),
    at: z.number(),
  }),
  z.object({
    what: z.literal('came-back'),
    lead: z.string(),
    pool: z.string(),
    rep: z.string().optional(),
    to: z.string().optional(),
    at: z.number(),
  }),
  z.object({
    what: z.literal('channel-refused'),
    lead: z.string(),
    pool: z.string(),
    channel: z.string(),
    code: z.string(),
    at: z.number(),
  }),
])
export type Notice = z.output<typeof Notice>

/** The id under which a notice waits: it begins with the lead's, as every id does. */
export function noticeId(notice: Notice): string {
  return `${notice.lead}-${JSON.stringify(notice)}`
}

/** The notice that an id says; null when it says none. */
export function readNotice(id: string): Notice | null {
  try {
    return Notice.parse(JSON.parse(id.slice(id.indexOf('-') + 1)))
  } catch {
    return null
  }
}
