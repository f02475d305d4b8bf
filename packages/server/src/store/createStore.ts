import type { AnyEvent } from '@unblink/protocol'
import type { Profile } from '../profile/profile.ts'
import type { Database } from './openDatabase.ts'

/** An event as it is kept: `at` corrected for the device's clock, in whole milliseconds, and the server's own clock beside it. */
export interface StoredEvent {
  readonly event: AnyEvent
  /** Epoch milliseconds. */
  readonly receivedAt: number
}

/** The database, in the words of one site. Synchronous; writes belong inside a writer's job. */
export interface Store {
  /** False when an event of this id is there already; then nothing changes. */
  insertEvent(stored: StoredEvent, visitor: string | undefined): boolean
  /** Whether the event that is stored under this id says the same. */
  isSameEvent(event: AnyEvent): boolean
  getProfile(visitor: string): Profile | undefined
  saveProfile(profile: Profile): void
  /** The visitor's latest events, oldest first. */
  getEvents(visitor: string, limit: number): StoredEvent[]
  /** Forgets a visitor: events and profile. */
  eraseVisitor(visitor: string): void
  /** Writes a mark, to prove that writing works: as much as a batch, since the last bytes of a full disk prove nothing. */
  mark(at: number): void
}

interface EventRow {
  id: string
  view: string
  seq: number
  type: string
  at: number
  mt: number
  received: number
  location: string
  payload: string
}

const toStored = ({ id, view, seq, type, at, mt, received, location, payload }: EventRow): StoredEvent => ({
  // Only parsed events are ever inserted, so what comes out is one.
  event: {
    i: id,
    n: seq,
    pv: view,
    t: type,
    at,
    mt,
    lo: location,
    p: JSON.parse(payload) as object,
  } as unknown as AnyEvent,
  receivedAt: received,
})

export function createStore(database: Database.Database, site: string): Store {
  const insert = database.prepare(
    `INSERT INTO events (site, id, visitor, view, seq, type, at, mt, received, location, payload)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (site, id) DO NOTHING`,
  )
  const selectEvent = database.prepare('SELECT * FROM events WHERE site = ? AND id = ?')
  const selectEvents = database.prepare(
    'SELECT * FROM events WHERE site = ? AND visitor = ? ORDER BY position DESC LIMIT ?',
  )
  const selectProfile = database.prepare('SELECT state FROM profiles WHERE site = ? AND visitor = ?')
  const upsertProfile = database.prepare(
    `INSERT INTO profiles (site, visitor, generation, state) VALUES (?, ?, ?, ?)
     ON CONFLICT (site, visitor) DO UPDATE SET generation = excluded.generation, state = excluded.state`,
  )
  const deleteEvents = database.prepare('DELETE FROM events WHERE site = ? AND visitor = ?')
  const deleteProfile = database.prepare('DELETE FROM profiles WHERE site = ? AND visitor = ?')
  const upsertMark = database.prepare(
    `INSERT INTO checks (name, at, ballast) VALUES ('ready', ?, zeroblob(65536))
     ON CONFLICT (name) DO UPDATE SET at = excluded.at, ballast = excluded.ballast`,
  )

  return {
    insertEvent({ event: { i, pv, n, t, at, mt, lo, p }, receivedAt }, visitor) {
      return insert.run(site, i, visitor ?? null, pv, n, t, at, mt, receivedAt, lo, JSON.stringify(p)).changes === 1
    },
    isSameEvent({ i, pv, n, t, p }) {
      const row = selectEvent.get(site, i) as EventRow | undefined
      return !!row && row.view === pv && row.seq === n && row.type === t && row.payload === JSON.stringify(p)
    },
    getProfile(visitor) {
      const row = selectProfile.get(site, visitor) as { state: string } | undefined
      return row && (JSON.parse(row.state) as Profile)
    },
    saveProfile(profile) {
      upsertProfile.run(site, profile.visitor, profile.generation, JSON.stringify(profile))
    },
    getEvents(visitor, limit) {
      return (selectEvents.all(site, visitor, limit) as EventRow[]).reverse().map(toStored)
    },
    eraseVisitor(visitor) {
      deleteEvents.run(site, visitor)
      deleteProfile.run(site, visitor)
    },
    mark(at) {
      upsertMark.run(at)
    },
  }
}
