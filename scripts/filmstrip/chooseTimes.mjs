const STEPS_MS = [10, 20, 25, 50, 100, 200, 250, 500, 1_000]

/**
 * Instants at which to look at several views side by side: whole multiples of the finest step that needs no more than
 * `max`, from the first at which any view has painted to the first at which all are settled. Milliseconds.
 */
export function chooseTimes({ paintedAt, settledAt, max }) {
  for (const step of STEPS_MS) {
    const first = Math.ceil(paintedAt / step)
    const count = Math.ceil(settledAt / step) - first + 1
    if (count <= max) return Array.from({ length: Math.max(count, 1) }, (_, index) => (first + index) * step)
  }
  throw new Error(
    `From first paint (${Math.round(paintedAt)} ms) to the end (${Math.round(settledAt)} ms) is too long for a strip of ${max} frames.`,
  )
}

/** The last of these frames (in the order of time) that was presented by `time`: what the screen still showed then. */
export const findFrame = (frames, time) => frames.findLast(({ at }) => at <= time)
