import { execFileSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { constants, setPriority } from 'node:os'

/**
 * Lets everything else on the machine go before this process. On Linux it runs only where a core would do nothing: the lowest priority
 * alone still made alerts 1.3 times as late on two busy cores (`npm run bench -- --only what-if-beside`).
 */
export function giveWay(): void {
  if (process.platform !== 'linux') {
    attempt(() => setPriority(constants.priority.PRIORITY_LOW))
    return
  }
  // Each thread has a priority of its own, and those that collect garbage run already; later ones take that of who starts them.
  for (const thread of readdirSync('/proc/self/task'))
    attempt(() => setPriority(Number(thread), constants.priority.PRIORITY_LOW))
  attempt(() => execFileSync('chrt', ['--all-tasks', '--idle', '--pid', '0', String(process.pid)], { stdio: 'ignore' }))
}

// Nothing is wrong where the system does not let it, or has no `chrt`.
function attempt(lower: () => void): void {
  try {
    lower()
  } catch {}
}
