import { z } from 'zod'
import { expandWeekdays, parseShift, type Shift, type Weekday } from '../../handoffs/business-time.ts'
import type { Duration } from '../../handoffs/kinds.ts'
import { suggestion } from '../problems.ts'

/** The single values that config files hold: durations, dates, shifts, ids and names, read into the domain's types. */

const UNITS: Record<string, number> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }
const AMOUNT = /^(\d+(?:\.\d+)?)(s|m|h|d)$/
const BUSINESS_DAYS = /^(\d+)bd$/
const LONGEST_MILLISECONDS = 3650 * 86_400_000
// Business days are looked for in the next 400 dates; 250 are found there in any week of five days.
const MOST_BUSINESS_DAYS = 250

const EXACT = 'must be a duration such as 30s, 5m, 1h or 7d'
const EXACT_OR_BUSINESS_DAYS = 'must be a duration such as 30s, 5m, 1h, 7d or 5bd'

/** How long ago something was, in whole milliseconds: `0s`, `5m`, `7d`. */
export const Ago = text(AMOUNT, EXACT)
  .refine((value) => !(millisecondsOf(value) > LONGEST_MILLISECONDS), 'must be at most 3650d')
  .transform(millisecondsOf)

/** A duration above zero and without business days, in whole milliseconds: `30s`, `5m`, `1h`, `7d`. */
export const Milliseconds = text(AMOUNT, EXACT)
  .refine((value) => millisecondsOf(value) !== 0, 'must be longer than 0')
  .refine((value) => !(millisecondsOf(value) > LONGEST_MILLISECONDS), 'must be at most 3650d')
  .transform(millisecondsOf)

/** A duration above zero that may be in business days: `1h`, `5bd`. */
export const DurationText = text(/^(\d+(\.\d+)?(s|m|h|d)|\d+bd)$/, EXACT_OR_BUSINESS_DAYS)
  .refine((value) => amountOf(durationOf(value)) !== 0, 'must be longer than 0')
  .refine((value) => {
    const duration = durationOf(value)
    return !(amountOf(duration) > ('ms' in duration ? LONGEST_MILLISECONDS : MOST_BUSINESS_DAYS))
  }, `must be at most 3650d, or ${MOST_BUSINESS_DAYS}bd`)
  .transform(durationOf)

// Whatever stands there instead, a number for instance, the message is the same: it says what is wanted.
function text(pattern: RegExp, message: string) {
  return z
    .string({ error: ({ input }) => (input === undefined || input === null ? undefined : message) })
    .regex(pattern, {
      error: ({ input }) => {
        const pointed = String(input).replace(',', '.')
        return pointed !== input && pattern.test(pointed) ? `has a comma; write ${pointed}` : message
      },
    })
}

// NaN for what is no duration, which passes the limits above: its pattern has its own message.
function millisecondsOf(text: string): number {
  const [, amount, unit] = AMOUNT.exec(text) ?? []
  return Math.round(Number(amount) * (UNITS[unit ?? ''] ?? Number.NaN))
}

function durationOf(text: string): Duration {
  const days = BUSINESS_DAYS.exec(text)
  return days ? { businessDays: Number(days[1]) } : { ms: millisecondsOf(text) }
}

function amountOf(duration: Duration): number {
  return 'ms' in duration ? duration.ms : duration.businessDays
}

/** Two numbers, the smaller first: `[11, 50]`. Both ends are in. */
export const Range = z
  .tuple([z.number(), z.number()], {
    error: ({ input }) => (input === undefined ? undefined : 'must be two numbers such as [11, 50]'),
  })
  .refine(([from, to]) => from <= to, 'needs the smaller number first')

/** A share of all, in per cent: `3%`. Between 0 and 100, read as a number between 0 and 1. */
export const Share = z
  .string({ error: ({ input }) => (input === undefined ? undefined : 'must be a share such as 3%') })
  .regex(/^\d+(\.\d+)? ?%$/, 'must be a share such as 3%')
  .transform((text) => Number.parseFloat(text) / 100)
  .refine((share) => share > 0 && share < 1, 'must be more than 0% and less than 100%')

/** A name that ops choose. */
export const Name = z.string().min(1)

/** A day, `YYYY-MM-DD`. */
export const LocalDate = z.iso.date('must be a date such as 2026-12-24')

/** Open hours of one day; it may span midnight. */
export const ShiftText = z
  .string()
  .refine((text) => succeeds(() => parseShift(text)), 'must be a shift such as 09:00-17:30 or 22:00-02:00')
  .transform((text): Shift => parseShift(text))

/** The shifts by weekday. Days that are named twice get the shifts of both. */
export const Weekdays = z
  .record(
    z.string().refine((days) => succeeds(() => expandWeekdays(days)), 'must be days such as mon, mon-fri or sat,sun'),
    z.array(ShiftText),
  )
  .transform((hours) => {
    const week: Partial<Record<Weekday, Shift[]>> = {}
    for (const [days, shifts] of Object.entries(hours)) {
      for (const day of expandWeekdays(days)) week[day] = [...(week[day] ?? []), ...shifts]
    }
    return week
  })

/** An IANA time zone. */
export const TimeZone = z.string().refine((timeZone) => succeeds(() => new Intl.DateTimeFormat('en', { timeZone })), {
  error: ({ input }) => `is not a time zone${suggestion(String(input), Intl.supportedValuesOf('timeZone'))}`,
})

/** A HubSpot owner id. YAML reads bare digits as a number, which would lose long ids. */
export const OwnerId = z
  .string({ error: ({ input }) => (typeof input === 'number' ? `must be in quotes: "${input}"` : undefined) })
  .regex(/^\d+$/, 'must be a HubSpot owner id: digits, such as "101"')

/** A Slack user. */
export const SlackUserId = text(
  /^[UW][A-Z0-9]+$/,
  'must be a Slack member id such as U0000AE1 (in the profile: Copy member ID)',
)

/** A Slack channel. */
export const SlackChannelId = text(
  /^[CG][A-Z0-9]+$/,
  'must be a Slack channel id such as C0000AE (at the end of the channel details)',
)

/** A property of a contact by its internal name. */
export const PropertyName = text(
  /^[a-z][a-z0-9_]*$/,
  'must be the internal name of a HubSpot property: lower case, digits and _',
)

/** Where an attribute is read: a property of the contact, or of its company with `company:` before it. */
export const PropertySource = text(
  /^(company:)?[a-z][a-z0-9_]*$/,
  'must be the internal name of a HubSpot property, or company:<property>',
)

function succeeds(doing: () => unknown): boolean {
  try {
    doing()
    return true
  } catch {
    return false
  }
}
