import { EVENT_TYPES, type EventType, type JsonObject } from '@unblink/protocol'
import type { Profile } from '../profile/profile.ts'
import type { Database } from '../store/openDatabase.ts'
import type { Dataset, Row } from './columns.ts'
import { createPseudonym, readSalt } from './createPseudonym.ts'
import { createSessions } from './createSessions.ts'
import { toEventRow, type LogRow } from './toEventRow.ts'
import { toProfileRow } from './toProfileRow.ts'

/** What of a dataset is wanted. Moments are epoch milliseconds by the server's clock, `from` included and `to` not. */
export interface Selection {
  readonly dataset: Dataset
  /** Events received, or profiles last seen, from then on. @default the beginning */
  readonly from?: number | undefined
  readonly to?: number | undefined
  /** Only events after this position. @default 0, all */
  readonly after?: number | undefined
  /** @default all; the dataset `exposures` has one */
  readonly types?: readonly EventType[] | undefined
  /** Gives visitors and users by a keyed hash. @default false */
  readonly isPseudonymous?: boolean | undefined
}

export interface PagesInput extends Selection {
  readonly database: Database.Database
  readonly site: string
  /** Position of the last event to be read: those committed meanwhile are the next export's. */
  readonly last: number
}

export interface Page {
  readonly rows: readonly Row[]
  /** Position of the last event looked at; 0 for profiles. */
  readonly position: number
  /** How much is done, 0 to 1, as far as it can be told. */
  readonly share: number
}

/** The most that clocks can have been set back without an event being missed by a range of time. */
const SLACK_MS = 86_400_000

/** Whether a moment is in the selected range of time. Pure. */
export const isInside = (at: number | undefined, { from = -Infinity, to = Infinity }: Selection) =>
  at === undefined ? from === -Infinity && to === Infinity : at >= from && at < to

/** The types of events that become rows. Pure. */
export const getWantedTypes = ({ dataset, types }: Selection): ReadonlySet<string> =>
  new Set(dataset === 'exposures' ? ['exposure'] : (types ?? EVENT_TYPES))

/** Position of the last event that is committed, also of one that has been deleted since; 0 in an empty log. */
export const getLastPosition = (database: Database.Database): number =>
  (database.prepare("SELECT seq FROM sqlite_sequence WHERE name = 'events'").get() as { seq: number } | undefined)
    ?.seq ?? 0

function* readEvents(input: PagesInput, size: number): Generator<Page> {
  const { database, site, from, to, after = 0, isPseudonymous } = input
  const toId = isPseudonymous ? createPseudonym(readSalt(database, site), 'export') : (id: string) => id
  const sessions = createSessions({ database, site })
  const wanted = getWantedTypes(input)
  // Events are committed almost in the order in which they come, so a range of time is one of positions, give or take.
  const find = database.prepare(
    'SELECT position FROM events WHERE site = ? AND received >= ? ORDER BY received, position LIMIT 1',
  )
  const findPosition = (received: number) => (find.get(site, received) as { position: number } | undefined)?.position
  const first = from === undefined ? after : Math.max(after, (findPosition(from - SLACK_MS) ?? input.last + 1) - 1)
  const last = to === undefined ? input.last : Math.min(input.last, findPosition(to + SLACK_MS) ?? input.last)
  // By a stretch of positions, not by a number of rows: nobody waits for a long search, however few fit. No transaction is
  // left open between two pages, so that the database's log can be cut and erasures reach the disk.
  const select = database.prepare(
    `SELECT position, id, visitor, view, seq, type, at, received, location, payload, bot FROM events
     WHERE site = ? AND position > ? AND position <= ? ORDER BY position`,
  )
  const next = database.prepare('SELECT min(position) AS position FROM events WHERE site = ? AND position > ?')
  for (let position = first; position < last;) {
    const end = Math.min(last, position + size)
    const logged = select.all(site, position, end) as LogRow[]
    const rows = logged.flatMap((row) => {
      const isOfVisitor = row.visitor !== null && row.type !== 'attributes'
      const session = isOfVisitor ? sessions.getStart({ ...row, visitor: row.visitor }) : undefined
      if (!wanted.has(row.type) || !isInside(row.received, input)) return []
      // Only parsed events are ever stored.
      const payload = JSON.parse(row.payload) as JsonObject
      return [toEventRow(row, payload, row.visitor === null ? undefined : toId(row.visitor), session)]
    })
    // What the retention has deleted leaves a gap, which is stepped over at once.
    const isGap = logged.length === 0 && end < last
    const beyond = isGap ? (next.get(site, end) as { position: number | null }).position : null
    position = isGap ? Math.min(last, (beyond ?? last + 1) - 1) : end
    yield { rows, position, share: (position - first) / Math.max(1, last - first) }
  }
}

function* readProfiles(input: PagesInput, size: number): Generator<Page> {
  const { database, site, isPseudonymous } = input
  const toId = isPseudonymous ? createPseudonym(readSalt(database, site), 'export') : (id: string) => id
  const { total } = database.prepare('SELECT count(*) AS total FROM profiles WHERE site = ?').get(site) as {
    total: number
  }
  const select = database.prepare(
    'SELECT visitor, state FROM profiles WHERE site = ? AND visitor > ? ORDER BY visitor LIMIT ?',
  )
  let count = 0
  for (let visitor: string | undefined = ''; visitor !== undefined;) {
    const stored = select.all(site, visitor, size) as { visitor: string; state: string }[]
    const rows = stored.flatMap((row) => {
      const profile = JSON.parse(row.state) as Profile
      return isInside(profile.lastSeenAt, input) ? [toProfileRow(profile, toId(row.visitor))] : []
    })
    visitor = stored.length < size ? undefined : stored.at(-1)?.visitor
    count += stored.length
    yield { rows, position: 0, share: Math.min(1, count / Math.max(1, total)) }
  }
}

/**
 * Reads a dataset a page at a time. Between two pages the database may change as it likes: what was there at the start and was
 * not erased meanwhile is read once, and nothing else.
 * @param size Events or profiles looked at for one page.
 */
export const createPages = (input: PagesInput, size: number): Generator<Page> =>
  input.dataset === 'profiles' ? readProfiles(input, size) : readEvents(input, size)
