import { z } from 'zod'
import { DISQUALIFY_REASONS } from '../../handoffs/credit.ts'
import type { Route, Sample } from '../../rules/routing.ts'
import { conditionIn, SCOPES } from './conditions.ts'
import { RepFilterIn } from './reps.ts'
import { Milliseconds, Name, Share, TimeZone } from './values.ts'

const To = z
  .strictObject({
    pool: Name.optional(),
    reps: RepFilterIn.optional().describe('with pool: only those who have all of this'),
    nurture: Name.optional(),
    disqualify: Name.optional(),
  })
  .refine(({ reps: _, ...to }) => Object.keys(to).length === 1, 'needs exactly one of pool, nurture or disqualify')
  .refine(({ reps, pool }) => reps === undefined || pool !== undefined, 'reps goes with pool only')
  .transform((to) => to as Route['to'])

const SampleIn = z.union([
  Share.transform((share) => ({ share })),
  z.strictObject({
    share: Share,
    to: z.strictObject({ pool: Name, reps: RepFilterIn.optional() }),
    handoff: Name.describe('the clock in handoffs.yaml'),
  }),
])

/** The route whose pool and handoff a sample gets that names none. */
const SAMPLES_GO_BY = 'mql'
const TIME = /^([01]\d|2[0-3]):([0-5]\d)$/

/** Where the daily report of what was only observed goes, and when. */
const ObserveIn = z
  .strictObject({
    channel: Name.describe(
      'a channel of Slack by its id, or a pool (its channel), rep, manager or person of team.yaml',
    ),
    at: z.string().regex(TIME, 'must be a time such as 08:00').default('08:00'),
    timeZone: TimeZone.default('UTC'),
  })
  .transform(({ at, ...observe }) => {
    const [, hours, minutes] = TIME.exec(at) ?? []
    return { ...observe, minutes: Number(hours) * 60 + Number(minutes) }
  })

/** `config/routing.yaml`. */
export const Routing = z.strictObject({
  routes: z
    .array(
      z.strictObject({
        name: Name,
        when: conditionIn(SCOPES.routes).optional(),
        to: To,
        handoff: Name.optional().describe('the clock in handoffs.yaml; for routes to a pool'),
        observe: z
          .literal(true, 'is true, or is left out')
          .optional()
          .describe('nothing is done by this route: what it would have done stands in the daily report'),
        rescore: Milliseconds.optional().describe('look again after this time, also when nothing happened'),
        sample: SampleIn.optional().describe(
          `this share of its leads goes to sales all the same: where it says, else where the route ${SAMPLES_GO_BY} goes`,
        ),
      }),
    )
    .min(1)
    .superRefine((routes, check) => {
      const mql = routes.find(({ name }) => name === SAMPLES_GO_BY)
      const isKnown = mql && 'pool' in mql.to && mql.handoff !== undefined
      for (const [index, { to, sample }] of routes.entries()) {
        const say = (message: string) => check.addIssue({ code: 'custom', path: [index, 'sample'], message })
        if (sample && 'pool' in to) say('goes with a route that does not go to sales; remove it')
        else if (sample && !('to' in sample) && !isKnown)
          say(
            `needs to say where it goes, for no route ${SAMPLES_GO_BY} goes to a pool: { share: 3%, to: { pool: … }, handoff: … }`,
          )
      }
    })
    .transform((routes): Route[] => {
      const mql = routes.find(({ name }) => name === SAMPLES_GO_BY)
      return routes.map(({ sample, ...route }) =>
        // Where it names none, that of the route above is known.
        sample === undefined
          ? route
          : { ...route, sample: { to: mql?.to, handoff: mql?.handoff, ...sample } as Sample },
      )
    }),
  keepOwner: z.boolean().describe('a contact whose owner is an active rep stays with them, whatever the pool'),
  companyOwner: z
    .enum(['any-pool', 'same-pool', 'never'])
    .default('any-pool')
    .describe(
      "the owner of a lead's company in HubSpot gets it first: whatever their pool, only in the route's, or never",
    ),
  ownerCleared: z
    .enum(['back-to-pool', 'rest'])
    .default('back-to-pool')
    .describe('a person clears the owner while the clock runs: the next rep of the pool, or the lead rests'),
  oneRepPerCompany: z
    .union([Milliseconds, z.literal(false).transform(() => null)], 'must be a duration such as 30d, or false')
    .default(30 * 86_400_000)
    .describe("so long after a company's last lead its leads go to the same rep; false: never"),
  prefer: z.enum(['open', 'any']).default('open').describe('open: who is at work now comes first'),
  cover: z
    .enum(['stand-in', 'new-owner'])
    .default('stand-in')
    .describe('an owner is away: somebody stands in and the owner stays, or the owner changes'),
  leavers: z
    .enum(['hand-on', 'keep'])
    .default('hand-on')
    .describe('the open leads of a rep who has left go to the next one, or stay'),
  credit: z
    .array(z.enum(Object.keys(DISQUALIFY_REASONS) as [string, ...string[]]))
    .default(['junk'])
    .describe('a lead that is disqualified for one of these reasons gives its rep the turn back; []: none'),
  noMail: z
    .array(z.strictObject({ reason: Name, when: conditionIn(SCOPES.facts) }))
    .prefault([
      { reason: '{email.bouncesInARow} mails in a row came back', when: { 'email.bouncesInARow': { atLeast: 2 } } },
      { reason: 'HubSpot sends it no mail ({email.hardBounce})', when: { 'email.hardBounce': { known: true } } },
    ])
    .describe('nobody of whom one of these is true is in a nurture track, whatever route or trigger says so'),
  observe: ObserveIn.optional().describe('who gets the daily report of what was only observed, and when'),
  tracks: z
    .record(
      Name,
      z.strictObject({
        subscription: z.coerce
          .string()
          .regex(/^\d+$/, 'must be the number of a subscription type in HubSpot')
          .describe('a contact who opted out of it is not enrolled in the track'),
      }),
    )
    .optional()
    .describe('nurture tracks whose mails go out by a subscription type of HubSpot'),
  requiredForSales: z
    .array(z.union([Name, z.array(Name).min(1)]))
    .describe('attributes, of a list inside one of them; what is missing is named in the alert'),
  missing: z
    .enum(['flag', 'hold'])
    .default('flag')
    .describe(
      'a lead that lacks some of it goes to sales and is flagged, or waits until it is there or somebody assigns it',
    ),
})
