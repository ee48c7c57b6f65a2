import type { Command } from 'commander'
import { loadToCompare } from '../config/load-to-compare.ts'
import { createClock, hostNow } from '../platform/clock.ts'
import { createLogger } from '../platform/log.ts'
import { createConfigs } from '../store/configs.ts'
import { createFactStreams } from '../store/facts.ts'
import { createStore } from '../store/partitions.ts'
import { createShadow } from '../store/shadow.ts'
import { createShadowView } from '../views/shadow.ts'
import { shadowText } from '../views/shadow-text.ts'
import { prefixHere, redisOfService } from './service-redis.ts'

const HELP = `
With a directory its config runs beside the live one from now on, on every decision, until it is stopped: every worker takes it up
within a second. It decides what stands for a lead as it stands, does nothing, and each difference is kept as a fact.
Without one it shows what was found so far; after --stop that stays until the next one starts.
Exit code 0: done; 1: the config cannot be loaded, or no Redis is there; 3: nothing was compared yet.

Examples:
  npm run baton -- shadow config-next
  npm run baton -- shadow
  npm run baton -- shadow --json | jq .changed.route
  npm run baton -- shadow --stop`

const NOTHING_YET = 3

/** `shadow`: a second config beside the live one, and what it found. */
export function addShadow(program: Command): void {
  program
    .command('shadow')
    .argument('[dir]', 'a config directory, to run beside the live one from now on')
    .option('--stop', 'end it')
    .option('--json', 'print what GET /v1/shadow answers')
    .description(
      'run a second config beside the live one and see where they differ; in the Redis of the running service',
    )
    .addHelpText('after', HELP)
    .action(
      async (directory: string | undefined, { stop = false, json = false }: { stop?: boolean; json?: boolean }) => {
        if (directory !== undefined && stop)
          throw new Error('a directory starts a shadow, and --stop ends it: give one of both.')
        const { config, mistakes } =
          directory === undefined ? { config: null, mistakes: [] } : await loadToCompare(directory, hostNow())
        const redis = await redisOfService()
        try {
          const store = createStore({ redis, prefix: prefixHere() })
          const shadow = createShadow(store, createConfigs(store))
          const clock = await createClock({ redis, log: createLogger('silent') })
          if (config) await shadow.start(config, clock.now())
          if (stop && !(await shadow.stop(clock.now()))) throw new Error('no config runs beside the live one.')
          const view = await createShadowView({ shadow, facts: createFactStreams(store) })()
          if (json) console.log(JSON.stringify(view, null, 2))
          else if (config)
            console.log(`${directory} runs beside the live config from now on, as shadow ${config.version}.`)
          else console.log(shadowText(view))
          if (mistakes.length > 0) console.error(`It is not fine yet, by its own check:\n${mistakes.join('\n')}`)
          if (!config && !stop && view.compared + view.failed === 0) process.exitCode = NOTHING_YET
        } finally {
          redis.disconnect()
        }
      },
    )
}
