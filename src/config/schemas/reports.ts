import { z } from 'zod'
import { STAGE_NAMES } from '../../rules/stages.ts'
import { Milliseconds, Name, Share } from './values.ts'

const TIME = /^([01]\d|2[0-3]):([0-5]\d)$/
const At = z
  .string()
  .regex(TIME, 'must be a time such as 08:00')
  .default('08:00')
  .transform((text) => {
    const [, hours, minutes] = TIME.exec(text) ?? []
    return Number(hours) * 60 + Number(minutes)
  })
  .describe('in the zone of the calendar')
const To = z
  .union([Name.transform((name) => [name]), z.array(Name).min(1)])
  .describe('who gets it: channels by their ids, pools (their channels), reps, managers or people of team.yaml')

const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const
const Weekly = z.strictObject({ to: To, on: z.enum(WEEKDAYS).default('mon'), at: At })
/** On the first business day of the month, or of the quarter. */
const OnFirstDay = z.strictObject({ to: To, at: At })

/** What counts as good or bad news of a customer. */
const News = z
  .strictObject({
    trigger: Name.optional().describe('this trigger fired'),
    handoff: Name.optional().describe('a handoff of this kind began'),
    signal: Name.optional().describe('a signal of this type came'),
    stage: z
      .enum([...STAGE_NAMES, 'churn'])
      .optional()
      .describe('the lead reached this stage; churn: a customer that is none any more'),
  })
  .refine((news) => Object.keys(news).length === 1, 'needs exactly one of trigger, handoff, signal or stage')
/** What counts as news for customer success to tell marketing. */
export type CustomerNews = z.output<typeof News>
const SuccessToMarketing = OnFirstDay.extend({
  references: z.array(News).optional().describe('who speaks for us; evangelists, unless told'),
  struggles: z.array(News).optional().describe('who may leave; by the names of the shipped config, unless told'),
  expansion: z.array(News).optional().describe('who may want more; by the names of the shipped config, unless told'),
})

const Targets = z.strictObject({
  firstTouch: Milliseconds.prefault('1h').describe('a lead of sales is answered within so long'),
  acceptance: z
    .strictObject({ from: Share.prefault('40%'), to: Share.prefault('60%'), tooHigh: Share.prefault('70%') })
    .prefault({})
    .refine(({ from, to, tooHigh }) => from <= to && to <= tooHigh, 'must rise from `from` over `to` to `tooHigh`')
    .describe('of MQLs handed over, the share that sales accepts; outside it an alert is sent'),
  withinSla: Share.prefault('90%').describe('handoffs answered in time'),
  automated: Share.prefault('80%').describe('leads that went their way without a person'),
  flows: Share.prefault('99%').describe('critical flows that worked'),
  flowWithin: Milliseconds.prefault('5m').describe('from the event until the lead is routed'),
})

const Quality = z.strictObject({
  required: z
    .array(z.union([Name, z.array(Name).min(1)]))
    .min(1)
    .prefault([...['email', 'firstName', 'lastName', 'company.name', 'leadSource', 'lifecycleStage']])
    .describe('what every contact needs: attributes; of a list inside one is enough'),
  sources: z.array(Name).min(1).optional().describe('the lead sources that there are to be; others are listed'),
  staleAfter: Milliseconds.prefault('180d').describe('without a change or a signal for so long'),
  sample: z.int().min(0).max(100).prefault(20).describe('so many leads a month whose lifecycle stage a person judges'),
  targets: z
    .strictObject({
      validEmails: Share.prefault('95%'),
      requiredFields: Share.prefault('90%'),
      duplicates: Share.prefault('5%').describe('at most'),
      lifecycleStage: Share.prefault('85%'),
      leadSource: Share.prefault('95%'),
      stale: Share.prefault('15%').describe('at most'),
      composite: Share.prefault('85%'),
    })
    .prefault({}),
})

/** `config/reports.yaml`. */
export const Reports = z.strictObject({
  calendar: Name.optional().describe('of team.yaml: whose zone and business days hold; the first one, unless told'),
  weekly: Weekly.optional(),
  monthly: OnFirstDay.optional(),
  quarterly: OnFirstDay.optional(),
  quality: OnFirstDay.optional().describe('the monthly scorecard'),
  cleaner: Weekly.optional().describe('the weekly list of what can be put right, with buttons'),
  feedback: z
    .strictObject({
      salesToMarketing: Weekly.optional(),
      marketingToSales: Weekly.optional(),
      successToMarketing: SuccessToMarketing.optional(),
    })
    .optional(),
  targets: Targets.prefault({}),
  dataQuality: Quality.prefault({}),
})
export type ReportsConfig = z.output<typeof Reports>
