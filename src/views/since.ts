const AGO = /^(\d{1,6})\s*(m|min|h|d|w)$/
const UNITS: Record<string, number> = { m: 60_000, min: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 }
const DATE = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?)?$/

/**
 * The instant that a person means by `7d`, `24h`, a date or an instant of ISO 8601 (in UTC unless it says otherwise), in epoch
 * milliseconds; undefined when it is none of these.
 */
export function sinceIn(text: string, now: number): number | undefined {
  const [, amount, unit] = AGO.exec(text) ?? []
  if (unit) return now - Number(amount) * (UNITS[unit] ?? 0)
  if (!DATE.test(text)) return undefined
  const hasZone = /(Z|[+-]\d\d:?\d\d)$/.test(text) || !text.includes('T')
  const at = Date.parse(hasZone ? text : `${text}Z`)
  return Number.isNaN(at) ? undefined : at
}
