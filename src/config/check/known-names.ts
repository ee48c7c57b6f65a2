import { OWN_SIGNALS } from '../catalogue.ts'
import type { SourceFile } from '../problems.ts'
import { entries, field, items } from './content.ts'
import type { KnownNames } from './names.ts'
import { tagsIn } from './segments.ts'

/** The names that the files define, for whoever refers to them; undefined where a file could not be read. */
export function knownNames(
  files: Partial<
    Record<'icp' | 'scoring' | 'routing' | 'team' | 'handoffs' | 'sla' | 'triggers' | 'signals' | 'stages', SourceFile>
  >,
): KnownNames {
  const keys = (map: unknown) => (map === undefined ? undefined : entries(map).map(([key]) => key))
  const names = (list: unknown, ...path: string[]) =>
    list === undefined
      ? undefined
      : items(list)
          .map(([, item]) => field(item, ...path))
          .filter((name) => typeof name === 'string')
  const types = files.signals
    ? keys(field(files.signals.content, 'signals'))
    : keys(field(files.scoring?.content, 'engagement', 'signals'))
  const routes = field(files.routing?.content, 'routes')
  const tiers = field(files.icp?.content, 'tiers')
  const team = files.team?.content
  const [reps, managers, people] = ['reps', 'managers', 'people'].map((list) => names(field(team, list), 'id'))
  const kinds = field((files.handoffs ?? files.sla)?.content, 'handoffs')
  return {
    signals: types && [...types, ...Object.keys(OWN_SIGNALS)],
    valued: files.signals
      ? entries(field(files.signals.content, 'signals')).flatMap(([type, one]) =>
          field(one, 'unit') === undefined ? [] : [type],
        )
      : undefined,
    signalsFile: files.signals ? 'signals.yaml' : 'scoring.yaml',
    triggers: keys(field(files.triggers?.content, 'triggers')),
    forms: keys(field(files.stages?.content, 'forms')),
    routes: names(routes, 'name'),
    tracks: names(routes, 'to', 'nurture') && [
      ...(names(routes, 'to', 'nurture') ?? []),
      ...Object.values(files).flatMap((file) => enrolledTracks(file?.content)),
    ],
    pools: keys(field(team, 'pools')),
    reps,
    managers: managers && [...managers, ...(people ?? [])],
    people: team === undefined ? undefined : [...(reps ?? []), ...(managers ?? []), ...(people ?? [])],
    calendars: keys(field(team, 'calendars')),
    tags: tagsIn(team),
    withCalendar:
      team === undefined
        ? undefined
        : ['reps', 'people'].flatMap((list) =>
            items(field(team, list)).flatMap(([, one]) =>
              field(one, 'calendar') === undefined ? [] : String(field(one, 'id')),
            ),
          ),
    withParty:
      kinds === undefined
        ? undefined
        : entries(kinds).flatMap(([name, kind]) => (field(kind, 'to') === undefined ? [] : name)),
    handoffs: keys(kinds),
    kindsFile: files.handoffs || !files.sla ? 'handoffs.yaml' : 'sla.yaml',
    signalHandoffs: entries(kinds).flatMap(([name, kind]) => (field(kind, 'start') === undefined ? [] : [name])),
    tierKeys: tiers === undefined ? undefined : items(tiers).flatMap(([, tier]) => entries(tier).map(([key]) => key)),
  }
}

/** The tracks that outcomes enrol in, wherever they stand in a file. */
function enrolledTracks(content: unknown): string[] {
  const own = field(content, 'enrol')
  const inside = [...entries(content), ...items(content)].flatMap(([, part]) => enrolledTracks(part))
  return typeof own === 'string' ? [own, ...inside] : inside
}
