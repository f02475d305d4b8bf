/** Keeps a service that fails from being asked for a while. */
export interface Breaker {
  /** False while nobody may be asked; one may try when the pause is over. */
  mayTry(): boolean
  succeed(): void
  fail(): void
  readonly isOpen: boolean
}

const FAILURES = 5
const FIRST_PAUSE_MS = 1_000
const MAX_PAUSE_MS = 60_000

/**
 * Opens after 5 failures in a row, for a second, then for twice as long each time that the one who tries fails, up to a
 * minute. `getTime`: monotonic milliseconds.
 */
export function createBreaker(getTime: () => number): Breaker {
  let failures = 0
  let pauseMs = FIRST_PAUSE_MS
  let openUntil = -Infinity
  let isTrying = false
  return {
    mayTry() {
      if (failures < FAILURES) return true
      if (isTrying || getTime() < openUntil) return false
      isTrying = true
      return true
    },
    succeed() {
      failures = 0
      pauseMs = FIRST_PAUSE_MS
      isTrying = false
    },
    fail() {
      failures++
      if (failures < FAILURES) return
      // Those that were on their way when it opened say nothing new.
      if (failures === FAILURES || isTrying) {
        openUntil = getTime() + pauseMs
        pauseMs = Math.min(MAX_PAUSE_MS, pauseMs * 2)
      }
      isTrying = false
    },
    get isOpen() {
      return failures >= FAILURES
    },
  }
}
