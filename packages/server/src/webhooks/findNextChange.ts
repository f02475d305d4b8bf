const HOUR_MS = 3_600_000
const SAMPLES = 48
const MIN_AHEAD_MS = SAMPLES * HOUR_MS
/** Who has not been seen for longer is looked at no more. */
const MAX_IDLE_MS = 400 * 24 * HOUR_MS
const PRECISION_MS = 1_000

export interface NextChangeInput {
  /** What holds at a moment, as a text that differs when anything does; nothing happens meanwhile. */
  readonly getState: (at: number) => string
  /** Epoch milliseconds. */
  readonly from: number
  /** When something last happened; undefined for never. */
  readonly lastSeenAt: number | undefined
}

/**
 * When to look again: the moment (to a second) at which what holds will be another, or, when that is not near, a moment that is
 * about as far away again as the last event is. So a visitor costs some ten looks in a year, and a change is found to an
 * hour of precision in the first days, to 2 percent of the time later. Undefined when there is nothing to look for.
 */
export function findNextChange({ getState, from, lastSeenAt }: NextChangeInput): number | undefined {
  if (lastSeenAt === undefined || from - lastSeenAt > MAX_IDLE_MS) return undefined
  const aheadMs = Math.max(MIN_AHEAD_MS, from - lastSeenAt)
  const now = getState(from)
  let before = from
  for (let sample = 1; sample <= SAMPLES; sample++) {
    const at = from + Math.round((aheadMs * sample) / SAMPLES)
    if (getState(at) === now) {
      before = at
      continue
    }
    let after = at
    while (after - before > PRECISION_MS) {
      const middle = Math.floor((before + after) / 2)
      if (getState(middle) === now) before = middle
      else after = middle
    }
    return after
  }
  return before
}
