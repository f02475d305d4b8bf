import { closeSync, fdatasync, fdatasyncSync, openSync } from 'node:fs'
import type { Database } from './openDatabase.ts'

/** Brings what is committed to the disk. */
export interface WalSync {
  /** Calls back when all that was committed before the call is on the disk, or with the error. Never throws. */
  start(callback: (error: Error | null) => void): void
  /** The same, waiting for it. Throws when the disk does. */
  now(): void
  close(): void
}

/**
 * Syncs the write-ahead log of a database whose commits do not wait for the disk themselves (`synchronous = NORMAL`). What
 * FULL adds to NORMAL is exactly this: a sync of the log after each commit (https://www.sqlite.org/pragma.html#pragma_synchronous).
 * Done here it runs beside the event loop, which SQLite's own would hold up. The log is one file for as long as a connection
 * is open: it is begun anew and cut, but not replaced (https://www.sqlite.org/walformat.html).
 */
export function createWalSync(database: Database.Database): WalSync {
  const { file } = database.prepare('PRAGMA database_list').get() as { file: string }
  if (file === '') return { start: (callback) => setImmediate(callback, null), now() {}, close() {} }
  let descriptor: number | undefined
  // The first commit makes the file; before there is nothing to sync. Windows flushes only what was opened for writing.
  const open = () => (descriptor ??= openSync(`${file}-wal`, 'r+'))
  return {
    start(callback) {
      try {
        fdatasync(open(), callback)
      } catch (error) {
        setImmediate(callback, error as Error)
      }
    },
    now: () => fdatasyncSync(open()),
    close() {
      if (descriptor !== undefined) closeSync(descriptor)
      descriptor = undefined
    },
  }
}
