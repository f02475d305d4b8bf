import { createHash } from 'node:crypto'

/**
 * The event id of a delivery, made of its own id, so that the log of events is what remembers deliveries: a repeat finds its
 * event there, on every server, for as long as events are kept. Has the shape of a UUIDv7, as events have.
 */
export function toHookEventId(site: string, hook: string, delivery: string): string {
  const hex = createHash('sha256').update(`unblink hook\n${site}\n${hook}\n${delivery}`).digest('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-7${hex.slice(12, 15)}-8${hex.slice(15, 18)}-${hex.slice(18, 30)}`
}
