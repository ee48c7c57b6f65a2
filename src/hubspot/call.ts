/** Makes a call to HubSpot under its rate limit; a failure is an `OutsideError`. */
export type Call = <T>(operation: string, work: () => Promise<T>) => Promise<T>

/**
 * Calls for which the app may lack the scope: HubSpot answers for that one alone, so nothing else has to wait for it, and the
 * call fails as `refused` says.
 */
export function permittedBy(call: Call, refused: () => Error): Call {
  return async (operation, work) => {
    const answer = await call(operation, () =>
      work().catch((error: { code?: unknown }) => {
        if (error.code === 403) return null
        throw error
      }),
    )
    if (answer === null) throw refused()
    return answer
  }
}
