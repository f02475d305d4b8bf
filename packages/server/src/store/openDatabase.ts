import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'libsql'
import { migrations } from './migrations.ts'

export type { Database }

/** The whole event loop waits while SQLite does, so another writer gets a moment, not more. */
const BUSY_TIMEOUT_MS = 250

function migrate(database: Database.Database): void {
  const { user_version: version } = database.prepare('PRAGMA user_version').get() as { user_version: number }
  if (version > migrations.length) {
    throw new Error(
      `the database has version ${version}, this server knows up to ${migrations.length}. Start the newer server, or use another data folder.`,
    )
  }
  migrations.slice(version).forEach((sql, index) => {
    database.exec(`BEGIN IMMEDIATE; ${sql}; PRAGMA user_version = ${version + index + 1}; COMMIT`)
  })
}

/**
 * Opens (and creates or migrates) `unblink.db` in a folder; without a folder, a database in memory.
 * A commit leaves a sound database whatever happens after it, but waits for no disk: the writer syncs the log, beside the
 * event loop, before it acknowledges. Throws when the folder cannot be used.
 */
export function openDatabase(dataDir?: string): Database.Database {
  if (dataDir !== undefined) mkdirSync(dataDir, { recursive: true })
  const database = new Database(dataDir === undefined ? ':memory:' : join(dataDir, 'unblink.db'))
  try {
    database.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL`)
    // After a burst the log file shrinks again; a long reader can otherwise leave it huge for ever.
    database.exec('PRAGMA journal_size_limit = 67108864')
    // What is deleted is overwritten, also what a grown row leaves behind: an erasure has to reach the file.
    database.exec('PRAGMA secure_delete = ON')
    migrate(database)
    return database
  } catch (error) {
    database.close()
    throw error
  }
}
