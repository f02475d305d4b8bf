import type { AnyEvent } from '@unblink/protocol'
import type { Profile } from '../profile/profile.ts'
import type { Database } from '../store/openDatabase.ts'
import { toEvent, type EventColumns } from '../store/toEvent.ts'

/** That a visitor was found to be a user, from one event of the log to another. */
export interface Merge {
  readonly id: number
  readonly visitor: string
  readonly user: string
  /** The last event before it. */
  readonly begun: number
  /** The last event of it; undefined while it holds. */
  readonly ended: number | undefined
  /** It is older than the retention, so the two profiles before it are not known any more. */
  readonly isFinal: boolean
  readonly anonymous: Profile | undefined
  readonly known: Profile | undefined
}

/** An event and whose it is. */
export interface LoggedEvent {
  readonly visitor: string
  readonly position: number
  readonly event: AnyEvent
}

/** Who is who, in one site's tables. Synchronous; writes belong inside a writer's job. */
export interface Links {
  /** Whom a visitor is known to be. */
  getUser(visitor: string): string | undefined
  /** All visitors that are the user, or were. */
  getVisitors(user: string): readonly string[]
  /** Notes that a visitor is a user, with what was known of each. */
  begin(link: {
    readonly visitor: string
    readonly user: string
    readonly at: number
    readonly anonymous: Profile | undefined
    readonly known: Profile | undefined
  }): void
  /** The visitor is not the user any more, from the next event on. */
  end(visitor: string, at: number): void
  /** The visitor's latest merge. */
  getLatestMerge(visitor: string): Merge | undefined
  /** All merges into a user, in order. */
  getMerges(user: string): readonly Merge[]
  /** All merges of a visitor, into whomever, in order. */
  getMergesOf(visitor: string): readonly Merge[]
  setKnown(merge: number, known: Profile | undefined): void
  setAnonymous(merge: number, anonymous: Profile | undefined): void
  /** Forgets a merge, and that it holds if it does. */
  remove(merge: Merge): void
  /** Forgets that a visitor is known, where no merge tells it any more. */
  unlink(visitor: string): void
  /** Events of these visitors after a position, in order. */
  getEventsAfter(visitors: readonly string[], position: number): readonly LoggedEvent[]
  deleteProfile(id: string): void
  /** Notes that a proof has been used; false when it had been. */
  useProof(digest: string, expiresAt: number): boolean
  /** Forgets what merges before a moment were made of, or the whole merge when it has ended before; at most `limit`. Returns how many. */
  deleteMergesBefore(at: number, limit: number): number
  /** Forgets proofs that expired before a moment, at most `limit`; returns how many. */
  deleteProofsBefore(at: number, limit: number): number
}

/** What is asked of links by whoever has nothing to do with how they are kept. */
export interface KnownLinks extends Pick<Links, 'getUser' | 'getVisitors' | 'useProof'> {
  /**
   * Brings here what is known of a user, and of whoever they are, when it is kept on other machines; false when it cannot be had just
   * now. Left out where it is here. Called by `fetchUser`; of a visitor's user, `fetchProfile` brings it along.
   */
  fetchUser?(user: string): Promise<boolean>
}

interface MergeRow {
  id: number
  visitor: string
  user: string
  begun: number
  ended: number | null
  final: number
  anonymous: string | null
  known: string | null
}

interface EventRow extends EventColumns {
  position: number
  visitor: string
}

const parse = (state: string | null) => (state === null ? undefined : (JSON.parse(state) as Profile))
const format = (profile: Profile | undefined) => (profile ? JSON.stringify(profile) : null)

const toMerge = ({ id, visitor, user, begun, ended, final, anonymous, known }: MergeRow): Merge => ({
  id,
  visitor,
  user,
  begun,
  ended: ended ?? undefined,
  isFinal: final === 1,
  anonymous: parse(anonymous),
  known: parse(known),
})

const toLogged = ({ position, visitor, ...columns }: EventRow): LoggedEvent => ({
  visitor,
  position,
  event: toEvent(columns),
})

export function createLinks(database: Database.Database, site: string): Links {
  const selectUser = database.prepare('SELECT user FROM links WHERE site = ? AND visitor = ?')
  const selectVisitors = database.prepare(
    'SELECT visitor FROM links WHERE site = ?1 AND user = ?2 UNION SELECT visitor FROM merges WHERE site = ?1 AND user = ?2',
  )
  const insertLink = database.prepare('INSERT INTO links (site, visitor, user) VALUES (?, ?, ?)')
  const deleteLink = database.prepare('DELETE FROM links WHERE site = ? AND visitor = ?')
  // Positions are never used again, so this is the last one also after an erasure.
  const selectLast = database.prepare("SELECT seq FROM sqlite_sequence WHERE name = 'events'")
  const insertMerge = database.prepare(
    'INSERT INTO merges (site, visitor, user, at, begun, anonymous, known) VALUES (?, ?, ?, ?, ?, ?, ?)',
  )
  const endMerge = database.prepare(
    'UPDATE merges SET ended = ?, endedat = ? WHERE site = ? AND visitor = ? AND ended IS NULL',
  )
  const selectLatest = database.prepare('SELECT * FROM merges WHERE site = ? AND visitor = ? ORDER BY id DESC LIMIT 1')
  const selectMerges = database.prepare('SELECT * FROM merges WHERE site = ? AND user = ? ORDER BY id')
  const selectMergesOf = database.prepare('SELECT * FROM merges WHERE site = ? AND visitor = ? ORDER BY id')
  const updateAnonymous = database.prepare('UPDATE merges SET anonymous = ? WHERE id = ?')
  const updateKnown = database.prepare('UPDATE merges SET known = ? WHERE id = ?')
  const deleteMerge = database.prepare('DELETE FROM merges WHERE id = ?')
  const selectEvents = database.prepare(
    'SELECT * FROM events WHERE site = ? AND visitor = ? AND position > ? ORDER BY position',
  )
  const deleteProfile = database.prepare('DELETE FROM profiles WHERE site = ? AND visitor = ?')
  const insertProof = database.prepare(
    'INSERT INTO proofs (site, digest, expires) VALUES (?, ?, ?) ON CONFLICT (site, digest) DO NOTHING',
  )
  const forgetMerges = database.prepare(
    `UPDATE merges SET final = 1, anonymous = NULL, known = NULL WHERE id IN
       (SELECT id FROM merges WHERE site = ? AND final = 0 AND at < ? LIMIT ?)`,
  )
  const deleteMerges = database.prepare(
    'DELETE FROM merges WHERE id IN (SELECT id FROM merges WHERE site = ? AND endedat < ? LIMIT ?)',
  )
  const deleteProofs = database.prepare(
    'DELETE FROM proofs WHERE site = ? AND digest IN (SELECT digest FROM proofs WHERE site = ? AND expires < ? LIMIT ?)',
  )
  const getLast = () => (selectLast.get() as { seq: number } | undefined)?.seq ?? 0

  return {
    getUser: (visitor) => (selectUser.get(site, visitor) as { user: string } | undefined)?.user,
    getVisitors: (user) => (selectVisitors.all(site, user) as { visitor: string }[]).map(({ visitor }) => visitor),
    begin({ visitor, user, at, anonymous, known }) {
      insertLink.run(site, visitor, user)
      insertMerge.run(site, visitor, user, at, getLast(), format(anonymous), format(known))
    },
    end(visitor, at) {
      deleteLink.run(site, visitor)
      endMerge.run(getLast(), at, site, visitor)
    },
    getLatestMerge(visitor) {
      const row = selectLatest.get(site, visitor) as MergeRow | undefined
      return row && toMerge(row)
    },
    getMerges: (user) => (selectMerges.all(site, user) as MergeRow[]).map(toMerge),
    getMergesOf: (visitor) => (selectMergesOf.all(site, visitor) as MergeRow[]).map(toMerge),
    setAnonymous(merge, anonymous) {
      updateAnonymous.run(format(anonymous), merge)
    },
    setKnown(merge, known) {
      updateKnown.run(format(known), merge)
    },
    remove({ id, visitor, ended }) {
      deleteMerge.run(id)
      if (ended === undefined) deleteLink.run(site, visitor)
    },
    unlink(visitor) {
      deleteLink.run(site, visitor)
    },
    getEventsAfter: (visitors, position) =>
      visitors.flatMap((visitor) => (selectEvents.all(site, visitor, position) as EventRow[]).map(toLogged)),
    deleteProfile(id) {
      deleteProfile.run(site, id)
    },
    useProof: (digest, expiresAt) => insertProof.run(site, digest, expiresAt).changes === 1,
    deleteMergesBefore: (at, limit) =>
      forgetMerges.run(site, at, limit).changes + deleteMerges.run(site, at, limit).changes,
    deleteProofsBefore: (at, limit) => deleteProofs.run(site, site, at, limit).changes,
  }
}
