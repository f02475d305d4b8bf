import { createPseudonym, readSalt } from '../export/createPseudonym.ts'
import { createSessions } from '../export/createSessions.ts'
import type { LogRow } from '../export/toEventRow.ts'
import type { Database } from '../store/openDatabase.ts'
import { toEvent } from '../store/toEvent.ts'
import type { ForwardedEvent } from './forwardSettings.ts'

/** Events that follow each other in the log. */
export interface Slice {
  readonly events: readonly ForwardedEvent[]
  /** Ids of those that go to nobody, by why. */
  readonly nobody: readonly string[]
  readonly bots: readonly string[]
  /** Position up to which the log was read. */
  readonly end: number
}

export interface SlicesInput {
  readonly database: Database.Database
  readonly site: string
  readonly destination: string
  /**
   * An event is handed on when it has been in the log for so long: by then its commit has reached the disk, so that no power cut
   * takes it back.
   */
  readonly settleMs: number
}

/** Reads the log for one destination; each knows visitors under other names. */
export function createSlices({ database, site, destination, settleMs }: SlicesInput) {
  const toClient = createPseudonym(readSalt(database, site), `forward ${destination}`)
  const sessions = createSessions({ database, site })
  const select = database.prepare(
    `SELECT position, id, visitor, view, seq, type, at, mt, received, location, payload, bot FROM events
     WHERE site = ? AND position > ? ORDER BY position LIMIT ?`,
  )

  return (after: number, size: number, now: number): Slice => {
    const rows = select.all(site, after, size) as (LogRow & { mt: number })[]
    const young = rows.findIndex(({ received }) => received > now - settleMs)
    const settled = young === -1 ? rows : rows.slice(0, young)
    const ofVisitors = settled.filter(({ visitor, bot }) => visitor !== null && bot === 0)
    return {
      events: ofVisitors.map(({ position, visitor, ...columns }) => ({
        event: toEvent(columns),
        clientId: toClient(visitor!),
        sessionStartedAt:
          columns.type === 'attributes'
            ? columns.at
            : sessions.getStart({ visitor: visitor!, position, at: columns.at }),
      })),
      nobody: settled.filter(({ visitor, bot }) => visitor === null && bot === 0).map(({ id }) => id),
      bots: settled.filter(({ bot }) => bot !== 0).map(({ id }) => id),
      end: settled.at(-1)?.position ?? after,
    }
  }
}
