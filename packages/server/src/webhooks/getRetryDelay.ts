const BASE_MS = 10_000
const FACTOR = 3
export const MAX_DELAY_MS = 12 * 3_600_000
/** After so many attempts a message is given up: by then about three days have passed, six at most. */
export const MAX_ATTEMPTS = 20

export interface RetryInput {
  /** How often it was tried, at least 1. */
  readonly attempts: number
  /** What the receiver asks for; believed up to 12 hours. */
  readonly retryAfterMs?: number | undefined
  /** From 0 to 1. */
  readonly random: number
}

/**
 * Milliseconds until the next attempt: anything up to a bound that triples each time, so that messages which failed together
 * do not come back together.
 */
export function getRetryDelay({ attempts, retryAfterMs = 0, random }: RetryInput): number {
  const bound = Math.min(MAX_DELAY_MS, BASE_MS * FACTOR ** (attempts - 1))
  const asked = Math.min(MAX_DELAY_MS, Math.max(0, retryAfterMs))
  return Math.round(Math.min(MAX_DELAY_MS, asked + bound * random))
}
