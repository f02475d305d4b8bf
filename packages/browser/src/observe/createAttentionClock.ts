export interface AttentionClock {
  /** Counts the time since the last call; `isVisible` is how it goes on. */
  _settle(now: number, isVisible: boolean): void
  /** The visitor did something. */
  _input(now: number): void
  /** Milliseconds in the foreground, and of those the active ones, up to the last call. */
  _get(): { readonly visibleMs: number; readonly activeMs: number }
}

/** Without input for this long the visitor counts as idle: reading time is active, an abandoned tab is not. */
export const IDLE_AFTER_MS = 5_000
/** Whoever settles at least this often is believed; a longer gap was a sleep of the computer, not attention. */
const MAX_GAP_MS = 60_000

/** Adds up attention. Pure: all times come as arguments, monotonic milliseconds. Opening a page counts as an input. */
export function createAttentionClock(startedAt: number, isVisible: boolean): AttentionClock {
  let since = startedAt
  let activeUntil = startedAt + IDLE_AFTER_MS
  let visibleMs = 0
  let activeMs = 0
  const settle = (now: number) => {
    const gap = Math.max(0, now - since)
    const ms = gap > MAX_GAP_MS ? IDLE_AFTER_MS : gap
    if (isVisible) {
      visibleMs += ms
      activeMs += Math.min(ms, Math.max(0, activeUntil - since))
    }
    since = now
  }
  return {
    _settle(now, isVisibleNow) {
      settle(now)
      isVisible = isVisibleNow
    },
    _input(now) {
      settle(now)
      activeUntil = now + IDLE_AFTER_MS
    },
    _get: () => ({ visibleMs: Math.round(visibleMs), activeMs: Math.round(activeMs) }),
  }
}
