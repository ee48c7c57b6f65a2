import { z } from 'zod'

/** The parts of Slack's interaction payloads that Baton uses; Slack adds fields as it likes. */

const User = z.object({ id: z.string().min(1).max(50) })

const BlockActions = z.object({
  type: z.literal('block_actions'),
  user: User,
  trigger_id: z.string().max(200).nullish(),
  container: z
    .object({
      type: z.string().nullish(),
      channel_id: z.string().max(50).nullish(),
      message_ts: z.string().max(50).nullish(),
    })
    .nullish(),
  channel: z.object({ id: z.string().max(50) }).nullish(),
  actions: z
    .array(
      z.object({
        action_id: z.string().max(255),
        action_ts: z
          .string()
          .max(50)
          .nullish()
          .transform((ts) => ts ?? '0'),
        value: z.string().max(2_000).nullish(),
        selected_option: z.object({ value: z.string().max(200) }).nullish(),
      }),
    )
    .min(1),
})

const Chosen = z.object({
  selected_option: z.object({ value: z.string().max(200) }).nullish(),
  selected_date: z.string().max(20).nullish(),
  value: z.string().max(3_000).nullish(),
})

// What a field had shown when the form was opened.
const Shown = z.object({
  block_id: z.string().optional(),
  element: z
    .object({
      initial_value: z.string().optional(),
      initial_date: z.string().optional(),
      initial_option: z.object({ value: z.string() }).optional(),
    })
    .optional(),
})

const ViewSubmission = z.object({
  type: z.literal('view_submission'),
  user: User,
  view: z.object({
    id: z.string().max(50),
    callback_id: z.string().max(255),
    private_metadata: z.string().max(3_000),
    blocks: z.array(Shown).max(100).default([]),
    state: z.object({ values: z.record(z.string(), z.record(z.string(), Chosen)) }),
  }),
})

/** A click, a submitted form, or something that Baton has no use for. `unreadable`: a click or a form that is not as Slack sends it, of whom if that much can be read. */
export type Interaction =
  | ControlClick
  | Submission
  | { type: 'other' }
  | { type: 'unreadable'; user: string | undefined; channel: string | undefined; where: string }

/** Reads an interaction; null when it is none at all. */
export function readInteraction(content: unknown): Interaction | null {
  const type = z.object({ type: z.string() }).safeParse(content).data?.type
  if (type === undefined) return null
  const schema = type === 'block_actions' ? BlockActions : type === 'view_submission' ? ViewSubmission : undefined
  if (!schema) return { type: 'other' }
  const read = schema.safeParse(content)
  if (read.success) return read.data
  const id = (name: string) =>
    z.object({ [name]: z.object({ id: z.string().max(50) }) }).safeParse(content).data?.[name]?.id
  // Where it is wrong, and not what stands there: that may say anything.
  const where = read.error.issues.map(({ path }) => path.join('.')).slice(0, 5)
  return { type: 'unreadable', user: id('user'), channel: id('channel'), where: where.join(', ') }
}
/** A click on a button or an entry of a menu. */
export type ControlClick = z.output<typeof BlockActions>
/** A form that somebody has sent. */
export type Submission = z.output<typeof ViewSubmission>

/** What stands before the first colon of a control's value, and what after it; undefined where there is none. */
export function split(value: string | null | undefined): [string, string] | undefined {
  const at = value?.indexOf(':') ?? -1
  return value && at > 0 ? [value.slice(0, at), value.slice(at + 1)] : undefined
}
