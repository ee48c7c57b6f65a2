import { attributesOf, testsOf } from '../../rules/condition.ts'
import { mostOf } from '../../rules/signal-points.ts'
import { STAGE_NAMES } from '../../rules/stages.ts'
import { PERIODS, signalsNamed } from '../../rules/triggers.ts'
import { duration } from '../../rules/words.ts'
import { entries, field, items } from '../check/content.ts'
import type { Config } from '../config.ts'
import { suggestion } from '../problems.ts'
import { INDUSTRIES } from './industries.ts'
import { at, type LocatedTest, type Place } from './located.ts'
import { LEAD_STATUSES, nearMiss, nearWord } from './misfits.ts'
import { type Inspected, kindsFile, type Report } from './report.ts'
import { doubtUnit } from './scoring.ts'
import type { Solver } from './solve.ts'

const MINUTE = 60_000
const DAY = 24 * 60 * MINUTE

/** Triggers that can never fire by their occasion. */
export function checkTriggers({ config, sources }: Inspected, report: Report): void {
  for (const [name, { when, once }] of Object.entries(config.triggers)) {
    const path = ['triggers', name, 'once']
    if (once === 'per signal' && signalsNamed(when).length === 0)
      report(
        'error',
        sources.triggers,
        path,
        `never fires: its condition asks for no signal; known are ${others(once)}`,
      )
    if (once === 'per silence' && !attributesOf(when).includes('quiet'))
      report('warning', sources.triggers, path, `its condition asks for no silence (quiet); known are ${others(once)}`)
  }
}

function others(once: string): string {
  return ['ever', ...Object.keys(PERIODS), 'per rise', 'per silence', 'per signal']
    .filter((one) => one !== once)
    .join(', ')
}

/** Stages, comebacks, providers, times and cases that do nothing. */
export function checkRest({ config, sources }: Inspected, places: readonly Place[], report: Report): void {
  const { moves, routing, enrichment, retention, handoffs, signals, scoring, icp } = config
  const small = icp.tiers.filter(({ size }) => size && size[1] < icp.minimumCompanySize)
  if (small[0])
    report(
      'warning',
      sources.icp,
      ['minimumCompanySize'],
      `all companies of tier ${small[0].tier} are smaller (at most ${small[0].size?.[1]}), so they count as too small`,
    )
  for (const [index, { to, when }] of moves.entries()) {
    const path = ['moves', index, 'to']
    if (to === STAGE_NAMES[0])
      report(
        'error',
        sources.stages,
        path,
        `nobody goes to ${to} by a rule: it is the first stage, and a lead goes only forwards`,
      )
    if (when.some((start) => 'stage' in start && start.stage === to))
      report('error', sources.stages, path, `a lead that reaches ${to} is there already: this moves it to itself`)
  }
  checkComeback(handoffs.comesBack, signals, scoring, sources, report)
  for (const [index, { rescore }] of routing.routes.entries())
    doubtUnit(report, sources.routing, ['routes', index, 'rescore'], rescore, 5 * MINUTE)
  if (sources.enrichment) {
    const { timeout, total, providers } = enrichment
    if (timeout > total)
      report(
        'warning',
        sources.enrichment,
        ['timeout'],
        `no provider gets ${duration(timeout)}: the total is ${duration(total)}`,
      )
    if (total > MINUTE)
      report(
        'warning',
        sources.enrichment,
        ['total'],
        `a lead may wait ${duration(total)} for its score; is the unit right?`,
      )
    for (const [index, provider] of providers.entries())
      if (providers.indexOf(provider) < index)
        report('warning', sources.enrichment, ['providers', index], `${provider} is there twice; keep one`)
  }
  for (const key of ['handoffs', 'decisions', 'facts'] as const)
    if (sources.retention) doubtUnit(report, sources.retention, [key], retention[key], DAY)
  for (const { source, condition } of places)
    for (const test of testsOf<LocatedTest>(condition))
      checkSilence(test, (path, ms) => doubtUnit(report, source, path, ms, DAY))
}

/** Cases that cannot fail, and leads in them that nobody can be. */
export function checkCases({ sources }: Inspected, solver: Solver, report: Report): void {
  const source = sources['routing-cases']
  for (const [index, one] of items(at(source, ['cases']))) {
    if (entries(field(one, 'expect')).length === 0)
      report('warning', source, ['cases', index, 'expect'], 'expects nothing, so it can never fail')
    for (const [name, value] of entries(field(one, 'lead'))) {
      const { kind } = solver.domain(name)
      if (kind === 'number' && typeof value !== 'number' && Number.isNaN(Number(value)))
        report('error', source, ['cases', index, 'lead', name], `${name} is a number, and "${String(value)}" is none`)
      if (kind === 'closed' && name === 'email.free' && typeof value !== 'boolean')
        report(
          'error',
          source,
          ['cases', index, 'lead', name],
          `${name} is true or false, and "${String(value)}" is neither`,
        )
    }
  }
}

function checkSilence(
  { attribute, test, path }: LocatedTest,
  doubt: (path: LocatedTest['path'], ms: number) => void,
): void {
  if (attribute === 'quiet' && test.atLeast !== undefined) doubt(path, test.atLeast)
}

function checkComeback(
  { points, signals: named = [] }: Config['handoffs']['comesBack'],
  signals: Config['signals'],
  scoring: Config['scoring'],
  sources: Inspected['sources'],
  report: Report,
): void {
  const source = kindsFile(sources)
  for (const [index, type] of named.entries()) {
    if (Object.hasOwn(signals, type)) continue
    const path = ['comesBack', 'signals', index]
    report(
      'error',
      source,
      path,
      `there is no signal "${type}" in signals.yaml${suggestion(type, Object.keys(signals))}`,
    )
  }
  const most = Math.max(0, ...Object.values(scoring.engagement.signals).map((rule) => mostOf(rule.points)))
  if (points > most && named.length === 0)
    report(
      'error',
      source,
      ['comesBack', 'points'],
      `no signal is worth ${points} points: no lead ever comes back (the most is ${most})`,
    )
}

/** Attributes that rules ask for and that nothing fills: no property is mapped to them. */
export function checkUnfilled({ config, sources }: Inspected, places: readonly Place[], report: Report): void {
  const { attributes } = config.hubspot
  const empty = (name: string) => MAPPED.has(name) && !Object.hasOwn(attributes, name)
  const told = (name: string) => `nothing fills ${name}: map a property of HubSpot to it in hubspot.yaml (attributes)`
  for (const { source, condition } of places)
    for (const { attribute, path } of testsOf<LocatedTest>(condition))
      if (empty(attribute)) report('warning', source, path, told(attribute))
  for (const [index, one] of config.routing.requiredForSales.entries())
    for (const name of [one].flat())
      if (empty(name)) report('warning', sources.routing, ['requiredForSales', index], told(name))
}

// What nothing else than a mapping gives; providers give the rest, or Baton works it out.
const MAPPED = new Set([
  ...['email', 'firstName', 'lastName', 'leadSource', 'leadSource.detail', 'lifecycleStage', 'leadStatus', 'heardFrom'],
])

/** Statuses, industries and stages of deals that are likely one of HubSpot's own, misspelt or by its label. */
export function checkWords({ config, sources }: Inspected, report: Report): void {
  for (const key of ['responses', 'disqualified'] as const) {
    for (const [index, { changes, to }] of config.hubspot[key].entries()) {
      if (changes !== 'hs_lead_status' || !sources.hubspot) continue
      for (const word of to ?? [])
        for (const { message } of nearMiss(word, LEAD_STATUSES)) report('guess', sources.hubspot, [key, index], message)
    }
  }
  for (const [index, { industries }] of config.icp.tiers.entries())
    for (const word of industries ?? [])
      for (const { message } of nearWord(word, INDUSTRIES))
        report('guess', sources.icp, ['tiers', index, 'industries'], message)
  const starts = [
    ...config.moves.map(({ when }, index) => ({ source: sources.stages, path: ['moves', index, 'when'], when })),
    ...Object.entries(config.handoffs.kinds).map(([kind, { starts: when }]) => ({
      source: kindsFile(sources),
      path: ['handoffs', kind, 'start'],
      when,
    })),
  ]
  for (const { source, path, when } of starts) {
    for (const start of when) {
      const words = 'leadStatus' in start ? start.leadStatus : 'dealStage' in start ? start.dealStage : []
      const known = 'leadStatus' in start ? LEAD_STATUSES : ['closedwon', 'closedlost']
      for (const word of words) for (const { message } of nearMiss(word, known)) report('guess', source, path, message)
    }
  }
}
