import { execFileSync } from 'node:child_process'
import { readdirSync, writeFileSync } from 'node:fs'
import { constants, setPriority } from 'node:os'

/**
 * Lets everything else on the machine go before this process. On Linux it runs only where a core would do nothing (where there is no
 * `chrt`, at the lowest priority), and is the first to go when memory runs out. The lowest priority alone still made alerts 1.3 times
 * as late on two busy cores (`npm run bench -- --only what-if-beside`).
 */
export function giveWay(): void {
  attempt(() => setPriority(constants.priority.PRIORITY_LOW))
  if (process.platform !== 'linux') return
  // Each thread has a priority of its own, and those that collect garbage run already; later ones take that of who starts them.
  attempt(() => {
    for (const thread of readdirSync('/proc/self/task')) setPriority(Number(thread), constants.priority.PRIORITY_LOW)
  })
  attempt(() => execFileSync('chrt', ['-a', '-i', '-p', '0', String(process.pid)], { stdio: 'ignore' }))
  attempt(() => writeFileSync('/proc/self/oom_score_adj', '1000'))
}

// Nothing is wrong where the system does not let it.
function attempt(lower: () => void): void {
  try {
    lower()
  } catch {}
}
