/** The weekdays as a config names them, from Monday on. */
const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']

/**
 * When it was last time for something that is done every week, on a weekday, at so many minutes after midnight of a zone: the date
 * there, and epoch milliseconds.
 */
export function lastWeekly(
  timeZone: string,
  { on, at: minutes }: { on: string; at: number },
  now: number,
): { date: string; at: number } {
  const today = Temporal.Instant.fromEpochMilliseconds(now).toZonedDateTimeISO(timeZone).toPlainDate()
  const plainTime = new Temporal.PlainTime(Math.floor(minutes / 60), minutes % 60)
  const since = (today.dayOfWeek - 1 - WEEKDAYS.indexOf(on) + 7) % 7
  const onDay = (days: number) => {
    const date = today.subtract({ days })
    return { date: date.toString(), at: date.toZonedDateTime({ timeZone, plainTime }).epochMilliseconds }
  }
  const present = onDay(since)
  return present.at <= now ? present : onDay(since + 7)
}
