import type { Scalar } from './readValues.ts'

/** Above this, values have moved. */
export const MOVED = 0.25

const BINS = 10
/** A share of nothing would be infinitely far from any other. */
const LEAST_SHARE = 0.001

/** Bounds that cut numbers into ten parts of about the same size. */
function getBounds(numbers: readonly number[]): number[] {
  const sorted = [...numbers].sort((a, b) => a - b)
  return Array.from({ length: BINS - 1 }, (_, index) => sorted[Math.floor((sorted.length * (index + 1)) / BINS)]!)
}

function createSorter(before: readonly Scalar[]): (value: Scalar) => string {
  const numbers = before.filter((value) => typeof value === 'number')
  if (numbers.length < before.length / 2) {
    const counts = new Map<string, number>()
    for (const value of before) counts.set(String(value), (counts.get(String(value)) ?? 0) + 1)
    const common = [...counts].sort((a, b) => b[1] - a[1]).slice(0, BINS)
    const names = new Set(common.map(([name]) => name))
    return (value) => (names.has(String(value)) ? `is ${value}` : 'others')
  }
  const bounds = getBounds(numbers)
  return (value) => (typeof value === 'number' ? String(bounds.filter((bound) => bound <= value).length) : 'others')
}

/**
 * How far values have moved away from what they were: the population stability index over ten parts of the earlier ones, less what
 * chance alone gives, so that it is 0 for the same distribution; above `MOVED` it has moved. Undefined when there are fewer than 100
 * of either.
 */
export function getDrift(before: readonly Scalar[], now: readonly Scalar[]): number | undefined {
  if (Math.min(before.length, now.length) < 100) return undefined
  const sort = createSorter(before)
  const count = (values: readonly Scalar[]) => {
    const counts = new Map<string, number>()
    for (const value of values) counts.set(sort(value), (counts.get(sort(value)) ?? 0) + 1)
    return (bin: string) => Math.max(LEAST_SHARE, (counts.get(bin) ?? 0) / values.length)
  }
  const [was, is] = [count(before), count(now)]
  const bins = new Set([...before, ...now].map(sort))
  const index = [...bins].reduce((sum, bin) => sum + (is(bin) - was(bin)) * Math.log(is(bin) / was(bin)), 0)
  // Two samples of the same are never quite alike: so far apart they are on average, which for a hundred values is most of `MOVED`.
  const chance = (bins.size - 1) * (1 / before.length + 1 / now.length)
  return Math.max(0, index - chance)
}
