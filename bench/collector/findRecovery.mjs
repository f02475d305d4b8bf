const STEADY_SECONDS = 3

/**
 * Seconds from `endsAt` (an index into `windows`, each a second) until answers are as fast as before: the first of three
 * seconds in a row whose p99 is at most `maxMs`. A second without any taken batch is none. Undefined when it never was.
 */
export function findRecovery(windows, endsAt, maxMs) {
  const isFine = ({ p99 } = {}) => p99 !== undefined && p99 <= maxMs
  for (let at = endsAt; at + STEADY_SECONDS <= windows.length; at++) {
    if (windows.slice(at, at + STEADY_SECONDS).every(isFine)) return at - endsAt
  }
  return undefined
}
