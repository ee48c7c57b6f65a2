import { poolChain } from '../../handoffs/team.ts'
import { languageCode } from '../../rules/places.ts'
import { field, items } from '../check/content.ts'
import { at } from './located.ts'
import type { Inspected, Report } from './report.ts'

const DAY = 86_400_000
const LONG_AWAY = 365 * DAY
const LONG_NIGHT = 12 * 60

// Zones that keep one offset all year, or that only look like a place: what is meant likely.
const DOUBTFUL_ZONES: Record<string, string> = {
  ...{ EST: 'America/New_York', EST5EDT: 'America/New_York', CST6CDT: 'America/Chicago', MST: 'America/Denver' },
  ...{ MST7MDT: 'America/Denver', PST8PDT: 'America/Los_Angeles', HST: 'Pacific/Honolulu', GMT: 'Europe/London' },
  ...{ CET: 'Europe/Berlin', MET: 'Europe/Berlin', EET: 'Europe/Helsinki', WET: 'Europe/Lisbon' },
}

/** Pools without anybody, and calendars that are likely not meant so. */
export function checkStaff({ config, sources, now }: Inspected, report: Report): void {
  const { team } = config
  const active = (pool: string) =>
    (team.pools[pool]?.members ?? []).filter(({ rep }) => team.reps[rep]?.active !== false).length
  for (const name of Object.keys(team.pools)) {
    const chain = poolChain(team, name)
    if (active(name) === 0) {
      const helper = chain.find((one) => active(one) > 0)
      const nobody = 'all of its members have active: false'
      if (helper === undefined)
        report(
          'error',
          sources.team,
          ['pools', name],
          `nobody can get its leads: ${nobody}, and there is no fallback with anybody`,
        )
      else report('warning', sources.team, ['pools', name], `${nobody}: all of its leads go to the fallback, ${helper}`)
    }
    const last = team.pools[chain.at(-1) ?? '']?.fallback
    if (last !== undefined && last !== name) continue
    if (last === name && chain.length > 1 && chain.toSorted()[0] === name)
      report(
        'warning',
        sources.team,
        ['pools', chain.at(-1) ?? name, 'fallback'],
        `the fallbacks go in a circle (${[...chain, name].join(' → ')}): when nobody can take a lead, it waits; let the last pool have none`,
      )
  }
  for (const [index, rep] of Object.values(team.reps).entries()) {
    for (const language of rep.languages ?? [])
      if (languageCode(language) === undefined)
        report(
          'warning',
          sources.team,
          ['reps', index, 'languages'],
          `"${language}" is no language; write its name, or its letters such as de`,
        )
    for (const [position, { from, to }] of rep.away.entries())
      if (Date.parse(to) - Date.parse(from) > LONG_AWAY && Date.parse(to) > now)
        report(
          'warning',
          sources.team,
          ['reps', index, 'away', position],
          `is away for more than a year; are the years right? Who does not come back has active: false`,
        )
  }
  checkCalendars({ config, sources, now }, report)
}

function checkCalendars({ sources, now }: Inspected, report: Report): void {
  const calendars = at(sources.team, ['calendars'])
  const today = new Date(now).toISOString().slice(0, 10)
  for (const [name, calendar] of Object.entries((calendars ?? {}) as Record<string, unknown>)) {
    const path = ['calendars', name]
    const zone = String(field(calendar, 'timeZone'))
    const meant = DOUBTFUL_ZONES[zone.toUpperCase()]
    const fixed = /^[+-]\d|^etc\/gmt[+-]/i.test(zone)
    if (meant !== undefined)
      report(
        'warning',
        sources.team,
        [...path, 'timeZone'],
        `"${zone}" is no place, so daylight saving time may be missed; did you mean "${meant}"?`,
      )
    else if (fixed)
      report(
        'warning',
        sources.team,
        [...path, 'timeZone'],
        `"${zone}" has no daylight saving time; write a place, such as Europe/Berlin or America/New_York`,
      )
    const holidays = items(field(calendar, 'holidays')).map(([, date]) => String(date))
    if (holidays.length > 0 && holidays.every((date) => date < today))
      report(
        'warning',
        sources.team,
        [...path, 'holidays'],
        `all of these dates are past (the last is ${holidays.toSorted().at(-1)}): add those to come, or remove them`,
      )
    for (const [days, shifts] of Object.entries((field(calendar, 'hours') ?? {}) as Record<string, unknown>))
      for (const [, shift] of items(shifts)) {
        const [open = '', close = ''] = String(shift).split('-')
        const length = minutes(close) - minutes(open)
        if (length >= 0 || length + 2 * LONG_NIGHT <= LONG_NIGHT) continue
        report(
          'warning',
          sources.team,
          [...path, 'hours', days],
          `${shift} spans midnight and lasts ${(length + 2 * LONG_NIGHT) / 60} hours; did you mean ${close}-${open}?`,
        )
      }
  }
}

function minutes(time: string): number {
  const [hours, rest] = time.trim().split(':').map(Number)
  return (hours ?? 0) * 60 + (rest ?? 0)
}
