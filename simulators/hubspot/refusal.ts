/** One part of an error: what was wrong, and with what. */
export interface ErrorDetail {
  message: string
  code?: string
  context?: Record<string, string[]>
}

/** What HubSpot's error envelope carries beside message and category. `context` names the records an error is about. */
export interface ErrorMore {
  context?: Record<string, string[]> | undefined
  errors?: ErrorDetail[] | undefined
  links?: Record<string, string> | undefined
}

/** An error with what the envelope of its answer says. */
export interface Refusal extends Error {
  statusCode: number
  category: string
  more: ErrorMore
}

/** One property value that HubSpot does not take. */
export interface Problem {
  name: string
  code: string
  message: string
}

/** An error to throw: the simulated HubSpot answers it with this status and HubSpot's error envelope. */
export function refusal(
  statusCode: number,
  category: string,
  message: string,
  context?: Record<string, string[]>,
): Refusal {
  return Object.assign(new Error(message), { statusCode, category, more: { context } })
}

/** The 400 that names values HubSpot does not take: as JSON inside the message and, since v3, as `errors` too. */
export function invalidValues(problems: Problem[]): Refusal {
  const told = problems.map(({ name, code, message }) => {
    return { isValid: false, message, error: code, name, localizedErrorMessage: message }
  })
  const errors = problems.map(({ name, code, message }) => ({ message, code, context: { propertyName: [name] } }))
  const refused = refusal(400, 'VALIDATION_ERROR', `Property values were not valid: ${JSON.stringify(told)}`)
  return Object.assign(refused, { more: { errors } })
}

/** The 403 of an app that lacks a scope. */
export function missingScope(scope: string): Refusal {
  const message =
    "This app hasn't been granted all required scopes to make this call. Read more about required scopes here: https://developers.hubspot.com/scopes."
  const detail = 'One or more of the following scopes are required.'
  return Object.assign(refusal(403, 'MISSING_SCOPES', message), {
    more: {
      errors: [{ message: detail, context: { requiredGranularScopes: [scope] } }],
      links: { scopes: 'https://developers.hubspot.com/scopes' },
    },
  })
}

let correlations = 0

/** The body of an error answer, with a correlation id of its own. */
export function envelope(category: string, message: string, more: ErrorMore = {}) {
  const correlationId = `00000000-0000-4000-8000-${String(++correlations).padStart(12, '0')}`
  const given = Object.fromEntries(Object.entries(more).filter(([, value]) => value !== undefined))
  return { status: 'error', message, correlationId, ...given, category }
}

/** One row of the errors of a batch answer, which always has `errors` and `links`. */
export function errorRow(category: string, message: string, more: ErrorMore & { subCategory?: string } = {}) {
  return { status: 'error', category, message, errors: [], links: {}, ...more }
}
