import type { StoredEvent } from '../store/createStore.ts'

/** What a message of the stream says: an event of a visitor, or that all before it of this visitor is to be forgotten. */
export type LogMessage =
  | { readonly type: 'event'; readonly stored: StoredEvent }
  | { readonly type: 'erase'; readonly at: number }
  | { readonly type: 'unreadable' }

export const formatEvent = ({ event, receivedAt, isBot }: StoredEvent): string =>
  JSON.stringify({ v: 1, received: receivedAt, ...(isBot ? { bot: true } : {}), event })

export const formatErasure = (at: number): string => JSON.stringify({ v: 1, erase: at })

interface Wire {
  readonly v?: unknown
  readonly erase?: number
  readonly received?: number
  readonly bot?: boolean
  readonly event?: StoredEvent['event']
}

/** Reads what `formatEvent` or `formatErasure` wrote. Only these ever write there; anything else is skipped by all alike. */
export function parseLogMessage(text: string): LogMessage {
  try {
    const { v, erase, received, bot, event } = JSON.parse(text) as Wire
    if (v !== 1) return { type: 'unreadable' }
    if (erase !== undefined) return { type: 'erase', at: erase }
    if (!event || received === undefined) return { type: 'unreadable' }
    return { type: 'event', stored: { event, receivedAt: received, ...(bot ? { isBot: true as const } : {}) } }
  } catch {
    return { type: 'unreadable' }
  }
}
