/** Milliseconds in the foreground, and of those the active ones. */
export interface Attention {
  _visibleMs: number
  _activeMs: number
}

export interface AttentionClock {
  /** Whom the time that goes by is credited to. To be changed only after `_settle`. */
  readonly _credited: Set<Attention>
  /** Counts the time since the last call; `isVisible` is how it goes on. */
  _settle(now: number, isVisible: boolean): void
  /** The visitor did something. */
  _input(now: number): void
}

/** Without input for this long the visitor counts as idle: reading time is active, an abandoned tab is not. */
export const IDLE_AFTER_MS = 5_000
/**
 * Whoever settles every 5 s is believed for this long; a longer gap was a sleep of the computer, or a page that was frozen,
 * and nothing of it counts. The first may be as long as a slow page takes to bring us.
 */
const MAX_GAP_MS = 12_000
const MAX_FIRST_GAP_MS = 60_000

/**
 * Adds up attention. Pure: all times come as arguments, monotonic milliseconds. Opening a page counts as an
 * input, and so does a return to its tab.
 */
export function createAttentionClock(startedAt: number, isVisible: boolean): AttentionClock {
  const credited = new Set<Attention>()
  let since = startedAt
  let activeUntil = startedAt + IDLE_AFTER_MS
  let maxGapMs = MAX_FIRST_GAP_MS
  const settle = (now: number, isVisibleNow: boolean) => {
    const ms = now - since
    // The time stamp of an input lies a little before what was settled last.
    if (ms > 0) {
      if (isVisible && ms <= maxGapMs) {
        const activeMs = Math.min(ms, Math.max(0, activeUntil - since))
        for (const one of credited) {
          one._visibleMs += ms
          one._activeMs += activeMs
        }
      }
      since = now
      maxGapMs = MAX_GAP_MS
    }
    // Who comes back to a tab has done so with a hand.
    if (isVisibleNow && !isVisible) activeUntil = now + IDLE_AFTER_MS
    isVisible = isVisibleNow
  }
  return {
    _credited: credited,
    _settle: settle,
    _input(now) {
      settle(now, isVisible)
      activeUntil = now + IDLE_AFTER_MS
    },
  }
}
