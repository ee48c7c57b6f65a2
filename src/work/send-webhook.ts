import PQueue from 'p-queue'
import type { WebhookEndpoint } from '../config/schemas/webhooks.ts'
import { type PostAnswer, postSigned } from '../platform/signed-post.ts'
import { webhookSecretProblem } from '../platform/standard-webhooks.ts'
import { createWebhookOutbox, type Delivery, type readDeliveryId } from '../store/webhook-outbox.ts'
import { GivenUp, type Handler, type Parts } from './parts.ts'
import { isTriedForDay, nextTry, pauseAfter } from './webhook-retries.ts'

type DeliveryId = NonNullable<ReturnType<typeof readDeliveryId>>

// Of one endpoint at a time.
const AT_ONCE = 10
// What would wait longer for an endpoint waits in the index, so that a slow one does not fill the lane of all.
const LONGEST_TURN = 10_000
const WAIT_FOR_TURN = 5_000
// A dead letter that nobody wanted for so long is dropped.
const KEPT = 30 * 24 * 60 * 60_000

type Wanted = Delivery & { kept: string; to: WebhookEndpoint }

/** How an endpoint fares in this process. */
interface Lane {
  queue: PQueue
  /** How long it takes to answer, in milliseconds. */
  took: number
  failures: number
  pausedUntil: number
}

/** The body of a webhook: the same bytes for every try. `at` is epoch milliseconds. */
export function webhookBody({ type, at, data }: Pick<Delivery, 'type' | 'at' | 'data'>): string {
  return JSON.stringify({ type, timestamp: new Date(at).toISOString(), data })
}

/**
 * Tells an endpoint of one event. What fails is tried again for a day, then it is a dead letter. An endpoint that fails
 * several times in a row is left alone for a while; one that answers 410 is switched off.
 */
export function createSendWebhook(
  parts: Pick<Parts, 'clock' | 'config' | 'log' | 'metrics' | 'secrets' | 'store'>,
): Handler<DeliveryId> {
  const { clock, log } = parts
  const outbox = createWebhookOutbox(parts.store)
  const lanes = new Map<string, Lane>()

  function laneOf(name: string): Lane {
    const fresh = { took: 100, failures: 0, pausedUntil: 0 }
    const lane = lanes.get(name) ?? { queue: new PQueue({ concurrency: AT_ONCE }), ...fresh }
    lanes.set(name, lane)
    return lane
  }

  async function drop({ deliveryId, endpoint }: DeliveryId, outcome: 'unwanted' | 'expired'): Promise<void> {
    await outbox.remove(deliveryId)
    parts.metrics.webhooks.inc({ endpoint, outcome })
  }

  async function wanted(id: DeliveryId): Promise<Wanted | null> {
    const delivery = await outbox.read(id.deliveryId)
    // It was sent, or is gone with its lead: what is left of it in the index goes as well.
    if (!delivery) await outbox.remove(id.deliveryId)
    const to = parts.config().webhooks.find(({ name }) => name === id.endpoint)
    if (delivery && (!to || (await outbox.offSince(to)) !== null)) await drop(id, 'unwanted')
    else if (delivery && to && clock.now() - delivery.since > KEPT) await drop(id, 'expired')
    else if (delivery && to) return { ...delivery, to }
    return null
  }

  /** Puts a delivery off, which costs no try, while its endpoint is left alone or has too much to take; false when it can go. */
  async function putOff(id: DeliveryId, { to: _, ...delivery }: Wanted, lane: Lane): Promise<boolean> {
    const now = clock.now()
    const isFull = (lane.queue.size * lane.took) / AT_ONCE > LONGEST_TURN
    if (!isFull && lane.pausedUntil <= now) return false
    // What was given up stays among the dead letters.
    if (isTriedForDay(delivery, now)) throw new GivenUp(`${id.endpoint}: it does not answer`)
    const turn = now + WAIT_FOR_TURN * (1 + Math.random())
    await outbox.putOff(id.deliveryId, delivery, isFull ? Math.max(turn, lane.pausedUntil) : lane.pausedUntil)
    return true
  }

  return async function sendWebhook(id) {
    const delivery = await wanted(id)
    const lane = laneOf(id.endpoint)
    if (delivery && !(await putOff(id, delivery, lane))) await lane.queue.add(() => attempt(id, lane))
  }

  async function attempt(id: DeliveryId, lane: Lane): Promise<void> {
    // While it waited it may have been sent or erased, and the endpoint may have gone down.
    const delivery = await wanted(id)
    if (!delivery || (await putOff(id, delivery, lane)) || !(await outbox.take(id.deliveryId))) return
    const { to, ...kept } = delivery
    try {
      const request = { secrets: secretsFor(to), id: id.webhookId, body: webhookBody(delivery), now: clock.now() }
      const began = performance.now()
      const answer = await postSigned(to.url, request)
      lane.took = (lane.took + performance.now() - began) / 2
      await settle(id, lane, to, kept, answer)
    } finally {
      await outbox.giveBack(id.deliveryId)
    }
  }

  function secretsFor({ name, secret }: WebhookEndpoint): string[] {
    const read = parts.secrets(secret)
    const problem = 'problem' in read ? read.problem : read.secrets.map(webhookSecretProblem).find(Boolean)
    if (problem) throw new GivenUp(`webhooks.yaml, ${name}: ${'problem' in read ? problem : `${secret} ${problem}`}`)
    return 'secrets' in read ? read.secrets : []
  }

  async function settle(
    id: DeliveryId,
    lane: Lane,
    to: WebhookEndpoint,
    delivery: Delivery & { kept: string },
    answer: PostAnswer,
  ): Promise<void> {
    const { deliveryId, endpoint } = id
    const now = clock.now()
    const count = (outcome: string) => parts.metrics.webhooks.inc({ endpoint, outcome })
    if (answer.status !== null && answer.status >= 200 && answer.status < 300) {
      lane.failures = 0
      lane.pausedUntil = 0
      await outbox.remove(deliveryId)
      return count('delivered')
    }
    if (answer.status === 410) {
      await outbox.switchOff(endpoint, to.url, now)
      await outbox.remove(deliveryId)
      count('gone')
      return log.error(
        { endpoint },
        'an endpoint of webhooks.yaml answers 410, gone: it is switched off until its url changes, or "baton webhooks on" is run',
      )
    }
    // What was under way when the pause began says nothing new.
    if (lane.pausedUntil <= now) {
      lane.failures += 1
      lane.pausedUntil = now + pauseAfter(lane.failures)
    }
    const tries = delivery.tries + 1
    const next = nextTry({ since: delivery.since, tries }, now, answer.retryAfter)
    log.warn({ endpoint, type: delivery.type, tries, answer: answer.what }, 'a webhook was not taken')
    count('failed')
    if (next === null) throw new GivenUp(`${endpoint}: ${answer.what}, for a day`)
    await outbox.putOff(deliveryId, { ...delivery, tries }, Math.max(next, lane.pausedUntil))
  }
}
