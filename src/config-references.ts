import { type ConfigProblem, type Path, problemAt, type SourceFile, suggestion } from './config-problems.ts'
import { ATTRIBUTE_NAMES } from './domain/lead.ts'

/**
 * Checks what one file says against the others: names of attributes, signals, pools, handoffs, reps, calendars.
 * Works on the plain content, so that these mistakes are reported together with mistakes of shape.
 */
export type SourceFiles = Record<
  'icp' | 'scoring' | 'routing' | 'team' | 'sla' | 'hubspot' | 'routing-cases',
  SourceFile | undefined
>

/** Every mistake between the files. An absent or misshapen part is passed over: the shape check reports it. */
export function checkReferences(files: SourceFiles): ConfigProblem[] {
  const problems: ConfigProblem[] = []
  const known = knownNames(files)
  const report = (source: SourceFile, path: Path, message: string) => problems.push(problemAt(source, path, message))
  const expectName = (source: SourceFile, path: Path, what: string, name: unknown, valid: readonly string[]) => {
    if (typeof name === 'string' && !valid.includes(name))
      report(source, path, `there is no ${what} "${name}"${suggestion(name, valid)}`)
  }

  const facts = [...ATTRIBUTE_NAMES.facts]
  const forFit = [...facts, ...ATTRIBUTE_NAMES.icp]
  const everything = [...forFit, ...ATTRIBUTE_NAMES.results]
  const expectAttribute = (
    source: SourceFile,
    path: Path,
    name: string,
    scope: readonly string[],
    signalsToo: boolean,
  ) => {
    if (name.startsWith('hubspot.')) return
    if (name.startsWith('signals.')) {
      if (signalsToo) expectName(source, path, 'signal', name.slice('signals.'.length), known.signals)
      else report(source, path, 'signals are not known yet at this point: they belong in routing.yaml')
      return
    }
    if (scope.includes(name)) return
    if ((everything as string[]).includes(name)) report(source, path, `"${name}" is not known yet at this point`)
    else
      report(
        source,
        path,
        `unknown attribute${suggestion(name, [...scope, ...(signalsToo ? known.signals.map((type) => `signals.${type}`) : [])])}`,
      )
  }
  const checkWhen = (source: SourceFile, path: Path, when: unknown, scope: readonly string[], signalsToo: boolean) => {
    for (const [key, value] of entries(when)) {
      const at = [...path, key]
      if (key === 'not') checkWhen(source, at, value, scope, signalsToo)
      else if (key === 'any' || key === 'all') {
        for (const [index, part] of items(value)) checkWhen(source, [...at, index], part, scope, signalsToo)
      } else {
        expectAttribute(source, at, key, scope, signalsToo)
        if (!key.startsWith('signals.') && field(value, 'within') !== undefined)
          report(source, [...at, 'within'], 'within is for signals.<type> only')
      }
    }
  }
  const expectUnique = (source: SourceFile, list: unknown, at: string, key: string) => {
    const seen = new Set<unknown>()
    for (const [index, item] of items(list)) {
      const name = field(item, key)
      if (name !== undefined && seen.has(name)) report(source, [at, index, key], `"${String(name)}" is there twice`)
      seen.add(name)
    }
  }

  const { icp, scoring, routing, team, sla, hubspot } = files
  if (icp) {
    for (const list of ['tiers', 'personas', 'negative']) {
      for (const [index, item] of items(field(icp.content, list)))
        checkWhen(icp, [list, index, 'when'], field(item, 'when'), facts, false)
    }
  }
  if (scoring) {
    const rules = field(field(scoring.content, 'fit'), 'rules')
    for (const [index, rule] of items(rules))
      checkWhen(scoring, ['fit', 'rules', index, 'when'], field(rule, 'when'), forFit, false)
    const seen = new Set<unknown>()
    for (const [index, rule] of items(rules)) {
      const id = field(rule, 'id')
      if (seen.has(id)) report(scoring, ['fit', 'rules', index, 'id'], `"${String(id)}" is there twice`)
      seen.add(id)
    }
  }
  if (routing) {
    const routes = items(field(routing.content, 'routes'))
    expectUnique(routing, field(routing.content, 'routes'), 'routes', 'name')
    for (const [index, route] of routes) {
      const at: Path = ['routes', index]
      const [to, handoff, when] = [field(route, 'to'), field(route, 'handoff'), field(route, 'when')]
      checkWhen(routing, [...at, 'when'], when, everything, true)
      expectName(routing, [...at, 'to', 'pool'], 'pool in team.yaml', field(to, 'pool'), known.pools)
      expectName(routing, [...at, 'handoff'], 'handoff in sla.yaml', handoff, known.handoffs)
      if (field(to, 'pool') !== undefined && handoff === undefined)
        report(routing, at, 'a route to a pool needs a handoff, which sets its clock')
      if (field(to, 'pool') === undefined && handoff !== undefined)
        report(routing, [...at, 'handoff'], 'only a route to a pool has a handoff')
      const reason = field(to, 'disqualify')
      if (typeof reason === 'string') {
        for (const [, name] of reason.matchAll(/\{([^{}]+)\}/g)) {
          if (name) expectAttribute(routing, [...at, 'to', 'disqualify'], name.trim(), everything, true)
        }
      }
      const last = index === routes.length - 1
      if (last && when !== undefined)
        report(routing, [...at, 'when'], 'the last route must have no condition, so that every lead has a route')
      if (!last && when === undefined)
        report(routing, at, 'only the last route may have no condition: the routes after it are never reached')
    }
    for (const [index, name] of items(field(routing.content, 'requiredForSales'))) {
      if (typeof name === 'string' && name !== 'score')
        expectAttribute(routing, ['requiredForSales', index], name, forFit, false)
    }
  }
  if (team) {
    expectUnique(team, field(team.content, 'reps'), 'reps', 'id')
    expectUnique(team, field(team.content, 'reps'), 'reps', 'hubspotOwnerId')
    expectUnique(team, field(team.content, 'managers'), 'managers', 'id')
    for (const [index, rep] of items(field(team.content, 'reps'))) {
      expectName(team, ['reps', index, 'calendar'], 'calendar', field(rep, 'calendar'), known.calendars)
    }
    for (const [name, pool] of entries(field(team.content, 'pools'))) {
      const members = field(pool, 'members')
      const seen = new Set<unknown>()
      for (const [index, member] of items(members)) {
        const rep = field(member, 'rep')
        expectName(team, ['pools', name, 'members', index, 'rep'], 'rep', rep, known.reps)
        if (seen.has(rep)) report(team, ['pools', name, 'members', index, 'rep'], `"${String(rep)}" is there twice`)
        seen.add(rep)
      }
      expectName(team, ['pools', name, 'manager'], 'manager', field(pool, 'manager'), known.managers)
      expectName(team, ['pools', name, 'fallback'], 'pool', field(pool, 'fallback'), known.pools)
      if (field(pool, 'fallback') === name)
        report(team, ['pools', name, 'fallback'], 'a pool cannot be its own fallback')
    }
  }
  if (sla) {
    const then = field(field(field(sla.content, 'attempts'), 'then'), 'nurture')
    expectName(sla, ['attempts', 'then', 'nurture'], 'nurture track in routing.yaml', then, known.tracks)
  }
  if (hubspot) {
    for (const [name] of entries(field(hubspot.content, 'attributes')))
      expectAttribute(hubspot, ['attributes', name], name, facts, false)
    for (const [index, rule] of items(field(hubspot.content, 'signals'))) {
      expectName(hubspot, ['signals', index, 'signal'], 'signal in scoring.yaml', field(rule, 'signal'), known.signals)
      checkWhen(hubspot, ['signals', index, 'when'], field(rule, 'when'), [], false)
    }
  }
  const cases = files['routing-cases']
  if (cases) {
    expectUnique(cases, field(cases.content, 'cases'), 'cases', 'name')
    for (const [index, item] of items(field(cases.content, 'cases'))) {
      for (const [name] of entries(field(item, 'lead')))
        expectAttribute(cases, ['cases', index, 'lead', name], name, facts, false)
      for (const [position, signal] of items(field(item, 'signals'))) {
        expectName(
          cases,
          ['cases', index, 'signals', position, 'type'],
          'signal in scoring.yaml',
          field(signal, 'type'),
          known.signals,
        )
      }
      const expected = field(item, 'expect')
      expectName(cases, ['cases', index, 'expect', 'route'], 'route', field(expected, 'route'), known.routes)
      expectName(cases, ['cases', index, 'expect', 'pool'], 'pool', field(expected, 'pool'), known.pools)
    }
  }
  return problems
}

function knownNames(files: SourceFiles) {
  const names = (list: unknown, key: string) => items(list).map(([, item]) => String(field(item, key)))
  const keys = (map: unknown) => entries(map).map(([key]) => key)
  const routes = field(files.routing?.content, 'routes')
  return {
    signals: keys(field(field(files.scoring?.content, 'engagement'), 'signals')),
    routes: names(routes, 'name'),
    tracks: items(routes)
      .flatMap(([, route]) => field(field(route, 'to'), 'nurture') ?? [])
      .map(String),
    pools: keys(field(files.team?.content, 'pools')),
    reps: names(field(files.team?.content, 'reps'), 'id'),
    managers: names(field(files.team?.content, 'managers'), 'id'),
    calendars: keys(field(files.team?.content, 'calendars')),
    handoffs: keys(field(files.sla?.content, 'handoffs')),
  }
}

function field(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)[key]
    : undefined
}

function entries(value: unknown): [string, unknown][] {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.entries(value) : []
}

function items(value: unknown): [number, unknown][] {
  return Array.isArray(value) ? [...value.entries()] : []
}
