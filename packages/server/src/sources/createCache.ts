/** Keeps what was used last, by key. */
export interface Cache<T> {
  get(key: string): T | undefined
  set(key: string, value: T): void
  /** Takes out what fits; looks at everything. */
  deleteWhere(fits: (value: T) => boolean): void
  readonly size: number
}

export interface CacheOptions<T> {
  readonly maxEntries: number
  /** Of all keys and values together. */
  readonly maxBytes: number
  /** About how many bytes a value takes. */
  readonly getBytes: (value: T) => number
}

/** A cache with a bound: what was used longest ago goes first. A value larger than all of it is not kept. */
export function createCache<T>({ maxEntries, maxBytes, getBytes }: CacheOptions<T>): Cache<T> {
  // Maps keep the order of insertion, so the first is the one that was used longest ago.
  const entries = new Map<string, { readonly value: T; readonly bytes: number }>()
  let bytes = 0
  const remove = (key: string) => {
    bytes -= entries.get(key)?.bytes ?? 0
    entries.delete(key)
  }
  return {
    get(key) {
      const entry = entries.get(key)
      if (!entry) return undefined
      entries.delete(key)
      entries.set(key, entry)
      return entry.value
    },
    set(key, value) {
      remove(key)
      const entry = { value, bytes: 2 * key.length + getBytes(value) }
      entries.set(key, entry)
      bytes += entry.bytes
      while (entries.size > maxEntries || bytes > maxBytes) remove(entries.keys().next().value!)
    },
    deleteWhere(fits) {
      for (const [key, { value }] of entries) if (fits(value)) remove(key)
    },
    get size() {
      return entries.size
    },
  }
}
