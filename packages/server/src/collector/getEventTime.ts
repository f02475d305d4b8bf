const MAX_AGE_MS = 7 * 24 * 60 * 60_000

/**
 * When an event happened by the server's clock, in whole epoch milliseconds. The device's own clock may be wrong by
 * years; only its distance to the moment of sending is used, and an event is neither in the future nor older than a
 * client keeps one.
 */
export function getEventTime(at: number, sentAt: number, receivedAt: number): number {
  const corrected = Math.round(at + (receivedAt - sentAt))
  return Math.min(receivedAt, Math.max(receivedAt - MAX_AGE_MS, corrected))
}
