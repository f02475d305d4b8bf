import { createUuid7 } from '@unblink/page'

export interface Session {
  /** The id of the session that goes on, or of a new one after 30 minutes without a call in any tab. */
  _get(): string
  /** Throws where storage is blocked, when memory is empty already. */
  _erase(): void
}

const KEY = 'unblink.session'
const MAX_IDLE_MS = 30 * 60_000

/** Shared by the tabs of an origin through localStorage, else of this page. To be asked only with consent: asking stores. */
export function createSession(now: () => number): Session {
  let last = { id: '', at: 0 }
  return {
    _get() {
      const at = now()
      try {
        const saved = JSON.parse(localStorage[KEY] as string) as typeof last
        if (saved.at > last.at) last = saved
      } catch {
        // Blocked or empty.
      }
      last = { id: at - last.at < MAX_IDLE_MS ? last.id : createUuid7(), at }
      try {
        localStorage[KEY] = JSON.stringify(last)
      } catch {
        // Blocked or full: the page's memory does.
      }
      return last.id
    },
    _erase() {
      last.at = 0
      delete localStorage[KEY]
    },
  }
}
