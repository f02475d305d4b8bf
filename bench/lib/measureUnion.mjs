/** The length of the union of `[start, duration]` intervals: nested and overlapping ones count once. */
export function measureUnion(intervals) {
  let total = 0
  let reached = -Infinity
  for (const [start, duration] of [...intervals].sort(([a], [b]) => a - b)) {
    const end = start + duration
    total += Math.max(0, end - Math.max(start, reached))
    reached = Math.max(reached, end)
  }
  return total
}
