/** Whether visitors are spread over groups as they were meant to be. */
export interface SampleRatio {
  /** How likely a spread at least as uneven is, when nothing is wrong. */
  readonly p: number
  /** `p` is below 0.001: some visitors of one group are missing or too many, so the groups cannot be compared. */
  readonly isOff: boolean
}

const MISMATCH_P = 0.001
/** Below it the test's approximation is a poor one. */
const LEAST_EXPECTED = 5
/** Beyond it the chance is nothing, and `Math.exp` comes near its end. */
const MOST_CHI_SQUARE = 1_000

/** The chance of a chi-square of at least `x`: one minus the series of the incomplete gamma function. */
export function getChance(x: number, degrees: number): number {
  if (x > MOST_CHI_SQUARE) return 0
  const a = degrees / 2
  const half = x / 2
  // Gamma(a + 1), from Gamma(1) = 1 or Gamma(1/2) = the root of pi.
  let gamma = degrees % 2 ? Math.sqrt(Math.PI) : 1
  for (let at = degrees % 2 ? 0.5 : 1; at <= a; at++) gamma *= at
  let term = half ** a * (Math.exp(-half) / gamma)
  let sum = term
  for (let n = 1; term > sum * 1e-16; n++) sum += term *= half / (a + n)
  return Math.min(1, Math.max(0, 1 - sum))
}

/**
 * Pearson's chi-square test of counts against weights, which need not add up to 1. Undefined for fewer than two groups with a weight,
 * and while there are too few visitors to tell.
 */
export function getSampleRatio(
  groups: readonly { readonly count: number; readonly weight: number }[],
): SampleRatio | undefined {
  const meant = groups.filter(({ weight }) => weight > 0)
  const count = meant.reduce((sum, group) => sum + group.count, 0)
  const weight = meant.reduce((sum, group) => sum + group.weight, 0)
  const expect = (group: { readonly weight: number }) => (count * group.weight) / weight
  if (meant.length < 2 || meant.some((group) => expect(group) < LEAST_EXPECTED)) return undefined
  const chiSquare = meant.reduce((sum, group) => sum + (group.count - expect(group)) ** 2 / expect(group), 0)
  const p = getChance(chiSquare, meant.length - 1)
  return { p, isOff: p < MISMATCH_P }
}
