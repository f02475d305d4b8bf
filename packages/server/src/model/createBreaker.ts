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

export interface BreakerOptions {
  /** Failures in a row that open it. @default 5 */
  readonly failures?: number
  /** How long it stays open at first. @default 1 000 */
  readonly pauseMs?: number
}

/**
 * Opens after so many failures in a row, for a pause, then for twice as long each time that the one who tries fails, up to a
 * minute or the first pause, whichever is longer. `getTime`: monotonic milliseconds.
 */
export function createBreaker(
  getTime: () => number,
  { failures: most = FAILURES, pauseMs: firstPauseMs = FIRST_PAUSE_MS }: BreakerOptions = {},
): Breaker {
  const maxPauseMs = Math.max(MAX_PAUSE_MS, firstPauseMs)
  let failures = 0
  let pauseMs = firstPauseMs
  let openUntil = -Infinity
  let isTrying = false
  return {
    mayTry() {
      if (failures < most) return true
      if (isTrying || getTime() < openUntil) return false
      isTrying = true
      return true
    },
    succeed() {
      failures = 0
      pauseMs = firstPauseMs
      isTrying = false
    },
    fail() {
      failures++
      if (failures < most) return
      // Those that were on their way when it opened say nothing new.
      if (failures === most || isTrying) {
        openUntil = getTime() + pauseMs
        pauseMs = Math.min(maxPauseMs, pauseMs * 2)
      }
      isTrying = false
    },
    get isOpen() {
      return failures >= most
    },
  }
}
