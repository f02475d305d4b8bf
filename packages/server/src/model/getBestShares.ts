/** What is believed of an arm: a density over what it is worth, up to a factor, and where to look for it. */
export interface Belief {
  /** Logarithm of the density; -Infinity where it is impossible. */
  readonly logDensity: (x: number) => number
  readonly mean: number
  readonly scale: number
  readonly min: number
  readonly max: number
}

const STEPS = 40
/** sinh(6) is 202: so many scales from the mean the tails end. */
const REACH = 6

/** Points that are close together around the mean and far apart in the tails. */
const getPoints = ({ mean, scale, min, max }: Belief): number[] =>
  Array.from({ length: 2 * STEPS + 1 }, (_, index) =>
    Math.min(max, Math.max(min, mean + scale * Math.sinh((REACH * (index - STEPS)) / STEPS))),
  )

/** The density at each point, so that the trapezoids under it add up to 1, and the area before each point. */
function tabulate({ logDensity }: Belief, points: readonly number[]) {
  const logs = points.map(logDensity)
  const highest = Math.max(...logs)
  const density = logs.map((log) => Math.exp(log - highest))
  let area = 0
  const below = points.map((x, index) => {
    if (index > 0) area += ((density[index]! + density[index - 1]!) / 2) * (x - points[index - 1]!)
    return area
  })
  return { density: density.map((one) => one / area), below: below.map((one) => one / area) }
}

/**
 * How likely each arm is to be the best one: the share of the draws that Thompson sampling would give it. Worked out
 * by integration instead of by drawing, so that the same events always give the same shares. They add up to 1.
 */
export function getBestShares(beliefs: readonly Belief[]): number[] {
  if (beliefs.length === 1) return [1]
  const points = [...new Set(beliefs.flatMap(getPoints))].sort((a, b) => a - b)
  const tables = beliefs.map((belief) => tabulate(belief, points))
  const shares = tables.map(({ density }, own) => {
    const heights = points.map((_, index) =>
      tables.reduce((height, { below }, other) => (other === own ? height : height * below[index]!), density[index]!),
    )
    return points.reduce(
      (area, x, index) =>
        index === 0 ? 0 : area + ((heights[index]! + heights[index - 1]!) / 2) * (x - points[index - 1]!),
      0,
    )
  })
  const total = shares.reduce((sum, share) => sum + share, 0)
  return shares.map((share) => share / total)
}
