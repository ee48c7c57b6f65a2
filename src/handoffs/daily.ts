/**
 * When it was last time for something that is done every day, at so many minutes after midnight of a zone; epoch milliseconds.
 */
export function lastDaily(timeZone: string, minutes: number, now: number): number {
  const today = Temporal.Instant.fromEpochMilliseconds(now).toZonedDateTimeISO(timeZone).toPlainDate()
  const plainTime = new Temporal.PlainTime(Math.floor(minutes / 60), minutes % 60)
  const at = (day: Temporal.PlainDate) => day.toZonedDateTime({ timeZone, plainTime }).epochMilliseconds
  return at(today) <= now ? at(today) : at(today.subtract({ days: 1 }))
}
