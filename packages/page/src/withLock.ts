import { onEvent } from './onEvent.ts'

/**
 * Does `work`, or `otherwise` if another tab of this origin is at work under the same name. A page that is left gives the
 * lock back at once, work done or not: if another page asks for a lock that a page in the back/forward cache holds,
 * Chromium throws that one out of the cache (measured: `notRestoredReasons` says "weblocks-contention"). So the lock only
 * spares double work, and callers must bear it. Without Web Locks, or where an opaque origin forbids them, the work is
 * done unguarded. Resolves when all is done or the page is left; `work` must not reject.
 */
export async function withLock(name: string, work: () => Promise<void>, otherwise: () => void): Promise<void> {
  try {
    await navigator.locks.request(name, { ifAvailable: true }, (lock) =>
      lock
        ? new Promise<void>((release) => {
            const done = () => {
              stop()
              release()
            }
            const stop = onEvent('pagehide', done)
            work().then(done, done)
          })
        : otherwise(),
    )
  } catch {
    await work()
  }
}
