/**
 * Drawing from distributions as textbooks have it, to compare with: nothing of it is shared with what is tested.
 * A random source with a seed (mulberry32): numbers from 0 up to 1.
 */
export function createRandom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** Box and Muller. */
export const drawNormal = (random: () => number): number =>
  Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())

/** Marsaglia and Tsang 2000, for shapes of 1 and more; rate 1. */
export function drawGamma(random: () => number, shape: number): number {
  const d = shape - 1 / 3
  const c = 1 / Math.sqrt(9 * d)
  for (;;) {
    const x = drawNormal(random)
    const v = (1 + c * x) ** 3
    if (v > 0 && Math.log(1 - random()) < 0.5 * x * x + d - d * v + d * Math.log(v)) return d * v
  }
}

export function drawBeta(random: () => number, a: number, b: number): number {
  const x = drawGamma(random, a)
  return x / (x + drawGamma(random, b))
}

interface Sums {
  readonly n: number
  readonly sum: number
  readonly squares: number
}

/** The mean of a normal distribution of which neither mean nor variance is known: normal-inverse-gamma, first the variance, then the mean. */
export function drawMean(random: () => number, { n, sum, squares }: Sums, common: Sums): number {
  const m0 = common.sum / common.n
  const b0 = common.squares / common.n - m0 ** 2
  const k0 = 0.1
  const xbar = sum / n
  const kn = k0 + n
  const bn = b0 + (squares - n * xbar ** 2) / 2 + (k0 * n * (xbar - m0) ** 2) / (2 * kn)
  const variance = bn / drawGamma(random, 1 + n / 2)
  return (k0 * m0 + n * xbar) / kn + Math.sqrt(variance / kn) * drawNormal(random)
}
