import type { Profile } from '../profile/profile.ts'
import type { StoredEvent } from '../store/createStore.ts'

/** What a committed batch changed for one visitor. */
export interface Change {
  /** The events just stored. */
  readonly stored: readonly StoredEvent[]
  /** The profile after them; left out when it is as it was. */
  readonly profile?: Profile
}

/** Tells who watches a visitor what has just been committed. Nobody watching costs nothing. */
export interface Hub {
  publish(visitor: string, change: Change): void
  /** Calls back on each change of a visitor until undone; `onEnd` when the visitor is erased or the server stops. */
  onChange(visitor: string, callback: (change: Change) => void, onEnd: () => void): () => void
  /** Ends the watching of one visitor. */
  end(visitor: string): void
  /** Ends all watching, and whatever would begin later. */
  close(): void
}

interface Watcher {
  readonly callback: (change: Change) => void
  readonly onEnd: () => void
}

export function createHub(): Hub {
  const watchers = new Map<string, Set<Watcher>>()
  let isClosed = false
  const end = (visitor: string) => {
    const ended = watchers.get(visitor)
    watchers.delete(visitor)
    ended?.forEach(({ onEnd }) => onEnd())
  }
  return {
    publish(visitor, change) {
      watchers.get(visitor)?.forEach(({ callback }) => callback(change))
    },
    onChange(visitor, callback, onEnd) {
      if (isClosed) {
        onEnd()
        return () => {}
      }
      const watcher = { callback, onEnd }
      const all = watchers.get(visitor) ?? new Set()
      watchers.set(visitor, all.add(watcher))
      return () => {
        all.delete(watcher)
        if (all.size === 0 && watchers.get(visitor) === all) watchers.delete(visitor)
      }
    },
    end,
    close() {
      isClosed = true
      ;[...watchers.keys()].forEach(end)
    },
  }
}
