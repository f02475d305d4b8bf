/** The quantile `share` (0 to 1) of the numbers in `values`, interpolated; undefined without any. */
export function getQuantile(values, share) {
  const sorted = values.filter((value) => Number.isFinite(value)).sort((a, b) => a - b)
  if (sorted.length === 0) return undefined
  const at = share * (sorted.length - 1)
  const below = sorted[Math.floor(at)]
  return below + (sorted[Math.ceil(at)] - below) * (at % 1)
}

export const getMedian = (values) => getQuantile(values, 0.5)

const RESAMPLES = 1_000

/** Chance that is the same in every report of the same runs (the minimal standard generator). */
function createChance() {
  let state = 20_261
  return () => {
    state = (state * 48_271) % 2_147_483_647
    return state / 2_147_483_647
  }
}

/**
 * How `own` compares with `reference`, two lists whose places are the same rounds: the median of the rounds' ratios and
 * its 95 % interval by bootstrap over rounds. Rounds that lack either are left out; undefined when none is left.
 */
export function comparePaired(own, reference) {
  const ratios = own.map((value, round) => value / reference[round]).filter((ratio) => Number.isFinite(ratio))
  if (ratios.length === 0) return undefined
  const chance = createChance()
  const medians = Array.from({ length: RESAMPLES }, () =>
    getMedian(ratios.map(() => ratios[Math.floor(chance() * ratios.length)])),
  )
  return { ratio: getMedian(ratios), low: getQuantile(medians, 0.025), high: getQuantile(medians, 0.975) }
}
