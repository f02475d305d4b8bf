import type { Database } from '../store/openDatabase.ts'
import { findPersonalTables } from './findPersonalTables.ts'

export interface ExportInput {
  readonly database: Database.Database
  readonly site: string
  /** Ids under which something may be kept: of visitors, and of the profile of a user. */
  readonly visitors: readonly string[]
  readonly user?: string | undefined
}

type Row = Readonly<Record<string, unknown>>

/** Columns of text that hold JSON. */
const parseJson = (value: unknown): unknown => {
  if (typeof value !== 'string' || !/^[[{]/.test(value)) return value
  try {
    return JSON.parse(value) as unknown
  } catch {
    return value // Text that happens to begin so.
  }
}

const toPlain = ({ site: _site, ...row }: Row) =>
  Object.fromEntries(
    Object.entries(row).map(([name, value]) => [
      name,
      value instanceof Uint8Array ? Buffer.from(value).toString('base64') : parseJson(value),
    ]),
  )

/**
 * Everything that is kept of somebody, from one moment: an object for each row, with the table that it is from. JSON in a
 * column is an object again, bytes are base64.
 */
export function exportSubject({ database, site, visitors, user }: ExportInput): readonly object[] {
  return findPersonalTables(database).flatMap(({ name, by, quoted, where }) => {
    const select = database.prepare(`SELECT * FROM ${quoted} WHERE ${where}`)
    const subjects = by === 'visitor' ? visitors : user === undefined ? [] : [user]
    return subjects.flatMap((subject) =>
      (select.all(site, subject) as Row[]).map((row) => ({ table: name, row: toPlain(row) })),
    )
  })
}
