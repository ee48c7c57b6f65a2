import { openOutside } from '../baton.ts'
import type { Kind } from '../leads.ts'
import { keyKinds } from '../memory-use.ts'
import type { Bench, Row } from '../row.ts'
import { SECRETS } from '../secrets.ts'
import { madeUpSignal } from '../signals.ts'
import { openStore } from '../store.ts'
import { createSender } from '../webhooks.ts'

const SIGNALS = 20
const VISITS = 4

const ROW: Omit<Row, 'name' | 'what' | 'how' | 'open'> = {
  unit: 'KiB',
  aim: { of: 'figure', is: '<=', value: 3 },
  runs: { full: 1, quick: 1 },
}

/** What a lead takes in Redis. */
export const memoryOfLead: Row = {
  ...ROW,
  name: 'memory-lead',
  what: `memory in Redis per lead with ${SIGNALS} signals`,
  how: `MEMORY USAGE of its record and history and its share of the indexes, after the real service took it in with ${VISITS} visits of ${SIGNALS / VISITS} signals over POST /v1/signals, with UUIDs for ids; nobody has it.`,
  open: (bench) => open(bench, 'visitor', VISITS, ['lead', 'history', 'inbox', 'index', 'list']),
}

/** What an open handoff takes in Redis. */
export const memoryOfHandoff: Row = {
  ...ROW,
  name: 'memory-handoff',
  what: 'memory in Redis per open handoff',
  how: `MEMORY USAGE of its record, its assignment in the pool's ledger, its timer in BullMQ and its share of the indexes, with both messages posted; the lead itself apart.`,
  open: (bench) => open(bench, 'tier-2', 0, ['handoff', 'assignment', 'timer', 'index', 'list']),
}

async function open(bench: Bench, kind: Kind, visits: number, counted: string[]) {
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
      const ids = await simulators.call.createLeads({ count, kinds: [kind] })
      await store.announce(ids)
      await store.untilQuiet()
      for (let visit = 0; visit < visits; visit++) {
        await sendSignals(ids, visit)
        await store.untilQuiet()
      }
      const [first] = ids
      const record = (await store.leads.read(first ?? '')).lead
      if (visits > 0 && record?.signals.length !== SIGNALS)
        throw new Error(`a lead has ${record?.signals.length} signals`)
      const kinds = await keyKinds(bench.redis.look)
      const kib = (bytes: number) => (bytes / count / 1_024).toFixed(2)
      const used = (await bench.redis.usedMemory()) - before
      notes = [
        `KiB each: ${[...kinds].map(([name, { bytes, keys }]) => `${name} ${kib(bytes)} (${keys} keys)`).join(', ')}`,
        `used_memory grew by ${kib(used)} KiB each in all, ${count} leads`,
      ]
      return (
        [...kinds].reduce((sum, [name, { bytes }]) => sum + (counted.includes(name) ? bytes : 0), 0) / count / 1_024
      )
    },
    notes: () => notes,
    async close() {
      sender.close()
      await store.close()
      await outside.close()
    },
  }
}
