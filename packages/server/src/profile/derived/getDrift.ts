import type { Scalar } from './readValues.ts'

/** Above this, values have moved. */
export const MOVED = 0.25

const BINS = 10
/** A share of nothing would be infinitely far from any other. */
const LEAST_SHARE = 0.001
/** Of rarer names chance has more to say than anything else. */
const COMMON_SHARE = 0.05

/** Bounds that cut numbers into ten parts of about the same size. */
function getBounds(numbers: readonly number[]): number[] {
  const sorted = [...numbers].sort((a, b) => a - b)
  return Array.from({ length: BINS - 1 }, (_, index) => sorted[Math.floor((sorted.length * (index + 1)) / BINS)]!)
}

/**
 * The names that are common in both together, ten of them at most: so also one that all have only now. Chosen by one side alone they would
 * be those of which that side has more by chance.
 */
function getNames(before: readonly Scalar[], now: readonly Scalar[]): string[] {
  const shares = new Map<string, number>()
  for (const values of [before, now])
    for (const value of values) shares.set(String(value), (shares.get(String(value)) ?? 0) + 0.5 / values.length)
  const common = [...shares].filter(([, share]) => share >= COMMON_SHARE)
  return common
    .sort((a, b) => b[1] - a[1])
    .slice(0, BINS)
    .map(([name]) => name)
}

function createSorter(before: readonly Scalar[], now: readonly Scalar[]): (value: Scalar) => string {
  const numbers = before.filter((value) => typeof value === 'number')
  if (numbers.length < before.length / 2) {
    const names = new Set(getNames(before, now))
    return (value) => (names.has(String(value)) ? `is ${value}` : 'others')
  }
  const bounds = getBounds(numbers)
  return (value) => (typeof value === 'number' ? String(bounds.filter((bound) => bound <= value).length) : 'others')
}

/**
 * How far values have moved away from what they were: the population stability index over ten parts of the earlier ones, or over the
 * names that are common, less what chance alone gives, so that it is 0 for the same distribution; above `MOVED` it has
 * moved. Undefined when there are fewer than 100 of either.
 */
export function getDrift(before: readonly Scalar[], now: readonly Scalar[]): number | undefined {
  if (Math.min(before.length, now.length) < 100) return undefined
  const sort = createSorter(before, now)
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
