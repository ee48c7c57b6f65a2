import { loadConfig } from '../config/load.ts'
import { suggestion } from '../config/problems.ts'
import { everybody } from '../handoffs/team.ts'
import { createHubSpot } from '../hubspot/client.ts'
import type { Click } from '../leads/change.ts'
import { createClock } from '../platform/clock.ts'
import { readHubSpotEnv, readRedisEnv } from '../platform/env.ts'
import { createLogger } from '../platform/log.ts'
import { createMetrics } from '../platform/metrics.ts'
import { folded } from '../rules/texts.ts'
import { createActs } from '../store/acts.ts'
import { createApply } from '../store/apply.ts'
import { createAway } from '../store/away.ts'
import type { Waiting } from '../store/commit.ts'
import { createConfigs } from '../store/configs.ts'
import { createHomes } from '../store/homes.ts'
import { createInbox } from '../store/inbox.ts'
import { createLeads } from '../store/leads.ts'
import { createStore } from '../store/partitions.ts'
import { createPools } from '../store/pools.ts'
import { createShadow } from '../store/shadow.ts'
import { createUnreachable } from '../store/unreachable.ts'
import { createViews } from '../views/create-views.ts'
import { contactIn, SearchAway } from '../views/leads.ts'
import { createDead } from '../work/dead.ts'
import { withHomes } from '../work/homes-of.ts'
import { besideService } from '../work/read-properties.ts'
import { hurryNow } from './hurry.ts'
import { prefixHere, redisOfService } from './service-redis.ts'

/** What commands work with: the records of the running service, the config of the folder, and the views and acts that the API has. */
export type AtService = Awaited<ReturnType<typeof openService>>

/** Does something with the records of the running service. */
export async function atService(work: (at: AtService) => Promise<void>): Promise<void> {
  const at = await openService()
  try {
    await work(at)
  } finally {
    at.redis.disconnect()
  }
}

async function openService() {
  const redis = await redisOfService()
  try {
    const log = createLogger('silent')
    const clock = await createClock({ redis, log })
    const store = createStore({ redis, prefix: prefixHere() })
    // Who only looks at what is kept needs no config that loads.
    const loaded = await loadConfig(process.env.CONFIG_DIR || './config', clock.now()).catch((error: unknown) => ({
      error,
    }))
    const ofFiles = () => {
      if ('error' in loaded) throw loaded.error
      return loaded
    }
    const away = createAway({ store, clock, source: ofFiles })
    const unreachable = createUnreachable(store)
    await Promise.all([away.read(), unreachable.all()])
    const config = () => unreachable.over(away.over(ofFiles()))
    const leads = createLeads(store)
    const pools = createPools(store)
    const configs = createConfigs(store)
    const parts = { config, clock, store, leads, pools, configs }
    const hubspot = hubSpotIfAny()
    return {
      redis,
      ...parts,
      away,
      dead: createDead({ clock, store, metrics: createMetrics(), log }),
      hubspot,
      ...createViews({ ...parts, hubspot }),

      /** Does something to a handoff or a lead for whoever runs the command. A worker does at once what follows. */
      async act(target: string, does: Click) {
        const waiting: Waiting[] = []
        const observes = readRedisEnv(process.env).BATON_MODE === 'observe'
        const shadow = createShadow(store, configs)
        const alone = createApply({ store, pools, inbox: createInbox(store), observes, shadow })
        const apply = withHomes(alone, { homes: createHomes(store), config, log })
        const hurry = (some: Waiting[]) => void waiting.push(...some)
        const acted = await createActs({ config, clock, leads, apply, hurry })(target, 'cli', does)
        await hurryNow({ redis, prefix: store.prefix, clock }, waiting)
        return acted
      },
    }
  } catch (error) {
    redis.disconnect()
    throw error
  }
}

// Names and addresses of leads are HubSpot's to know; everything else goes without it.
function hubSpotIfAny() {
  if (!process.env.HUBSPOT_ACCESS_TOKEN && !process.env.HUBSPOT_ACCESS_TOKEN_FILE) return null
  const portal = besideService(readHubSpotEnv(process.env))
  const properties = () => ({ contact: [], company: [] })
  return createHubSpot({ ...portal, redis: null, prefix: 'cli', metrics: createMetrics(), properties })
}

/** The id of the rep whom somebody names by id, name, Slack or owner id. Throws with the nearest where nobody is meant, or several. */
export function repNamed({ config }: Pick<AtService, 'config'>, text: string): string {
  const reps = Object.values(config().team.reps)
  const wanted = folded(text)
  const byId = reps.filter((rep) => [rep.id, rep.slackUserId, rep.hubspotOwnerId].some((id) => folded(id) === wanted))
  const found = byId.length > 0 ? byId : reps.filter(({ name }) => ` ${folded(name)} `.includes(` ${wanted} `))
  if (found.length === 1 && found[0]) return found[0].id
  if (found.length > 1)
    throw new Error(`"${text}" can be ${found.map(({ id, name }) => `${name} (${id})`).join(' or ')}.`)
  const notReps = everybody(config().team).filter(({ id, name }) => [folded(id), folded(name)].includes(wanted))
  if (notReps[0]) throw new Error(`${notReps[0].name} gets no leads: they stand in team.yaml, but not under reps.`)
  const known = reps.map(({ id }) => id)
  throw new Error(`team.yaml has no rep "${text}"${suggestion(text, known)}`)
}

/** The id of the lead that somebody names by contact id, link into HubSpot, address or name. Throws where none is meant, or several. */
export async function leadNamed({ leadLists }: Pick<AtService, 'leadLists'>, text: string): Promise<string> {
  const found = await leadLists.search(text, {}, 6).catch((error) => {
    // An id that is nobody's could be a phone number for HubSpot, of which nobody thinks here.
    if (error instanceof SearchAway && contactIn(text) !== undefined) return []
    throw error
  })
  if (found.length === 1 && found[0]) return found[0].id
  if (found.length === 0) throw new Error(`Baton knows no lead "${text}".`)
  const some = found.slice(0, 5).map(({ id, name, company }) => `${id} ${name}${company ? `, ${company}` : ''}`)
  throw new Error(`"${text}" can be several leads; give the id of one:\n${some.map((one) => `  ${one}`).join('\n')}`)
}
