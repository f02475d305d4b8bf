import { getLastPosition } from '../export/createPages.ts'
import type { Registry } from '../metrics/createRegistry.ts'
import type { Writer } from '../store/createWriter.ts'
import type { Database } from '../store/openDatabase.ts'
import { createCursors } from './createCursors.ts'
import { createForwardMetrics } from './createForwardMetrics.ts'
import { createSlices } from './createSlices.ts'
import { DESTINATIONS, type Destination } from './destinations.ts'
import { serveLane, type ServeOptions } from './serveLane.ts'

export interface ForwarderOptions extends ServeOptions {
  readonly database: Database.Database
  readonly writer: Writer
  readonly registry: Registry
  /** How old an event has to be, so that its commit has reached the disk. @default 1 000 */
  readonly settleMs?: number
}

/** Hands events on to the site's other tools, behind the collector's back. */
export interface Forwarder {
  /** Ends what is under way; what was not confirmed is sent again by the next process. */
  close(): Promise<void>
}

/** Counting goes through the log. */
const MAX_PENDING = 100_000

export function createForwarder(options: ForwarderOptions): Forwarder {
  const { database, writer, getSite, registry, now, settleMs = 1_000 } = options
  const site = getSite().id
  const cursors = createCursors(database, site)
  const isOn = (destination: Destination) => getSite().forward?.[destination] !== undefined
  for (const one of DESTINATIONS.filter(isOn))
    if (cursors.get(one) === undefined) cursors.set(one, getLastPosition(database))
  const selectPending = database.prepare(
    `SELECT count(*) AS events FROM (SELECT 1 FROM events WHERE site = ? AND position > ? LIMIT ${MAX_PENDING})`,
  )
  const metrics = createForwardMetrics({
    registry,
    isOn,
    getPending: (one) => (selectPending.get(site, cursors.get(one) ?? 0) as { events: number }).events,
    pendingHelp: `Events of the log that a destination has not been served with, counted up to ${MAX_PENDING}.`,
  })
  const ends = DESTINATIONS.map((destination) => {
    const readSlice = createSlices({ database, site, destination, settleMs })
    const lane = {
      getCursor: () => cursors.get(destination),
      async begin() {
        await writer.write(() => cursors.set(destination, getLastPosition(database)), 0)
      },
      async setCursor(position: number) {
        const { type } = await writer.write(() => cursors.set(destination, position), 0)
        return type === 'written'
      },
      read: (after: number, size: number) => readSlice(after, size, now()),
    }
    return serveLane({ ...options, destination, lane, metrics, stop: new AbortController() })
  })
  return {
    async close() {
      await Promise.all(ends.map((end) => end()))
    },
  }
}
