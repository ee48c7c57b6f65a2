import { deflateRawSync, inflateRawSync } from 'node:zlib'
import { DICTIONARIES, DICTIONARY } from './dictionaries.ts'

/*
 * Leads and their histories are many and alike, so they are kept compressed, with a dictionary of what most of them
 * hold: about a fifth of the size, at a cost of some 15 microseconds. `explain` and the API show them.
 */

// A packed text begins with the number of its dictionary, or with this when it is too short to be worth compressing.
const PLAIN = 0
const SHORT = 64

// Texts of a few kilobytes need neither the usual window nor the usual buffers, which cost more than the work itself.
const SMALL = { level: 3, windowBits: 13, memLevel: 5, chunkSize: 1_024, dictionary: DICTIONARIES[DICTIONARY] }

/** Packs a value as compressed JSON. */
export function pack(value: unknown): Buffer {
  const text = JSON.stringify(value)
  if (text.length <= SHORT) return Buffer.concat([Buffer.of(PLAIN), Buffer.from(text)])
  return Buffer.concat([Buffer.of(DICTIONARY), deflateRawSync(text, SMALL)])
}

/** Unpacks what `pack` made, by this or an earlier version. Throws on anything else. */
export function unpack(packed: Buffer): unknown {
  const [number = PLAIN] = packed
  const body = packed.subarray(1)
  if (number === PLAIN) return JSON.parse(body.toString())
  const dictionary = DICTIONARIES[number]
  if (!dictionary) throw new Error('a record in Redis was packed by a newer version of Baton')
  return JSON.parse(inflateRawSync(body, { dictionary, chunkSize: 4_096 }).toString())
}

const INSTANT_DIGITS = 13

/** Packs a value with an instant in front, by which `LPOPBEFORE` knows its age. `at` is epoch milliseconds. */
export function packDated(at: number, value: unknown): Buffer {
  return Buffer.concat([Buffer.from(String(at).padStart(INSTANT_DIGITS, '0')), pack(value)])
}

/** Unpacks what `packDated` made. */
export function unpackDated(packed: Buffer): unknown {
  return unpack(packed.subarray(INSTANT_DIGITS))
}
