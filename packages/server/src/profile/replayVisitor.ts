import { readLog } from '../model/readLog.ts'
import type { Site } from '../site/site.ts'
import type { Database } from '../store/openDatabase.ts'
import { createProfile } from './createProfile.ts'
import { fold } from './fold.ts'
import type { Profile } from './profile.ts'

export interface ReplayInput {
  readonly site: Site
  readonly database: Database.Database
  readonly visitor: string
  /** Only events that had arrived before this moment, epoch milliseconds by the server's clock. @default all */
  readonly before?: number | undefined
  /** Only events after this position. @default all */
  readonly after?: number | undefined
}

/**
 * A visitor's profile, worked out anew from the log in the order in which it was learnt: the same bytes as what is stored, under
 * the same rules and while the log is whole. Undefined when the log has nothing of them.
 */
export function replayVisitor(input: ReplayInput): Profile | undefined {
  const { site, database, visitor, before = Infinity, after = 0 } = input
  let profile: Profile | undefined
  for (const { event, receivedAt, position } of readLog(database, { site: site.id, visitor }))
    if (receivedAt < before && position > after) profile = fold(profile ?? createProfile(visitor), event, site)
  return profile
}

const PAGE = 1_000

/** Ids of all visitors in the log, a page at a time. */
export function* listVisitors(database: Database.Database, site: string): Generator<string> {
  const select = database.prepare(
    `SELECT DISTINCT visitor FROM events WHERE site = ? AND visitor IS NOT NULL AND visitor > ? ORDER BY visitor LIMIT ${PAGE}`,
  )
  for (let last: string | undefined = ''; last !== undefined;) {
    const rows = select.all(site, last) as { visitor: string }[]
    yield* rows.map(({ visitor }) => visitor)
    last = rows.at(-1)?.visitor
  }
}
