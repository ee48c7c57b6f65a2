import { randomInt, randomUUID } from 'node:crypto'

/** What leads do, as a website would send it: five kinds of signals that add up to nurture, whatever their order. */
const TYPES = ['session_over_3_pages', 'content_downloaded', 'webinar_attended', 'email_opened', 'email_clicked']
const PAGES = [
  'guides/lead-scoring-for-small-teams',
  'blog/2026/11/what-a-handoff-costs',
  'webinars/routing-in-practice',
  'customers/harbour-labs',
  'docs/integrations/crm',
  'ebooks/response-times',
  'product/tour',
]

/** One signal: `index` chooses its kind. Ids are random as UUIDs are, for what repeats takes less room than real ids do. */
export function madeUpSignal(index: number): { id: string; type: string; page: string } {
  const page = `https://www.company.example/${PAGES[randomInt(PAGES.length)]}?utm_campaign=${randomInt(10_000)}`
  return { id: randomUUID(), type: TYPES[index % TYPES.length] ?? '', page }
}
