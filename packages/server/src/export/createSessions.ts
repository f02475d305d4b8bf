import { VISIT_GAP_MS } from '../profile/fold.ts'
import type { Database } from '../store/openDatabase.ts'

/** Tells to which session of its visitor an event belongs. */
export interface Sessions {
  /**
   * When the session began, epoch milliseconds: together with the visitor its key. To be asked of a visitor's events in the
   * order of the log, without leaving one out; those before the first that is asked for are looked up.
   */
  getStart(event: { readonly visitor: string; readonly position: number; readonly at: number }): number
}

export interface SessionsInput {
  readonly database: Database.Database
  readonly site: string
  /** Visitors remembered, of about 150 bytes each; others are looked up again. @default 50 000 */
  readonly max?: number
}

/** A session of more events is thought to begin with the first of these. */
const MAX_LOOKED_UP = 2_000

/** A session of a visitor, as far as it is known. */
export interface Session {
  readonly startedAt: number
  readonly lastAt: number
  readonly position: number
}

/** The rule by which profiles count visits: one ends after 30 minutes without an event, in the order of the log. */
export const goOn = (before: Session | undefined, at: number, position: number): Session => {
  if (!before || at - before.lastAt > VISIT_GAP_MS) return { startedAt: at, lastAt: at, position }
  return { startedAt: before.startedAt, lastAt: Math.max(before.lastAt, at), position }
}

/**
 * The log knows no sessions, so that events of nobody cannot be joined by one: they are worked out for visitors, and come out
 * the same wherever reading begins.
 */
export function createSessions({ database, site, max = 50_000 }: SessionsInput): Sessions {
  const select = database.prepare(
    `SELECT position, at FROM events WHERE site = ? AND visitor = ? AND position < ? AND type <> 'attributes'
     ORDER BY position DESC LIMIT ${MAX_LOOKED_UP}`,
  )
  const latest = new Map<string, Session>()

  const lookUp = (visitor: string, position: number): Session | undefined => {
    const rows = select.all(site, visitor, position) as { position: number; at: number }[]
    return rows.reduceRight<Session | undefined>((session, row) => goOn(session, row.at, row.position), undefined)
  }

  return {
    getStart({ visitor, position, at }) {
      const known = latest.get(visitor)
      // Asked of the same event again, as a sender that tries again does.
      const before = known && known.position < position ? known : lookUp(visitor, position)
      const session = goOn(before, at, position)
      latest.delete(visitor)
      latest.set(visitor, session)
      if (latest.size > max) latest.delete(latest.keys().next().value!)
      return session.startedAt
    },
  }
}
