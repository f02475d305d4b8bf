/** What a time-out can hold: 2^31 - 1 milliseconds; more would end at once. */
const MAX_TIMEOUT_MS = 2 ** 31 - 1

/**
 * Calls back once, when a moment has come that may be put off meanwhile: at each end of the waiting it asks how many
 * milliseconds are left, and goes on waiting if there are any. So that what puts it off (each movement of the pointer)
 * costs no timer. Infinity stops it until `check`.
 */
export function createWait(getLeftMs: () => number, callback: () => void): { check(): void; stop(): void } {
  let timer: ReturnType<typeof setTimeout> | undefined
  let isOver = false
  const stop = () => clearTimeout(timer)
  const check = () => {
    stop()
    const leftMs = getLeftMs()
    if (isOver || leftMs === Infinity) return
    if (leftMs > 0) timer = setTimeout(check, Math.min(leftMs, MAX_TIMEOUT_MS))
    else {
      isOver = true
      callback()
    }
  }
  return { check, stop }
}
