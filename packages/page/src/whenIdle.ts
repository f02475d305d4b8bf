/**
 * Calls back once when the main thread has nothing better to do, at the latest after `timeoutMs`. Layout is clean then,
 * so reading sizes costs nothing. Safari has no idle callbacks: there it is the next task.
 * @returns Gives up waiting.
 */
export function whenIdle(callback: () => void, timeoutMs = 1_000): () => void {
  if (typeof requestIdleCallback === 'function') {
    const handle = requestIdleCallback(callback, { timeout: timeoutMs })
    return () => cancelIdleCallback(handle)
  }
  const timer = setTimeout(callback, 1)
  return () => clearTimeout(timer)
}
