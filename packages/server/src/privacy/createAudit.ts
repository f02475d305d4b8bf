import { createHash, randomBytes } from 'node:crypto'
import type { Database } from '../store/openDatabase.ts'

/** What is worth answering for. */
export type AuditAction = 'identify' | 'log_out' | 'unmerge' | 'export' | 'bulk_export' | 'erase' | 'attributes'

export interface AuditRecord {
  /** Epoch milliseconds. */
  readonly at: number
  /** `key:<id>`, `proof:<id of the key that signed it>`, or `visitor` for their own page. */
  readonly actor: string
  readonly action: AuditAction
  /** See `Audit.toSubject`. */
  readonly subject: string
}

/**
 * Who did what when, never what was said. The table can only grow: its triggers refuse changes, and deletions for a year.
 * Synchronous; belongs into the job of what it tells of, so that one is not kept without the other.
 */
export interface Audit {
  add(record: {
    readonly at: number
    readonly actor: string
    readonly action: AuditAction
    readonly about: string
  }): void
  /**
   * How somebody is called in the audit: 22 characters that only who has the id and the database can make. Ids themselves
   * would outlive an erasure here.
   */
  toSubject(id: string): string
  /** Whether this visitor was erased, as far back as the audit goes. */
  wasErased(visitor: string): boolean
  /** Deletes records before a moment, at most `limit`; returns how many. Throws for a moment within the last year. */
  deleteBefore(at: number, limit: number): number
}

export const toSubject = (salt: string, id: string): string =>
  createHash('sha256').update(`${salt}\n${id}`).digest('base64url').slice(0, 22)

export function createAudit(database: Database.Database, site: string): Audit {
  database
    .prepare('INSERT INTO salts (site, salt) VALUES (?, ?) ON CONFLICT (site) DO NOTHING')
    .run(site, randomBytes(16).toString('base64url'))
  const { salt } = database.prepare('SELECT salt FROM salts WHERE site = ?').get(site) as { salt: string }
  const insert = database.prepare('INSERT INTO audit (site, at, actor, action, subject) VALUES (?, ?, ?, ?, ?)')
  const remove = database.prepare(
    'DELETE FROM audit WHERE id IN (SELECT id FROM audit WHERE site = ? AND at < ? ORDER BY id LIMIT ?)',
  )
  const selectErased = database.prepare(
    "SELECT 1 FROM audit WHERE site = ? AND subject = ? AND action = 'erase' LIMIT 1",
  )
  return {
    add({ at, actor, action, about }) {
      insert.run(site, at, actor, action, toSubject(salt, about))
    },
    toSubject: (id) => toSubject(salt, id),
    wasErased: (visitor) => selectErased.get(site, toSubject(salt, visitor)) !== undefined,
    deleteBefore: (at, limit) => remove.run(site, at, limit).changes,
  }
}
