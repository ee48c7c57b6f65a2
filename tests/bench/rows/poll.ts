import { setTimeout as wait } from 'node:timers/promises'
import { openOutside } from '../baton.ts'
import { now } from '../clock.ts'
import type { Bench, OpenRow, Row } from '../row.ts'
import { openStore } from '../store.ts'

const INDEX_LAG = 5_000
const HOW =
  'HubSpot sends no webhook at all, and its search shows changes 5 s late. They happen at different times between two looks; the longest counts, from the change until the message is at Slack. One process with its own intervals, one run.'

/** A row of the worst of so many changes, one every `apart` milliseconds. */
async function openPoll(
  bench: Bench,
  { count, apart, change }: { count: number; apart: number; change: 'created' | 'form' },
): Promise<OpenRow> {
  await bench.redis.clear()
  const outside = await openOutside(bench.redis)
  const { simulators } = outside
  await simulators.call.setSearchLag(INDEX_LAG)
  const known = change === 'form' ? await simulators.call.createLeads({ count, kinds: ['good-fit'] }) : []
  await wait(known.length > 0 ? INDEX_LAG : 0)
  const store = await openStore(bench.redis)
  await outside.start('both')
  while ((await simulators.call.scored(known)) < known.length) await wait(100)
  await store.untilQuiet()

  async function timeOf(id: string, since: number): Promise<number> {
    for (const until = since + 600_000; now() < until; await wait(100)) {
      const [told] = await simulators.call.told([id])
      if (told) return (told - since) / 1_000
    }
    throw new Error('a lead did not reach Slack within ten minutes')
  }

  return {
    async baton() {
      const all: Promise<number>[] = []
      for (let at = 0; at < count; at++) {
        const since = now()
        const [id = ''] =
          known.length > 0 ? [known[at]] : await simulators.call.createLeads({ count: 1, kinds: ['tier-1'] })
        if (known.length > 0) await simulators.call.submitForm(id)
        all.push(timeOf(id, since))
        if (at < count - 1) await wait(apart)
      }
      return Math.max(...(await Promise.all(all)))
    },
    async close() {
      await store.close()
      await outside.close()
    },
  }
}

/** How long a new lead takes when HubSpot sends nothing. */
export const newWithoutWebhooks: Row = {
  name: 'poll-new',
  what: 'no webhooks: a new lead alerted',
  unit: 's',
  how: HOW,
  aim: { of: 'figure', is: '<=', value: 300 },
  runs: { full: 1, quick: 1 },
  long: true,
  open: (bench) =>
    openPoll(bench, { count: bench.pick({ full: 8, quick: 1, tiny: 1 }), apart: 17_000, change: 'created' }),
}

/** How long the form of a known contact takes when HubSpot sends nothing. */
export const formWithoutWebhooks: Row = {
  name: 'poll-form',
  what: "no webhooks: a known contact's form alerted",
  unit: 's',
  how: HOW,
  aim: { of: 'figure', is: '<=', value: 60 },
  runs: { full: 1, quick: 1 },
  open: (bench) => openPoll(bench, { count: bench.pick({ full: 6, quick: 2, tiny: 1 }), apart: 7_000, change: 'form' }),
}
