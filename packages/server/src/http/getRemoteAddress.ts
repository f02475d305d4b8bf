import type { Context } from 'hono'

/** The other end of the connection, as the Node adaptor tells it; undefined under another runtime, or without a connection. */
export function getRemoteAddress(c: Context): string | undefined {
  const { incoming } = (c.env ?? {}) as { incoming?: { socket?: { remoteAddress?: string } } }
  return incoming?.socket?.remoteAddress
}
