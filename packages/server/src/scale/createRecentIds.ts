/** The last ids of many. */
export interface RecentIds {
  /** False for one that is among them. */
  add(id: string): boolean
}

/** @param size So many are remembered at least, and twice as many at most. */
export function createRecentIds(size = 100_000): RecentIds {
  let older = new Set<string>()
  let newer = new Set<string>()
  return {
    add(id) {
      if (newer.has(id) || older.has(id)) return false
      if (newer.size >= size) {
        older = newer
        newer = new Set()
      }
      newer.add(id)
      return true
    },
  }
}
