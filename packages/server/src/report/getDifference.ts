import type { Rate } from './getRate.ts'

/** By how much one rate is above another (-1 to 1), and the interval in which the true difference lies with 95 %. */
export interface Difference {
  readonly difference: number
  readonly low: number
  readonly high: number
}

/** From the intervals of two independent rates: Newcombe's hybrid score, https://doi.org/10.1002/(SICI)1097-0258(19980430)17:8%3C873::AID-SIM779%3E3.0.CO;2-I */
export function getDifference(one: Rate, other: Rate): Difference {
  const difference = one.rate - other.rate
  return {
    difference,
    low: difference - Math.hypot(one.rate - one.low, other.high - other.rate),
    high: difference + Math.hypot(one.high - one.rate, other.rate - other.low),
  }
}
