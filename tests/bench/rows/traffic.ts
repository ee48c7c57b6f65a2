import { setTimeout as wait } from 'node:timers/promises'
import { openOutside } from '../baton.ts'
import { type Kind, MIX } from '../leads.ts'
import type { Bench, OpenRow, Row } from '../row.ts'
import { openStore } from '../store.ts'
import { number } from '../table.ts'
import { createSender, creationEvents, signed } from '../webhooks.ts'

const EVENTS_A_REQUEST = 100

const HOW = `from the webhook until the lead is committed, written to HubSpot and, a third of them, at a rep in Slack: ${EVENTS_A_REQUEST} new contacts a request with the one event of their creation each, API and worker in one process. Not in it: the event that HubSpot sends of what Baton wrote, and the second look at each assignment 15 s later.`

/** How many commands a lead costs Redis. */
export const commandsOfLead: Row = {
  name: 'commands',
  what: 'Redis commands a lead, one event each',
  unit: 'commands',
  how: `INFO commandstats, with those that scripts call, ${HOW}`,
  aim: { of: 'figure', is: '<=', value: 80 },
  runs: { full: 1, quick: 1 },
  open: (bench) => open(bench, 'commands'),
}

/** How many bytes of the append-only file a lead costs. */
export const bytesOfLead: Row = {
  name: 'file-bytes',
  what: 'append-only-file bytes a lead, one event each',
  unit: 'kB',
  how: `What the file grows by (kB are 1,000 bytes), ${HOW}`,
  aim: { of: 'figure', is: '<=', value: 4.5 },
  runs: { full: 1, quick: 1 },
  open: (bench) => open(bench, 'kilobytes'),
}

interface Traffic {
  commands: number
  kilobytes: number
}

async function open(bench: Bench, what: keyof Traffic): Promise<OpenRow> {
  await bench.redis.clear()
  const count = bench.pick({ full: 500, quick: 200, tiny: 20 })
  const outside = await openOutside(bench.redis)
  const { simulators } = outside
  const sender = createSender(await outside.start('both'), 8)
  const store = await openStore(bench.redis)
  let notes: string[] = []

  /** What so many new leads cost, each. */
  async function cost(leads: number, kinds: Kind[], eventsOf: (id: string) => object[]): Promise<Traffic> {
    const ids = await simulators.call.createLeads({ count: leads, kinds })
    const events = ids.flatMap(eventsOf)
    const requests = Array.from({ length: Math.ceil(events.length / EVENTS_A_REQUEST) }, (_, index) =>
      signed(events.slice(index * EVENTS_A_REQUEST, (index + 1) * EVENTS_A_REQUEST)),
    )
    const before = { commands: await bench.redis.commands(), bytes: await bench.redis.fileSize() }
    await sender.sendAll(requests)
    // HubSpot is asked first, for a look into Redis is commands too.
    const giveUpAt = performance.now() + 180_000
    while ((await simulators.call.scored(ids)) < leads) {
      if (performance.now() > giveUpAt) throw new Error('some leads have no score in HubSpot after three minutes')
      await wait(50)
    }
    await store.untilQuiet()
    const after = { commands: await bench.redis.commands(), bytes: await bench.redis.fileSize() }
    return {
      commands: (after.commands - before.commands) / leads,
      kilobytes: (after.bytes - before.bytes) / leads / 1_000,
    }
  }

  const creationAlone = (id: string) => creationEvents(id).slice(-1)
  await cost(Math.ceil(count / 5), MIX, creationAlone)
  return {
    async baton() {
      // All of it before the first second looks.
      const figure = (await cost(count, MIX, creationAlone))[what]
      const all = (await cost(count, MIX, creationEvents))[what]
      const reps = (await cost(count, ['tier-1', 'tier-2'], creationAlone))[what]
      notes = [
        `last run: ${number(all)} when each contact comes with ${creationEvents('1').length} events (its creation and properties); ${number(reps)} for a lead that goes to a rep; ${count} leads each`,
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
