import { getMessage, type Log } from './log.ts'
import type { Site } from './site/site.ts'
import type { StoredEvent } from './store/createStore.ts'

const LOG_EVERY_MS = 60_000

/**
 * Tells the site's `onEvent` of events, each in its own turn and after the reply has been made: nothing waits for it, and
 * what it throws or rejects is logged, at most once a minute.
 */
export function createTap({ log, now }: { readonly log: Log; readonly now: () => number }) {
  let failures = 0
  let loggedAt = -Infinity

  const tell = (error: unknown) => {
    failures++
    const at = now()
    if (at >= loggedAt && at - loggedAt < LOG_EVERY_MS) return
    loggedAt = at
    log({ level: 'warn', code: 'on_event_failed', message: `onEvent failed: ${getMessage(error)}`, failures })
    failures = 0
  }

  return ({ onEvent }: Site, stored: readonly StoredEvent[], visitor: string | undefined): void => {
    if (!onEvent) return
    const about = visitor === undefined ? {} : { visitor }
    for (const { event } of stored) {
      setImmediate(async () => {
        try {
          await onEvent(event, about)
        } catch (error) {
          tell(error)
        }
      })
    }
  }
}
