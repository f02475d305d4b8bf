/** Whole milliseconds, counted, so that a quantile of millions of them is exact and small. */
export interface Times {
  add(ms: number): void
  /** The least time that a share (0 to 1) of them does not exceed; undefined of none. */
  getQuantile(share: number): number | undefined
}

export function createTimes(): Times {
  const counts = new Map<number, number>()
  let total = 0
  return {
    add(ms) {
      counts.set(ms, (counts.get(ms) ?? 0) + 1)
      total++
    },
    getQuantile(share) {
      let left = share * total
      for (const [ms, count] of [...counts].sort(([a], [b]) => a - b)) if ((left -= count) <= 0) return ms
      return undefined
    },
  }
}
