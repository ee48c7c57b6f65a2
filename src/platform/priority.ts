import { readdirSync } from 'node:fs'
import { constants, setPriority } from 'node:os'

/** Lets everything else on the machine go before this process. */
export function giveWay(): void {
  try {
    for (const id of threads()) setPriority(id, constants.priority.PRIORITY_LOW)
  } catch {
    // Nothing is wrong where the system does not let it.
  }
}

// On Linux each thread has a priority of its own, and those that collect garbage run already; later ones take that of who starts them.
function threads(): number[] {
  return process.platform === 'linux' ? readdirSync('/proc/self/task').map(Number) : [process.pid]
}
