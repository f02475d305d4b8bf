import type { StoredEvent } from '../store/createStore.ts'

/** What a message of the stream says of a visitor: an event, who they are, or that all before it is to be forgotten. */
export type LogMessage =
  | { readonly type: 'event'; readonly stored: StoredEvent }
  | { readonly type: 'erase'; readonly at: number }
  | LinkMessage
  | { readonly type: 'unreadable' }

/** They are a user from here on; they are that user no more; the time that began with the message `begun`, the last one, is taken back. */
export type LinkMessage =
  | { readonly type: 'link'; readonly user: string; readonly at: number }
  | { readonly type: 'unlink'; readonly at: number }
  | { readonly type: 'unmerge'; readonly begun: number; readonly at: number }

export const formatEvent = ({ event, receivedAt, isBot }: StoredEvent): string =>
  JSON.stringify({ v: 1, received: receivedAt, ...(isBot ? { bot: true } : {}), event })

export const formatErasure = (at: number): string => JSON.stringify({ v: 1, erase: at })

export function formatLink(message: LinkMessage): string {
  const { at } = message
  switch (message.type) {
    case 'link':
      return JSON.stringify({ v: 1, link: message.user, at })
    case 'unlink':
      return JSON.stringify({ v: 1, unlink: at })
    case 'unmerge':
      return JSON.stringify({ v: 1, unmerge: message.begun, at })
  }
}

interface Wire {
  readonly v?: unknown
  readonly erase?: number
  readonly link?: string
  readonly unlink?: number
  readonly unmerge?: number
  readonly at?: number
  readonly received?: number
  readonly bot?: boolean
  readonly event?: StoredEvent['event']
}

/** Reads what the functions above wrote. Only these ever write there; anything else is skipped by all alike. */
export function parseLogMessage(text: string): LogMessage {
  try {
    const { v, erase, link, unlink, unmerge, at = 0, received, bot, event } = JSON.parse(text) as Wire
    if (v !== 1) return { type: 'unreadable' }
    if (erase !== undefined) return { type: 'erase', at: erase }
    if (link !== undefined) return { type: 'link', user: link, at }
    if (unlink !== undefined) return { type: 'unlink', at: unlink }
    if (unmerge !== undefined) return { type: 'unmerge', begun: unmerge, at }
    if (!event || received === undefined) return { type: 'unreadable' }
    return { type: 'event', stored: { event, receivedAt: received, ...(bot ? { isBot: true as const } : {}) } }
  } catch {
    return { type: 'unreadable' }
  }
}
