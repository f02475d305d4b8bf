import type { Database } from '../store/openDatabase.ts'

/** A table with rows about somebody. */
export interface PersonalTable {
  readonly name: string
  /** Which column tells about whom. */
  readonly by: 'visitor' | 'user'
  /** Picks the rows of one of a site: `?1` is the site, `?2` the id. */
  readonly where: string
  /** The name as SQL takes it. */
  readonly quoted: string
}

/**
 * All tables that hold rows of a visitor or a user: those with a column of that name. Asked of the database itself, so that
 * nobody who adds a table can forget to have it exported and erased.
 */
export function findPersonalTables(database: Database.Database): readonly PersonalTable[] {
  const columns = database
    .prepare(
      `SELECT tables.name AS name, columns.name AS by,
         EXISTS (SELECT 1 FROM pragma_table_info(tables.name) AS other WHERE other.name = 'site') AS hasSite
       FROM sqlite_master AS tables, pragma_table_info(tables.name) AS columns
       WHERE tables.type = 'table' AND columns.name IN ('visitor', 'user') ORDER BY tables.name, columns.name`,
    )
    .all() as { name: string; by: 'visitor' | 'user'; hasSite: number }[]
  return columns.map(({ name, by, hasSite }) => ({
    name,
    by,
    where: hasSite ? `site = ?1 AND ${by} = ?2` : `?1 IS NOT NULL AND ${by} = ?2`,
    quoted: `"${name.replaceAll('"', '""')}"`,
  }))
}
