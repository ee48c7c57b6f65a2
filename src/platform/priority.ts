import { constants, setPriority } from 'node:os'
import { isMainThread } from 'node:worker_threads'

/**
 * Lets everything else on the machine go first: of a thread, the service that it runs in. On Linux it is the calling thread alone
 * that gives way; elsewhere it would be the whole process, so a thread there does nothing.
 */
export function giveWay(): void {
  if (!isMainThread && process.platform !== 'linux') return
  try {
    setPriority(constants.priority.PRIORITY_LOW)
  } catch {
    // Nothing is wrong where the system does not let it.
  }
}
