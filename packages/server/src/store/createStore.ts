import type { AnyEvent } from '@unblink/protocol'
import type { Profile } from '../profile/profile.ts'
import type { Database } from './openDatabase.ts'
import { toEvent, type EventColumns } from './toEvent.ts'

/** An event as it is kept: `at` corrected for the device's clock, in whole milliseconds, and the server's own clock beside it. */
export interface StoredEvent {
  readonly event: AnyEvent
  /** Epoch milliseconds. */
  readonly receivedAt: number
  /** Of a sender that says it is a bot; left out otherwise. */
  readonly isBot?: true
}

/** What came of the views that were first heard of in one hour. */
export interface HourOfArrivals {
  /** Start of the hour, epoch milliseconds. */
  readonly at: number
  readonly views: number
  /** Events stored. */
  readonly stored: number
  /** Numbers that were skipped: events that their page has made and that are not here, at least not yet. */
  readonly missing: number
}

/** The database, in the words of one site. Synchronous; writes belong inside a writer's job. */
export interface Store {
  /** False when an event of this id is there already; then nothing changes. */
  insertEvent(stored: StoredEvent, visitor: string | undefined): boolean
  /** Whether the event that is stored under this id says the same. */
  isSameEvent(event: AnyEvent): boolean
  getProfile(visitor: string): Profile | undefined
  /**
   * Brings here what `getProfile` will answer, where profiles are kept on other machines; false when it cannot be had. Left
   * out where they are here. Called by `fetchProfile`.
   */
  fetchProfile?(visitor: string): Promise<boolean>
  saveProfile(profile: Profile): void
  /** The visitor's latest events, oldest first. */
  getEvents(visitor: string, limit: number): StoredEvent[]
  /**
   * Counts events of one view that were just stored. Pages number the events of a view from 0 without gaps, so the highest
   * number tells how many there should be.
   */
  countArrivals(arrivals: { view: string; highest: number; stored: number; receivedAt: number }): void
  /** Hours from `since` on, oldest first. */
  getArrivals(since: number): HourOfArrivals[]
  /** Deletes events received before a moment, the oldest first, at most `limit`; returns how many. */
  deleteEventsBefore(receivedAt: number, limit: number): number
  /** Deletes what is known of views first heard of before a moment, at most `limit`; returns how many. Their hours stay. */
  deleteViewsBefore(receivedAt: number, limit: number): number
  /** Forgets a visitor: events and profile. */
  eraseVisitor(visitor: string): void
  /** Writes a mark, to prove that writing works: as much as a batch, since the last bytes of a full disk prove nothing. */
  mark(at: number): void
}

interface EventRow extends EventColumns {
  received: number
}

const toStored = ({ received, ...columns }: EventRow): StoredEvent => ({
  event: toEvent(columns),
  receivedAt: received,
})

const HOUR_MS = 3_600_000
/** A client keeps no more unsent events, so a larger gap in one view is made up, and must not spoil the figure. */
const MAX_GAP = 5_000

const getMissing = (highest: number, stored: number) => Math.min(MAX_GAP, Math.max(0, highest + 1 - stored))

export function createStore(database: Database.Database, site: string): Store {
  const insert = database.prepare(
    `INSERT INTO events (site, id, visitor, view, seq, type, at, mt, received, location, payload, bot)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (site, id) DO NOTHING`,
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
  const selectView = database.prepare('SELECT hour, highest, stored FROM views WHERE site = ? AND view = ?')
  const replaceView = database.prepare(
    'INSERT OR REPLACE INTO views (site, view, hour, highest, stored) VALUES (?, ?, ?, ?, ?)',
  )
  const addArrivals = database.prepare(
    `INSERT INTO arrivals (site, hour, views, stored, missing) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (site, hour) DO UPDATE SET
       views = views + excluded.views, stored = stored + excluded.stored, missing = missing + excluded.missing`,
  )
  const selectArrivals = database.prepare(
    'SELECT hour, views, stored, missing FROM arrivals WHERE site = ? AND hour >= ? ORDER BY hour',
  )
  const deleteOldEvents = database.prepare(
    `DELETE FROM events WHERE position IN
       (SELECT position FROM events WHERE site = ? AND received < ? ORDER BY received LIMIT ?)`,
  )
  const deleteOldViews = database.prepare(
    'DELETE FROM views WHERE site = ? AND view IN (SELECT view FROM views WHERE site = ? AND hour < ? LIMIT ?)',
  )
  const upsertMark = database.prepare(
    `INSERT INTO checks (name, at, ballast) VALUES ('ready', ?, zeroblob(65536))
     ON CONFLICT (name) DO UPDATE SET at = excluded.at, ballast = excluded.ballast`,
  )

  return {
    insertEvent({ event: { i, pv, n, t, at, mt, lo, p }, receivedAt, isBot }, visitor) {
      const payload = JSON.stringify(p)
      return (
        insert.run(site, i, visitor ?? null, pv, n, t, at, mt, receivedAt, lo, payload, isBot ? 1 : 0).changes === 1
      )
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
    countArrivals({ view, highest, stored, receivedAt }) {
      const known = selectView.get(site, view) as { hour: number; highest: number; stored: number } | undefined
      const { hour, ...before } = known ?? { hour: Math.floor(receivedAt / HOUR_MS), highest: -1, stored: 0 }
      const after = { highest: Math.max(before.highest, highest), stored: before.stored + stored }
      const missing = getMissing(after.highest, after.stored) - getMissing(before.highest, before.stored)
      replaceView.run(site, view, hour, after.highest, after.stored)
      addArrivals.run(site, hour, known ? 0 : 1, stored, missing)
    },
    getArrivals(since) {
      const rows = selectArrivals.all(site, Math.floor(since / HOUR_MS)) as (Omit<HourOfArrivals, 'at'> & {
        hour: number
      })[]
      return rows.map(({ hour, views, stored, missing }) => ({ at: hour * HOUR_MS, views, stored, missing }))
    },
    deleteEventsBefore(receivedAt, limit) {
      return deleteOldEvents.run(site, receivedAt, limit).changes
    },
    deleteViewsBefore(receivedAt, limit) {
      return deleteOldViews.run(site, site, Math.floor(receivedAt / HOUR_MS), limit).changes
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
