import type { Config } from '../config/config.ts'
import { isInHubSpot } from '../leads/lead.ts'
import { next } from '../leads/next.ts'
import { prepare, type Waiting } from '../store/commit.ts'
import type { StoredLead } from '../store/leads.ts'
import { type Command, INDEX, type Plan } from '../store/partitions.ts'
import { createScored } from '../store/scored.ts'
import { type Covers, coverageOf } from './coverage.ts'
import { type Parts, RunLater } from './parts.ts'

// 500 leads, then half a second for everything else: at most 1,000 leads a second.
const BATCH = 500
const PAUSE = 500
const PORTION = 25
const AUTHORITY_SECONDS = 90

/**
 * Computes every lead again that other rules scored, from what is kept of it. One of which the new rules need to know more
 * than is kept, and one that now wants a rep, is read in HubSpot and goes through the main job, behind everything else.
 */
export function createRescoring(
  parts: Pick<Parts, 'clock' | 'config' | 'configs' | 'hurry' | 'leads' | 'log' | 'metrics' | 'store'> &
    Partial<Pick<Parts, 'mode'>>,
) {
  const { clock, leads, store } = parts
  const scored = createScored(store)
  const authority = store.keys.shared('scoring-version')

  /** Makes this config's rules the ones that leads are rescored by. For a worker that takes a config over. */
  async function announce(config: Config): Promise<void> {
    await store.redis.set(authority, config.rulesVersion, 'EX', AUTHORITY_SECONDS)
  }

  /**
   * Keeps that word while a worker of this version lives, and takes it over when those of another version are gone: an
   * old worker that starts once more during a deployment must not have the last word. For every sweep; resolves with
   * whether there is anything to compute again.
   */
  async function isDue(): Promise<boolean> {
    const own = String(parts.config().rulesVersion)
    const standing = await store.redis.get(authority)
    if (standing === own) await store.redis.expire(authority, AUTHORITY_SECONDS)
    else if (standing === null) await store.redis.set(authority, own, 'EX', AUTHORITY_SECONDS, 'NX')
    const left = await scored.countByOtherRules(parts.config().rulesVersion)
    parts.metrics.rescoreRemaining.set(left)
    return left > 0
  }

  /** Computes the next leads again; resolves with how many are left, by the rules of this config. */
  async function rescoreBatch(size = BATCH): Promise<number> {
    const config = parts.config()
    // While a deployment is under way another worker may have newer rules.
    if ((await store.redis.get(authority)) !== String(config.rulesVersion)) return 0
    const ids = await scored.byOtherRules(config.rulesVersion, size)
    const covers = coverageOf(config, parts.configs)
    // In portions, so that Redis writes one while the next is decided.
    const portions = Array.from({ length: Math.ceil(ids.length / PORTION) }, (_, index) =>
      ids.slice(index * PORTION, (index + 1) * PORTION),
    )
    const waiting = (await Promise.all(portions.map((portion) => rescorePortion(config, covers, portion)))).flat()
    if (waiting.length > 0) parts.hurry(waiting)
    const left = await scored.countByOtherRules(config.rulesVersion)
    parts.metrics.rescoreRemaining.set(left)
    if (ids.length > 0) parts.log.info({ rescored: ids.length, left, config: config.version }, 'leads scored again')
    return left
  }

  async function rescorePortion(config: Config, covers: Covers, ids: string[]): Promise<Waiting[]> {
    const now = clock.now()
    const plans = await Promise.all(
      (await leads.readMany(ids)).map((state) =>
        'unreadable' in state ? unreadable(state.id, state.unreadable, now) : rescore(config, covers, state, now),
      ),
    )
    // A lead that changed meanwhile is taken again in the next batch, unless the main job has done it by then.
    const done = await Promise.all(plans.map(({ plan }) => store.commit(plan.guards, plan.commands)))
    return plans.flatMap(({ waiting }, index) => (done[index] ? waiting : []))
  }

  async function rescore(config: Config, covers: Covers, state: StoredLead, now: number) {
    const { id, lead, version } = state
    const scoredList = store.keys.list(id, 'scored')
    const guards = [{ key: store.keys.lead(id), version }]
    const passed: Command = ['ZADD', scoredList, config.rulesVersion, id]
    if (!lead) return { plan: { guards, commands: [['ZREM', scoredList, id] satisfies Command] }, waiting: [] }
    const known = !isInHubSpot(lead) || (await covers(lead.readBy))
    const answer = known ? next(config, state, { type: 'rescore' }, now) : null
    if (known && answer === null) return { plan: { guards, commands: [passed] }, waiting: [] }
    if (answer && 'wanted' in answer) throw new Error('a rescoring wants no rep')
    if (!answer || answer.refresh) {
      // From here on it stands among the unread leads, so it is not forgotten.
      const unread: Command = ['ZADD', store.keys.index(id, INDEX.unread), 'LT', now, id]
      const waiting: Waiting[] = [{ index: INDEX.unread, id, at: now, last: true }]
      return { plan: { guards, commands: [passed, unread] }, waiting }
    }
    const observes = parts.mode === 'observe'
    return prepare(store.keys, state, answer, config.retention, now, observes, observes ? [] : config.webhooks)
  }

  function unreadable(id: string, error: unknown, now: number): { plan: Plan; waiting: Waiting[] } {
    parts.log.error({ lead: id, err: error }, 'a lead cannot be read: it is not rescored')
    // The main job meets the same error and puts it among the dead letters.
    const commands: Command[] = [
      ['ZADD', store.keys.list(id, 'scored'), parts.config().rulesVersion, id],
      ['ZADD', store.keys.index(id, INDEX.unread), 'LT', now, id],
    ]
    return { plan: { guards: [], commands }, waiting: [{ index: INDEX.unread, id, at: now, last: true }] }
  }

  return {
    announce,
    isDue,
    rescoreBatch,
    /** The work: one batch, and again after a pause while there are leads left. */
    async rescoreLeads(): Promise<void> {
      if ((await rescoreBatch()) > 0) throw new RunLater(PAUSE)
    },
  }
}
