/**
 * A config with those of its parts taken from another that are the same there: conditions are then compiled once for both, and what
 * they say of a lead is computed once.
 */
export function withSharedParts<T extends object>(config: T, other: T, depth = 2): T {
  if (JSON.stringify(config) === JSON.stringify(other)) return other
  if (depth === 0 || Array.isArray(config)) return config
  const parts = Object.entries(config).map(([name, part]) => {
    const same: unknown = (other as Record<string, unknown>)[name]
    return [name, isObject(part) && isObject(same) ? withSharedParts(part, same, depth - 1) : part]
  })
  return Object.fromEntries(parts) as T
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}
