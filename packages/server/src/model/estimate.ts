import { createHash } from 'node:crypto'
import type { LoggedTrial } from './createTrials.ts'

/** A mean, and the interval in which the true one lies with 95 % (by the normal approximation). */
export interface Estimate {
  readonly mean: number
  readonly low: number
  readonly high: number
}

/** How often a policy would choose each variant, in a context; adding up to 1. */
export type Policy = (context: string, variant: string) => number

export interface PolicyEstimate {
  /** Inverse propensity: what was seen, weighed by how much more often the policy would have chosen it. Unbiased; wide. */
  readonly ips: Estimate
  /**
   * Doubly robust: what a simple model of the rewards expects of the policy, corrected by inverse propensity for what it gets wrong.
   * Right when either the propensities or the model are; usually narrower.
   */
  readonly dr: Estimate
}

const Z = 1.96
/** How many trials the mean of all is worth in the model of a variant's rewards. */
const PRIOR = 1

function summarise(terms: readonly { readonly value: number; readonly weight: number }[]): Estimate {
  const total = terms.reduce((sum, { weight }) => sum + weight, 0)
  const mean = terms.reduce((sum, { value, weight }) => sum + value * weight, 0) / total
  // The variance of a weighted mean: exact for equal weights, up to n / (n - 1).
  const variance = terms.reduce((sum, { value, weight }) => sum + (weight * (value - mean)) ** 2, 0) / total ** 2
  const margin = Z * Math.sqrt((variance * terms.length) / Math.max(1, terms.length - 1))
  return { mean, low: mean - margin, high: mean + margin }
}

/** What to expect of a variant in a context, from the given trials. */
function createModel(trials: readonly LoggedTrial[]): (context: string, variant: string) => number {
  const cells = new Map<string, { n: number; sum: number }>()
  const all = { n: 0, sum: 0 }
  for (const { context, variant, reward, weight } of trials) {
    const key = `${context} ${variant}`
    const cell = cells.get(key) ?? { n: 0, sum: 0 }
    cells.set(key, { n: cell.n + weight, sum: cell.sum + weight * reward })
    all.n += weight
    all.sum += weight * reward
  }
  const common = all.n > 0 ? all.sum / all.n : 0
  return (context, variant) => {
    const { n, sum } = cells.get(`${context} ${variant}`) ?? { n: 0, sum: 0 }
    return (sum + PRIOR * common) / (n + PRIOR)
  }
}

/** Halves the visitors, whatever their ids are like; all trials of one are in the same half. */
const getHalf = ({ visitor }: LoggedTrial) => createHash('sha256').update(visitor).digest()[0]! % 2

/**
 * What a policy would have earned per trial, from trials that another one has made. Every variant that the policy chooses must have
 * been possible. Undefined for fewer than two trials. The model that judges a trial has never seen its visitor.
 */
export function estimate(
  trials: readonly LoggedTrial[],
  variants: readonly string[],
  policy: Policy,
): PolicyEstimate | undefined {
  if (trials.length < 2) return undefined
  const halves = trials.map(getHalf)
  const models = [1, 0].map((half) => createModel(trials.filter((_, index) => halves[index] === half)))
  const ips = trials.map(({ context, variant, p, reward, weight }) => ({
    value: (policy(context, variant) / p) * reward,
    weight,
  }))
  const dr = trials.map(({ context, variant, p, reward, weight }, index) => {
    const expect = models[halves[index]!]!
    const expected = variants.reduce((sum, one) => sum + policy(context, one) * expect(context, one), 0)
    return { value: expected + (policy(context, variant) / p) * (reward - expect(context, variant)), weight }
  })
  return { ips: summarise(ips), dr: summarise(dr) }
}
