import { type Command, InvalidArgumentError, Option } from 'commander'
import { loadToCompare } from '../config/load-to-compare.ts'
import { createClock, hostNow } from '../platform/clock.ts'
import { readHubSpotEnv } from '../platform/env.ts'
import { createLogger } from '../platform/log.ts'
import { giveWay } from '../platform/priority.ts'
import { whole } from '../rules/words.ts'
import { createConfigs } from '../store/configs.ts'
import { createLeads } from '../store/leads.ts'
import { createStore } from '../store/partitions.ts'
import { createPastDecisions } from '../store/past-decisions.ts'
import { type Limits, readAmount, readGrowth, readLoad, readShare, readSince } from '../what-if/limits.ts'
import { asMarkdown, asText } from '../what-if/render.ts'
import { besideService, createPropertyReader } from '../work/read-properties.ts'
import { type Progress, type ReadProperties, runWhatIf } from '../work/what-if.ts'
import { prefixHere, redisOfService } from './service-redis.ts'

const HELP = `
Every stored lead is computed again under DIR, each as of the time of its own decisions; nothing is written, neither to Redis nor
to HubSpot. It reads the Redis of the running service, and in HubSpot the properties that DIR asks for and nobody has kept.
Exit code 0: fine; 1: an error, or DIR cannot be loaded; 2: over a limit; 3: no decision could be compared.

Examples:
  npm run baton -- what-if ./new-config
  npm run baton -- what-if ./new-config --sample 10000              a first look
  npm run baton -- what-if ./new-config --since 30d --offline       the decisions of a month, without HubSpot
  npm run baton -- what-if ./new-config --format md > comment.md    for a pull request
  npm run baton -- what-if ./new-config --max-moved 5% --max-load 25/day --max-rep +20%`

interface Options {
  since?: number
  sample?: number
  offline?: boolean
  format: 'text' | 'md' | 'json'
  json?: boolean
  maxMoved?: Limits['moved']
  maxLoad?: Limits['load']
  maxRep?: number
  maxLate?: Limits['late']
  minReproduced?: number
}

/** `what-if`: what another config would have done. */
export function addWhatIf(program: Command): void {
  program
    .command('what-if')
    .argument('<dir>', 'the other config directory')
    .option(
      '--since <duration>',
      'only decisions of so long, such as 30d; all that are kept unless given',
      limit(readSince),
    )
    .option('--sample <leads>', 'only about so many leads, the same ones each time', sampleSize)
    .option('--offline', 'ask HubSpot nothing: what was never kept counts as unknown')
    .addOption(new Option('--format <format>', 'text, md or json').choices(['text', 'md', 'json']).default('text'))
    .option('--json', 'the same as --format json')
    .option(
      '--max-moved <amount>',
      'fail when the band or the route of more leads changes: 5% or 200',
      limit(readAmount),
    )
    .option('--max-load <load>', 'fail when any rep gets more: 25/day or 100/week', limit(readLoad))
    .option('--max-rep <growth>', "fail when any rep's leads grow by more: +20%", limit(readGrowth))
    .option('--max-late <amount>', 'fail when more leads would be answered too late: 5% or 20', limit(readAmount))
    .option('--min-reproduced <share>', 'fail when fewer decisions come out as they were made: 95%', limit(readShare))
    .description(
      'what another config would have done with the leads that are stored: who moves, to which rep, and by which rule',
    )
    .addHelpText('after', HELP)
    .action(async (directory: string, options: Options) => {
      const { config: after, mistakes } = await loadToCompare(directory, hostNow())
      const redis = await redisOfService()
      const show = createProgress()
      // It may run beside the service.
      giveWay()
      try {
        const store = createStore({ redis, prefix: prefixHere() })
        const clock = await createClock({ redis, log: createLogger('silent') })
        const parts = {
          past: createPastDecisions(store),
          leads: createLeads(store),
          configs: createConfigs(store),
          readProperties: options.offline ? null : whenAsked(),
        }
        const { since: age, sample, maxMoved, maxLoad, maxRep, maxLate, minReproduced } = options
        const now = clock.now()
        const result = await runWhatIf(
          parts,
          after,
          {
            since: age === undefined ? undefined : now - age,
            now,
            sample,
            mistakes,
            limits: { moved: maxMoved, load: maxLoad, rep: maxRep, late: maxLate, reproduced: minReproduced },
          },
          show.progress,
        )
        show.end()
        const asked = options.json ? 'json' : options.format
        console.log(
          asked === 'json'
            ? JSON.stringify(result, null, 2)
            : asked === 'md'
              ? asMarkdown(result)
              : asText(result, process.stdout.columns),
        )
        if (result.leads.compared === 0) process.exitCode = 3
        else if (result.failed.length > 0) process.exitCode = 2
      } finally {
        show.end()
        redis.disconnect()
      }
    })
}

// Only who has to read in HubSpot needs its token.
function whenAsked(): ReadProperties {
  let reader: ReadProperties | undefined
  return (ids, names) => {
    if (!process.env.HUBSPOT_ACCESS_TOKEN && !process.env.HUBSPOT_ACCESS_TOKEN_FILE)
      throw new Error(
        `the config asks for ${[...names.contact, ...names.company].join(', ')}, which nobody has kept: set HUBSPOT_ACCESS_TOKEN to read it, or say --offline to let it count as unknown.`,
      )
    reader ??= createPropertyReader(besideService(readHubSpotEnv(process.env)))
    return reader(ids, names).catch((error) => {
      console.error('What nobody has kept could not be read in HubSpot. With --offline it counts as unknown.')
      throw error
    })
  }
}

/** Shows how far it is on a terminal; elsewhere it says nothing. */
function createProgress() {
  const started = performance.now()
  let shown = 0
  const isTerminal = process.stderr.isTTY === true
  return {
    progress({ leads, of, read }: Progress): void {
      const now = performance.now()
      if (!isTerminal || now - shown < 100) return
      shown = now
      const seconds = ((now - started) / 1_000).toFixed(0)
      process.stderr.write(
        `\r${whole(leads)} of about ${whole(of)} leads${read > 0 ? `, ${whole(read)} read in HubSpot` : ''}, ${seconds} s\u001b[K`,
      )
    },
    end(): void {
      if (shown > 0) process.stderr.write('\r\u001b[K')
      shown = 0
    },
  }
}

function sampleSize(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text)
  throw new InvalidArgumentError('It must be a whole number of leads, from 1 on.')
}

function limit<T>(read: (text: string) => T): (text: string) => T {
  return (text) => {
    try {
      return read(text)
    } catch (error) {
      throw new InvalidArgumentError(`${(error as Error).message}.`)
    }
  }
}
