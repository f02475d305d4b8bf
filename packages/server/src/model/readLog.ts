import type { AnyEvent, EventType } from '@unblink/protocol'
import type { Database } from '../store/openDatabase.ts'
import { toEvent, type EventColumns } from '../store/toEvent.ts'

/** An event of the log, with whose it is. */
export interface LoggedEvent {
  /** The order of commit. */
  readonly position: number
  readonly visitor: string
  readonly event: AnyEvent
  /** Epoch milliseconds, by the server's clock. */
  readonly receivedAt: number
}

export interface LogQuery {
  readonly site: string
  /** @default all */
  readonly types?: readonly EventType[]
  /** Of this visitor only. @default all who have one */
  readonly visitor?: string | undefined
}

interface Row extends EventColumns {
  position: number
  visitor: string
  received: number
}

const PAGE = 1_000

const toLogged = ({ position, visitor, received, ...columns }: Row): LoggedEvent => ({
  position,
  visitor,
  event: toEvent(columns),
  receivedAt: received,
})

/** The visitors' events in the order of commit, a page at a time, so that a log of any length can be gone through. */
export function* readLog(database: Database.Database, { site, types, visitor }: LogQuery): Generator<LoggedEvent> {
  const isOfType = types ? `AND type IN (${types.map(() => '?').join(', ')})` : ''
  const isOf = visitor === undefined ? 'visitor IS NOT NULL' : 'visitor = ?'
  const select = database.prepare(
    `SELECT * FROM events WHERE site = ? AND ${isOf} AND position > ? ${isOfType} ORDER BY position LIMIT ${PAGE}`,
  )
  for (let position = 0; ;) {
    const given = [site, ...(visitor === undefined ? [] : [visitor]), position, ...(types ?? [])]
    const rows = select.all(...given) as Row[]
    for (const row of rows) yield toLogged(row)
    const last = rows.at(-1)
    if (!last || rows.length < PAGE) return
    position = last.position
  }
}
