import { z } from 'zod'
import { conditionIn, SCOPES } from './conditions.ts'
import { LocalDate, Name, OwnerId, ShiftText, SlackChannelId, SlackUserId, TimeZone, Weekdays } from './values.ts'

const Tags = z.array(Name).optional()

const TIME = /^([01]\d|2[0-3]):([0-5]\d)$/
const DigestIn = z
  .union([
    z.literal(false),
    z
      .strictObject({ at: z.string().regex(TIME, 'must be a time such as 08:00') })
      .transform(({ at }) => ({ minutes: Number(at.slice(0, 2)) * 60 + Number(at.slice(3)) })),
  ])
  .optional()
  .describe(
    'when a manager of a pool has its digest, on the working days of their calendar: { at: "08:00" }; when the day begins, unless told; false: never',
  )

/** `config/team.yaml`. */
export const Team = z.strictObject({
  calendars: z.record(
    z.string(),
    z.strictObject({
      timeZone: TimeZone,
      hours: Weekdays,
      publicHolidays: z
        .strictObject({
          country: Name.describe('two letters, such as DE'),
          state: Name.optional().describe('such as BY; without it those of the whole country'),
        })
        .optional()
        .describe('the public holidays of a country are closed, unless overrides has the date'),
      holidays: z.array(LocalDate).default([]).describe('dates that are closed as well'),
      overrides: z.record(LocalDate, z.array(ShiftText)).default({}),
    }),
  ),
  reps: z.array(
    z.strictObject({
      id: Name,
      name: Name,
      hubspotOwnerId: OwnerId,
      slackUserId: SlackUserId,
      calendar: Name,
      away: z
        .array(
          z
            .strictObject({ from: LocalDate, to: LocalDate })
            .refine(({ from, to }) => from <= to, 'from must not be after to'),
        )
        .default([]),
      active: z.boolean().default(true),
      languages: Tags.describe('what they speak, by code or name'),
      skills: Tags.describe('what they are good at, in words of your own'),
      countries: Tags.describe('the countries that they are for'),
      regions: Tags.describe('the regions that they are for'),
    }),
  ),
  pools: z.record(
    z.string(),
    z.strictObject({
      members: z
        .array(
          z.strictObject({
            rep: Name,
            weight: z.int().min(1).max(100).default(1),
            when: conditionIn(SCOPES.everything).optional().describe('they get only the leads of which this is true'),
          }),
        )
        .min(1),
      manager: Name,
      managers: z
        .array(Name)
        .optional()
        .describe('who hears in the place of a manager whom Slack does not reach, in order; then the channel does'),
      channel: SlackChannelId,
      fallback: Name.optional().describe('the pool to ask when nobody here is available'),
      caps: z.strictObject({ perDay: z.int().min(1).optional(), open: z.int().min(1).optional() }).default({}),
    }),
  ),
  managers: z.array(
    z.strictObject({
      id: Name,
      name: Name,
      slackUserId: SlackUserId,
      calendar: Name.optional().describe('when they work; the one of the first member of their pool, unless told'),
      digest: DigestIn,
    }),
  ),
  people: z
    .array(
      z.strictObject({
        id: Name,
        name: Name,
        slackUserId: SlackUserId,
        calendar: Name.optional().describe('when they work; for clocks that count their hours'),
        hubspotOwnerId: OwnerId.optional(),
        digest: DigestIn,
      }),
    )
    .default([])
    .describe('who gets no leads and hears of some: a CS manager, a VP, marketing'),
})
