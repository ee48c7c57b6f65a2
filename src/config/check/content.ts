/** Reading plain YAML content of which nothing is known yet: what has another shape is passed over. */

/** The value of a key; undefined when this is no map or has no such key. */
export function field(value: unknown, ...keys: string[]): unknown {
  let found = value
  for (const key of keys) found = isMap(found) && Object.hasOwn(found, key) ? found[key] : undefined
  return found
}

/** The keys and values of a map; none when this is no map. */
export function entries(value: unknown): [string, unknown][] {
  return isMap(value) ? Object.entries(value) : []
}

/** The positions and values of a list; none when this is no list. */
export function items(value: unknown): [number, unknown][] {
  return Array.isArray(value) ? [...value.entries()] : []
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
