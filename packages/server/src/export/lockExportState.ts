import { fail, ok, type Result } from '@unblink/protocol'
import Database from 'libsql'
import { getMessage } from '../log.ts'

const isBusy = (error: unknown) => error instanceof Error && /SQLITE_BUSY|database is locked/.test(`${error}`)

/**
 * Keeps a state file to one export at a time: until what is returned is called, or until the process ends, in whatever way. It is
 * the database's lock on an empty file beside it, `<file>.lock`, which stays there, since whoever took it away could let in two.
 */
export function lockExportState(file: string): Result<() => void> {
  let database: Database.Database | undefined
  try {
    database = new Database(`${file}.lock`)
    database.exec('PRAGMA busy_timeout = 0; PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE')
  } catch (error) {
    database?.close()
    return fail(
      isBusy(error)
        ? `Another export runs with ${file}, and both would write the same events. Wait until it has ended, or name another file.`
        : `${file}.lock cannot be made: ${getMessage(error)}. It keeps a second export from the same file; let this user write there.`,
    )
  }
  const held = database
  return ok(() => void held.close())
}
