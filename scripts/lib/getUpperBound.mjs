/** The chance of at most `k` of `n` when each has the chance `p`. */
function getCumulative(k, n, p) {
  let term = (1 - p) ** n
  let sum = term
  for (let i = 1; i <= k; i++) {
    term *= ((n - i + 1) / i) * (p / (1 - p))
    sum += term
  }
  return sum
}

/**
 * The share that is exceeded in truth with a chance of 5 % at most, after `k` of `n` were seen (Clopper and Pearson, one
 * side). 1 when nothing was tried.
 */
export function getUpperBound(k, n) {
  if (k >= n) return 1
  let [low, high] = [0, 1]
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2
    if (getCumulative(k, n, middle) > 0.05) low = middle
    else high = middle
  }
  return high
}
