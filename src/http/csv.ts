import { stringify } from 'csv-stringify/sync'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'

/** The query parameter of lists that come as CSV as well. */
export const Format = z
  .enum(['json', 'csv'])
  .optional()
  .describe('`csv` instead of JSON; `Accept: text/csv` does the same. The next page stands in the header `Link`')

/** The forms of a list in the API's document. */
export function listResponse<T extends z.ZodType>(schema: T) {
  return {
    description: 'The page.',
    content: {
      'application/json': { schema },
      'text/csv': { schema: z.string().describe('a line of names, then one line for each') },
    },
  }
}

/** Whether a list is wanted as CSV. */
export function wantsCsv({ headers, query }: FastifyRequest): boolean {
  const { format } = query as { format?: string }
  if (format !== undefined) return format === 'csv'
  const accepted = (headers.accept ?? '').toLowerCase()
  return accepted.includes('text/csv') && !accepted.includes('application/json')
}

/** Sends rows as CSV (RFC 4180). `next` is the cursor of the following page. */
export function sendCsv(
  request: FastifyRequest,
  reply: FastifyReply,
  columns: readonly string[],
  rows: readonly Record<string, unknown>[],
  next: string | null,
): FastifyReply {
  if (next !== null) {
    // Without a path: a proxy may have put the routes below one that is not known here.
    const { searchParams } = new URL(request.url, 'http://localhost')
    searchParams.set('cursor', next)
    reply.header('link', `<?${searchParams}>; rel="next"`)
  }
  return reply.type('text/csv; charset=utf-8').send(csvText(columns, rows))
}

/** Rows as the text of a CSV file, with the names of `columns`; a text that a spreadsheet would take for a formula is made harmless. */
export function csvText(columns: readonly string[], rows: readonly Record<string, unknown>[]): string {
  const flat = rows.map((row) => columns.map((name) => cell(row[name])))
  return stringify([[...columns], ...flat], { escape_formulas: true, record_delimiter: 'windows' })
}

function cell(value: unknown): string | number {
  if (value === undefined || value === null) return ''
  if (Array.isArray(value)) return value.join('; ')
  return typeof value === 'number' ? value : String(value)
}
