import type { Database } from '../store/openDatabase.ts'

/** Up to which event each destination has been served. Synchronous; writes belong inside a writer's job. */
export interface Cursors {
  /** Position of the last event that is done with; undefined for a destination that was never served. */
  get(destination: string): number | undefined
  /** Never goes back. */
  set(destination: string, position: number): void
}

export function createCursors(database: Database.Database, site: string): Cursors {
  const select = database.prepare('SELECT position FROM forwards WHERE site = ? AND destination = ?')
  const upsert = database.prepare(
    `INSERT INTO forwards (site, destination, position) VALUES (?, ?, ?)
     ON CONFLICT (site, destination) DO UPDATE SET position = max(position, excluded.position)`,
  )
  return {
    get: (destination) => (select.get(site, destination) as { position: number } | undefined)?.position,
    set(destination, position) {
      upsert.run(site, destination, position)
    },
  }
}
