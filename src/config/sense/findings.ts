import { conditionsOf } from '../config.ts'
import { checkCondition } from './conditions.ts'
import { checkProperties } from './hubspot-words.ts'
import { checkLadders } from './ladders.ts'
import { placesOf } from './located.ts'
import { checkReach, checkTracks } from './reach.ts'
import { type ConfigFinding, createReport, type Inspected } from './report.ts'
import { checkReportNames } from './reports.ts'
import { checkCases, checkRest, checkTriggers, checkUnfilled, checkWords } from './rest.ts'
import { reachOf } from './score-range.ts'
import { checkScoring, mostPoints } from './scoring.ts'
import { createSolver } from './solve.ts'
import { checkStaff } from './team.ts'

/**
 * What cannot work of a config that loads, or is doubtful, by file and line. It is worked out from what the config itself
 * defines: its tiers, personas, bands, pools, and what its rules can score.
 */
export function findingsOf(inspected: Inspected): ConfigFinding[] {
  const { config, sources } = inspected
  const { report, findings } = createReport()
  const conditions = conditionsOf(config)
  // Which rules can hold together says what they reach at most.
  const first = createSolver(config, reachOf(config), conditions)
  const reach = reachOf(config, mostPoints(config.scoring.fit.rules, first))
  const solver = createSolver(config, reach, conditions)
  const places = placesOf(sources)
  const told = new Set<string>()
  for (const place of places) {
    const { told: enough } = checkCondition(place, solver, report)
    if (enough) told.add(`${place.source.file} ${place.path.join('.')}`)
  }
  const isTold = (file: string, path: string) => told.has(`${sources[file]?.file} ${path}`)
  checkReach(inspected, solver, isTold, report)
  checkTracks(inspected, report)
  checkScoring(inspected, reach, report)
  checkTriggers(inspected, report)
  checkLadders(inspected, report)
  checkStaff(inspected, report)
  checkRest(inspected, places, report)
  checkUnfilled(inspected, places, report)
  checkWords(inspected, report)
  checkProperties(inspected, places, report)
  checkReportNames(inspected, report)
  checkCases(inspected, solver, report)
  return findings
}
