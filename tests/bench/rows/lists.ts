import { listedAs } from '../../../src/leads/listed.ts'
import { createLeadIndex, listAs } from '../../../src/store/lead-index.ts'
import { createLeads } from '../../../src/store/leads.ts'
import type { Command } from '../../../src/store/partitions.ts'
import { createLeadLists } from '../../../src/views/leads.ts'
import { leadRecord } from '../../support/records.ts'
import { keyKinds } from '../memory-use.ts'
import type { Bench, OpenRow, Row } from '../row.ts'
import { openStore } from '../store.ts'

const PAGE = 50
const DAY = 24 * 60 * 60_000
const BATCH = 500
// So many of all pass the filter, spread over all the time.
const FEW = 200

/** A page of a list of leads, by a filter that few of them pass. */
export const listing: Row = {
  name: 'list',
  what: `a page of ${PAGE} of 100,000 leads, by a filter that ${FEW} of them pass`,
  unit: 'ms',
  how: 'The view behind GET /v1/leads, in this process: the index is asked and the leads of the page are read. Leads were scored over half a year, so that the page is looked for in several periods. The middle one of 20 pages. Fewer leads when quick.',
  aim: { of: 'figure', is: '<=', value: 100 },
  open,
}

async function open(bench: Bench): Promise<OpenRow> {
  await bench.redis.clear()
  const opened = await openStore(bench.redis)
  const { store } = opened
  const count = bench.pick({ full: 100_000, quick: 30_000, tiny: 500 })
  const now = Date.now()
  for (let from = 0; from < count; from += BATCH) {
    const some = Array.from({ length: Math.min(BATCH, count - from) }, (_, index) => recordOf(from + index, count, now))
    await Promise.all(
      some.map((lead) =>
        // Only those that a page shows are read.
        lead.route.name === 'rare' ? opened.put(lead) : store.commit([], listOnly(lead.id, listedAs(lead, []))),
      ),
    )
  }
  const bytes = (await keyKinds(bench.redis.look)).get('list:leads')?.bytes ?? 0
  const { list } = createLeadLists({ index: createLeadIndex(store), leads: createLeads(store), hubspot: null })

  function listOnly(id: string, listed: ReturnType<typeof listedAs>): Command[] {
    return listAs(store.keys, id, null, listed)
  }

  return {
    async baton() {
      const times: number[] = []
      for (let run = 0; run < 20; run++) {
        const began = performance.now()
        const { leads } = await list({ route: 'rare' }, null, PAGE)
        times.push(performance.now() - began)
        if (leads.length !== PAGE) throw new Error(`the page has ${leads.length} leads`)
      }
      return times.sort((a, b) => a - b)[10] ?? Number.NaN
    },
    notes: () => [`${(bytes / count).toFixed(0)} B of the index for a lead`],
    close: () => opened.close(),
  }
}

function recordOf(number: number, count: number, now: number) {
  const rare = number % Math.floor(count / FEW) === 0
  const at = now - Math.floor((number / count) * 180 * DAY)
  const lead = leadRecord({ id: String(401_000_000_000 + number * 7) })
  const name = rare ? 'rare' : ['tier-1-mql', 'medium-good-fit', 'low-fit'][number % 3]
  return { ...lead, score: { ...lead.score, at }, route: { ...lead.route, name: name ?? '' } }
}
