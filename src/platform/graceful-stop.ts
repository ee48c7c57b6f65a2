import closeWithGrace from 'close-with-grace'

// Copies of one signal arrive within milliseconds; an impatient person needs longer.
const ONE_SIGNAL = 1_000

/**
 * Ends this process in order when one of the signals comes, or after an error that nobody caught: runs `stop`, then
 * exits with 0, or with 1 after an error and when it takes longer than `within` milliseconds.
 *
 * A process group gets a signal as a whole, and npm and the set-up script pass it on as well, so one stop may arrive
 * several times: what comes within a second is one. Another one after that ends the process at once, with 1.
 */
export function stopOnSignals(options: {
  signals: NodeJS.Signals[]
  within: number
  stop: (why: { signal?: string | undefined; err?: Error | undefined }) => Promise<void>
}): void {
  let since: number | undefined
  let cause: string | undefined
  // SIGHUP may mean something else; it is left alone unless it is one of the signals.
  const skip = [...options.signals, 'SIGHUP'] as closeWithGrace.Signals[]
  const grace = closeWithGrace({ delay: options.within, logger: false, skip }, ({ signal = cause, err }) => {
    since ??= performance.now()
    return options.stop({ signal, err })
  })
  for (const signal of options.signals) {
    process.on(signal, () => {
      if (since !== undefined && performance.now() - since > ONE_SIGNAL) process.exit(1)
      if (since !== undefined) return
      since = performance.now()
      cause = signal
      grace.close()
    })
  }
}
