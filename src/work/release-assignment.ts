import type { Store } from '../store/partitions.ts'
import type { PoolLedger } from '../store/pools.ts'
import type { Payload } from './table.ts'

/** Gives an assignment back to its pool, so that it no longer counts as open. */
export function createReleaseAssignment({ store, pools }: { store: Store; pools: PoolLedger }) {
  return async function releaseAssignment({
    leadId,
    assignmentId,
    pool,
  }: Payload<'release-assignment'>): Promise<void> {
    await pools.release(pool, assignmentId)
    await store.commit([], [['ZREM', store.keys.index(leadId, 'release'), `${assignmentId}@${pool}`]])
  }
}
