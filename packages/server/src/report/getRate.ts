/** A share and the interval in which the true one lies with 95 %; all from 0 to 1. */
export interface Rate {
  readonly rate: number
  readonly low: number
  readonly high: number
}

const Z = 1.96

/**
 * How many of `of` did something. The interval is Wilson's (https://doi.org/10.1080/01621459.1927.10502953): it holds for few visitors
 * and for rates near 0 as well, where the usual one says "0, certainly". Of nobody everything is possible.
 */
export function getRate(count: number, of: number): Rate {
  if (of === 0) return { rate: 0, low: 0, high: 1 }
  const centre = (count + Z ** 2 / 2) / (of + Z ** 2)
  const margin = (Z / (of + Z ** 2)) * Math.sqrt((count * (of - count)) / of + Z ** 2 / 4)
  return { rate: count / of, low: Math.max(0, centre - margin), high: Math.min(1, centre + margin) }
}
