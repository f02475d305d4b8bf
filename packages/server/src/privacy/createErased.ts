/** Visitors who were erased a moment ago. */
export interface Erased {
  add(visitor: string): void
  has(visitor: string): boolean
}

export interface ErasedOptions {
  /** How long a request may have been under way, at most. @default 10 minutes */
  readonly keepMs?: number
  /** @default 50 000 */
  readonly max?: number
  /** Called with each who is added. */
  readonly onAdd?: ((visitor: string) => void) | undefined
  /** Monotonic milliseconds. */
  readonly getTime: () => number
}

/**
 * Remembers, in memory only, who was erased: a batch that was under way meanwhile would otherwise make them anew, and give
 * them a cookie again. Ids are never given to anybody else, so nobody misses one.
 */
export function createErased({ keepMs = 600_000, max = 50_000, onAdd, getTime }: ErasedOptions): Erased {
  const times = new Map<string, number>()
  return {
    add(visitor) {
      times.delete(visitor)
      times.set(visitor, getTime())
      onAdd?.(visitor)
      if (times.size > max) times.delete(times.keys().next().value!)
    },
    has(visitor) {
      const at = times.get(visitor)
      if (at === undefined || getTime() - at < keepMs) return at !== undefined
      times.delete(visitor)
      return false
    },
  }
}
