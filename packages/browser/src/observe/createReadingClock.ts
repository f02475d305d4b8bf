export interface ReadingClock {
  /** Counts the time since the last call; `isReadable` is how it goes on: the tab is visible and text is in view. */
  _settle(now: number, isReadable: boolean): void
  /** The page scrolled. */
  _move(now: number): void
  /** Milliseconds of reading up to the last call. */
  _get(): number
}

/** Who scrolls on sooner has looked for something. */
const SETTLES_AFTER_MS = 500
/** A screenful takes no longer, or nobody is there. */
const MAX_STOP_MS = 30_000

/**
 * Adds up reading: a page that stands still with text in view is read from half a second after the stop, for at most 30 s
 * of one stop. Pure: all times come as arguments, monotonic milliseconds.
 */
export function createReadingClock(startedAt: number): ReadingClock {
  let since = startedAt
  let stoppedAt = startedAt
  let isReadable = false
  let ms = 0
  const settle = (now: number, isReadableNow: boolean) => {
    const from = Math.max(since, stoppedAt + SETTLES_AFTER_MS)
    const to = Math.min(now, stoppedAt + MAX_STOP_MS)
    if (isReadable) ms += Math.max(0, to - from)
    since = Math.max(since, now)
    isReadable = isReadableNow
  }
  return {
    _settle: settle,
    _move(now) {
      settle(now, isReadable)
      stoppedAt = now
    },
    _get: () => Math.round(ms),
  }
}
