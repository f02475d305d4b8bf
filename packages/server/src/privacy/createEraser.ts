import type { Database } from '../store/openDatabase.ts'
import { findPersonalTables } from './findPersonalTables.ts'

/** Deletes whatever the database has of somebody, in every table. Synchronous; belongs inside a writer's job. */
export interface Eraser {
  eraseVisitor(visitor: string): void
  /** What is kept under the user's own id; their visitors are erased one by one. */
  eraseUser(user: string): void
}

export function createEraser(database: Database.Database, site: string): Eraser {
  const tables = findPersonalTables(database)
  const prepare = (column: 'visitor' | 'user') =>
    tables
      .filter(({ by }) => by === column)
      .map(({ quoted, where }) => database.prepare(`DELETE FROM ${quoted} WHERE ${where}`))
  const byVisitor = prepare('visitor')
  const byUser = prepare('user')
  // They name no visitor, and count for nothing without the events.
  const views = database.prepare(
    'DELETE FROM views WHERE site = ?1 AND view IN (SELECT view FROM events WHERE site = ?1 AND visitor = ?2)',
  )
  return {
    eraseVisitor(visitor) {
      views.run(site, visitor)
      for (const statement of byVisitor) statement.run(site, visitor)
    },
    eraseUser(user) {
      for (const statement of byUser) statement.run(site, user)
    },
  }
}
