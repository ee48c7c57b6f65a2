import { PROPERTIES } from '../../leads/properties.ts'
import { PROVIDED } from '../../leads/worth-asking.ts'
import { namesInBraces } from '../../rules/attributes.ts'
import { type ConfigProblem, type Path, type SourceFile, suggestion } from '../problems.ts'
import { SCOPES } from '../schemas/conditions.ts'
import { BUILT_IN } from '../schemas/enrichment.ts'
import { entries, field, items } from './content.ts'
import { checkHandoffs, expectStarts } from './kinds.ts'
import { knownNames } from './known-names.ts'
import {
  checkFile,
  expectAttribute,
  expectCondition,
  expectFact,
  expectName,
  expectUnique,
  type FileCheck,
} from './names.ts'
import { expectOutcomes } from './outcomes.ts'
import { checkReports } from './reports.ts'
import { checkMembers, checkPlaces, expectReps } from './segments.ts'
import { checkObserve } from './steps.ts'

const FILE_CHECKS = {
  icp: checkIcp,
  scoring: checkScoring,
  routing: checkRouting,
  team: checkTeam,
  handoffs: checkHandoffs,
  sla: checkHandoffs,
  triggers: checkTriggers,
  signals: () => {},
  stages: checkStages,
  hubspot: checkHubSpot,
  enrichment: checkEnrichment,
  webhooks: (check: FileCheck) => expectUnique(check, ['webhooks'], 'name'),
  reports: checkReports,
  'routing-cases': checkRoutingCases,
} satisfies Record<string, (check: FileCheck) => void>

/** The files that refer to names; those that could not be read are absent. */
export type SourceFiles = Partial<Record<keyof typeof FILE_CHECKS, SourceFile>>

/**
 * Checks what the files say of each other and of themselves beyond their shape: names of attributes, signals, pools,
 * handoffs, reps, calendars. Works on the plain content, so that these mistakes are reported together with mistakes of
 * shape; an absent or misshapen part is passed over here. `unread`: a signals.yaml is there that could not be read.
 */
export function checkReferences(files: SourceFiles, unread: { signals: boolean }): ConfigProblem[] {
  const known = knownNames(files, unread)
  return Object.entries(FILE_CHECKS).flatMap(([name, checks]) => {
    const source = files[name as keyof typeof FILE_CHECKS]
    return source ? checkFile(source, known, checks) : []
  })
}

function checkIcp(check: FileCheck): void {
  for (const list of ['tiers', 'personas', 'negative']) {
    for (const [index, item] of items(field(check.content, list)))
      expectCondition(check, [list, index, 'when'], field(item, 'when'), SCOPES.facts)
  }
  const unless = field(field(check.content, 'junk'), 'unless')
  if (unless !== undefined) expectCondition(check, ['junk', 'unless'], unless, SCOPES.facts)
  checkPlaces(check)
}

function checkScoring(check: FileCheck): void {
  expectUnique(check, ['fit', 'rules'], 'id')
  for (const [type] of entries(field(check.content, 'engagement', 'signals')))
    expectName(check, ['engagement', 'signals', type], 'signals', type)
  const { signals, valued } = check.known
  for (const [type, rule] of entries(field(check.content, 'engagement', 'signals'))) {
    const byAmount = typeof field(rule, 'points') === 'object'
    if (byAmount && signals?.includes(type) && valued && !valued.includes(type))
      check.report(
        ['engagement', 'signals', type, 'points'],
        `go by the amount of the signal, which has none: say in signals.yaml what it is counted in (unit)`,
      )
  }
  for (const [index, rule] of items(field(check.content, 'fit', 'rules')))
    expectCondition(check, ['fit', 'rules', index, 'when'], field(rule, 'when'), SCOPES.profile)
}

function checkRouting(check: FileCheck): void {
  expectUnique(check, ['routes'], 'name')
  const routes = items(field(check.content, 'routes'))
  for (const [index, route] of routes) checkRoute(check, index, route, index === routes.length - 1)
  for (const [index, rule] of items(field(check.content, 'noMail'))) {
    const at: Path = ['noMail', index]
    expectCondition(check, [...at, 'when'], field(rule, 'when'), SCOPES.facts)
    for (const name of namesInBraces(String(field(rule, 'reason') ?? '')))
      expectAttribute(check, [...at, 'reason'], name, SCOPES.facts)
  }
  checkObserve(check)
  for (const [name] of entries(field(check.content, 'tracks'))) expectName(check, ['tracks', name], 'tracks', name)
  for (const [index, one] of items(field(check.content, 'requiredForSales'))) {
    const at: Path = ['requiredForSales', index]
    if (Array.isArray(one)) for (const [inside, name] of items(one)) checkRequired(check, [...at, inside], name)
    else checkRequired(check, at, one)
  }
}

function checkRequired(check: FileCheck, at: Path, name: unknown): void {
  // A raw property is read only where a condition asks for it, so it would always count as missing.
  if (typeof name !== 'string' || name === 'score') return
  if (name.startsWith('hubspot.')) check.report(at, 'must be an attribute; map the property to one in hubspot.yaml')
  else expectFact(check, at, name, 'name what sales needs to know instead, such as jobTitle')
}

function checkEnrichment(check: FileCheck): void {
  const { content, report } = check
  expectCondition(check, ['when'], field(content, 'when'), SCOPES.facts)
  const callbacks = entries(field(content, 'callbacks'))
  const known = [...BUILT_IN, ...callbacks.map(([name]) => name)]
  for (const [index, name] of items(field(content, 'providers'))) {
    if (typeof name === 'string' && !known.includes(name))
      report(
        ['providers', index],
        `"${name}" is neither ${BUILT_IN.join(', ')} nor under callbacks${suggestion(name, known)}`,
      )
  }
  for (const [name, callback] of callbacks) {
    const at: Path = ['callbacks', name]
    if ((BUILT_IN as readonly string[]).includes(name)) report(at, 'is built in; choose another name')
    for (const [attribute] of entries(field(callback, 'fields')))
      if (!PROVIDED.includes(attribute))
        report([...at, 'fields', attribute], `is nothing that a provider tells${suggestion(attribute, PROVIDED)}`)
  }
}

function checkRoute(check: FileCheck, index: number, route: unknown, isLast: boolean): void {
  const at: Path = ['routes', index]
  const [to, handoff, when] = [field(route, 'to'), field(route, 'handoff'), field(route, 'when')]
  const pool = field(to, 'pool')
  expectCondition(check, [...at, 'when'], when, SCOPES.routes)
  expectName(check, [...at, 'to', 'pool'], 'pools', pool)
  expectReps(check, [...at, 'to', 'reps'], field(to, 'reps'), pool)
  expectName(check, [...at, 'handoff'], 'handoffs', handoff)
  const sample = field(route, 'sample')
  const drawn = field(sample, 'to', 'pool')
  expectName(check, [...at, 'sample', 'to', 'pool'], 'pools', drawn)
  expectReps(check, [...at, 'sample', 'to', 'reps'], field(sample, 'to', 'reps'), drawn)
  expectName(check, [...at, 'sample', 'handoff'], 'handoffs', field(sample, 'handoff'))
  if (check.known.signalHandoffs.includes(String(handoff)))
    check.report(
      [...at, 'handoff'],
      `"${handoff}" is started by itself; name a kind of ${check.known.kindsFile} that has no start`,
    )
  if (pool !== undefined && handoff === undefined)
    check.report(at, `a route to a pool needs a handoff: name one of ${check.known.kindsFile}, which sets the clock`)
  if (to !== undefined && pool === undefined && handoff !== undefined)
    check.report([...at, 'handoff'], 'only a route to a pool has a handoff; remove it')
  for (const name of namesInBraces(String(field(to, 'disqualify') ?? '')))
    expectAttribute(check, [...at, 'to', 'disqualify'], name, SCOPES.everything)
  if (isLast && when !== undefined)
    check.report([...at, 'when'], 'the last route must have no condition, so that every lead has a route')
  if (!isLast && when === undefined)
    check.report(at, 'has no condition, so the routes after it are never reached; only the last may have none')
}

function checkTeam(check: FileCheck): void {
  const { content } = check
  for (const key of ['id', 'hubspotOwnerId', 'slackUserId']) expectUnique(check, ['reps'], key)
  expectUnique(check, ['managers'], 'id')
  checkPeople(check)
  for (const [index, manager] of items(field(content, 'managers')))
    expectName(check, ['managers', index, 'calendar'], 'calendars', field(manager, 'calendar'))
  for (const [index, rep] of items(field(content, 'reps')))
    expectName(check, ['reps', index, 'calendar'], 'calendars', field(rep, 'calendar'))
  for (const [name, pool] of entries(field(content, 'pools'))) {
    const at: Path = ['pools', name]
    expectUnique(check, [...at, 'members'], 'rep')
    checkMembers(check, [...at, 'members'], field(pool, 'members'))
    expectName(check, [...at, 'manager'], 'managers', field(pool, 'manager'))
    for (const [index, manager] of items(field(pool, 'managers')))
      expectName(check, [...at, 'managers', index], 'managers', manager)
    const fallback = field(pool, 'fallback')
    expectName(check, [...at, 'fallback'], 'pools', fallback)
    if (fallback === name) check.report([...at, 'fallback'], 'a pool cannot be its own fallback; remove it')
  }
}

// Whoever is named somewhere is one person, in whichever list they stand.
function checkPeople(check: FileCheck): void {
  const { content, report } = check
  for (const key of ['id', 'hubspotOwnerId', 'slackUserId']) expectUnique(check, ['people'], key)
  const others = ['reps', 'managers'].flatMap((list) => items(field(content, list)).map(([, one]) => ({ list, one })))
  for (const [index, person] of items(field(content, 'people'))) {
    const at: Path = ['people', index]
    expectName(check, [...at, 'calendar'], 'calendars', field(person, 'calendar'))
    for (const key of ['id', 'hubspotOwnerId']) {
      const value = field(person, key)
      const other = others.find(({ one }) => value !== undefined && field(one, key) === value)
      if (other) report([...at, key], `"${String(value)}" stands under ${other.list} already; keep one`)
    }
  }
}

function checkStages(check: FileCheck): void {
  for (const [index, move] of items(field(check.content, 'moves')))
    expectStarts(check, ['moves', index, 'when'], field(move, 'when'))
}

function checkTriggers(check: FileCheck): void {
  for (const [name, trigger] of entries(field(check.content, 'triggers'))) {
    const at: Path = ['triggers', name]
    expectCondition(check, [...at, 'when'], field(trigger, 'when'), SCOPES.triggers)
    expectOutcomes(check, [...at, 'do'], field(trigger, 'do'))
    expectCondition(check, [...at, 'then', 'unless'], field(trigger, 'then', 'unless'), SCOPES.followUps)
    expectOutcomes(check, [...at, 'then', 'do'], field(trigger, 'then', 'do'))
  }
}

function checkHubSpot(check: FileCheck): void {
  const { content } = check
  for (const [name] of entries(field(content, 'attributes'))) {
    if (name.startsWith('hubspot.'))
      check.report(['attributes', name], 'needs no mapping; use it in conditions as it is')
    else expectFact(check, ['attributes', name], name, 'it is not read from HubSpot')
  }
  const unknown = field(content, 'unknownValues')
  for (const [name] of Array.isArray(unknown) ? [] : entries(unknown)) {
    if (name === 'every' || name.startsWith('hubspot.')) continue
    expectFact(check, ['unknownValues', name], name, 'name one of the attributes above, or every')
  }
  for (const [index, rule] of items(field(content, 'signals'))) {
    const at: Path = ['signals', index]
    expectName(check, [...at, 'signal'], 'signals', field(rule, 'signal'))
    expectCondition(check, [...at, 'when'], field(rule, 'when'), SCOPES.properties)
  }
  for (const [name, attribute] of entries(field(content, 'dealAttribution')))
    expectFact(
      check,
      ['dealAttribution', name],
      String(attribute),
      'name what is known of a contact, such as touch.first',
    )
  for (const [index, type] of items(field(content, 'notInterested')))
    expectName(check, ['notInterested', index], 'signals', type)
  checkWrittenProperties(check)
}

function checkWrittenProperties({ content, report }: FileCheck): void {
  const given = field(content, 'properties')
  const takenBy = new Map<unknown, string>()
  for (const [key, { name }] of Object.entries(PROPERTIES)) if (!field(given, key)) takenBy.set(name, key)
  for (const [key, name] of entries(given)) {
    const other = takenBy.get(name)
    if (other) report(['properties', key], `"${String(name)}" is taken by ${other}; choose another name`)
    takenBy.set(name, key)
  }
}

function checkRoutingCases(check: FileCheck): void {
  const { content } = check
  expectUnique(check, ['cases'], 'name')
  for (const [index, item] of items(field(content, 'cases'))) {
    const at: Path = ['cases', index]
    for (const [name] of entries(field(item, 'lead'))) {
      if (!name.startsWith('hubspot.')) expectFact(check, [...at, 'lead', name], name, 'put it under signals or expect')
    }
    for (const [position, signal] of items(field(item, 'signals'))) {
      const type = field(signal, 'type')
      expectName(check, [...at, 'signals', position, 'type'], 'signals', type)
    }
    const expected = field(item, 'expect')
    expectName(check, [...at, 'expect', 'route'], 'routes', field(expected, 'route'))
    expectName(check, [...at, 'expect', 'pool'], 'pools', field(expected, 'pool'))
    const track = field(expected, 'nurture')
    expectName(check, [...at, 'expect', 'nurture'], 'tracks', track)
  }
}
