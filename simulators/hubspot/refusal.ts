/** HubSpot's error envelope. `context` names the records an error is about. */
export interface Refusal extends Error {
  statusCode: number
  category: string
  context: Record<string, string[]> | undefined
}

/** An error to throw: the simulated HubSpot answers it with this status and HubSpot's error envelope. */
export function refusal(
  statusCode: number,
  category: string,
  message: string,
  context?: Record<string, string[]>,
): Refusal {
  return Object.assign(new Error(message), { statusCode, category, context })
}

let correlations = 0

/** The body of an error answer, with a correlation id of its own. */
export function envelope(category: string, message: string, context?: Record<string, string[]>) {
  const correlationId = `00000000-0000-4000-8000-${String(++correlations).padStart(12, '0')}`
  return { status: 'error', message, correlationId, category, ...(context ? { context } : {}) }
}
