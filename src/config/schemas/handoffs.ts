import { z } from 'zod'
import { ENDINGS } from '../../handoffs/endings.ts'
import { BUTTON_ACTS, type Button, type Duration, type HandoffKind, type LadderRung } from '../../handoffs/kinds.ts'
import { RUNG_ACTIONS } from '../../handoffs/rungs.ts'
import { STAGE_NAMES } from '../../rules/stages.ts'
import { conditionIn, SCOPES } from './conditions.ts'
import { OutcomesIn, PartyIn } from './outcomes.ts'
import { StepsIn, stepsOf } from './steps.ts'
import { StuckIn } from './stuck.ts'
import { DurationText, Name } from './values.ts'

// HubSpot's own words for a lead with whom a conversation has begun.
const ANSWERED = {
  any: [
    { lifecycleStage: { in: ['salesqualifiedlead', 'opportunity', 'customer', 'evangelist'] } },
    { leadStatus: { in: ['CONNECTED', 'OPEN_DEAL', 'IN_PROGRESS', 'BAD_TIMING'] } },
  ],
}

const Attempts = z
  .strictObject({
    count: z.int().min(1).max(50),
    within: DurationText,
    remind: z
      .union([DurationText, z.literal(false)], 'must be a duration such as 4h or 1bd, or false')
      .optional()
      .describe('so long before the end the rep is reminded when too few were made; 1bd unless told, false: never'),
    answered: conditionIn(SCOPES.facts).prefault(ANSWERED).describe('what HubSpot shows of a lead that was reached'),
    then: z.strictObject({ nurture: Name }),
    owner: z
      .enum(['keep', 'release'])
      .default('keep')
      .describe('of a lead that nobody reached: the owner stays, or is cleared where Baton gave it to them'),
  })
  .refine(({ within, remind }) => !remind || !isLonger(remind, within), {
    path: ['remind'],
    error: 'must be shorter than within: the reminder comes before the end',
  })
  .transform(({ remind, ...rest }) => ({ ...rest, remind: remind === false ? undefined : (remind ?? A_DAY) }))

const A_DAY: Duration = { businessDays: 1 }

function isLonger(one: Duration, other: Duration): boolean {
  if ('ms' in one) return 'ms' in other && one.ms >= other.ms
  return 'businessDays' in other && one.businessDays >= other.businessDays
}

const many = (text: z.ZodType<string>) => z.union([text, z.array(text).min(1)]).transform((one) => [one].flat())

/** What starts something by itself. */
export const StartIn = z
  .strictObject({
    signal: Name.optional().describe('each new signal of this type'),
    stage: z.enum(STAGE_NAMES).optional().describe('the lead reaches this stage'),
    leadStatus: many(Name).optional().describe('the lead status is set to this in HubSpot'),
    dealStage: many(Name).optional().describe('a deal of the contact goes to this stage'),
    disqualifiedBy: z.literal('person').optional().describe('a person takes the lead out'),
  })
  .refine(
    (start) => Object.keys(start).length === 1,
    'needs exactly one of signal, stage, leadStatus, dealStage or disqualifiedBy',
  )
  .transform((start) => start as HandoffKind['starts'][number])

const RungIn = z
  .strictObject({
    at: DurationText,
    do: z.enum(RUNG_ACTIONS).exclude(['tell', 'end']).optional(),
    tell: Name.optional().describe('a name of team.yaml, or who they are to the lead'),
    end: z.enum(ENDINGS).optional(),
  })
  .refine(
    ({ do: action, tell, end }) => [action, tell, end].filter((one) => one !== undefined).length === 1,
    'needs exactly one of do, tell or end',
  )
  .transform(({ at, do: action, tell, end }): LadderRung => {
    return { at, do: action ?? (tell === undefined ? 'end' : 'tell'), tell, end }
  })

/** The buttons that need no more than their name. */
const READY: Record<string, Omit<Button, 'name' | 'do'>> = {
  contacted: { label: 'Contacted', act: 'answer' },
  accept: { label: 'Accept', act: 'end', ending: 'accepted' },
  reject: { label: 'Reject', act: 'end', ending: 'rejected' },
  attempt: { label: 'Attempt made', act: 'attempt' },
  'pass-on': { label: 'Pass on', act: 'pass-on' },
  disqualify: { label: 'Disqualify', act: 'disqualify' },
  explain: { label: 'Why this score', act: 'explain' },
}

/** Their names. */
export const READY_BUTTONS: readonly string[] = Object.keys(READY)

const ButtonMap = z.strictObject({
  label: Name.max(75).optional(),
  act: z.enum(BUTTON_ACTS).optional().describe('what it does'),
  ending: z.enum(ENDINGS).optional().describe('how the handoff ends by it'),
  after: z.literal('answer').optional().describe('it is shown once the handoff was answered'),
  reasons: z.array(Name.max(75)).min(1).max(30).optional().describe('one of them is asked for'),
  form: Name.optional().describe('a form of stages.yaml that is asked for'),
  do: OutcomesIn.optional(),
})

const ButtonName = z.string().regex(/^[a-z0-9][a-z0-9-]{0,39}$/, 'must be a word of small letters, digits and dashes')

const ButtonIn = z
  .union([
    ButtonName.transform((name) => ({ [name]: {} })),
    z
      .record(ButtonName, ButtonMap)
      .refine((map) => Object.keys(map).length === 1, 'needs one name, such as { reject: { … } }'),
  ])
  .transform((map): Button => {
    const [[name, given] = ['', {}]] = Object.entries(map as Record<string, z.output<typeof ButtonMap>>)
    const act = given.act ?? (given.ending === undefined ? 'answer' : 'end')
    const label = `${name.slice(0, 1).toUpperCase()}${name.slice(1).replaceAll('-', ' ')}`
    const ready = READY[name] ?? { label, act }
    return { name, ...ready, ...given, do: given.do ?? [] }
  })
  .refine(({ act, ending }) => (act === 'end') === (ending !== undefined), {
    error: 'a button that ends the handoff says how by `ending`, and no other has it',
  })

// Of a contact that HubSpot does not have, or that lives on as another, there is nothing to be done.
const FOLLOWED_ENDINGS = ENDINGS.filter((ending) => ending !== 'missing' && ending !== 'merged')

const Kind = z
  .strictObject({
    owner: Name.optional().describe('who answers for this rule'),
    start: z
      .union([StartIn, z.array(StartIn).min(1)])
      .transform((one) => [one].flat())
      .optional()
      .describe('what starts one by itself; without it routes, triggers or buttons do'),
    withSales: z
      .boolean()
      .optional()
      .describe('sales has the lead by it and its holder owns the contact; so it is without start and to'),
    to: PartyIn.optional().describe('who gets it; a route names its pool itself'),
    tell: many(Name).optional().describe('who hears of its start besides'),
    shows: many(Name).optional().describe('the forms of stages.yaml whose answers its messages show'),
    calendar: Name.optional().describe('whose hours count for a holder who has no calendar'),
    askReason: PartyIn.optional().describe('of whom the reason is asked, when a person took the lead out without one'),
    respondWithin: DurationText.describe('from the start of the handoff'),
    hours: z.enum(['business', 'elapsed']).describe('business: open hours of the first rep only; elapsed: every hour'),
    ladder: z.array(RungIn),
    attempts: z
      .union([Attempts, z.literal(false)])
      .optional()
      .describe('for this kind alone; else those below'),
    buttons: z.array(ButtonIn).min(1).max(20).optional(),
    done: conditionIn(SCOPES.everything).optional().describe('what shows in HubSpot that it is answered'),
    on: z
      .partialRecord(z.enum([...FOLLOWED_ENDINGS, 'started', 'answered']), OutcomesIn)
      .optional()
      .describe('what follows'),
    steps: StepsIn.optional().describe('what is done on certain days after the start'),
  })
  .refine((kind) => kind.start === undefined || kind.to !== undefined, {
    error: 'is missing to: what starts by itself has to say who gets it; routes name their pool themselves',
  })

const DEFAULT_BUTTONS = ['contacted', 'pass-on', 'disqualify', 'explain'] as const

/** `config/handoffs.yaml`, and `sla.yaml` of older directories. */
export const Handoffs = z
  .strictObject({
    handoffs: z.record(z.string(), Kind),
    attempts: Attempts.optional(),
    comesBack: z
      .strictObject({
        points: z.number().min(0).max(100),
        signals: z.array(Name).default(['meeting_booked']).describe('types that do so whatever they are worth'),
      })
      .prefault({ points: 20 })
      .describe('a signal that is worth so much calls for a rep again, also for a lead that was reached or rejected'),
    stuck: StuckIn.optional().describe('the monthly list of leads that are stuck in a stage'),
  })
  .transform(({ handoffs, attempts, comesBack, stuck }) => ({
    comesBack,
    stuck,
    kinds: Object.fromEntries(
      Object.entries(handoffs).map(([name, { start, tell, steps, buttons, on, ...kind }]): [string, HandoffKind] => {
        const withSales = kind.withSales ?? (start === undefined && kind.to === undefined)
        const shown = buttons ?? DEFAULT_BUTTONS.map((ready) => ButtonIn.parse(ready))
        const asksForContact = shown.some((button) => button.name === 'contacted')
        return [
          name,
          {
            ...kind,
            withSales,
            starts: start ?? [],
            tells: tell ?? [],
            attempts: kind.attempts === false ? undefined : (kind.attempts ?? (asksForContact ? attempts : undefined)),
            buttons: shown,
            on: on ?? {},
            steps: steps && stepsOf(steps),
          },
        ]
      }),
    ),
  }))
