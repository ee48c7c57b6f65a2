import { openOutside } from '../baton.ts'
import { type Kind, MIX } from '../leads.ts'
import { keyKinds, type Use } from '../memory-use.ts'
import type { Bench, OpenRow, Row } from '../row.ts'
import { SECRETS } from '../secrets.ts'
import { madeUpSignal } from '../signals.ts'
import { type BenchStore, openStore } from '../store.ts'
import { createSender } from '../webhooks.ts'

const SIGNALS = 20
const VISITS = 4
const AT_ONCE = 100
const KIB = 1_024

const RUNS = { full: 1, quick: 1 }

/** What a lead takes in Redis. */
export const memoryOfLead: Row = {
  name: 'memory-lead',
  what: `memory in Redis per lead with ${SIGNALS} signals`,
  unit: 'KiB',
  how: `MEMORY USAGE of its record, inbox and history and of its share of the indexes and lists, after the real service took it in with ${VISITS} visits of ${SIGNALS / VISITS} signals over POST /v1/signals, with UUIDs for ids; nobody has it. Its kept decisions and its facts have rows of their own; what was seen of its events goes after 48 hours.`,
  aim: { of: 'figure', is: '<=', value: 3 },
  runs: RUNS,
  open: (bench) =>
    open(bench, { kinds: ['visitor'], visits: VISITS }, ({ uses, count }) => {
      const counted = [
        ...['lead', 'inbox', 'history', 'index:unread', 'index:wake', 'index:fading'],
        ...['list:scored', 'list:stage-lead', 'list:leads', 'list:periods'],
      ]
      return { figure: bytesOf(uses, counted) / count / KIB }
    }),
}

/** What an open handoff takes in Redis. */
export const memoryOfHandoff: Row = {
  name: 'memory-handoff',
  what: 'memory in Redis per open handoff',
  unit: 'KiB',
  how: `MEMORY USAGE of what its record and the addresses of its two messages, both posted, add to the lead's, of its entry among what its pool has given, of its timer in BullMQ, and of its share of the indexes and lists of handoffs.`,
  aim: { of: 'figure', is: '<=', value: 3 },
  runs: RUNS,
  open: (bench) =>
    open(bench, { kinds: ['tier-2'], visits: 0 }, ({ uses, count }) => {
      const counted = ['handoff', 'message', 'given', 'timer', 'index:rungs', 'list:open', 'list:urgent', 'list:hands']
      return { figure: bytesOf(uses, [...counted, 'index:assignments']) / count / KIB }
    }),
}

/** What a routing decision that is kept whole takes in Redis. */
export const memoryOfDecision: Row = {
  name: 'memory-decision',
  what: 'memory in Redis per kept routing decision',
  unit: 'B',
  how: `MEMORY USAGE of the decisions of leads of the mix, which are kept for 13 months, by how many there are; after ${VISITS} visits of ${SIGNALS / VISITS} signals each. A decision that finds a lead where it is keeps nothing.`,
  runs: RUNS,
  open: (bench) =>
    open(bench, { kinds: MIX, visits: VISITS }, async ({ uses, count, ids, store }) => {
      const sizes = (await Promise.all(ids.map((id) => packedDecisions(store, id)))).flat()
      const packed = sizes.reduce((sum, size) => sum + size, 0)
      const note = `${(sizes.length / count).toFixed(2)} decisions a lead, of ${(packed / sizes.length).toFixed(0)} B; the rest is what Redis adds for each key and entry`
      return { figure: bytesOf(uses, ['decisions']) / sizes.length, note }
    }),
}

interface Measured {
  uses: Map<string, Use>
  count: number
  ids: string[]
  store: BenchStore
}

function bytesOf(uses: Map<string, Use>, kinds: string[]): number {
  return kinds.reduce((sum, kind) => sum + (uses.get(kind)?.bytes ?? 0), 0)
}

async function packedDecisions({ store }: BenchStore, leadId: string): Promise<number[]> {
  const packed = await store.redis.lrangeBuffer(store.keys.decisions(leadId), 0, -1)
  return packed.map((one) => one.length)
}

type Figure = { figure: number; note?: string }

/** Has the real service take in leads of some kinds with their visits, and gives `figureOf` what stands in Redis then. */
async function open(
  bench: Bench,
  { kinds, visits }: { kinds: Kind[]; visits: number },
  figureOf: (measured: Measured) => Figure | Promise<Figure>,
): Promise<OpenRow> {
  await bench.redis.clear()
  const count = bench.pick({ full: 1_000, quick: 100, tiny: 10 })
  const outside = await openOutside(bench.redis)
  const { simulators } = outside
  const sender = createSender(await outside.start('both'), 2)
  const store = await openStore(bench.redis)
  let notes: string[] = []

  async function sendSignals(ids: string[], visit: number): Promise<void> {
    const perRequest = 100
    for (let from = 0; from < ids.length; from += perRequest) {
      const signals = ids.slice(from, from + perRequest).flatMap((contactId) =>
        Array.from({ length: SIGNALS / VISITS }, (_, index) => {
          const { id, type, page } = madeUpSignal(index)
          const occurredAt = new Date(Date.now() - (VISITS - visit) * 3_600_000 - index * 1_000).toISOString()
          return { id, type, contactId, occurredAt, properties: { page } }
        }),
      )
      const body = Buffer.from(JSON.stringify({ signals }))
      const headers = {
        authorization: `Bearer ${SECRETS.api}`,
        'content-type': 'application/json',
        'content-length': String(body.length),
      }
      await sender.send({ body, headers }, '/v1/signals')
    }
  }

  return {
    async baton() {
      const before = await bench.redis.usedMemory()
      const ids = await simulators.call.createLeads({ count, kinds })
      // A thousand alerts at once would outrun the simulated Slack.
      for (let from = 0; from < count; from += AT_ONCE) {
        await store.announce(ids.slice(from, from + AT_ONCE))
        await store.untilQuiet()
      }
      for (let visit = 0; visit < visits; visit++) {
        await sendSignals(ids, visit)
        await store.untilQuiet()
      }
      for (const id of ids) {
        const signals = (await store.leads.read(id)).lead?.signals.length ?? 0
        if (signals < visits * (SIGNALS / VISITS)) throw new Error(`lead ${id} has ${signals} signals`)
      }
      const grown = (await bench.redis.usedMemory()) - before
      const uses = await keyKinds(bench.redis.look)
      const { figure, note } = await figureOf({ uses, count, ids, store })
      const kib = (bytes: number) => (bytes / count / KIB).toFixed(2)
      notes = [
        ...(note ? [note] : []),
        `KiB each: ${[...uses].map(([kind, { bytes, keys }]) => `${kind} ${kib(bytes)} (${keys} keys)`).join(', ')}`,
        `used_memory grew by ${kib(grown)} KiB each in all, ${count} leads`,
      ]
      return figure
    },
    notes: () => notes,
    async close() {
      sender.close()
      await store.close()
      await outside.close()
    },
  }
}
