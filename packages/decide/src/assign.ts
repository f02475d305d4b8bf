import { bucket } from './bucket.ts'

export interface AssignInput {
  readonly seed: string
  /** The visitor, or whatever else keeps its assignment. */
  readonly id: string
  /** Relative share of each choice; any scale, none negative. @default [1, 1], two equal halves */
  readonly weights?: readonly number[] | undefined
  /** Share of all ids that is assigned at all, 0 to 1. @default 1 */
  readonly coverage?: number | undefined
}

/**
 * The index of the choice that an id falls to, or -1 when it is not covered (or every weight is 0). Each choice owns a
 * half-open range of the number line from 0 to 1, and coverage shortens every range from its end, so widening the
 * coverage moves nobody from one choice to another. Equal to GrowthBook's for weights that add up to 1.
 */
export const assign = ({ seed, id, weights = [1, 1], coverage = 1 }: AssignInput): number => {
  const at = bucket(seed, id) / 10_000
  // Rounded because 0.1 + 0.2 + 0.7 is not quite 1, and shares of 1 must stay as they are written.
  const total = +weights.reduce((sum, weight) => sum + weight, 0).toFixed(9)
  let next = 0
  return weights.findIndex((weight) => {
    const start = next
    next += weight / total
    return at >= start && at < start + (weight / total) * Math.min(1, coverage)
  })
}
