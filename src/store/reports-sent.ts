import { z } from 'zod'
import type { Store } from './partitions.ts'

/*
 * Which reports were sent: of each delivery since when it is there and the last period of which it was sent; and how far one has come
 * that is under way.
 */

// Of one that nobody takes any more.
const KEPT = 14 * 24 * 60 * 60_000

/** A step of sending one: since when it was tried (epoch milliseconds); and what Slack made of it, or why it came to nothing. */
const Step = z.object({ at: z.number(), ts: z.string().optional(), refused: z.string().optional() })
export type Step = z.output<typeof Step>

/** What is known of a delivery. */
export interface DeliveryKnown {
  begun: number
  last: string | undefined
}

/** How far a report has come that is being sent. */
export type ReportProgress = Awaited<ReturnType<ReturnType<typeof createReportsSent>['progress']>>

/** Opens what is known of reports that were sent. */
export function createReportsSent({ redis, keys }: Store) {
  const key = keys.shared('reports-sent')
  const progressKey = (id: string, period: string) => keys.shared(`report-sending:${id}:${period}`)

  return {
    /** What is known of these deliveries, which are all that there are: one that was not there begins now. */
    async known(ids: readonly string[], now: number): Promise<Map<string, DeliveryKnown>> {
      const kept = await redis.hgetall(key)
      for (const id of ids) if (!kept[`begun:${id}`]) await redis.hsetnx(key, `begun:${id}`, now)
      return new Map(
        ids.map((id) => [id, { begun: Number(kept[`begun:${id}`] ?? now), last: kept[`last:${id}`] }] as const),
      )
    },

    /** Forgets since when others are there than these: one that comes back begins anew. For whoever alone sends reports. */
    async keepOnly(ids: readonly string[]): Promise<void> {
      const fields = await redis.hkeys(key)
      const gone = fields.filter((field) => field.startsWith('begun:') && !ids.includes(field.slice('begun:'.length)))
      if (gone.length > 0) await redis.hdel(key, ...gone)
    },

    /** The report of a period is with everybody who could have it. */
    async sent(id: string, period: string): Promise<void> {
      await redis.hset(key, `last:${id}`, period)
      await redis.del(progressKey(id, period))
    },

    /** How far one has come; it goes to these Slack ids, unless it began with others. */
    async progress(id: string, period: string, to: readonly string[]) {
      const own = progressKey(id, period)
      await redis.hsetnx(own, 'to', JSON.stringify(to))
      await redis.pexpire(own, KEPT)
      const { to: recipients = '[]', ...fields } = await redis.hgetall(own)
      const steps = new Map(Object.entries(fields).map(([step, value]) => [step, Step.parse(JSON.parse(value))]))
      return {
        to: z.array(z.string()).parse(JSON.parse(recipients)),
        step: (name: string) => steps.get(name),
        async note(name: string, step: Step): Promise<void> {
          steps.set(name, step)
          await redis.hset(own, name, JSON.stringify(step))
        },
      }
    },
  }
}
