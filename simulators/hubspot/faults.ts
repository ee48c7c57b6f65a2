/** A fault to answer coming calls with. */
export interface Fault {
  /** Every method when absent. */
  method?: string
  /** Matched against the path, without the query. */
  path: RegExp
  /** 500 when absent. */
  status?: number
  /** A string is sent as HTML, null as an empty body without a content type; HubSpot's error envelope when absent. */
  body?: object | string | null
  headers?: Record<string, string>
  /** How many calls it meets; one when absent. */
  times?: number
  /** Never answers. */
  hang?: boolean
  /** Does the work, then closes the connection without an answer. */
  acceptThenDrop?: boolean
}

/** Faults in the order in which they were asked for; the first that fits a call meets it. */
export function createFaults() {
  const faults: (Fault & { left: number })[] = []
  return {
    add(fault: Fault): void {
      faults.push({ ...fault, left: fault.times ?? 1 })
    },
    /** Takes back all of them. */
    clear(): void {
      faults.length = 0
    },
    take(method: string, path: string): Fault | undefined {
      const found = faults.find((fault) => {
        return fault.left > 0 && (fault.method ?? method) === method && path.search(fault.path) >= 0
      })
      if (found) found.left -= 1
      return found
    },
  }
}
