import { closeSync, fdatasync, fdatasyncSync, fstatSync, openSync, statSync, type Stats } from 'node:fs'
import { stat } from 'node:fs/promises'
import type { Database } from './openDatabase.ts'

/** Brings what is committed to the disk. */
export interface WalSync {
  /** Calls back when all that was committed before the call is on the disk, or with the error. Never throws. */
  start(callback: (error: Error | null) => void): void
  /** The same, waiting for it. Throws when the disk does. */
  now(): void
  close(): void
}

/** What a file is, whatever it is called. */
type Place = Pick<Stats, 'dev' | 'ino'>

const isSame = (one: Place, other: Place | undefined) => one.dev === other?.dev && one.ino === other.ino

/** That there is no such file; any other fault says nothing of it. */
const toMissing = (error: unknown): undefined => {
  if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined
  throw error
}

const look = (name: string): Promise<Place | undefined> => stat(name).catch(toMissing)
const lookNow = (name: string): Place | undefined => {
  try {
    return statSync(name)
  } catch (error) {
    return toMissing(error)
  }
}

const GONE = 'The files of the database have been removed or replaced while it was in use'

/**
 * Syncs the write-ahead log of a database whose commits do not wait for the disk themselves (`synchronous = NORMAL`). What
 * FULL adds to NORMAL is exactly this: a sync of the log after each commit (https://www.sqlite.org/pragma.html#pragma_synchronous).
 * Done here it runs beside the event loop, which SQLite's own would hold up. The log is one file for as long as a connection
 * is open: it is begun anew and cut, but not replaced (https://www.sqlite.org/walformat.html).
 *
 * A file that is removed, or that a copy takes the place of, takes writes and syncs as before and is gone with the process. So
 * each sync also looks whether the files still have their names; one whose they are not counts as failed.
 */
export function createWalSync(database: Database.Database): WalSync {
  const { file } = database.prepare('PRAGMA database_list').get() as { file: string }
  if (file === '') return { start: (callback) => setImmediate(callback, null), now() {}, close() {} }
  const log = `${file}-wal`
  const filePlace: Place = statSync(file)
  let opened: { readonly descriptor: number; readonly place: Place } | undefined
  // The first commit makes the file; before there is nothing to sync. Windows flushes only what was opened for writing.
  const open = () => {
    if (opened) return opened
    const descriptor = openSync(log, 'r+')
    return (opened = { descriptor, place: fstatSync(descriptor) })
  }
  const judge = (place: Place, [foundFile, foundLog]: readonly (Place | undefined)[]) =>
    isSame(filePlace, foundFile) && isSame(place, foundLog) ? null : new Error(GONE)
  return {
    start(callback) {
      try {
        const synced = open()
        fdatasync(synced.descriptor, (error) => {
          if (error) return callback(error)
          void Promise.all([look(file), look(log)])
            .then(
              (found) => judge(synced.place, found),
              (fault: Error) => fault,
            )
            .then(callback)
        })
      } catch (error) {
        setImmediate(callback, error as Error)
      }
    },
    now() {
      const synced = open()
      fdatasyncSync(synced.descriptor)
      const error = judge(synced.place, [file, log].map(lookNow))
      if (error) throw error
    },
    close() {
      if (opened) closeSync(opened.descriptor)
      opened = undefined
    },
  }
}
