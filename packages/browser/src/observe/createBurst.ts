const CLICKS = 3
const WITHIN_MS = 1_000
const WITHIN_PX = 30

/**
 * Asked for every click, in CSS pixels and milliseconds: whether it makes a burst of three within a second and 30 pixels of each
 * other. True once for a burst, which goes on until nothing has been clicked there for a second. Pure.
 */
export function createBurst(): (ms: number, x: number, y: number) => boolean {
  let clicks: (readonly [ms: number, x: number, y: number])[] = []
  let isTold = false
  return (ms, x, y) => {
    clicks = clicks.filter(([at, left, top]) => ms - at <= WITHIN_MS && Math.hypot(x - left, y - top) <= WITHIN_PX)
    if (!clicks.length) isTold = false
    clicks.push([ms, x, y])
    if (isTold || clicks.length < CLICKS) return false
    return (isTold = true)
  }
}
