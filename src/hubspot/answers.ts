import { OutsideError } from '../platform/errors.ts'

// A row that is not there is no failure: the contact was deleted, or lives on under another id.
const NOT_FOUND = 'OBJECT_NOT_FOUND'

/** What a batch answers. It can hold errors of single rows with any success status. */
export interface BatchAnswer<R> {
  results: R[]
  errors?: { category?: string; context?: { [key: string]: string[] } }[]
}

/**
 * The rows of a batch that was read, by key. A row that is not there is left out; one that HubSpot could not read is an
 * error. Throws `OutsideError` when the answer does not say which rows it could not read: none must count as deleted.
 */
export function rowsOf<R, V>(answer: BatchAnswer<R>, entry: (row: R) => [string, V]): Map<string, V | OutsideError> {
  const nameless = answer.errors?.find(({ category, context }) => category !== NOT_FOUND && !context?.ids?.length)
  if (nameless) throw new OutsideError('hubspot', 'unavailable', nameless.category ?? 'unknown')
  const failed = [...errorsOf(answer)].filter(([, category]) => category !== NOT_FOUND)
  return new Map<string, V | OutsideError>([
    ...failed.map(([id, category]): [string, OutsideError] => [
      id.toLowerCase(),
      new OutsideError('hubspot', 'unavailable', category),
    ]),
    ...resultsOf(answer).map(entry),
  ])
}

/** The rows of a batch. Throws `OutsideError` when the answer is none, such as an empty body. */
export function resultsOf<R>(answer: BatchAnswer<R>): R[] {
  if (!Array.isArray(answer?.results)) throw new OutsideError('hubspot', 'unavailable', 'not-an-answer')
  return answer.results
}

/** The error category of each row that has one, by the id that was asked for. */
export function errorsOf(answer: BatchAnswer<unknown>): Map<string, string> {
  const rows = (answer.errors ?? []).flatMap(({ category, context }) =>
    (context?.ids ?? []).map((id): [string, string] => [id, category ?? 'unknown']),
  )
  return new Map(rows)
}

/** Reduces whatever the client library throws to kind and code. Waits come from the documented limits and headers. */
export function toOutsideError(error: unknown): OutsideError {
  if (error instanceof OutsideError) return error
  const { code, headers, body } = error as {
    code?: unknown
    headers?: Record<string, string>
    body?: { policyName?: string }
  }
  if (typeof code !== 'number') return new OutsideError('hubspot', 'unavailable', 'no-answer')
  const told = Number(headers?.['retry-after'])
  const wait = (milliseconds: number) => (Number.isFinite(told) && told > 0 ? told * 1_000 : milliseconds)
  if (code === 429) {
    const policy = body?.policyName
    return new OutsideError(
      'hubspot',
      'rate-limited',
      policy ?? '429',
      wait(policy === 'DAILY' ? 600_000 : policy === 'SECONDLY' ? 1_000 : 10_000),
    )
  }
  if (code === 423) return new OutsideError('hubspot', 'unavailable', '423', wait(2_000))
  if (code === 477) return new OutsideError('hubspot', 'unavailable', '477', wait(60_000))
  // A wrong token is for the operator to mend; until then everything waits instead of being given up.
  // A success or a redirect that nobody expected here comes from something in between.
  if (code >= 500 || code < 400 || code === 401 || code === 403 || code === 408)
    return new OutsideError('hubspot', 'unavailable', String(code), wait(3_000))
  return new OutsideError('hubspot', 'refused', String(code))
}
