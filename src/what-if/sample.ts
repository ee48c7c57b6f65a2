/**
 * Whether a lead is in a sample: the same ones each time, whatever else there is. `share` is between 0 and 1.
 */
export function isSampled(id: string, share: number): boolean {
  if (share >= 1) return true
  // FNV-1a; stirred, for ids that differ in their last digits only.
  let hash = 0x1b873593
  for (let at = 0; at < id.length; at++) hash = Math.imul(hash ^ id.charCodeAt(at), 0x01000193)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32 < share
}
