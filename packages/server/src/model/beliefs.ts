import type { Arm } from './arm.ts'
import type { Belief } from './getBestShares.ts'

/** How much of a trial the prior is worth where values are learnt: as good as nothing. */
const PRIOR_N = 0.1

/** A share of trials that are won: a beta distribution over a flat prior. */
function believeInRate({ n, sum }: Arm): Belief {
  const a = 1 + Math.max(0, sum)
  const b = 1 + Math.max(0, n - sum)
  const mean = a / (a + b)
  return {
    logDensity: (x) => getLogDensity(x, a, b),
    mean,
    scale: Math.sqrt((mean * (1 - mean)) / (a + b + 1)) / 4,
    min: 0,
    max: 1,
  }
}

/** At the ends it is the limit, which is more than nothing only where the power is 0. */
function getLogDensity(x: number, a: number, b: number): number {
  if (x <= 0) return a === 1 ? 0 : -Infinity
  if (x >= 1) return b === 1 ? 0 : -Infinity
  return (a - 1) * Math.log(x) + (b - 1) * Math.log1p(-x)
}

/**
 * A mean of values whose spread is not known either: normal-inverse-gamma, whose marginal for the mean is Student's t. The
 * prior is what all arms have in common.
 */
function believeInMean({ n, sum, squares }: Arm, common: Arm): Belief {
  const center = common.n > 0 ? common.sum / common.n : 0
  const spread = common.n > 0 ? Math.max(common.squares / common.n - center * center, 0) : 0
  const k = PRIOR_N + n
  const mean = (PRIOR_N * center + sum) / k
  const a = 1 + n / 2
  const own = n > 0 ? Math.max(0, squares - (sum * sum) / n) : 0
  const shift = n > 0 ? (PRIOR_N * n * (sum / n - center) ** 2) / k : 0
  // Where nothing was worth anything yet, any spread will do: all arms are alike.
  const b = (spread || 1) + (own + shift) / 2
  const scale = Math.sqrt(b / (a * k))
  const freedom = 2 * a
  return {
    logDensity: (x) => (-(freedom + 1) / 2) * Math.log1p(((x - mean) / scale) ** 2 / freedom),
    mean,
    scale: scale / 4,
    min: -Infinity,
    max: Infinity,
  }
}

/** What is believed of each arm: how often it wins, or what it is worth on average. */
export function getBeliefs(arms: readonly Arm[], isValue: boolean): Belief[] {
  if (!isValue) return arms.map(believeInRate)
  const common = arms.reduce((all, { n, sum, squares }) => ({
    n: all.n + n,
    sum: all.sum + sum,
    squares: all.squares + squares,
    at: 0,
  }))
  return arms.map((arm) => believeInMean(arm, common))
}
